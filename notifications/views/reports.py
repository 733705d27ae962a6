"""Reports of one incident for named readers; the passphrase of the PDF is shown once."""

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from breach.errors import TocsinError
from breach.models import Incident, User
from breach.permissions import can, require
from breach.views.room import reader, refuse_into, room
from notifications.forms.reports import ReportForm
from notifications.models import Report
from notifications.queries import reports as reading
from notifications.queries.register import CAPABILITY
from notifications.services import reports as service
from notifications.services.reports import Made
from notifications.views.downloads import attachment, note_taken

TAB = "reports"


@require_http_methods(["GET", "POST"])
def reports(request: HttpRequest, uid: str) -> HttpResponse:
    """The reports made so far; make another one."""
    incident, context = room(request, uid, tab=TAB, capability="incident.view")
    user = reader(request)
    form = ReportForm(
        request.POST if request.method == "POST" else None, initial={"language": (get_language() or "en")[:2]}
    )
    made: Made | None = None
    if request.method == "POST":
        require(user, "report.make", incident)
        if form.is_valid():
            data = form.cleaned_data
            try:
                made = service.make_report(
                    actor=user,
                    incident=incident,
                    readers=list(data["readers"]),
                    language=data["language"],
                    now=context["now"],
                )
            except TocsinError as refusal:
                refuse_into(form, refusal)
    if made:
        # Not redirected: the passphrase stands in this answer and nowhere else.
        return render(request, "notifications/reports/made.html", context | {"made": made})
    context |= {
        "reports": reading.reports_of(incident),
        "form": form,
        "has_readers": bool(reading.active_readers()),
        "may_make": can(user, "report.make", incident),
        "may_name_readers": can(user, "readers.manage"),
        "actions": _actions(user, incident),
    }
    return render(request, "notifications/reports/page.html", context, status=422 if form.errors else 200)


def _actions(user: User, incident: Incident) -> list[dict[str, str]]:
    """Ways to what belongs to the whole house."""
    found = []
    if can(user, "readers.manage"):
        found.append({"label": _("Readers"), "url": reverse("readers"), "icon": "users"})
    if can(user, CAPABILITY, incident):
        found.append({"label": _("Register of Article 33(5)"), "url": reverse("register"), "icon": "books"})
    return found


def _found(incident: Incident, row: str) -> Report:
    report = (
        Report.objects.filter(incident=incident, uid=row)
        .select_related("incident", "age_file__incident", "pdf__incident")
        .first()
    )
    if report is None:
        raise Http404
    return report


@require_safe
def age_file(request: HttpRequest, uid: str, row: str) -> HttpResponse:
    """The age file; it opens with a reader's own key."""
    incident, _context = room(request, uid, tab=TAB, capability="report.make")
    report = _found(incident, row)
    content = reading.age_file_of(report)
    note_taken(incident, reader(request), f"report/{report.uid}/age")
    return attachment(
        content, f"{incident.reference}-report-{report.number}.pdf.age", "application/octet-stream"
    )


@require_safe
def pdf(request: HttpRequest, uid: str, row: str) -> HttpResponse:
    """The AES-256 PDF; it opens with the passphrase that was shown once."""
    incident, _context = room(request, uid, tab=TAB, capability="report.make")
    report = _found(incident, row)
    content = reading.pdf_of(report)
    note_taken(incident, reader(request), f"report/{report.uid}/pdf")
    return attachment(content, f"{incident.reference}-report-{report.number}.pdf", "application/pdf")
