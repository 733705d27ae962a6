"""Opening somebody else's incident in an emergency."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from breach import clock
from breach.errors import BadInput, TocsinError
from breach.forms.access import GlassForm
from breach.models import GlassBreak, Incident
from breach.permissions import require
from breach.services.break_glass import LASTS, break_glass, end_glass
from breach.services.limits import count_or_refuse
from breach.views.room import reader, refuse_into


@require_http_methods(["GET", "POST"])
def glass(request: HttpRequest) -> HttpResponse:
    """Ask for a reference and a reason; nothing about an incident is said before both stand in the ledger."""
    user, now = reader(request), clock.now()
    require(user, "glass.break")
    mine = GlassBreak.objects.filter(user=user, ended_at=None, ends_at__gt=now).select_related("incident")
    ending = mine.filter(uid=request.POST.get("end", "")).first()
    if ending is not None:
        end_glass(actor=user, row=ending, now=now)
        return redirect("break-glass")
    form = GlassForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            count_or_refuse(request, "glass")
            incident = Incident.objects.filter(reference=form.cleaned_data["reference"].strip()).first()
            if incident is None:
                raise BadInput(
                    _("There is no incident with this reference"),
                    place="reference",
                    mend=_("Look it up again."),
                )
            break_glass(actor=user, incident=incident, reason=form.cleaned_data["reason"], now=now)
        except TocsinError as refusal:
            refuse_into(form, refusal)
        else:
            return redirect("overview", incident.uid)
    context = {"form": form, "mine": mine, "hours": int(LASTS.total_seconds() // 3600), "now": now}
    return render(request, "breach/access/glass.html", context, status=422 if form.errors else 200)
