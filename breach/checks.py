"""System checks: unsafe combinations of settings, each with an id and a hint."""

import stat
from typing import Any

from django.conf import settings
from django.core.checks import CheckMessage, Error, Tags, Warning, register  # noqa: A004

from breach.errors import BadInput
from breach.keys import keyring
from breach.law import authorities, events, kinds, regimes
from breach.ledger import checks as ledger_checks  # noqa: F401 - registers its own


def _is_case_side() -> bool:
    """Tell the case side from the public process, which has no keyring, no Redis and no address of its own."""
    return hasattr(settings, "TOCSIN_BASE_URL")


@register(Tags.security)
def keys_apart(app_configs: Any, **kwargs: Any) -> list[CheckMessage]:  # noqa: ARG001
    """Keys must not lie in the folder of what they open."""
    database_folder = settings.DATA.database.parent
    if database_folder == settings.TOCSIN_KEYS or database_folder in settings.TOCSIN_KEYS.parents:
        return [
            Error(
                "The keys lie in the database's folder.",
                hint="Set TOCSIN_KEYS to a folder outside it.",
                id="tocsin.E001",
            )
        ]
    return []


@register(Tags.security)
def keys_private(app_configs: Any, **kwargs: Any) -> list[CheckMessage]:  # noqa: ARG001
    """Nobody else on this machine may read the keyring."""
    path = settings.TOCSIN_KEYS / "keyring.json"
    if path.exists() and stat.S_IMODE(path.stat().st_mode) & 0o077:
        return [
            Error(
                "Others on this machine can read the keyring.",
                hint=f"Run: chmod 600 {path}",
                id="tocsin.E002",
            )
        ]
    return []


@register(Tags.security, deploy=True)
def keyring_wrapped(app_configs: Any, **kwargs: Any) -> list[CheckMessage]:  # noqa: ARG001
    """In served mode the keyring is wrapped."""
    if settings.SERVED and _is_case_side() and not keyring().is_protected:
        return [
            Warning(
                "The keyring lies on disk without a passphrase.",
                hint="Set TOCSIN_KEYRING_PASSPHRASE, then run: manage.py rotate_keys",
                id="tocsin.W003",
            )
        ]
    return []


@register(Tags.security)
def served_is_encrypted(app_configs: Any, **kwargs: Any) -> list[CheckMessage]:  # noqa: ARG001
    """Served mode speaks TLS to people, to Redis on another host, and to the mail server."""
    if not settings.SERVED or not _is_case_side():
        return []
    found: list[CheckMessage] = []
    if not settings.TOCSIN_BASE_URL.startswith("https://"):
        found.append(
            Error(
                "TOCSIN_BASE_URL is not https.", hint="Set it to the address people open.", id="tocsin.E004"
            )
        )
    if settings.TOCSIN_OIDC_ISSUER and not settings.TOCSIN_OIDC_ISSUER.startswith("https://"):
        found.append(
            Error(
                "TOCSIN_OIDC_ISSUER is not https.", hint="Set it to the provider's address.", id="tocsin.E008"
            )
        )
    if settings.TOCSIN_SECOND_FACTOR != "required":
        found.append(
            Warning(
                "Nobody has to have a second factor.",
                hint="Unset TOCSIN_SECOND_FACTOR: served, it is required.",
                id="tocsin.W009",
            )
        )
    if settings.DEBUG:
        found.append(
            Error("TOCSIN_DEBUG is on in served mode.", hint="Unset TOCSIN_DEBUG.", id="tocsin.E005")
        )
    remote = settings.REDIS_URL.startswith("redis://") and not any(
        host in settings.REDIS_URL for host in ("localhost", "127.0.0.1", "[::1]")
    )
    if remote:
        found.append(
            Warning("Redis on another host is not encrypted.", hint="Use rediss://", id="tocsin.W006")
        )
    return found


@register(Tags.database)
def sqlite_is_strict(app_configs: Any, databases: Any = None, **kwargs: Any) -> list[CheckMessage]:  # noqa: ARG001
    """SQLite runs with the pragmas that the ledger's triggers rely on."""
    options = settings.DATABASES["default"].get("OPTIONS", {})
    if "sqlite3" not in settings.DATABASES["default"]["ENGINE"]:
        return []
    wanted = ("journal_mode=WAL", "foreign_keys=ON", "recursive_triggers=ON")
    if (
        any(word not in options.get("init_command", "") for word in wanted)
        or options.get("transaction_mode") != "IMMEDIATE"
    ):
        return [
            Error(
                "SQLite runs without WAL, foreign keys, recursive triggers or immediate transactions.",
                hint="Leave DATABASES as breach/settings.py makes it.",
                id="tocsin.E007",
            )
        ]
    return []


@register()
def law_is_whole(app_configs: Any, **kwargs: Any) -> list[CheckMessage]:  # noqa: ARG001
    """Every file of the law loads: a number without a unit would otherwise be missed in the middle of an incident."""
    found: list[CheckMessage] = []
    for load in (kinds.load, events.load, authorities.load, regimes.load):
        try:
            load()
        except BadInput as error:
            found.append(
                Error(f"breach/law/{error.place}: {error.message}.", hint=f"{error.mend}.", id="tocsin.E010")
            )
    return found
