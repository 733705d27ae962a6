"""The people of the house who may be given reports, each with a public key."""

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from breach import clock
from breach.errors import TocsinError
from breach.permissions import require
from breach.views.room import reader, refuse_into
from notifications.forms.reports import ReaderForm
from notifications.models import Reader
from notifications.services import reports as service


@require_http_methods(["GET", "POST"])
def readers(request: HttpRequest) -> HttpResponse:
    """The list, and a new one."""
    user = reader(request)
    require(user, "readers.manage")
    form = ReaderForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        try:
            made = service.add_reader(actor=user, now=clock.now(), **form.cleaned_data)
        except TocsinError as refusal:
            refuse_into(form, refusal)
        else:
            messages.success(request, _("%(name)s can now be given reports.") % {"name": made.name})
            return redirect("readers")
    context = {
        "form": form,
        "readers": Reader.objects.select_related("added_by").order_by("retired_at", "name"),
    }
    return render(request, "notifications/reports/readers.html", context, status=422 if form.errors else 200)


@require_POST
def retire(request: HttpRequest, row: str) -> HttpResponse:
    """Take somebody off the list."""
    user = reader(request)
    require(user, "readers.manage")
    found = Reader.objects.filter(uid=row).first()
    if found is None:
        raise Http404
    try:
        service.retire_reader(actor=user, reader=found, now=clock.now())
    except TocsinError as refusal:
        messages.error(request, str(refusal))
    else:
        messages.success(request, _("%(name)s is off the list.") % {"name": found.name})
    return redirect("readers")
