"""The list of settings. A new section is one line here, or one registered with breach/providers.py."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_safe

from breach import providers
from breach.permissions import can
from breach.providers import Section
from breach.views.room import reader

SECTIONS: list[Section] = [
    Section(
        "users",
        _("Accounts"),
        _("Who may come in: invite, change roles, close, unlock."),
        "users",
        "users.manage",
        10,
    ),
    Section(
        "factor-resets",
        _("Lost second factors"),
        _("Confirm as the second person that somebody comes in anew."),
        "factor-resets",
        "factors.confirm",
        20,
    ),
    Section(
        "break-glass",
        _("Emergency access"),
        _("Open an incident that is not yours, with a reason; its owners are told."),
        "break-glass",
        "glass.break",
        30,
    ),
    Section(
        "clients",
        _("Clients we process data for"),
        _("Whom to tell of a breach, and by when each contract wants it"),
        "client-register",
        "law.view",
        60,
    ),
    Section(
        "feeds",
        _("Calendar feeds"),
        _("Your running clocks in a calendar program"),
        "settings-feeds",
        "clocks.subscribe",
        70,
    ),
    Section("own-factor", _("Second factor"), _("Passkeys, app and recovery codes."), "mfa_index", "", 80),
    Section("sessions", _("Where I am signed in"), _("Browsers, and ending them."), "sessions", "", 90),
    Section(
        "organisations",
        _("Organisations"),
        _("Name, address, contact and officer, as filings and letters name them."),
        "settings-organisations",
        "law.view",
        22,
    ),
    Section(
        "law",
        _("Laws"),
        _("Which regimes are followed; one that is not, by whom and why."),
        "settings-law",
        "law.view",
        25,
    ),
    Section(
        "contracts",
        _("Contracts"),
        _("What insurers, banks and customers want after an incident, as clocks"),
        "settings-contracts",
        "law.view",
        26,
    ),
    Section(
        "alarms",
        _("Alarms"),
        _("When a clock alarms the people in charge"),
        "settings-alarms",
        "settings.manage",
        30,
    ),
    Section(
        "report-link",
        _("Report page"),
        _("The address by which anybody of the house reports a suspicion without an account"),
        "settings-report-link",
        "settings.manage",
        32,
    ),
    Section(
        "webhooks",
        _("Webhooks"),
        _("Machines of the house that are told of alarms"),
        "settings-webhooks",
        "settings.manage",
        31,
    ),
]


@require_safe
def index(request: HttpRequest) -> HttpResponse:
    """Show the sections that the reader may open."""
    user = reader(request)
    known = sorted([*SECTIONS, *providers.sections], key=lambda one: one.order)
    shown = [one for one in known if not one.capability or can(user, one.capability)]
    return render(request, "breach/settings/index.html", {"sections": shown})
