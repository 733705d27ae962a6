"""The product's settings in a data folder of the test run's own; read before anything else of Django."""

import atexit
import os
import shutil
import tempfile
from urllib.parse import urlsplit

_ROOT = tempfile.mkdtemp(prefix="tocsin-test-")
atexit.register(shutil.rmtree, _ROOT, ignore_errors=True)
os.environ["TOCSIN_DATA"] = _ROOT
os.environ.pop("TOCSIN_KEYS", None)
# Playwright's sync driver runs an event loop beside the tests.
os.environ.setdefault("DJANGO_ALLOW_ASYNC_UNSAFE", "1")

# Tests side by side: each process has its own data folder (above), its own database (pytest-django names it), and, where
# a Redis is given, a database of that Redis of its own, since queue tests empty it.
_WORKER = os.environ.get("PYTEST_XDIST_WORKER", "")
if _WORKER and os.environ.get("REDIS_URL"):
    _REDIS = urlsplit(os.environ["REDIS_URL"])
    os.environ["REDIS_URL"] = _REDIS._replace(path=f"/{15 - int(_WORKER.removeprefix('gw'))}").geturl()

from breach.settings import *  # noqa: E402, F403
