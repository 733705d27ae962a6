"""All incidents at once, for those who answer for them."""

from datetime import datetime
from typing import Any

from babel.dates import format_skeleton
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import get_language, ngettext
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from breach import clock
from breach.figures import BarPlot, Count, bar_plot
from breach.models import Phase
from breach.permissions import require
from breach.views.room import reader
from notifications.queries.portfolio import LATE, ON_TIME, OVERDUE, WITHIN, Portfolio, portfolio_of
from notifications.reports.register import words

CAPABILITY = "portfolio.view"


@require_safe
def portfolio(request: HttpRequest) -> HttpResponse:
    """Show how old open incidents are, whether duties were met in time, whom letters reached, and what went wrong."""
    user = reader(request)
    require(user, CAPABILITY)
    found = portfolio_of(user, clock.now())
    language = (get_language() or "en")[:2]
    context: dict[str, Any] = {
        "found": found,
        "plots": [
            _ages(found),
            _duties(found),
            _people(found),
            _months(found, language),
            _causes(found, language),
        ],
        "phases": _phases(found),
    }
    return render(request, "notifications/portfolio.html", context)


def _phases(found: Portfolio) -> BarPlot:
    page = reverse("incidents")
    rows = [
        Count(str(Phase(key).label), value, f"{page}?phase={key}" if value else "")
        for key, value in found.phases.items()
    ]
    return bar_plot(_("Incidents by phase"), rows)


def _ages(found: Portfolio) -> BarPlot:
    rows, before = [], 0
    for days, value in found.ages.items():
        if days is None:
            label = ngettext("more than %(days)d day", "more than %(days)d days", before) % {"days": before}
        else:
            label = ngettext("up to %(days)d day", "up to %(days)d days", days) % {"days": days}
        rows.append(Count(label, value))
        before = days or before
    return bar_plot(_("Open incidents by age"), rows)


def _duties(found: Portfolio) -> BarPlot:
    said = {
        ON_TIME: (_("met in time"), "good"),
        WITHIN: (_("met by the outer end"), "info"),
        LATE: (_("met late"), "bad"),
        OVERDUE: (_("not met and overdue"), "bad"),
    }
    overdue = f"{reverse('clocks')}?state=running&to=authority&overdue=1" if found.duties[OVERDUE] else ""
    rows = [
        Count(label, found.duties[key], overdue if key == OVERDUE else "", tone)
        for key, (label, tone) in said.items()
    ]
    return bar_plot(_("What authorities were owed"), rows)


def _people(found: Portfolio) -> BarPlot:
    said = {
        "delivered": (_("told"), "good"),
        "pending": (_("on the way"), "info"),
        "ambiguous": (_("unclear whether it left"), "warn"),
        "failed": (_("not reached"), "bad"),
        "withheld": (_("held back"), ""),
    }
    rows = [Count(label, found.people.get(key, 0), "", tone) for key, (label, tone) in said.items()]
    return bar_plot(_("People on notices"), rows)


def _months(found: Portfolio, language: str) -> BarPlot:
    def month(first: datetime) -> str:
        return str(format_skeleton("yMMMM", first, tzinfo=first.tzinfo, locale=language))

    return bar_plot(
        _("Incidents opened"), [Count(month(first), value) for first, value in found.months.items()]
    )


def _causes(found: Portfolio, language: str) -> BarPlot:
    names = words(language)
    rows = [
        Count(names[f"cause.{key}"] if key else _("not known"), value) for key, value in found.causes.items()
    ]
    return bar_plot(_("Causes"), rows)
