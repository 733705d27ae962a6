"""What each column of a table holds, with the evidence. Samples are masked: a profile can be shown and
stored.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from breach.intake.dates import order_of
from breach.intake.detectors import DETECTORS, STRONG
from breach.intake.headers import recognise
from breach.intake.identifiers import Proof, prove_hash, prove_identifier, prove_terms
from breach.intake.mapping import FIELDS, ColumnMapping, ColumnRule
from breach.intake.read import Table
from breach.intake.refusals import Refusal, mask

SAMPLE = 1_000
SHOWN = 3
# A finding needs this share of values that pass; without a word in the header, nearly all of them.
WITH_HEADER, ALONE = 0.5, 0.9
HEADER_ONLY = 0.6
HEADER_SURE = 60
# A finding below this is shown, and proposed by nobody.
PROPOSED = 50
# Cells that mention an illness, a confession: a column is named for it from half of its values on, and marked from this
# share on.
MENTIONED = 0.02
# By chance a few numbers pass a checksum; this many do not.
ENOUGH = 10
IDENTIFIERS = frozenset({"national_id", "ssn", "tax_id", "medical_record_id", "health_insurance_id"})
PASSWORDS = ("password_hash_salted", "password_hash_unsalted", "password_clear")


@dataclass(frozen=True, slots=True)
class Finding:
    """What a column may hold (a field or a data kind), the share of sampled values that pass, and how
    sure that is.

    `by` is values, header or both. Shares and confidence are per cent. `detail` names the scheme: FR, nir; bcrypt.
    """

    what: str
    share: int
    confidence: int
    by: str
    detail: str = ""


@dataclass(frozen=True, slots=True)
class ColumnProfile:
    """One column: how many cells are filled, up to three masked samples, findings with the surest first."""

    name: str
    filled: int
    samples: tuple[str, ...]
    findings: tuple[Finding, ...]

    @property
    def best(self) -> str | None:
        """What is proposed: the surest finding, if it is sure enough."""
        return self.findings[0].what if self.findings and self.findings[0].confidence >= PROPOSED else None


@dataclass(frozen=True, slots=True)
class Profile:
    """A table's profile. `unreadable` counts lines that are no row; `date_order` is dmy or mdy."""

    rows: int
    unreadable: int
    columns: tuple[ColumnProfile, ...]
    date_order: str

    def to_json(self) -> dict[str, Any]:
        return {
            "rows": self.rows,
            "unreadable": self.unreadable,
            "date_order": self.date_order,
            "columns": [
                {
                    "name": column.name,
                    "filled": column.filled,
                    "samples": list(column.samples),
                    "findings": [
                        {
                            "what": f.what,
                            "share": f.share,
                            "confidence": f.confidence,
                            "by": f.by,
                            "detail": f.detail,
                        }
                        for f in column.findings
                    ],
                }
                for column in self.columns
            ],
        }

    @classmethod
    def from_json(cls, document: Any) -> "Profile":
        columns = tuple(
            ColumnProfile(
                column["name"],
                column["filled"],
                tuple(column["samples"]),
                tuple(Finding(**finding) for finding in column["findings"]),
            )
            for column in document["columns"]
        )
        return cls(document["rows"], document["unreadable"], columns, document["date_order"])


@dataclass(slots=True)
class _Tally:
    filled: int = 0
    # Distinct values, so that a column of one repeated word does not pass for evidence.
    values: dict[str, None] = field(default_factory=dict)

    def add(self, value: str) -> None:
        self.filled += 1
        if len(self.values) < SAMPLE:
            self.values[value] = None


def profile_table(table: Table) -> Profile:
    """Read the table once and say what it holds. Fill is counted over all rows, evidence over a sample."""
    tallies = [_Tally() for _ in table.header]
    rows = unreadable = 0
    for row in table.rows():
        if isinstance(row, Refusal):
            unreadable += 1
            continue
        rows += 1
        for tally, cell in zip(tallies, row.cells, strict=True):
            if value := cell.strip():
                tally.add(value)
    columns = tuple(_column(name, tally) for name, tally in zip(table.header, tallies, strict=True))
    dates = [
        value for c, t in zip(columns, tallies, strict=True) if c.best == "birth_date" for value in t.values
    ]
    return Profile(rows, unreadable, columns, order_of(dates))


def _column(name: str, tally: _Tally) -> ColumnProfile:
    values = tuple(tally.values)
    findings = tuple(sorted(_findings(name, values), key=lambda finding: -finding.confidence))
    return ColumnProfile(name, tally.filled, tuple(mask(value) for value in values[:SHOWN]), findings)


