"""How much work and memory a file from outside may ask for."""

from dataclasses import dataclass

MIB = 1024 * 1024


@dataclass(frozen=True, slots=True)
class Caps:
    """Upper limits; sizes in bytes, lengths in characters."""

    file_bytes: int = 2048 * MIB
    unpacked_bytes: int = 1024 * MIB
    # XML of a sheet packs about twentyfold; only past `ratio_from` bytes is a ratio worth judging.
    ratio: int = 250
    ratio_from: int = 16 * MIB
    members: int = 2_000
    # Of one upload, all its archives together: twice the largest single file. `ratio` holds for it too.
    archive_bytes: int = 4096 * MIB
    # A zip in a zip, with packed tables in it, is what nested exports are; every level beyond multiplies the work.
    archive_depth: int = 3
    # Each becomes a line on a page, which somebody maps and accepts.
    archive_files: int = 200
    # The list of names is read into memory as a whole; this is far more than two thousand names take.
    directory_bytes: int = 2 * MIB
    columns: int = 128
    # Formats that name a value once can claim any number of rows.
    rows: int = 50_000_000
    header_chars: int = 200
    # A spreadsheet cell holds no more than this, so nothing that was exported from one is lost.
    cell_chars: int = 32_767
    line_chars: int = MIB
    # A quoted cell that runs on for more lines than this is a quote that was never closed.
    record_lines: int = 200


CAPS = Caps()
