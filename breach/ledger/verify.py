"""Checks an export of the ledger, alone: needs neither the database nor Django.

    python -m breach.ledger.verify FILE [--public-key HEX|FILE] [--noted DIGEST] [--earlier FILE] [--json]

Exit 0: intact. 1: not intact, each finding with its line. 2: the file is no export, or an argument does not
fit.

What it cannot show by itself: that the house did not write the whole file anew. So note a checkpoint's digest
where it is printed, and give it by --noted; keep an export, and give it by --earlier; get the house's public
key by another way, and give it by --public-key.
"""

import argparse
import json
import sys
from collections.abc import Sequence
from pathlib import Path

from breach.errors import BadInput
from breach.ledger.reading import read_public_key, verify, verify_file
from breach.ledger.report import Report, describe

__all__ = ["Report", "main", "verify", "verify_file"]

INTACT, NOT_INTACT, BAD_INPUT = 0, 1, 2


def main(given: Sequence[str] | None = None) -> int:
    """Run the command and return its exit code."""
    arguments = _arguments(given)
    try:
        report = _check(arguments)
    except BadInput as refusal:
        sys.stderr.write(f"{refusal}\n")
        return BAD_INPUT
    as_json = json.dumps(report.to_json(), ensure_ascii=False)
    sys.stdout.write((as_json if arguments.json else "\n".join(describe(report))) + "\n")
    return INTACT if report.is_intact else NOT_INTACT


def _arguments(given: Sequence[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        prog="python -m breach.ledger.verify", description="Check an exported ledger."
    )
    parser.add_argument("file", type=Path, help="an export written by manage.py export_ledger")
    parser.add_argument(
        "--public-key", action="append", default=[], help="the house's key, known by another way"
    )
    parser.add_argument(
        "--noted", action="append", default=[], help="a checkpoint's digest, as printed somewhere"
    )
    parser.add_argument("--earlier", type=Path, help="an export made before; this one must continue it")
    parser.add_argument("--json", action="store_true", help="print one JSON document")
    return parser.parse_args(given)


def _check(arguments: argparse.Namespace) -> Report:
    pinned = [_given_key(text) for text in arguments.public_key]
    earlier = verify_file(arguments.earlier, pinned=pinned) if arguments.earlier else None
    if earlier and not earlier.is_intact:
        mend = "Check it alone to see why."
        raise BadInput("The earlier export is itself not intact", place=str(arguments.earlier), mend=mend)
    return verify_file(arguments.file, pinned=pinned, noted=arguments.noted, earlier=earlier)


def _given_key(text: str) -> bytes:
    """Read --public-key: 64 hex digits, or a file that holds them."""
    try:
        path = Path(text)
        return read_public_key(path.read_text(encoding="ascii").strip() if path.is_file() else text.strip())
    except (ValueError, OSError):
        mend = "Give 64 hex digits, or a file that holds them."
        raise BadInput("This is no public key", place="--public-key", mend=mend) from None


if __name__ == "__main__":
    sys.exit(main())
