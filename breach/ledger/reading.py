"""Reading an export of the ledger and checking it, line by line, in memory that does not grow with it.

An export is JSON Lines in UTF-8: a header; `keys`; every `checkpoint`; the entries, each line an entry's
canonical bytes; a `closing` line, signed, with the heads of what was exported. Pure: no Django, no database.
"""

import json
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import Any

from breach.errors import BadInput
from breach.ledger import checkpoints
from breach.ledger.findings import Findings
from breach.ledger.report import Report
from breach.ledger.walk import Anchor, CheckpointWalk, Walk
from breach.vault.canonical import canonical_json
from breach.vault.signing import PUBLIC_KEY_BYTES, Succession, trusted_keys

FORMAT, VERSION = "tocsin ledger export", 1
LONGEST_LINE = 64 * 1024 * 1024  # a checkpoint over some hundred thousand chains
_CLOSING = b"tocsin/v1/ledger-export\0"
_ENTRY_START = '{"action":'  # the first key of an entry's canonical form


def closing_bytes(body: bytes) -> bytes:
    """Return what the closing line's signature covers."""
    return _CLOSING + body


def verify(
    lines: Iterable[bytes],
    *,
    pinned: Sequence[bytes] = (),
    noted: Sequence[str] = (),
    earlier: Report | None = None,
) -> Report:
    """Check an export given as lines of bytes and return everything found. Raises BadInput for no export.

    `pinned` are public keys known by another way, `noted` digests of checkpoints, `earlier` the report of an
    export made before, whose chains must be the beginnings of these.
    """
    reading = _Reading(pinned, earlier)
    reading.lines(_numbered(lines, reading.report.findings))
    return reading.finish(noted)


def verify_file(
    path: Path,
    *,
    pinned: Sequence[bytes] = (),
    noted: Sequence[str] = (),
    earlier: Report | None = None,
) -> Report:
    """Check the export in a file; arguments as for `verify`. Raises BadInput when it cannot be read."""
    try:
        with path.open("rb") as file:
            lines = iter(lambda: file.readline(LONGEST_LINE), b"")
            return verify(lines, pinned=pinned, noted=noted, earlier=earlier)
    except OSError as problem:
        mend = "Give a file that exists and that you may read."
        raise BadInput(f"Cannot read the file: {problem.strerror}", place=str(path), mend=mend) from None


def read_public_key(text: str) -> bytes:
    """Return the 32 bytes that 64 hex digits stand for. Raises ValueError."""
    key = bytes.fromhex(text)
    if len(key) != PUBLIC_KEY_BYTES:
        raise ValueError("a public key has 32 bytes")
    return key


def _numbered(lines: Iterable[bytes], findings: Findings) -> Iterator[tuple[int, str]]:
    for number, raw in enumerate(lines, start=1):
        try:
            text = raw.removesuffix(b"\n").decode()
        except UnicodeDecodeError:
            text = ""  # of the first line the header makes bad input; elsewhere it is damage
            if number > 1:
                findings.add("damaged", f"line {number}", "the line is not UTF-8")
                continue
        yield number, text


