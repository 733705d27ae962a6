"""Lists of people that leave the house: asked for, approved by a second person, taken once."""

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase, StreamingHttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from breach.errors import TocsinError
from breach.forms.people_export import LABELS, ExportForm
from breach.forms.people_list import FilterForm
from breach.models import Approval, PeopleExport
from breach.queries import people as people_queries
from breach.queries.approvals import approvers_of
from breach.services import people_exports
from breach.views.room import reader, refuse_into, room

SHOWN = 50


@require_http_methods(["GET", "POST"])
def exports(request: HttpRequest, uid: str) -> HttpResponse:
    """What was asked for, and asking for another list. The filters of the list of people hold here too."""
    incident, context = room(request, uid, tab="people", capability="people.export")
    user, party = reader(request), context["party"]
    counts = people_queries.counts(incident, party)
    narrowing = FilterForm(request.POST or request.GET, counts=counts)
    form = ExportForm(request.POST or None, approvers=approvers_of(incident, user))
    if request.method == "POST" and form.is_valid():
        data = form.cleaned_data
        try:
            people_exports.ask(
                actor=user,
                incident=incident,
                party=party,
                filters=narrowing.filters(),
                columns=data["columns"],
                reason=data["reason"],
                approvers=form.chosen(),
                now=context["now"],
            )
        except TocsinError as refusal:
            refuse_into(form, refusal)
        else:
            messages.success(request, _("Asked. You can take the list when it is approved."))
            return redirect("people-exports", uid)
    context |= {"form": form, "narrowing": narrowing, "rows": _rows(context["incident"].pk)}
    return render(request, "breach/people/exports.html", context, status=422 if form.errors else 200)


def _rows(incident: int) -> list[dict[str, object]]:
    found = PeopleExport.objects.filter(incident=incident).select_related(
        "incident", "created_by", "taken_by"
    )[:SHOWN]
    uids = [one.uid for one in found]
    approvals = {one.subject_uid: one for one in Approval.objects.filter(kind="export", subject_uid__in=uids)}
    return [
        {
            "export": one,
            "approval": approvals.get(one.uid),
            "columns": [LABELS[name] for name in one.columns],
            "may_take": one.taken_at is None
            and one.uid in approvals
            and approvals[one.uid].state == "approved",
        }
        for one in found
    ]


@require_POST
def download(request: HttpRequest, uid: str, row: str) -> HttpResponseBase:
    """The approved list as CSV, once."""
    incident, context = room(request, uid, tab="people", capability="people.export")
    found = (
        PeopleExport.objects.filter(incident=incident, uid=row).select_related("incident", "party").first()
    )
    if found is None:
        raise Http404
    try:
        lines = people_exports.take(actor=reader(request), export=found, now=context["now"])
    except TocsinError as refusal:
        messages.error(request, str(refusal))
        return redirect("people-exports", uid)
    response = StreamingHttpResponse(lines, content_type="text/csv; charset=utf-8")
    response["Content-Disposition"] = f'attachment; filename="people-{incident.reference}-{found.pk}.csv"'
    return response
