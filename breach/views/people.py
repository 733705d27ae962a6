"""Affected people: counts, the sealed list narrowed and searched. Each look at people is recorded once per page."""

from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from django.db import transaction
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from breach import clock
from breach.figures import BarPlot, Count, bar_plot
from breach.forms.people_list import FilterForm, SearchForm
from breach.law import kinds as vocabulary
from breach.models import Addressee, Incident, Person, Relation, User
from breach.permissions import can, require
from breach.queries import people as people_queries
from breach.services.record import record_read
from breach.views.room import reader, room
from breach.wording import country, language


@require_http_methods(["GET", "POST"])
def people(request: HttpRequest, uid: str) -> HttpResponse:
    """Counts for everybody in the room; the list and the search for those who may read people."""
    incident, context = room(request, uid, tab="people", capability="people.count")
    user, party = reader(request), context["party"]
    if request.method == "POST":
        require(user, "people.read", incident)
    counts = people_queries.counts(incident, party)
    may_read = can(user, "people.read", incident)
    narrowing = FilterForm(request.GET, counts=counts)
    search = SearchForm(request.POST or None)
    found: list[Person] | None = None
    if request.method == "POST" and search.is_valid():
        found = _search(incident, search.cleaned_data)
    context |= {
        "counts": counts,
        "plots": _plots(counts, reverse("people", args=[uid])),
        "files": people_queries.files_of(incident).select_related("created_by"),
        "may_load": can(user, "intake.load", incident),
        "may_read": may_read,
        "may_edit": can(user, "people.edit", incident),
        "may_export": can(user, "people.export", incident),
        "search": search,
        "narrowing": narrowing,
        "narrowed": narrowing.query(),
    }
    if may_read:
        context |= _list(request, incident, user, found, narrowing)
    return render(request, "breach/people/page.html", context, status=422 if search.errors else 200)


def _search(incident: Incident, given: dict[str, Any]) -> list[Person]:
    if given["text"]:
        return people_queries.search(incident, given["text"])
    return people_queries.search_by_name(
        incident, name=given["name"], birth_date=given["birth_date"], postcode=given["postcode"]
    )


def _list(
    request: HttpRequest, incident: Incident, user: User, found: list[Person] | None, narrowing: FilterForm
) -> dict[str, Any]:
    rows = [people_queries.open_person(person) for person in found] if found is not None else None
    after = None
    if rows is None:
        try:
            start = int(request.GET.get("after", "0"))
        except ValueError:
            raise Http404 from None
        page = people_queries.people_page(incident, filters=narrowing.filters(), after=start)
        rows, after = list(page.people), page.after
    # That nobody has this address is an answer about a person too.
    if rows or found is not None:
        note_read(incident, user, "people" if found is None else "people/search", len(rows))
    return {"rows": rows, "after": after, "searched": found is not None}


def note_read(incident: Incident, user: User, what: str, count: int) -> None:
    with transaction.atomic():
        record_read(actor=user, incident=incident, what=what, count=count, now=clock.now())


@dataclass(frozen=True, slots=True)
class _Tally:
    """One plot: what is counted by which filter, and how a key is called."""

    title: str
    field: str
    counts: Any
    name: Any
    total: int | None = None

    def plot(self, page: str) -> BarPlot:
        rows = [
            Count(
                self.name(key) if key else _("not known"),
                value,
                f"{page}?{urlencode({self.field: key})}#list" if key else "",
            )
            for key, value in self.counts.items()
        ]
        return bar_plot(self.title, rows, total=self.total)


def _plots(counts: people_queries.PeopleCounts, page: str) -> list[BarPlot]:
    page_language = (get_language() or "en")[:2]
    known = vocabulary.load()
    tallies = [
        _Tally(_("People by country"), "country", counts.by_country, country),
        _Tally(
            _("People by kind of data"),
            "kind",
            counts.by_kind,
            lambda key: known[key].label(page_language),
            counts.total,
        ),
        _Tally(_("People by language"), "language", counts.by_language, language),
        _Tally(_("People by relation"), "relation", counts.by_relation, lambda key: Relation(key).label),
        _Tally(
            _("Whom the letter goes to"),
            "addressee",
            counts.by_addressee,
            lambda key: Addressee(key).label,
        ),
    ]
    # A plot of one bar that says "all" tells nothing.
    return [one.plot(page) for one in tallies if set(one.counts) - {"", Addressee.SELF.value}]
