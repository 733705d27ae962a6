"""Stored obligations as clocks for a page."""

import re
from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime

from django.db.models import Count
from django.urls import reverse
from django.utils.translation import get_language, ngettext
from django.utils.translation import gettext as _

from breach.figures import Clock
from breach.law import private, regimes, words
from breach.law.steps import Step, instant_of
from breach.models import Obligation, ObligationState

# Authorities are stored by their full name in their own language, with the usual short form behind it.
_SHORT_FORM = re.compile(r"\(([^()]{2,20})\)$")


def obligation_label(obligation: Obligation, language: str) -> str:
    """Name an obligation by phase and by who is told: `Initial notification: CNIL`.

    Several laws may want the same people told, so where it is not an authority the law is named too. A clause
    of a contract has a name of its own.
    """
    if obligation.label:
        return str(obligation.label.get(language) or obligation.label["en"])
    phase = words.name("phase", obligation.phase, language)
    if obligation.to == "authority" and obligation.recipient:
        who = "; ".join(_short(one) for one in obligation.recipient.split("; "))
    else:
        who = f"{words.name('to', obligation.to, language)} ({law_name(obligation.regime, language)})"
    # French sets a no-break space before the colon.
    colon = "\u00a0: " if language == "fr" else ": "
    return f"{phase[:1].upper()}{phase[1:]}{colon}{who}"


def law_name(key: str, language: str) -> str:
    """Name a law by its regime; an unknown key stays as it is."""
    regime = regimes.load().get(key)
    return regime.name(language) if regime else key


def shown_clocks(rows: Sequence[Obligation], now: datetime) -> list[Clock]:
    """Return clocks as boards show them: one that carries others of clients stands for all of them, by number.

    One query more where there are such, whatever their number.
    """
    sizes: dict[tuple[int, str, datetime | None], int] = {}
    carriers = {row.incident_id for row in rows if row.affected_id}
    if carriers:
        running = Obligation.objects.filter(
            incident__in=carriers, affected__isnull=False, state__in=["provisional", "running"]
        )
        groups = running.order_by().values_list("incident", "to", "due").annotate(size=Count("pk"))
        sizes = {(incident, to, due): size for incident, to, due, size in groups}
    return [
        _group_of(row, now, sizes.get((row.incident_id, row.to, row.due), 1))
        if row.affected_id
        else clock_of(row, now)
        for row in rows
    ]


def _group_of(obligation: Obligation, now: datetime, size: int) -> Clock:
    """The clock of a group, leading to the list of its clients."""
    language = (get_language() or "en").split("-")[0]
    is_contract = private.is_private(obligation.regime)
    by = _("contract") if is_contract else law_name(obligation.regime, language)
    text = ngettext("Tell %(count)d client (%(by)s)", "Tell %(count)d clients (%(by)s)", size)
    url = reverse("affected-clients", args=[obligation.incident.uid]) + "?view=to_tell"
    return replace(clock_of(obligation, now), label=text % {"count": size, "by": by}, url=url)


def clock_of(obligation: Obligation, now: datetime) -> Clock:
    """Return the obligation as a clock seen at `now`, in the zone of its incident, leading to its working."""
    incident = obligation.incident
    language = (get_language() or "en").split("-")[0]
    held = _held(obligation, now, language)
    return Clock(
        label=obligation_label(obligation, language),
        now=now,
        due=obligation.due,
        zone=incident.zone,
        started=obligation.runs_from,
        outer=obligation.outer,
        standard=words.name("standard", obligation.standard, language) if obligation.standard else "",
        done_at=obligation.met_at,
        provisional=obligation.state == ObligationState.PROVISIONAL,
        url=reverse("obligation", args=[incident.uid, obligation.uid]),
        held=held,
        held_until=obligation.held_until if held else None,
    )


def _held(obligation: Obligation, now: datetime, language: str) -> str:
    """Say which request of law enforcement holds the notice back at `now`; empty where none does."""
    if not obligation.held:
        return ""
    for stored in obligation.working:
        line = Step.from_json(stored)
        if line.code == "clock.held_open" or (
            line.code == "clock.held" and instant_of(line.values["at"]) > now
        ):
            return words.word(line, language)
    return ""


def _short(name: str) -> str:
    found = _SHORT_FORM.search(name)
    return found.group(1) if found else name