def _findings(name: str, values: Sequence[str]) -> Iterable[Finding]:
    word = recognise(name)
    if not values:
        return [Finding(word, 0, round(HEADER_ONLY * 100), "header")] if word and word != "password" else []
    shares = {
        what: sum(map(test, values)) / len(values)
        for what, test in DETECTORS.items()
        if what != "national_id"
    }
    if word == "password":
        return [_password(values)]
    found = [
        Finding(
            what, round(share * 100), _confidence(share, what == word), "both" if what == word else "values"
        )
        for what, share in shares.items()
        if share >= (WITH_HEADER if what == word else ALONE) and (what == word or what in STRONG)
    ]
    found = [replace(each, detail=_hash_detail(values)) if each.what in PASSWORDS else each for each in found]
    found += _proven(word, values, found)
    if word and all(finding.what != word for finding in found):
        # Names, streets and diagnoses have no form; the header's word is all there is.
        found.append(Finding(word, round(shares.get(word, 0) * 100), round(HEADER_ONLY * 100), "header"))
    return found


def _proven(word: str | None, values: Sequence[str], found: Sequence[Finding]) -> list[Finding]:
    """Return identifiers by checksum and special categories by their words, where nothing stricter was found."""
    proven: list[Finding] = []
    proof = None if any(each.what in STRONG for each in found) else prove_identifier(values)
    if proof:
        named = word in IDENTIFIERS
        if named or (proof.checksum and proof.share >= ALONE and len(values) >= ENOUGH):
            proven.append(_finding(word if named and word else proof.what, proof, named=named))
    for term in prove_terms(values):
        named = term.what == word
        if named or term.share >= MENTIONED:
            proven.append(_finding(term.what, term, named=named))
    return proven


def _finding(what: str, proof: Proof, *, named: bool) -> Finding:
    sure = max(_confidence(proof.share, named=named), HEADER_SURE if named else 0)
    return Finding(what, round(proof.share * 100), sure, "both" if named else "values", proof.detail)


def _hash_detail(values: Sequence[str]) -> str:
    proof = prove_hash(values)
    return proof.detail if proof else ""


def _confidence(share: float, named: bool) -> int:
    return round(100 * (0.9 * share + 0.1 if named else 0.8 * share))


def _password(values: Sequence[str]) -> Finding:
    """A column that is named for passwords holds salted digests, bare digests, or the passwords
    themselves.
    """
    proof = prove_hash(values)
    if proof and proof.share >= WITH_HEADER:
        return _finding(proof.what, proof, named=True)
    clear = 1 - (proof.share if proof else 0)
    return Finding(PASSWORDS[2], round(clear * 100), _confidence(clear, named=True), "both")


def propose_mapping(profile: Profile) -> ColumnMapping:
    """Propose the surest finding of each column; a field goes to the surest of the columns that could be
    it.
    """
    taken: dict[str, tuple[int, str]] = {}
    for column in profile.columns:
        for finding in column.findings[:1]:
            field_name = _field_of(finding)
            if field_name and finding.confidence > taken.get(field_name, (0, ""))[0]:
                taken[field_name] = (finding.confidence, column.name)
    rules = tuple(_rule(column, taken) for column in profile.columns)
    return ColumnMapping(rules, date_order=profile.date_order)


def _field_of(finding: Finding) -> str | None:
    """Return the field that a finding fills. Identifiers of all kinds fill one; by a checksum only, since a value that
    no scheme knows is no key.
    """
    if finding.what in IDENTIFIERS:
        return "national_id" if finding.detail else None
    return finding.what if finding.what in FIELDS else None


def _rule(column: ColumnProfile, taken: dict[str, tuple[int, str]]) -> ColumnRule:
    what = column.best
    if what is None:
        return ColumnRule(column.name)
    field_name = _field_of(column.findings[0])
    is_chosen = field_name is not None and taken[field_name][1] == column.name
    if what in IDENTIFIERS:
        return ColumnRule(column.name, field_name if is_chosen else None, what)
    if field_name is None:
        return ColumnRule(column.name, None, what)
    if is_chosen:
        return ColumnRule(column.name, field_name, FIELDS[field_name])
    # A second column of addresses is a login, say: the next finding that is a kind names it better.
    other = next(
        (finding.what for finding in column.findings[1:] if finding.what not in FIELDS), FIELDS[what]
    )
    return ColumnRule(column.name, None, other)
