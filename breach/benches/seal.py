"""Sealing and opening a large piece of evidence as a stream. The bar: within twice the time of the `age` program,
in no more than 200 MB.
"""

import os
import shutil
import subprocess
import tempfile
from pathlib import Path

from breach.benches.measure import Measured, Result, Stopwatch, measured
from breach.vault import IncidentVault

UNIT = "megabytes"
SIZES = (1024,)
MEGABYTE = 1024 * 1024
CONTEXT = "bench/evidence"


def bench(n: int) -> Result:
    """Measure sealing and opening `n` megabytes; each peer does both too."""
    here = f"{__name__}:"
    peers: dict[str, Measured] = {}
    if shutil.which("age"):
        peers["age_program"] = measured(f"{here}age_program", n)
    return Result("seal", measured(f"{here}ours", n), peers)


def _evidence(folder: str, n: int) -> Path:
    path = Path(folder) / "evidence"
    with path.open("wb") as stream:
        for _megabyte in range(n):
            stream.write(os.urandom(MEGABYTE))
    return path


def ours(n: int, watch: Stopwatch) -> None:
    """Seal and open under an incident's key."""
    vault = IncidentVault(os.urandom(32))
    with tempfile.TemporaryDirectory() as folder:
        plain, sealed, opened = _evidence(folder, n), Path(folder) / "sealed", Path(folder) / "opened"
        with watch:
            with plain.open("rb") as src, sealed.open("wb") as dst:
                vault.seal_stream(src, dst, context=CONTEXT)
            with sealed.open("rb") as src, opened.open("wb") as dst:
                vault.open_stream(src, dst, context=CONTEXT)
        _must_be_same(plain, opened)


def age_program(n: int, watch: Stopwatch) -> None:
    """Do the same with the `age` program."""
    with tempfile.TemporaryDirectory() as folder:
        plain, sealed, opened = _evidence(folder, n), Path(folder) / "sealed", Path(folder) / "opened"
        key = Path(folder) / "key"
        made = subprocess.run(["age-keygen", "-o", str(key)], capture_output=True, text=True, check=True)
        reader = made.stderr.split()[-1]
        with watch:
            subprocess.run(["age", "-r", reader, "-o", str(sealed), str(plain)], check=True)
            subprocess.run(["age", "-d", "-i", str(key), "-o", str(opened), str(sealed)], check=True)
        _must_be_same(plain, opened)


def _must_be_same(one: Path, other: Path) -> None:
    with one.open("rb") as first, other.open("rb") as second:
        while chunk := first.read(MEGABYTE):
            if second.read(MEGABYTE) != chunk:
                raise RuntimeError("what was opened differs from what was sealed")
