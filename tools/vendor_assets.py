"""Take the pinned npm packages of vendored.toml into breach/static/vendor/, or check what lies there.

    python tools/vendor_assets.py           pack each package, verify its digest, copy the named files
    python tools/vendor_assets.py --check   compare the vendored files with SHA256SUMS; needs no network

Exits 0 when all is well and 2, with one line per fault, when it is not.
"""

import argparse
import base64
import hashlib
import re
import shutil
import subprocess
import sys
import tarfile
import tempfile
import tomllib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
MANIFEST = ROOT / "tools" / "vendored.toml"
TARGET = ROOT / "breach" / "static" / "vendor"
SUMS = "SHA256SUMS"
BAD_INPUT = 2

# The map files are not shipped, and the static files storage refuses a reference to a missing file.
SOURCE_MAP = re.compile(rb"\s*(?:/\*[#@] sourceMappingURL=[^*]*\*/|//[#@] sourceMappingURL=\S*)\s*\Z")

MIT = """MIT License

Copyright (c) {holders}

Permission is hereby granted, free of charge, to any person obtaining a copy of this software and
associated documentation files (the "Software"), to deal in the Software without restriction,
including without limitation the rights to use, copy, modify, merge, publish, distribute,
sublicense, and/or sell copies of the Software, and to permit persons to whom the Software is
furnished to do so, subject to the following conditions:

The above copyright notice and this permission notice shall be included in all copies or substantial
portions of the Software.

THE SOFTWARE IS PROVIDED "AS IS", WITHOUT WARRANTY OF ANY KIND, EXPRESS OR IMPLIED, INCLUDING BUT
NOT LIMITED TO THE WARRANTIES OF MERCHANTABILITY, FITNESS FOR A PARTICULAR PURPOSE AND
NONINFRINGEMENT. IN NO EVENT SHALL THE AUTHORS OR COPYRIGHT HOLDERS BE LIABLE FOR ANY CLAIM, DAMAGES
OR OTHER LIABILITY, WHETHER IN AN ACTION OF CONTRACT, TORT OR OTHERWISE, ARISING FROM, OUT OF OR IN
CONNECTION WITH THE SOFTWARE OR THE USE OR OTHER DEALINGS IN THE SOFTWARE.
"""


class Refused(Exception):  # noqa: N818 - as the other refusals are named
    """The archive or the vendored files are not what the manifest says."""


@dataclass(frozen=True, slots=True)
class Package:
    """One npm package: where it comes from and which of its files are kept."""

    name: str
    version: str
    folder: str
    integrity: str
    files: tuple[str, ...]
    icons: tuple[str, ...] = ()
    mit_holders: str = ""

    def members(self) -> Iterator[tuple[str, str]]:
        """Yield (path in the archive, name in the folder)."""
        for path in self.files:
            yield f"package/{path}", Path(path).name
        for icon in self.icons:
            yield f"package/icons/outline/{icon}.svg", f"{icon}.svg"


def packages() -> list[Package]:
    """Read the manifest."""
    rows = tomllib.loads(MANIFEST.read_text(encoding="utf-8"))["package"]
    return [
        Package(**{key: tuple(v) if isinstance(v, list) else v for key, v in row.items()}) for row in rows
    ]


def pack(package: Package, folder: Path) -> Path:
    """Let npm fetch the archive, and refuse it when its digest is not the recorded one."""
    subprocess.run(
        ["npm", "pack", "--silent", "--pack-destination", str(folder), f"{package.name}@{package.version}"],
        check=True,
        capture_output=True,
        cwd=folder,
    )
    (archive,) = folder.glob("*.tgz")
    digest = base64.b64encode(hashlib.sha512(archive.read_bytes()).digest()).decode()
    if package.integrity != f"sha512-{digest}":
        raise Refused(
            f"{package.name} {package.version}: the archive has digest sha512-{digest}, not the recorded one."
        )
    return archive


def shipped(content: bytes, name: str) -> bytes:
    """Return the bytes as they are kept: without a reference to a map that is not shipped."""
    return SOURCE_MAP.sub(b"\n", content) if name.endswith((".css", ".js")) else content


def unpack(package: Package, archive: Path, target: Path) -> None:
    """Write the kept files of one package into its folder."""
    target.mkdir(parents=True)
    with tarfile.open(archive) as tar:
        for member, name in package.members():
            try:
                source = tar.extractfile(member)
            except KeyError:
                source = None
            if source is None:
                raise Refused(
                    f"{package.name} {package.version}: {member} is not in the archive. Mend its entry."
                )
            (target / name).write_bytes(shipped(source.read(), name))
    if package.mit_holders:
        (target / "LICENSE").write_text(MIT.format(holders=package.mit_holders), encoding="utf-8")


def sums(folder: Path) -> str:
    """Return one line per file, in the form that `sha256sum --check` reads."""
    files = sorted(path for path in folder.rglob("*") if path.is_file() and path.name != SUMS)
    return "".join(
        f"{hashlib.sha256(p.read_bytes()).hexdigest()}  {p.relative_to(folder).as_posix()}\n" for p in files
    )


def vendor() -> None:
    """Replace breach/static/vendor/ as a whole, once every package has been verified."""
    with tempfile.TemporaryDirectory() as name:
        fresh = Path(name) / "vendor"
        for package in packages():
            box = Path(name) / package.folder
            box.mkdir()
            unpack(package, pack(package, box), fresh / package.folder)
        (fresh / SUMS).write_text(sums(fresh), encoding="utf-8")
        shutil.rmtree(TARGET, ignore_errors=True)
        shutil.copytree(fresh, TARGET)


def check(folder: Path = TARGET) -> None:
    """Refuse when a vendored file was changed, added or lost since it was taken."""
    kept = set((folder / SUMS).read_text(encoding="utf-8").splitlines())
    differing = {line.split("  ", 1)[1] for line in kept ^ set(sums(folder).splitlines())}
    if differing:
        raise Refused(
            f"{', '.join(sorted(differing))}: not as recorded in {SUMS}. Run tools/vendor_assets.py."
        )


def main() -> int:
    """Run from the command line."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--check", action="store_true", help="compare the vendored files with their digests")
    arguments = parser.parse_args()
    try:
        check() if arguments.check else vendor()
    except Refused as error:
        sys.stderr.write(f"{error}\n")
        return BAD_INPUT
    except subprocess.CalledProcessError as error:
        sys.stderr.write(f"npm pack failed: {error.stderr.decode(errors='replace').strip()}\n")
        return BAD_INPUT
    return 0


if __name__ == "__main__":
    sys.exit(main())
