"""The only reader of files in the law room: TOML data beside the code."""

from __future__ import annotations

import tomllib
from functools import cache
from pathlib import Path
from typing import Any

from breach.errors import BadInput

HERE = Path(__file__).resolve().parent


@cache
def read(name: str) -> dict[str, Any]:
    """Return the parsed data file `name`, relative to this folder. Callers must not change it."""
    return parse(HERE / name, place=name)


def parse(path: Path, *, place: str) -> dict[str, Any]:
    try:
        return tomllib.loads(path.read_text(encoding="utf-8"))
    except tomllib.TOMLDecodeError as error:
        raise BadInput(
            f"not valid TOML ({error})", place=place, mend="Correct the file", code="toml"
        ) from error


def names(folder: str, suffix: str = ".toml") -> tuple[str, ...]:
    """Return the files of `folder`, as names for `read`, in alphabetical order."""
    return tuple(f"{folder}/{path.name}" for path in sorted((HERE / folder).glob(f"*{suffix}")))
