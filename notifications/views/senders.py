"""Settings of senders: how each legal entity's mail and letters come out, and changing that."""

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from breach import clock
from breach.errors import TocsinError
from breach.models import Organisation
from breach.permissions import can, require
from breach.views.room import reader, refuse_into
from notifications.forms.senders import SenderForm
from notifications.models.senders import SenderVersion
from notifications.queries.senders import sender_card, standing_sender, values_of
from notifications.services.senders import CAPABILITY, set_sender


@require_safe
def senders(request: HttpRequest) -> HttpResponse:
    """How every legal entity writes."""
    user = reader(request)
    require(user, "law.view")
    context = {
        "cards": [sender_card(one) for one in Organisation.objects.all()],
        "may_change": can(user, CAPABILITY),
    }
    return render(request, "notifications/settings/senders.html", context)


@require_http_methods(["GET", "POST"])
def sender(request: HttpRequest, row: str) -> HttpResponse:
    """Change one; the versions before stay to be read."""
    user = reader(request)
    require(user, CAPABILITY)
    found = Organisation.objects.filter(uid=row).first()
    if found is None:
        raise Http404
    values = values_of(standing_sender(found))
    form = SenderForm(request.POST if request.method == "POST" else None, values=values, usual=found.name)
    if form.is_bound and form.is_valid():
        try:
            set_sender(actor=user, organisation=found, now=clock.now(), **form.values())
        except TocsinError as refusal:
            refuse_into(form, refusal)
        else:
            messages.success(
                request, _("Saved. Drafts of letters take it; what was submitted keeps its sender.")
            )
            return redirect("settings-senders")
    context = {
        "form": form,
        "organisation": found,
        "versions": SenderVersion.objects.filter(organisation=found)
        .select_related("created_by")
        .order_by("-number"),
    }
    return render(request, "notifications/settings/sender.html", context, status=422 if form.errors else 200)
