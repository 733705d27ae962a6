"""kill -9 at any moment, start again: the same people as without the kill. Real processes, a database of their own."""

import json
import os
import random
import signal
import subprocess
import sys
import time
from pathlib import Path

from django.conf import settings

ROWS = 9_000
KILLS = 4


def environment(folder: Path) -> dict[str, str]:
    kept = {key: value for key, value in os.environ.items() if key not in ("DATABASE_URL", "TOCSIN_KEYS")}
    return kept | {"TOCSIN_DATA": str(folder), "DJANGO_SETTINGS_MODULE": "breach.settings"}


def step(folder: Path, *args: str) -> object:
    command = [sys.executable, "-m", "tests.breach.services.killed", *args]
    done = subprocess.run(
        command, cwd=settings.BASE_DIR, env=environment(folder), capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


def start(folder: Path, table: Path, reference: str) -> subprocess.Popen[bytes]:
    command = [sys.executable, "manage.py", "import_people", str(table), "--incident", reference, "--json"]
    return subprocess.Popen(
        command,
        cwd=settings.BASE_DIR,
        env=environment(folder),
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
    )


def test_an_import_that_is_killed_at_random_ends_as_one_that_is_not(tmp_path: Path) -> None:
    results = []
    chance = random.SystemRandom()
    calm = 1.0
    for name, kills in (("calm", 0), ("killed", KILLS)):
        folder = tmp_path / name
        folder.mkdir()
        table = folder / "people.csv"
        reference = str(step(folder, "prepare", str(table), str(ROWS)))
        began = time.monotonic()
        for _ in range(kills):
            process = start(folder, table, reference)
            time.sleep(chance.uniform(0.3, calm) if name == "killed" else 0)
            process.send_signal(signal.SIGKILL)
            process.communicate()
        process = start(folder, table, reference)
        process.communicate()
        calm = time.monotonic() - began
        # 2: the last kill came when everything was stored, and the file is refused as known.
        assert process.returncode in ((0, 2) if kills else (0,))
        results.append(step(folder, "summary"))

    assert results[1] == results[0]
    assert results[0]["file"]["read"] == ROWS + 5  # type: ignore[index]
