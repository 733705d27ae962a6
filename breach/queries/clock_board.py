"""All running clocks over all incidents that somebody may see, most urgent first.

Read from stored rows in the order of the index `obligation_urgency`; nothing is computed again. A page costs
the same number of queries whatever the number of clocks.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from django.core.paginator import Page, Paginator
from django.db.models import Exists, OuterRef, QuerySet
from django.utils.translation import get_language

from breach.figures import Clock
from breach.law import words
from breach.models import Incident, Obligation, ObligationState, Party, User
from breach.permissions import sees_every_incident
from breach.queries.clocks import shown_clocks
from breach.queries.law_names import law_names

PAGE = 50
STATES = (ObligationState.RUNNING, ObligationState.PROVISIONAL)
Choices = list[tuple[str, str]]


@dataclass(frozen=True, slots=True)
class Narrowing:
    """What of the board is shown; "" is everything. `party` is an organisation's uid, `to` whom the law wants told."""

    state: str = ""
    regime: str = ""
    to: str = ""
    party: str = ""
    overdue: bool = False

    @property
    def is_any(self) -> bool:
        return any((self.state, self.regime, self.to, self.party, self.overdue))


@dataclass(frozen=True, slots=True)
class Line:
    """One clock with where it belongs."""

    incident: Incident
    party: str
    clock: Clock


@dataclass(frozen=True, slots=True)
class Board:
    """One page of clocks, and what it can be narrowed by."""

    page: Page[Obligation]
    lines: tuple[Line, ...]
    regimes: Choices
    to: Choices
    parties: Choices


def running_clocks(user: User, narrowing: Narrowing, now: datetime) -> QuerySet[Obligation]:
    """Every clock that runs and that `user` may see, most urgent first; those without an hour last."""
    rows = _visible(user)
    if narrowing.state in STATES:
        rows = rows.filter(state=narrowing.state)
    if narrowing.regime:
        rows = rows.filter(regime=narrowing.regime)
    if narrowing.to:
        rows = rows.filter(to=narrowing.to)
    if narrowing.party:
        rows = rows.filter(party__in=Party.objects.filter(organisation__uid=narrowing.party))
    if narrowing.overdue:
        # A hold that has run out is urgent, but where the law sets no hour nothing is overdue.
        rows = rows.filter(urgency__lt=now, due__isnull=False)
    return rows.order_by("urgency", "pk")


def board_of(user: User, narrowing: Narrowing, number: str | None, now: datetime) -> Board:
    """Return one page of the board as things stand at `now`."""
    language = (get_language() or "en").split("-")[0]
    rows = running_clocks(user, narrowing, now).prefetch_related("incident", "party__organisation")
    page = Paginator(rows, PAGE).get_page(number)
    shown = list(page)
    visible = _visible(user).order_by()
    laws = visible.filter(affected=None).values_list("regime", flat=True).distinct()
    kinds = visible.values_list("to", flat=True).distinct()
    houses = visible.values_list("party__organisation__uid", "party__organisation__name").distinct()
    return Board(
        page=page,
        lines=tuple(
            Line(row.incident, row.party.organisation.name, one)
            for row, one in zip(shown, shown_clocks(shown, now), strict=True)
        ),
        regimes=_sorted(law_names(laws, language).items()),
        to=_sorted((key, words.name("to", key, language)) for key in kinds),
        parties=_sorted(houses),
    )


def _visible(user: User) -> QuerySet[Obligation]:
    """Clocks in the order of the index can be read with these conditions; a join would sort all of them first."""
    rows = Obligation.objects.filter(urgency__isnull=False)
    if sees_every_incident(user) and user.is_active:
        return rows
    visible = Incident.objects.visible_to(user).filter(pk=OuterRef("incident_id"))
    return rows.filter(Exists(visible))


def _sorted(pairs: Iterable[tuple[str, str]]) -> Choices:
    return sorted(pairs, key=lambda pair: (pair[1].casefold(), pair[0]))