class _Reading:
    """One reading of one export."""

    def __init__(self, pinned: Sequence[bytes], earlier: Report | None) -> None:
        self.report = Report(pinned=bool(pinned))
        self._pinned, self._earlier = pinned, earlier
        self._findings = self.report.findings
        self._walk = Walk(self._findings)
        self._signed = CheckpointWalk(self._walk, pinned)
        self._closed = False
        self._signed_heads: dict[str, tuple[int, str]] = {}
        if earlier:
            for chain, (size, head) in earlier.heads.items():
                self._walk.anchor(chain, size, Anchor(head, "the earlier export", "diverged"))

    def lines(self, numbered: Iterator[tuple[int, str]]) -> None:
        self._header(next(numbered, (1, ""))[1])
        for number, line in numbered:
            if self._closed:
                self._findings.add("damaged", f"line {number}", "there is more after the closing line")
                return
            if line.startswith(_ENTRY_START):
                self._walk.entry(line, f"line {number}")
            else:
                self._other(line, f"line {number}")

    @staticmethod
    def _header(line: str) -> None:
        try:
            header = json.loads(line)
            known, version = header["format"] == FORMAT, header["version"]
        except (ValueError, KeyError, TypeError, RecursionError):
            known, version = False, 0
        if not known:
            mend = "Give a file written by manage.py export_ledger."
            raise BadInput("This is no export of a ledger", place="line 1", mend=mend)
        if version != VERSION:
            mend = "Use the version of Tocsin that wrote it, or a newer one."
            raise BadInput(f"The export has version {version!r}, not {VERSION}", place="line 1", mend=mend)

    def _other(self, line: str, place: str) -> None:
        kinds = {"keys": self._keys, "checkpoint": self._checkpoint, "closing": self._close}
        try:
            document = json.loads(line)
            kinds[document["kind"]](document, place)
        except (ValueError, KeyError, TypeError, AttributeError, RecursionError):
            self._findings.add("damaged", place, "the line is damaged")

    def _keys(self, document: dict[str, Any], place: str) -> None:
        if self.report.keys or self._signed.digests:
            raise ValueError("keys stand in one line, before all checkpoints")
        offered = [read_public_key(text) for text in document["public_keys"]]
        successions = [Succession.from_json(link) for link in document["successions"]]
        # Without a pinned key the file's newest is taken at its word, and the report says so.
        trusted = trusted_keys(self._pinned or offered[:1], successions)
        if self._pinned and not trusted & set(offered):
            self._findings.add("unknown_key", place, "none of the export's keys is the one that was given")
        self.report.keys = [key.hex() for key in offered]
        self._signed = CheckpointWalk(self._walk, trusted)

    def _checkpoint(self, document: dict[str, Any], place: str) -> None:
        if self._walk.entries:
            self._findings.add("damaged", place, "a checkpoint stands after entries")
        self._signed.checkpoint(document["body"], document["key"], document["signature"], place)

    def _close(self, document: dict[str, Any], place: str) -> None:
        body = document["body"].encode()
        closing = json.loads(body)
        if closing["kind"] != FORMAT or canonical_json(closing) != body:
            raise ValueError("not a closing line")
        self._signed.check_signature(document["key"], document["signature"], closing_bytes(body), place)
        self._signed_heads = {chain: (size, head) for chain, size, head in closing["heads"]}
        self._compare_heads(self._signed_heads, place)
        if closing["checkpoints"] != len(self._signed.digests):
            said = f"{closing['checkpoints']} checkpoints were exported, {len(self._signed.digests)} are here"
            self._findings.add("checkpoint", place, said)
        self.report.complete, self.report.exported_at = closing["complete"] is True, str(closing["at"])
        self._closed = True

    def _compare_heads(self, signed: dict[str, tuple[int, str]], place: str) -> None:
        walked = self._walk.heads()
        for chain, (size, head) in signed.items():
            here = walked.get(chain)
            if here is None:
                self._findings.add("missing_chain", place, f"the whole of {chain} is missing")
            elif here[0] < size:
                said = f"{chain} was exported with {size} entries and has {here[0]}"
                self._findings.add("shrunk", place, f"the ledger shrank: {said}")
            elif here != (size, head):
                self._findings.add("head", place, f"{chain} does not end in the head that was signed")
        for chain in sorted(walked.keys() - signed.keys()):
            self._findings.add("head", place, f"{chain} was not part of what was signed")

    def finish(self, noted: Sequence[str]) -> Report:
        """Compare what was read with what had to be there."""
        if not self._closed:
            self._findings.add("cut", "end of file", "the export ends before its closing line")
        present = self._walk.chains.keys()
        expected = set(self._signed.chains) if self.report.complete else set()
        expected |= self._earlier.heads.keys() if self._earlier else set()
        for chain in sorted(expected - present - self._signed_heads.keys()):
            self._findings.add("missing_chain", chain, f"the whole of {chain} is missing")
        self._walk.finish(present)
        for text in noted:
            if not any(checkpoints.is_same_digest(text, digest) for digest in self._signed.digests):
                self._findings.add("not_noted", text, "this checkpoint was noted and is not in the export")
        self.report.take(self._walk, self._signed)
        return self.report
