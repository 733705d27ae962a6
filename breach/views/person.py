"""Single people: found late, corrected, marked, removed; and marking everybody on a list."""

from collections.abc import Callable
from contextlib import nullcontext
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.contrib import messages
from django.forms import Form
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods

from breach import providers
from breach.errors import TocsinError
from breach.forms.people import EndMarkForm, MarkForm, PersonForm, RemoveForm
from breach.forms.people_list import MarkManyForm
from breach.keys import vault_for
from breach.models import Person, PersonMark, User
from breach.permissions import can, require
from breach.queries import marks as mark_queries
from breach.queries import people as people_queries
from breach.services import marks as mark_service
from breach.services import people as people_service
from breach.services.standing import one_writer
from breach.views.people import note_read
from breach.views.room import reader, refuse_into, room


@require_http_methods(["GET", "POST"])
def add(request: HttpRequest, uid: str) -> HttpResponse:
    """Somebody found late."""
    incident, context = room(request, uid, tab="people", capability="people.edit")
    form = PersonForm(request.POST or None, with_kinds=True, standing={})
    if request.method == "POST" and form.is_valid():
        try:
            made = people_service.add_person(
                actor=reader(request),
                incident=incident,
                party=context["party"],
                values=form.values(),
                kinds=form.cleaned_data["kinds"],
                relation=form.cleaned_data["relation"],
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


@dataclass(frozen=True, slots=True)
class _Step:
    """One thing that the page of a person does: its form, and the service behind it."""

    form: Form
    act: Callable[[], object]
    leads_to: str = "person"


def _steps(request: HttpRequest, found: Person, user: User, now: datetime) -> dict[str, _Step]:
    chosen = request.POST.get("step", "")

    def given(step: str) -> Any:
        return request.POST if step == chosen else None

    correction = PersonForm(given("correct"), with_kinds=False, standing=people_queries.contact_of(found))
    marking = MarkForm(given("mark"), prefix="mark")
    ending = EndMarkForm(given("end"))
    removal = RemoveForm(given("remove"), prefix="remove")
    return {
        "correct": _Step(
            correction,
            lambda: people_service.correct_contact(
                actor=user,
                person=found,
                values=correction.values(),
                relation=correction.cleaned_data["relation"],
                reason=correction.cleaned_data["reason"],
                now=now,
            ),
        ),
        "mark": _Step(
            marking,
            lambda: mark_service.mark(
                actor=user,
                person=found,
                kind=marking.cleaned_data["kind"],
                contact=marking.contact(),
                reason=marking.cleaned_data["reason"],
                now=now,
            ),
        ),
        "end": _Step(
            ending,
            lambda: mark_service.end_mark(
                actor=user,
                mark=_mark_of(found, ending.cleaned_data["mark"]),
                reason=ending.cleaned_data["reason"],
                now=now,
            ),
        ),
        "remove": _Step(
            removal,
            lambda: people_service.remove(
                actor=user, person=found, reason=removal.cleaned_data["reason"], now=now
            ),
            "people",
        ),
    }


def _mark_of(person: Person, uid: str) -> PersonMark:
    found = PersonMark.objects.filter(source__person=person, uid=uid).select_related("incident").first()
    if found is None:
        raise Http404
    return found


@require_http_methods(["GET", "POST"])
def person(request: HttpRequest, uid: str, row: str) -> HttpResponse:
    """One person with their sources and marks; corrected, marked or removed with a reason."""
    incident, context = room(request, uid, tab="people", capability="people.read")
    user = reader(request)
    found = Person.objects.filter(incident=incident, uid=row).select_related("incident", "party").first()
    if found is None:
        raise Http404
    if request.method == "POST":
        require(user, "people.edit", incident)
    with one_writer(incident) if request.method == "POST" else nullcontext():
        found.refresh_from_db(fields=["sealed", "state"])
        steps = _steps(request, found, user, context["now"])
        step = steps.get(request.POST.get("step", ""))
        if step is not None and step.form.is_valid():
            try:
                step.act()
            except TocsinError as refusal:
                refuse_into(step.form, refusal)
    if step is not None and step.form.is_valid():
        return redirect("people", uid) if step.leads_to == "people" else redirect("person", uid, row)
    note_read(incident, user, f"person/{found.uid}", 1)
    vault = vault_for(incident)
    context |= {
        "person": found,
        "value": people_queries.open_person(found),
        "sources": people_queries.sources_of(found),
        "marks": mark_queries.shown(vault, found),
        "links": [link for provider in providers.person_links for link in provider(found, user)],
        "changes": found.changes.select_related("created_by", "incident").order_by("-pk"),
        "correction": steps["correct"].form,
        "marking": steps["mark"].form,
        "ending": steps["end"].form,
        "removal": steps["remove"].form,
        "may_edit": can(user, "people.edit", incident) and found.state == "active",
    }
    refused = any(one.form.errors for one in steps.values())
    return render(request, "breach/people/person.html", context, status=422 if refused else 200)


@require_http_methods(["GET", "POST"])
def mark_many(request: HttpRequest, uid: str) -> HttpResponse:
    """Mark everybody on a list that somebody has."""
    incident, context = room(request, uid, tab="people", capability="people.edit")
    form = MarkManyForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        data = form.cleaned_data
        try:
            outcome = mark_service.mark_many(
                actor=reader(request),
                incident=incident,
                kind=data["kind"],
                lines=data["lines"].splitlines(),
                reason=data["reason"],
                now=context["now"],
            )
        except TocsinError as refusal:
            refuse_into(form, refusal)
        else:
            context["outcome"] = outcome
            messages.success(
                request,
                ngettext("%(count)s person is marked.", "%(count)s people are marked.", outcome.marked)
                % {"count": outcome.marked},
            )
    return render(
        request, "breach/people/mark.html", context | {"form": form}, status=422 if form.errors else 200
    )
