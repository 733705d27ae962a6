"""Every benchmark by name: the module that holds its `UNIT`, `SIZES` and `bench`."""

from importlib import import_module
from typing import Any

from breach.errors import BadInput

BENCHES = {
    "intake": "breach.benches.intake",
    "ledger": "breach.benches.ledger",
    "matching": "breach.benches.matching",
    "obligations": "breach.benches.obligations",
    "letters": "notifications.benches.letters",
    "pages": "notifications.benches.pages",
    "seal": "breach.benches.seal",
}


def bench_named(name: str) -> Any:
    """Return the module of a benchmark. BadInput names those there are."""
    if name not in BENCHES:
        raise BadInput(f"there is no benchmark {name!r}", place="NAME", mend=f"One of {', '.join(BENCHES)}.")
    return import_module(BENCHES[name])
