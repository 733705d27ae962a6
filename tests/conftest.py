"""What every test shares: a data folder of its own, keys of its own, and a ledger that can be emptied between tests."""

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import hypothesis
import pytest
from django.conf import settings as project_settings
from django.utils import translation

from breach import private_redis
from breach.ledger import testing as ledger_testing
from tests.house import House, build_house

# How long it takes to make examples says something of the machine and who shares it, nothing of the code.
hypothesis.settings.register_profile("shared", suppress_health_check=[hypothesis.HealthCheck.too_slow])
hypothesis.settings.load_profile("shared")

NOW = datetime(2026, 11, 24, 9, 0, tzinfo=UTC)


@pytest.fixture(scope="session", autouse=True)
def _ledger_may_be_flushed() -> Iterator[None]:
    with ledger_testing.flush_allowed():
        yield


@pytest.fixture
def now() -> datetime:
    """Tuesday 24 November 2026, 10:00 in Paris."""
    return NOW


@pytest.fixture
def house(db: None) -> House:
    """An organisation with a responder, two managers, a deputy, a data protection officer, an auditor, an administrator."""
    return build_house(NOW)


@pytest.fixture(scope="session")
def redis_socket() -> Iterator[Path]:
    """The private Redis of this test session, or nothing to do when REDIS_URL names one."""
    if project_settings.REDIS_URL:
        yield Path()
        return
    process = private_redis.start(project_settings.DATA.redis_socket)
    yield project_settings.DATA.redis_socket
    if process:
        process.terminate()
        process.wait()


@pytest.fixture(autouse=True)
def _quick_passwords(settings: Any) -> None:
    """Hashing is slow on purpose; tests make many accounts."""
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]


@pytest.fixture(autouse=True)
def _language_of_the_house() -> Iterator[None]:
    """A page asked for in French leaves French active in the thread; the next test begins in the usual language."""
    translation.deactivate()
    yield
    translation.deactivate()
