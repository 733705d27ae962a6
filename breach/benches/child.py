"""The process in which one piece of work is measured: `python -m breach.benches.child REQUEST`."""

import json
import resource
import sys
from importlib import import_module
from pathlib import Path

import django
from django.core.management import call_command

from breach.benches.measure import Stopwatch

KILOBYTES_IN_A_MEGABYTE = 1024


def main(request: str) -> None:
    """Make an empty installation in the data folder that the environment names, do the work, write the answer."""
    asked = json.loads(request)
    django.setup()
    call_command("migrate", verbosity=0)
    module, _colon, name = asked["work"].partition(":")
    watch = Stopwatch()
    value = getattr(import_module(module), name)(asked["n"], watch, **asked["options"])
    answer = {"seconds": watch.seconds, "peak_mb": peak_megabytes(), "value": value}
    Path(asked["answer"]).write_text(json.dumps(answer), encoding="utf-8")


def peak_megabytes() -> float:
    """Return the most memory that this process ever held. The kernel's own mark, where it is told: the figure that
    `getrusage` gives begins, after a fork, with what the parent held.
    """
    try:
        status = Path("/proc/self/status").read_text(encoding="ascii")
        line = next(one for one in status.splitlines() if one.startswith("VmHWM:"))
        kilobytes = int(line.split()[1])
    except (OSError, StopIteration):
        kilobytes = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return kilobytes / KILOBYTES_IN_A_MEGABYTE


if __name__ == "__main__":
    main(sys.argv[1])
