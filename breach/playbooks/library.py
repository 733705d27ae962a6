"""The library on disk. A playbook may take in files of `shared/`: phases, and tasks most breaches have."""

import tomllib
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any

from breach.errors import BadInput
from breach.playbooks.format import Playbook, read_playbook

HERE = Path(__file__).resolve().parent
MERGED = ("phase", "task")


@cache
def load() -> Mapping[str, Playbook]:
    """Return every playbook of the library by key. Raises BadInput for the first that does not fit."""
    return load_folder(HERE / "library", shared=HERE / "shared")


def get(key: str) -> Playbook:
    try:
        return load()[key]
    except KeyError as error:
        raise BadInput(
            f"There is no playbook “{key}”", place="playbook", mend=f"Choose one of {', '.join(load())}."
        ) from error


def load_folder(folder: Path, *, shared: Path) -> Mapping[str, Playbook]:
    """Read all playbooks of a folder; `shared` holds what they include."""
    found: dict[str, Playbook] = {}
    for path in sorted(folder.glob("*.toml")):
        playbook = read_playbook(_merged(_parse(path), path.name, shared), place=path.name)
        if playbook.key != path.stem:
            raise BadInput(
                f"the key “{playbook.key}” is not the file's name",
                place=f"{path.name}: key",
                mend="Rename one.",
            )
        found[playbook.key] = playbook
    return found


def _merged(document: dict[str, Any], place: str, shared: Path) -> dict[str, Any]:
    names = document.pop("include", [])
    if not isinstance(names, list):
        raise BadInput("a list is needed", place=f"{place}: include", mend='Write include = ["duties"].')
    for name in names:
        path = shared / f"{name}.toml"
        if not str(name).isidentifier() or not path.exists():
            raise BadInput(
                f"“{name}” is no shared file", place=f"{place}: include", mend="Look into shared/."
            )
        for key, items in _parse(path).items():
            if key not in MERGED:
                raise BadInput(
                    f"“{key}” is no key here", place=path.name, mend="Shared files hold phases and tasks."
                )
            document[key] = [*document.get(key, []), *items]
    return document


def _parse(path: Path) -> dict[str, Any]:
    try:
        return tomllib.loads(path.read_text(encoding="utf-8"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise BadInput(f"not valid TOML ({error})", place=path.name, mend="Correct the file.") from error
