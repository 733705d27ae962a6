"""Which national identifier, which way to store a password, which special category: what a column's values prove.

The lists stand in `data/identifiers.toml`, `hashes.toml` and `terms.toml`.
"""

import functools
import importlib
import re
import tomllib
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from stdnum.exceptions import ValidationError

from breach.intake.headers import plain

DATA = Path(__file__).parent / "data"
# Values that are tried before a column is given up for a scheme.
FIRST = 40
HALF = 0.5
SHORTEST, LONGEST = 8, 24
_DIGITS = re.compile(r"\d")
_BETWEEN = re.compile(r"[\s.\-/\u2010-\u2015]")


@dataclass(frozen=True, slots=True)
class Identifier:
    """A national identifier: country (ISO 3166-1), its module in python-stdnum, its data kind."""

    country: str
    module: str
    kind: str
    checksum: bool = True

    @property
    def label(self) -> str:
        return f"{self.country}, {self.module.partition('.')[2]}"

    def passes(self, value: str) -> bool:
        try:
            _validator(self.module)(value)
        # Numbers of a birth date that there never was come as errors of other kinds.
        except (ValidationError, ValueError, IndexError, KeyError):
            return False
        return True


@dataclass(frozen=True, slots=True)
class Proof:
    """What the values of a column are, by which scheme, and the share of them that pass (0 to 1)."""

    what: str
    share: float
    detail: str = ""
    checksum: bool = True


def _read(name: str) -> dict[str, Any]:
    with (DATA / name).open("rb") as file:
        return tomllib.load(file)


@functools.cache
def _validator(module: str) -> Callable[[str], object]:
    return importlib.import_module(f"stdnum.{module}").validate  # type: ignore[no-any-return]


@functools.cache
def identifiers() -> tuple[Identifier, ...]:
    return tuple(Identifier(**entry) for entry in _read("identifiers.toml")["scheme"])


@functools.cache
def _hashes() -> tuple[tuple[str, bool, re.Pattern[str]], ...]:
    schemes = _read("hashes.toml")["scheme"]
    return tuple((entry["name"], entry["salted"], re.compile(entry["pattern"])) for entry in schemes)


@functools.cache
def _terms() -> Mapping[str, re.Pattern[str]]:
    """Return for each kind a pattern of its words in all languages."""
    return {
        kind: re.compile(
            r"\b(?:"
            + "|".join(sorted({plain(word) for words in by.values() for word in words}, key=len))
            + r")\b"
        )
        for kind, by in _read("terms.toml").items()
    }


def could_be_identifier(value: str) -> bool:
    return SHORTEST <= len(value) <= LONGEST and len(_DIGITS.findall(value)) >= SHORTEST - 2


def identifier_of(value: str) -> Identifier | None:
    """Return the first identifier with a checksum that the value passes."""
    if not could_be_identifier(value):
        return None
    return next((each for each in identifiers() if each.checksum and each.passes(value)), None)


class IdentifierKeys:
    """Tells the national identifiers of one column from what is none, and gives each one text that is equal however it
    was punctuated. The scheme that the last one passed is tried first: a column nearly always holds one.
    """

    def __init__(self) -> None:
        self._last = identifiers()[0]

    def __call__(self, value: str) -> str:
        """Return the key of an identifier, or "" for what passes the rules of none."""
        if not could_be_identifier(value) or is_filler(value):
            return ""
        if not self._last.passes(value):
            passed = next((each for each in identifiers() if each.passes(value)), None)
            if passed is None:
                return ""
            self._last = passed
        return identifier_text(value)


def identifier_text(value: str) -> str:
    """Return an identifier without what people put between its parts, in capitals."""
    return _BETWEEN.sub("", value).upper()


def is_filler(value: str) -> bool:
    """Say whether a number is one that forms are filled with: all digits the same."""
    return len(set(_DIGITS.findall(value))) == 1


def prove_identifier(values: Sequence[str]) -> Proof | None:
    """Return the identifier that most of the values pass, or None when no half of them passes any."""
    tried = values[:FIRST]
    if sum(map(could_be_identifier, tried)) < HALF * len(tried):
        return None
    best: Proof | None = None
    for each in identifiers():
        if sum(map(each.passes, tried)) < HALF * len(tried):
            continue
        share = sum(map(each.passes, values)) / len(values)
        if best is None or (each.checksum, share) > (best.checksum, best.share):
            best = Proof(each.kind, share, each.label, each.checksum)
    return best


def hash_scheme(value: str) -> tuple[str, bool] | None:
    """Return the name of the way a password is stored and whether it has a salt; None for what is no hash."""
    return next(((name, salted) for name, salted, form in _hashes() if form.fullmatch(value)), None)


def prove_hash(values: Sequence[str]) -> Proof | None:
    """Return what the hashes among the values are: the kind and the scheme of most of them."""
    found = Counter(filter(None, map(hash_scheme, values)))
    if not found:
        return None
    salted = sum(count for (_, has_salt), count in found.items() if has_salt)
    # Where both occur, the weaker protection is what an attacker begins with.
    is_salted = salted * 2 > found.total()
    names = Counter({name: count for (name, has_salt), count in found.items() if has_salt == is_salted})
    what = "password_hash_salted" if is_salted else "password_hash_unsalted"
    return Proof(what, found.total() / len(values), names.most_common(1)[0][0])


def prove_terms(values: Sequence[str]) -> list[Proof]:
    """Return the special categories that at least two different values name, with the share that does."""
    texts = [plain(value) for value in values]
    found = {kind: sum(form.search(text) is not None for text in texts) for kind, form in _terms().items()}
    return [Proof(kind, count / len(values)) for kind, count in found.items() if count > 1]
