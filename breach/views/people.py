"""Affected people: counts, the sealed list, single people. Each look at people is recorded once per page."""

from typing import Any

from django.contrib import messages
from django.db import transaction
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from breach import clock
from breach.errors import TocsinError
from breach.figures import Count, bar_plot
from breach.forms.people import PersonForm, RemoveForm, SearchForm
from breach.law import kinds as vocabulary
from breach.models import Incident, Person, User
from breach.permissions import can, require
from breach.queries import people as people_queries
from breach.services import people as people_service
from breach.services.record import record_read
from breach.views.room import reader, refuse_into, room
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
    search = SearchForm(request.POST or None)
    found: list[Person] | None = None
    if request.method == "POST" and search.is_valid():
        found = people_queries.search(incident, search.cleaned_data["text"])
    context |= {
        "counts": counts,
        "plots": _plots(counts),
        "files": people_queries.files_of(incident).select_related("created_by"),
        "may_load": can(user, "intake.load", incident),
        "may_read": may_read,
        "may_edit": can(user, "people.edit", incident),
        "search": search,
    }
    if may_read:
        context |= _list(request, incident, user, found)
    return render(request, "breach/people/page.html", context, status=422 if search.errors else 200)


def _list(request: HttpRequest, incident: Incident, user: User, found: list[Person] | None) -> dict[str, Any]:
    rows = [people_queries.open_person(person) for person in found] if found is not None else None
    after = None
    if rows is None:
        try:
            start = int(request.GET.get("after", "0"))
        except ValueError:
            raise Http404 from None
        page = people_queries.people_page(incident, after=start)
        rows, after = list(page.people), page.after
    # That nobody has this address is an answer about a person too.
    if rows or found is not None:
        _note_read(incident, user, "people" if found is None else "people/search", len(rows))
    return {"rows": rows, "after": after, "searched": found is not None}


def _note_read(incident: Incident, user: User, what: str, count: int) -> None:
    with transaction.atomic():
        record_read(actor=user, incident=incident, what=what, count=count, now=clock.now())


def _plots(counts: people_queries.PeopleCounts) -> list[Any]:
    page_language = (get_language() or "en")[:2]
    known = vocabulary.load()

    def of(title: str, tally: Any, name: Any, total: int | None = None) -> Any:
        rows = [Count(name(key) if key else _("not known"), value) for key, value in tally.items()]
        return bar_plot(title, rows, total=total)

    return [
        of(_("People by country"), counts.by_country, country),
        of(
            _("People by kind of data"),
            counts.by_kind,
            lambda key: known[key].label(page_language),
            counts.total,
        ),
        of(_("People by language"), counts.by_language, language),
    ]


@require_http_methods(["GET", "POST"])
def add(request: HttpRequest, uid: str) -> HttpResponse:
    """Somebody found late."""
    incident, context = room(request, uid, tab="people", capability="people.edit")
    form = PersonForm(request.POST or None, with_kinds=True)
    if request.method == "POST" and form.is_valid():
        try:
            made = people_service.add_person(
                actor=reader(request),
                incident=incident,
                party=context["party"],
                values=form.values(),
                kinds=form.cleaned_data["kinds"],
                reason=form.cleaned_data["reason"],
                now=context["now"],
            )
        except TocsinError as refusal:
            refuse_into(form, refusal)
        else:
            messages.success(
                request,
                _(
                    "Added. A notice that has gone out does not reach this person: make a batch for late people."
                ),
            )
            return redirect("person", uid, made.uid)
    return render(
        request, "breach/people/add.html", context | {"form": form}, status=422 if form.errors else 200
    )


@require_http_methods(["GET", "POST"])
def person(request: HttpRequest, uid: str, row: str) -> HttpResponse:
    """One person with their sources; contact corrected or person removed, with a reason."""
    incident, context = room(request, uid, tab="people", capability="people.read")
    user = reader(request)
    found = Person.objects.filter(incident=incident, uid=row).select_related("incident", "party").first()
    if found is None:
        raise Http404
    step = request.POST.get("step", "")
    correction = PersonForm(request.POST if step == "correct" else None, with_kinds=False)
    removal = RemoveForm(request.POST if step == "remove" else None)
    try:
        if step == "correct" and correction.is_valid():
            people_service.correct_contact(
                actor=user,
                person=found,
                values=correction.values(),
                reason=correction.cleaned_data["reason"],
                now=context["now"],
            )
            return redirect("person", uid, row)
        if step == "remove" and removal.is_valid():
            people_service.remove(
                actor=user, person=found, reason=removal.cleaned_data["reason"], now=context["now"]
            )
            return redirect("people", uid)
    except TocsinError as refusal:
        refuse_into(correction if step == "correct" else removal, refusal)
    _note_read(incident, user, f"person/{found.uid}", 1)
    context |= {
        "person": found,
        "value": people_queries.open_person(found),
        "sources": people_queries.sources_of(found),
        "changes": found.changes.select_related("created_by", "incident").order_by("-pk"),
        "correction": correction,
        "removal": removal,
        "may_edit": can(user, "people.edit", incident) and found.state == "active",
    }
    return render(
        request,
        "breach/people/person.html",
        context,
        status=422 if correction.errors or removal.errors else 200,
    )
