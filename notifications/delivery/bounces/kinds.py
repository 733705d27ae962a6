"""What a message in the bounce mailbox may be, and what is said of it."""

from dataclasses import dataclass
from enum import StrEnum

from notifications.states import Code

MAX_BYTES = 5 * 1024 * 1024


class Kind(StrEnum):
    """A permanent failure, a temporary one, an automatic answer, a complaint (RFC 5965), or none of these."""

    HARD = "hard"
    SOFT = "soft"
    ANSWER = "answer"
    COMPLAINT = "complaint"
    OTHER = "other"


@dataclass(frozen=True, slots=True)
class ComeBack:
    """One message read. `token` names our attempt where the message does; `addresses` are lower case, the failed
    recipients of a bounce or the one who complained.
    """

    kind: Kind
    token: str = ""
    addresses: tuple[str, ...] = ()
    status: str = ""
    code: Code = Code.OTHER

    @property
    def is_bounce(self) -> bool:
        return self.kind in (Kind.HARD, Kind.SOFT)

    def __repr__(self) -> str:
        return f"<ComeBack {self.kind} {self.status} {self.token}>"
