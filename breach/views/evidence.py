"""Evidence in and out. A file never shows inside our pages: it is a download, and that is recorded."""

from django.contrib import messages
from django.http import FileResponse, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from breach.errors import TocsinError
from breach.forms.timeline import AttachForm, CorrectionForm
from breach.models import Attachment
from breach.services import evidence
from breach.views.room import reader, refuse_into, room
from breach.views.timeline import entry_page, event_of


@require_GET
def download(request: HttpRequest, uid: str, row: str) -> HttpResponseBase:
    """Hand the file over in clear. The reading stands in the incident's access chain."""
    incident, context = room(request, uid, tab="timeline", capability="evidence.read")
    rows = Attachment.objects.filter(incident=incident).select_related("incident", "file__incident")
    attachment = get_object_or_404(rows, uid=row)
    found = evidence.open_evidence(actor=reader(request), attachment=attachment, now=context["now"])
    response = FileResponse(
        found.stream, as_attachment=True, filename=found.filename, content_type="application/octet-stream"
    )
    response["Content-Length"] = str(found.size)
    response["X-Content-Type-Options"] = "nosniff"
    return response


@require_POST
def attach(request: HttpRequest, uid: str, row: str) -> HttpResponse:
    """Attach files to an entry that stands, all of them or none."""
    incident, context = room(request, uid, tab="timeline", capability="evidence.add")
    event = event_of(incident, row)
    form = AttachForm(request.POST, request.FILES)
    if form.is_valid():
        try:
            uploads = [evidence.Upload(one, one.name) for one in form.cleaned_data["attachments"]]
            evidence.attach_files(actor=reader(request), event=event, uploads=uploads, now=context["now"])
        except TocsinError as refusal:
            refuse_into(form, refusal)
        else:
            messages.success(request, _("Sealed and attached."))
            return redirect(f"{reverse('timeline', args=[uid])}#entry-{event.uid}")
    correction = CorrectionForm(event=event, now=context["now"])
    return entry_page(request, context, event, form=correction, attach_form=form)
