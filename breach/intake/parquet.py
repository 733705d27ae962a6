"""Parquet files into rows of text, a few rows at a time, whatever the size of the file's row groups."""

import json
from collections.abc import Generator
from typing import Any, BinaryIO, cast

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from breach.errors import BadInput
from breach.intake.caps import MIB, Caps
from breach.intake.cells import checked_row
from breach.intake.refusals import Refusal
from breach.intake.rows import Row

ROWS_AT_ONCE = 1_024
DEPTH = 4
MEND = "Export the table again, as CSV for instance."
_MIDNIGHT = " 00:00:00"


class ParquetTable:
    """One Parquet file. Raises BadInput for one that is damaged, encrypted or unpacks too far."""

    def __init__(self, stream: BinaryIO, caps: Caps, *, place: str) -> None:
        self._stream, self._caps, self._place = stream, caps, place
        try:
            with pq.ParquetFile(_source(stream)) as file:
                self._check_claims(file.metadata)
                schema = file.schema_arrow
        except (pa.ArrowException, OSError, ValueError) as error:
            raise self._damaged() from error
        # A repeated value stays one value in memory.
        self._once = [field.name for field in schema if _is_text(field.type)]
        self.columns: list[str] = _flat(schema.empty_table()).column_names

    def _check_claims(self, meta: Any) -> None:
        sizes = [meta.row_group(number).total_byte_size for number in range(meta.num_row_groups)]
        if max(sizes, default=0) > self._caps.unpacked_bytes:
            raise BadInput(
                f"a row group unpacks to {max(sizes) // MIB} MB; at most {self._caps.unpacked_bytes // MIB} are taken",
                place=self._place,
                mend="Write it with smaller row groups.",
                code="bomb",
            )
        if meta.num_rows > self._caps.rows:
            raise BadInput(
                f"the file claims {meta.num_rows:,} rows; at most {self._caps.rows:,} are taken",
                place=self._place,
                mend="Split it into parts.",
                code="rows",
            )

    def rows(self) -> Generator[Row | Refusal, None, None]:
        """Yield the rows, numbered from 1."""
        number = 0
        try:
            with pq.ParquetFile(_source(self._stream), read_dictionary=self._once) as file:
                for batch in file.iter_batches(batch_size=ROWS_AT_ONCE, use_threads=False):
                    columns = [_texts(column) for column in _flat(pa.Table.from_batches([batch])).columns]
                    for cells in zip(*columns, strict=True):
                        number += 1
                        if any(cells):
                            yield checked_row(number, cells, self._caps)
        except (pa.ArrowException, OSError, ValueError) as error:
            raise self._damaged(f", row {number + 1}") from error

    def _damaged(self, where: str = "") -> BadInput:
        return BadInput(
            "the Parquet file is damaged or encrypted",
            place=f"{self._place}{where}",
            mend=MEND,
            code="parquet",
        )


class _Kept:
    """The stream without its end: the reader would close what it was lent."""

    closed = False

    def __init__(self, stream: BinaryIO) -> None:
        self.read, self.seek, self.tell = stream.read, stream.seek, stream.tell

    def close(self) -> None:
        """Leave it open."""

    def readable(self) -> bool:
        return True

    def seekable(self) -> bool:
        return True


def _source(stream: BinaryIO) -> Any:
    stream.seek(0)
    return pa.PythonFile(_Kept(stream), mode="r")


def _is_text(kind: Any) -> bool:
    return bool(pa.types.is_string(kind) or pa.types.is_binary(kind) or pa.types.is_large_string(kind))


def _flat(table: Any) -> Any:
    for _ in range(DEPTH):
        if not any(pa.types.is_struct(field.type) for field in table.schema):
            break
        table = table.flatten()
    return table


def _texts(column: Any) -> list[str]:
    """Return a column as text; a value that has no text form of its own as JSON."""
    array = column.combine_chunks()
    if isinstance(array, pa.ChunkedArray):
        array = pa.concat_arrays(array.chunks) if array.num_chunks else pa.array([], column.type)
    if pa.types.is_dictionary(array.type):
        values = _texts(pa.chunked_array([array.dictionary]))
        return ["" if index is None else values[index] for index in array.indices.to_pylist()]
    if not pa.types.is_nested(array.type):
        try:
            found = pc.cast(array, pa.string()).to_pylist()
        except (pa.ArrowInvalid, pa.ArrowNotImplementedError):
            pass
        else:
            return (
                [_day(value) for value in found]
                if pa.types.is_temporal(array.type)
                else ["" if value is None else value for value in found]
            )
    return [_text(value) for value in array.to_pylist()]


def _day(value: str | None) -> str:
    """Return a date without a midnight, a time without empty fractions of a second."""
    if value is None:
        return ""
    whole, _, fraction = value.partition(".")
    return (whole if not fraction.strip("0") else value).removesuffix(_MIDNIGHT)


def _text(value: Any) -> str:
    match value:
        case None:
            return ""
        case str():
            return value
        case bytes():
            try:
                return value.decode()
            except UnicodeDecodeError:
                # A picture, a key: that it is there is what counts.
                return f"({len(value)} bytes)"
        case _:
            return json.dumps(cast("Any", value), ensure_ascii=False, default=str)
