"""The rules of the house, held by looking at the code itself and at the process it starts as."""

import ast
import json
import os
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.apps import apps
from django.conf import settings
from django.db import models

from breach import jobs
from breach.management.commands.scheduler import SWEEPS

ROOT = Path(settings.BASE_DIR)
PACKAGES = ("breach", "notifications")
SOURCES = sorted(
    path for package in PACKAGES for path in (ROOT / package).rglob("*.py") if "migrations" not in path.parts
)
TEMPLATES = sorted((ROOT / "templates").rglob("*.html")) + sorted((ROOT / "breach").rglob("*.html"))
# What reads the time of day, by the module it comes from. RQ's scheduler is told its own clock.
TIME_OF_DAY = {
    "datetime": {"now", "utcnow", "today"},
    "date": {"today"},
    "timezone": {"now", "localdate", "localtime"},
    "time": {"time", "time_ns", "localtime", "gmtime", "ctime"},
}
CLOCKS = {"breach/clock.py"}
CIPHERS = {"cryptography", "pyrage", "nacl", "Crypto", "jwt", "OpenSSL"}


def named(path: Path) -> str:
    return path.relative_to(ROOT).as_posix()


def imports(path: Path) -> Iterator[str]:
    """Yield the dotted name of everything a module imports, inside of functions too."""
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            yield from (one.name for one in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert not node.level, f"{path}: imports are absolute"
            yield str(node.module)
            yield from (f"{node.module}.{one.name}" for one in node.names)


def reads_the_time(source: str) -> list[int]:
    """Return the lines on which a piece of Python asks what time it is."""
    return [
        node.lineno
        for node in ast.walk(ast.parse(source))
        if isinstance(node, ast.Attribute)
        and node.attr in TIME_OF_DAY.get(ast.unparse(node.value).rpartition(".")[2], ())
    ]


def run(script: str, **environment: str) -> subprocess.CompletedProcess[str]:
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("TOCSIN_", "DJANGO_"))}
    return subprocess.run(
        [sys.executable, "-c", script],
        capture_output=True,
        text=True,
        check=False,
        cwd=ROOT,
        env=kept | environment,
    )


# --- time, ciphers, imports ------------------------------------------------------------------------------


def test_the_time_is_read_in_one_place() -> None:
    found = {
        f"{named(path)}:{line}"
        for path in SOURCES
        for line in reads_the_time(path.read_text(encoding="utf-8"))
    }
    assert {place.partition(":")[0] for place in found} == CLOCKS, found


@pytest.mark.parametrize(
    "line",
    ["datetime.now(UTC)", "dt.datetime.utcnow()", "date.today()", "timezone.now()", "f(time.time())"],
)
def test_a_clock_elsewhere_would_be_seen(line: str) -> None:
    assert reads_the_time(f"x = {line}") == [1]
    assert not reads_the_time("x = clock.now() + time.monotonic()")


def test_only_clock_imports_the_functions_of_the_time_module() -> None:
    """`from time import time` would pass the test above."""
    bare = {
        f"{module}.{name}"
        for module in ("time", "django.utils.timezone")
        for names in [TIME_OF_DAY]
        for name in names["time"] | names["timezone"]
    }
    assert not {named(path) for path in SOURCES for one in imports(path) if one in bare}


def test_the_time_in_rqs_scheduler_is_rqs_own() -> None:
    users = {named(path) for path in SOURCES if "rq.utils.now" in set(imports(path))}
    assert users == {"breach/management/commands/scheduler.py"}


def test_cipher_libraries_are_imported_in_the_vault_only() -> None:
    users = {named(path) for path in SOURCES for one in imports(path) if one.partition(".")[0] in CIPHERS}
    assert users
    assert all(path.startswith("breach/vault/") for path in users), users


def test_breach_never_imports_notifications() -> None:
    inner = [path for path in SOURCES if named(path).startswith("breach/")]
    assert not [
        named(path) for path in inner if any(one.startswith("notifications") for one in imports(path))
    ]


def test_the_import_contracts_hold() -> None:
    done = subprocess.run(
        [Path(sys.executable).with_name("lint-imports"), "--no-cache"],
        capture_output=True,
        text=True,
        check=False,
        cwd=ROOT,
    )
    assert done.returncode == 0, done.stdout[-3000:]
    assert " 0 broken" in done.stdout


