"""The process that compares people: `python -m breach.intake.near_process THREADS MEMORY_MB`.

People come in and pairs go out as Arrow streams over standard input and output. It opens no file, needs no
key, and says nothing but whether it worked: what Splink and DuckDB would say may quote a person.
"""

import resource
import sys

import pyarrow as pa

from breach.intake.near_model import SCHEMA, compare, connect, take_in

OUT_OF_MEMORY, FAILED = 3, 4


def main(threads: int, memory_mb: int) -> int:
    """Compare what comes in. Returns the exit code."""
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))  # a core file would hold everybody in clear
    database = connect(threads=threads, memory_mb=memory_mb)
    with pa.ipc.open_stream(sys.stdin.buffer) as incoming:
        if incoming.schema != SCHEMA:
            return FAILED
        for batch in incoming:
            take_in(database, batch)
    writer = None
    for batch in compare(database):
        writer = writer or pa.ipc.new_stream(sys.stdout.buffer, batch.schema)
        writer.write_batch(batch)
    if writer:
        writer.close()
    sys.stdout.buffer.flush()
    return 0


if __name__ == "__main__":
    try:
        code = main(int(sys.argv[1]), int(sys.argv[2]))
    except Exception as error:  # noqa: BLE001 - its words may quote a person, so only its kind leaves
        code = OUT_OF_MEMORY if "OutOfMemory" in type(error).__name__ else FAILED
    sys.exit(code)
