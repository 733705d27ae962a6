"""The product's settings in a data folder of the test run's own; read before anything else of Django."""

import atexit
import os
import shutil
import tempfile

_ROOT = tempfile.mkdtemp(prefix="tocsin-test-")
atexit.register(shutil.rmtree, _ROOT, ignore_errors=True)
os.environ["TOCSIN_DATA"] = _ROOT
os.environ.pop("TOCSIN_KEYS", None)
# Playwright's sync driver runs an event loop beside the tests.
os.environ.setdefault("DJANGO_ALLOW_ASYNC_UNSAFE", "1")

from breach.settings import *  # noqa: E402, F403
