"""What a check of the ledger says at its end, for programs and for people."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from breach.ledger import checkpoints
from breach.ledger.findings import Findings
from breach.ledger.walk import CheckpointWalk, Walk
from breach.vault.signing import public_key_id


@dataclass(slots=True)
class Report:
    """What was checked and what was found. `heads` maps a chain to its size and head (hex)."""

    findings: Findings = field(default_factory=Findings)
    entries: int = 0
    heads: dict[str, tuple[int, str]] = field(default_factory=dict)
    checkpoints: int = 0
    last_checkpoint: dict[str, Any] | None = None
    keys: list[str] = field(default_factory=list)
    pinned: bool = False
    complete: bool = False
    exported_at: str = ""

    @property
    def is_intact(self) -> bool:
        return self.findings.count == 0

    def take(self, walk: Walk, signed: CheckpointWalk) -> None:
        """Note how far the walks came."""
        self.entries, self.heads = walk.entries, walk.heads()
        self.checkpoints = len(signed.digests)
        if signed.last:
            digest, last = signed.digests[-1], signed.last
            short = checkpoints.short(digest)
            self.last_checkpoint = {"number": last.number, "at": last.at, "digest": digest, "short": short}

    def to_json(self) -> dict[str, Any]:
        heads = sorted(self.heads.items())
        return {
            "intact": self.is_intact,
            "entries": self.entries,
            "chains": {name: {"size": size, "head": head} for name, (size, head) in heads},
            "checkpoints": self.checkpoints,
            "last_checkpoint": self.last_checkpoint,
            "public_keys": self.keys,
            "pinned": self.pinned,
            "complete": self.complete,
            "exported_at": self.exported_at,
            "finding_count": self.findings.count,
            "findings": self.findings.to_json(),
        }


def describe(report: Report) -> Iterator[str]:
    """Yield the report's lines for people."""
    for finding in report.findings.kept:
        yield f"{finding.place}: {finding.message} [{finding.code}]"
    if report.findings.count > len(report.findings.kept):
        yield f"… and {report.findings.count - len(report.findings.kept)} findings more"
    yield f"{report.entries} entries in {len(report.heads)} chains, {report.checkpoints} checkpoints"
    if report.last_checkpoint:
        yield "last checkpoint {number} of {at}: {short}".format(**report.last_checkpoint)
    for key in report.keys[:1]:
        known = "trusted" if report.pinned else "taken from the file itself: compare it by another way"
        yield f"signed by key {public_key_id(bytes.fromhex(key))} ({known})"
    if not report.complete:
        yield "this is a part of the ledger only"
    yield "INTACT" if report.is_intact else f"NOT INTACT: {report.findings.count} findings"
