from datetime import UTC, datetime
from types import SimpleNamespace
from typing import Any

import pytest
from django.template import Context, Template, TemplateSyntaxError

INSTANT = datetime(2026, 11, 27, 17, 40, tzinfo=UTC)


def render(text: str, **context: Any) -> str:
    return Template("{% load tocsin %}" + text).render(Context(context))


def test_local_time_takes_the_incidents_zone_before_the_readers() -> None:
    incident, user = SimpleNamespace(zone="Europe/London"), SimpleNamespace(zone="Europe/Paris")
    assert "Europe/London" in render("{% local_time at %}", at=INSTANT, incident=incident, user=user)
    assert "Europe/Paris" in render("{% local_time at %}", at=INSTANT, user=user)
    assert '17:40</span> <span class="zone">UTC' in render("{% local_time at %}", at=INSTANT)


def test_local_time_carries_the_instant_for_machines() -> None:
    assert 'datetime="2026-11-27T17:40:00Z"' in render("{% local_time at 'Europe/Paris' %}", at=INSTANT)


def test_local_time_of_nothing_is_a_dash() -> None:
    assert render("{% local_time at %}", at=None) == "—"


def test_icon_is_hidden_from_screen_readers_unless_named() -> None:
    assert 'aria-hidden="true"' in render("{% icon 'clock' %}")
    named = render("{% icon 'clock' label %}", label='a "clock"')
    assert 'role="img" aria-label="a &quot;clock&quot;"' in named
    assert "aria-hidden" not in named


def test_icon_that_is_not_vendored_says_where_to_add_it() -> None:
    with pytest.raises(TemplateSyntaxError, match=r"vendored\.toml"):
        render("{% icon 'no-such-icon' %}")


def test_digest_short_and_file_size() -> None:
    assert (
        render("{{ d|digest_short }} {{ n|file_size }}", d="ab" * 32, n=184_320) == "abababababab… 184.3 kB"
    )