BLOCKED = """
import sys
class Refuse:
    def find_spec(self, name, path=None, target=None):
        if name.partition(".")[0] in {"django", "pyrage", "sqlite3", "psycopg", "redis", "rq"}:
            raise ImportError("blocked: " + name)
sys.meta_path.insert(0, Refuse())
"""


def test_the_verifier_runs_without_django_pyrage_and_database(tmp_path: Path) -> None:
    vectors = json.loads((ROOT / "tests" / "vectors" / "chain_export.json").read_text(encoding="utf-8"))
    export = tmp_path / "ledger.jsonl"
    export.write_text("\n".join(vectors["lines"]) + "\n", encoding="utf-8")
    verify = f"import sys; from breach.ledger.verify import main; sys.exit(main([{str(export)!r}]))"
    done = run(BLOCKED + verify)
    assert done.returncode == 0, done.stderr + done.stdout
    export.write_text("\n".join(vectors["lines"][:-2]) + "\n", encoding="utf-8")
    assert run(BLOCKED + verify).returncode == 1
    assert "blocked" in run(BLOCKED + "import breach.models").stderr


@pytest.mark.parametrize("room", ["breach.law.obligations", "breach.vault.envelope", "breach.ledger.chain"])
def test_pure_rooms_need_no_django(room: str) -> None:
    done = run(BLOCKED + f"import {room}")
    assert done.returncode == 0, done.stderr


# --- models ----------------------------------------------------------------------------------------------


def test_no_column_takes_the_time_by_itself() -> None:
    automatic = [
        f"{model.__name__}.{field.name}"
        for label in PACKAGES
        for model in apps.get_app_config(label).get_models()
        for field in model._meta.concrete_fields
        if getattr(field, "auto_now", False)
        or getattr(field, "auto_now_add", False)
        or (isinstance(field, models.DateField) and callable(field.default) and field.has_default())
    ]
    assert not automatic


def test_nothing_of_the_ledger_goes_when_something_else_goes() -> None:
    for name in ("Entry", "Checkpoint", "ChainHead"):
        relations = [
            field for field in apps.get_model("breach", name)._meta.get_fields() if field.is_relation
        ]
        assert not relations, name


# --- starting --------------------------------------------------------------------------------------------


def served(folder: Path, **changes: str) -> dict[str, str]:
    return {
        "DJANGO_SETTINGS_MODULE": "breach.settings",
        "TOCSIN_MODE": "served",
        "TOCSIN_DATA": str(folder / "data"),
        "TOCSIN_KEYS": str(folder / "keys"),
        "TOCSIN_KEYRING_PASSPHRASE": "four words of a poem",
        "TOCSIN_HOSTS": "incident.example.org",
        "TOCSIN_ORIGINS": "https://incident.example.org",
        "TOCSIN_BASE_URL": "https://incident.example.org",
        "TOCSIN_PORTAL_URL": "https://letters.example.org",
        "TOCSIN_PORTAL_HOSTS": "letters.example.org",
        "DATABASE_URL": "postgres://tocsin@db.example.org/tocsin",
        "REDIS_URL": "rediss://redis.example.org",
    } | changes


CHECK = """
import django
from django.core.management import call_command
django.setup()
call_command("check", deploy=True, fail_level="WARNING")
"""


@pytest.mark.parametrize("side", ["breach.settings", "notifications.portal.settings"])
def test_check_deploy_is_clean_when_served(tmp_path: Path, side: str) -> None:
    done = run(CHECK, **served(tmp_path, DJANGO_SETTINGS_MODULE=side))
    assert done.returncode == 0, done.stderr
    assert "no issues" in done.stdout


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"TOCSIN_DEBUG": "1"}, "tocsin.E005"),
        (
            {
                "TOCSIN_OIDC_ISSUER": "http://login.example.org",
                "TOCSIN_OIDC_CLIENT": "c",
                "TOCSIN_OIDC_SECRET": "s",
            },
            "tocsin.E008",
        ),
        ({"TOCSIN_OIDC_ISSUER": "https://login.example.org"}, "TOCSIN_OIDC_CLIENT"),
        ({"TOCSIN_SECOND_FACTOR": "offered"}, "tocsin.W009"),
        ({"TOCSIN_SECOND_FACTOR": "no"}, "TOCSIN_SECOND_FACTOR is 'no'"),
        ({"TOCSIN_BASE_URL": "http://incident.example.org"}, "tocsin.E004"),
        ({"REDIS_URL": "redis://redis.example.org"}, "tocsin.W006"),
        ({"TOCSIN_KEYRING_PASSPHRASE": ""}, "tocsin.W003"),
        ({"DATABASE_URL": ""}, "Served mode needs DATABASE_URL"),
        ({"REDIS_URL": ""}, "Served mode needs REDIS_URL"),
        ({"TOCSIN_MODE": "serverd"}, "TOCSIN_MODE is 'serverd'"),
    ],
)
def test_unsafe_settings_are_loud(tmp_path: Path, changes: dict[str, str], said: str) -> None:
    done = run(CHECK, **served(tmp_path, **changes))
    assert done.returncode != 0
    assert said in done.stderr


