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
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / KILOBYTES_IN_A_MEGABYTE
    answer = {"seconds": watch.seconds, "peak_mb": peak, "value": value}
    Path(asked["answer"]).write_text(json.dumps(answer), encoding="utf-8")


if __name__ == "__main__":
    main(sys.argv[1])
