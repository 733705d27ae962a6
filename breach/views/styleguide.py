"""Every component once, with made-up values; served in debug only."""

from datetime import UTC, datetime, timedelta
from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext_lazy as _

from breach import clock
from breach.figures import BarPlot, Clock, Count, TimeLine, bar_plot, time_line

ZONE = "Europe/Paris"
DIGEST = "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08"


class SampleForm(forms.Form):
    """One field of each kind."""

    what = forms.CharField(
        label=_("What happened"), widget=forms.Textarea(attrs={"rows": 3, "data-quick-add": ""})
    )
    when = forms.CharField(label=_("When"), help_text=_("Such as “14:05 yesterday” or “about 14:00”."))
    kind = forms.ChoiceField(label=_("Kind"), choices=[("a", _("Action")), ("e", _("Event"))])
    sure = forms.BooleanField(label=_("I am sure"), required=False)


def clocks(now: datetime) -> list[Clock]:
    """One clock in each state."""
    hour = timedelta(hours=1)
    start = now - 50 * hour
    return [
        Clock(
            "CNIL: first notification",
            now,
            now + 22 * hour,
            ZONE,
            started=start,
            outer=now + 23 * hour,
            url="#",
        ),
        Clock(
            "ICO: first notification", now, now + 5 * hour, "Europe/London", started=start, provisional=True
        ),
        Clock(
            "Attorney General: first notification", now, now - 3 * hour, "America/Los_Angeles", started=start
        ),
        Clock("People concerned: first notification", now, None, ZONE, standard="without undue delay"),
        Clock(
            "Media: first notification",
            now,
            None,
            ZONE,
            held="Law enforcement holds the notice back (letter of 3 March).",
        ),
        Clock("CNIL: final report", now, now + 90 * hour, ZONE, started=start, done_at=now - 2 * hour),
        Clock("Insurer: early warning", now, now - 20 * hour, ZONE, started=start, done_at=now - 2 * hour),
    ]


def plot() -> BarPlot:
    """People by country, one of them long."""
    counts = [Count("France", 812, "#"), Count("Deutschland", 301, "#"), Count("België / Belgique", 144, "#")]
    return bar_plot("People by country", [*counts, Count("California", 37, "#", "warn")])


def line(now: datetime) -> TimeLine:
    """Every sample clock on one line of time."""
    return time_line(now - timedelta(hours=60), clocks(now), now=now, zone=ZONE)


def entries(now: datetime) -> list[dict[str, Any]]:
    """Three entries: exact, about with a file, and superseded."""
    common = {
        "zone": ZONE,
        "entered_at": now,
        "actor": "Camille Roux",
        "actions": [{"label": _("Correct"), "url": "#"}],
    }
    file = {"name": "access.log", "size": 184_320, "digest": DIGEST, "url": "#"}
    return [
        common
        | {
            "uid": "a",
            "text": "Shop taken off line.",
            "occurred_at": now - timedelta(hours=2),
            "tone": "good",
        },
        common
        | {
            "uid": "b",
            "text": "Large export seen in the web server's log.\nKept as evidence.",
            "occurred_at": now - timedelta(hours=9),
            "precision_label": _("about"),
            "original_text": "about 14:00",
            "kind_label": _("Detection"),
            "tone": "warn",
            "attachments": [file],
        },
        common
        | {
            "uid": "c",
            "text": "First alert at 13:00.",
            "occurred_at": datetime(2026, 11, 20, 12, 0, tzinfo=UTC),
            "is_superseded": True,
            "corrected_by_url": "#entry-b",
        },
    ]


def working(now: datetime) -> dict[str, Any]:
    """A working with a superseded value."""
    return {
        "lines": [
            "Aware on Fri 20 Nov 2026, 18:22.",
            "The running hour does not count; 72 hours follow.",
            "No weekend is skipped.",
        ],
        "citation": "Article 33(1) GDPR; Regulation 1182/71, Article 3",
        "rule_version": "2018-05-25",
        "confidence_label": _("verified"),
        "facts_url": "#",
        "superseded": [
            {"due": now + timedelta(hours=10), "zone": ZONE, "reason": _("awareness was corrected")}
        ],
    }


def styleguide(request: HttpRequest) -> HttpResponse:
    """Show all components; a submitted sample form shows its errors."""
    now = clock.now()
    form = SampleForm(request.POST or None)
    messages.success(request, _("Saved."))
    messages.warning(request, _("Two rows were refused."))
    incident = {
        "reference": "2026-001",
        "title": "Web shop: customer table copied",
        "zone": ZONE,
        "drill": "drill" in request.GET,
    }
    names = (
        "Overview",
        "Timeline",
        "Playbook",
        "People",
        "Assessment",
        "Obligations",
        "Notifications",
        "Reports",
        "Ledger",
    )
    context = {
        "incident": incident | {"get_phase_display": _("Open")},
        "clock": clocks(now)[0],
        "clocks": clocks(now),
        "next_action": {"text": _("Decide whether and when you became aware"), "url": "#"},
        "tabs": [{"label": name, "url": "#", "active": name == "Overview"} for name in names],
        "now": now,
        "plot": plot(),
        "line": line(now),
        "entries": entries(now),
        "working": working(now),
        "digest": DIGEST,
        "form": form,
        "actions": [{"label": _("Add"), "url": "#", "icon": "plus", "primary": True}],
    }
    return render(request, "breach/styleguide.html", context)
