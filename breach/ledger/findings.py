"""What a check of the ledger found, as values: a code for programs, a place and a sentence for people."""

from dataclasses import dataclass, field

MOST_KEPT = 200  # a ledger that was exchanged as a whole would otherwise yield a finding for each line

CODES = {
    "damaged": "cannot be read, or is not in canonical form",
    "altered": "is not what was hashed when it was entered",
    "column": "a look-up column differs from the entry itself",
    "link": "does not follow from the entry before it",
    "gap": "entries are missing, repeated or out of order",
    "head": "the head differs from the one that was recorded or signed",
    "shrunk": "there are fewer entries than were there before",
    "missing_chain": "a whole chain is missing",
    "unknown_key": "is signed by a key that is not trusted",
    "signature": "the signature does not hold",
    "checkpoint": "checkpoints are missing, repeated or out of order",
    "root": "the heads of a checkpoint do not add up to its root",
    "cut": "the export ends before its closing line",
    "not_noted": "a checkpoint that somebody noted is not there",
    "diverged": "an earlier export tells another story",
    "triggers": "the database would allow changes",
}


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that is not as it must be."""

    code: str
    place: str
    message: str

    def __post_init__(self) -> None:
        if self.code not in CODES:
            raise ValueError(f"unknown code {self.code!r}")

    def to_json(self) -> dict[str, str]:
        return {"code": self.code, "place": self.place, "message": self.message}


@dataclass(slots=True)
class Findings:
    """Findings in the order of looking; all are counted, the first ones are kept."""

    kept: list[Finding] = field(default_factory=list)
    count: int = 0

    def add(self, code: str, place: str, message: str) -> None:
        finding = Finding(code, place, message)
        self.count += 1
        if len(self.kept) < MOST_KEPT:
            self.kept.append(finding)

    def to_json(self) -> list[dict[str, str]]:
        return [finding.to_json() for finding in self.kept]