def test_every_sweep_is_a_registered_job() -> None:
    assert SWEEPS
    assert set(SWEEPS) <= set(jobs.registered())


# --- pages -----------------------------------------------------------------------------------------------

INLINE = re.compile(
    r"<[^>]*\s(?:style|on[a-z]+)\s*=|<style\b|<script(?![^>]*\s(?:src=|type=.application/json))|javascript:",
    re.IGNORECASE,
)
ABROAD = re.compile(r"<(?:script|link|img|iframe)[^>]+(?:src|href)=[\"']?(?:https?:)?//", re.IGNORECASE)
# Laid out by WeasyPrint, never sent to a browser; their style sheet is a file beside them.
PRINTED = ("letters/", "filings/", "reports/")


def test_pages_hold_no_inline_style_or_script_and_fetch_nothing_from_elsewhere() -> None:
    found = []
    for path in TEMPLATES:
        if named(path).removeprefix("templates/").startswith(PRINTED):
            continue
        text = path.read_text(encoding="utf-8")
        found += [
            f"{named(path)}: {hit.group()[:60]}" for rule in (INLINE, ABROAD) for hit in rule.finditer(text)
        ]
    assert len(TEMPLATES) > 20
    assert not found, "\n".join(found)


@pytest.mark.parametrize(
    "text",
    [
        '<p style="color:red">',
        "<a onclick='x()'>",
        "<style>",
        "<script>x()</script>",
        '<a href="javascript:x">',
    ],
)
def test_inline_code_would_be_seen(text: str) -> None:
    assert INLINE.search(text)
    assert not INLINE.search('<script src="{% static "a.js" %}" defer></script>')
    # A block of data is never run: the policy leaves it alone, too.
    assert not INLINE.search('<script data-x="y" type="application/json">{}</script>')


def test_nothing_is_marked_safe_that_people_typed() -> None:
    users = {
        named(path)
        for path in TEMPLATES
        if re.search(r"\|\s*safe\b|autoescape off", path.read_text(encoding="utf-8"))
    }
    assert not users


# --- papers ----------------------------------------------------------------------------------------------


def test_every_setting_stands_in_the_operators_manual() -> None:
    manual = (ROOT / "docs" / "operating.md").read_text(encoding="utf-8")
    code = "".join(
        (ROOT / path).read_text(encoding="utf-8")
        for path in ("breach/settings.py", "notifications/portal/settings.py")
    )
    read = set(re.findall(r"env\.\w+\(\s*\"([A-Z_]+)\"", code))
    assert "TOCSIN_MODE" in read
    # Names of one family stand in one row: `TOCSIN_SMTP_HOST`, `_PORT`.
    written = set(re.findall(r"[A-Z][A-Z_]+", manual))
    for row in re.findall(r"`(TOCSIN_[A-Z]+)_[A-Z]+`((?:, `_[A-Z]+`)+)", manual):
        written |= {row[0] + ending for ending in re.findall(r"`(_[A-Z]+)`", row[1])}
    assert read - written == set()


def test_locks_name_no_index_and_no_address() -> None:
    locks = sorted((ROOT / "requirements").glob("*.txt"))
    assert locks
    for path in locks:
        text = path.read_text(encoding="utf-8")
        assert "==" in text
        assert not re.search(r"https?://|index-url|find-links|trusted-host|\bfile:/", text), path.name
