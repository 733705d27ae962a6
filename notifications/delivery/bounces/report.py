"""The per-recipient fields of RFC 3464, section 2.3, wherever they stand: in a report, or in the text of a broken one."""

import re
from collections.abc import Iterator
from dataclasses import dataclass

STATUS = re.compile(r"\b([245]\.\d{1,3}\.\d{1,3})\b")
REPLY = re.compile(r"(?:^|[^\d.])([45]\d\d)(?=[ \-#]|$)")
_FIELD = re.compile(
    r"^[ \t>]*(Final-Recipient|Original-Recipient|X-Actual-Recipient|Action|Status|Diagnostic-Code|Reporting-MTA)"
    r"[ \t]*:[ \t]*((?:.*)(?:\r?\n[ \t]+\S.*)*)",
    re.IGNORECASE | re.MULTILINE,
)
_BEGINS = {"final-recipient", "original-recipient", "x-actual-recipient"}
_FINAL_ACTIONS = {"delivered", "relayed", "expanded"}
_BLANK = re.compile(r"\r?\n[ \t]*\r?\n")


@dataclass(frozen=True, slots=True)
class Recipient:
    """What a report says of one recipient; `addresses` are the one we wrote to first, then where it was sent on."""

    action: str
    status: str
    reply: int
    diagnostic: str
    addresses: tuple[str, ...]

    @property
    def went_well(self) -> bool:
        return self.action in _FINAL_ACTIONS


def recipients_in(notice: str) -> list[Recipient]:
    """Return what the report blocks in a notice say, in their order; empty where there are none."""
    return [one for block in _blocks(notice) if (one := _recipient(block)) is not None]


def _blocks(notice: str) -> Iterator[dict[str, str]]:
    """Gather fields into blocks: a block ends at a blank line, or where a field comes again."""
    block: dict[str, str] = {}
    end = 0
    for found in _FIELD.finditer(notice):
        name, value = found[1].lower(), " ".join(found[2].split())
        apart = _BLANK.search(notice, end, found.start()) is not None
        if block and (name in block or (apart and name in _BEGINS | {"reporting-mta"})):
            yield block
            block = {}
        block[name] = value
        end = found.end()
    if block:
        yield block


def _recipient(block: dict[str, str]) -> Recipient | None:
    action = block.get("action", "").split(" ")[0].strip(";,").lower()
    said = STATUS.search(block.get("status", ""))
    if not action and not said:
        return None
    diagnostic = block.get("diagnostic-code", "")
    quoted, reply = STATUS.search(diagnostic), REPLY.search(diagnostic)
    # "5.0.0" says only "failed"; what the other side said in words is more telling.
    telling = quoted if quoted and (said is None or said[1].endswith(".0.0")) else said
    named = (block.get(name, "") for name in ("original-recipient", "final-recipient", "x-actual-recipient"))
    return Recipient(
        action=action,
        status=telling[1] if telling else "",
        reply=int(reply[1]) if reply else 0,
        diagnostic=diagnostic,
        addresses=tuple(dict.fromkeys(address for one in named if (address := address_of(one)))),
    )


def address_of(field: str) -> str:
    """Return the mailbox of a typed address field such as "rfc822; <person@example.org>", or nothing."""
    kind, _semicolon, value = field.partition(";")
    value = (value or kind).strip().strip("<>").lower()
    value = value.partition(" ")[0].strip("<>,;")
    return value if "@" in value.strip("@") else ""
