"""Deciding what somebody else submitted."""

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from breach import approvals, providers
from breach.errors import TocsinError
from breach.forms.law import ApprovalForm
from breach.models import Approval
from breach.permissions import can, require
from breach.views.room import reader, refuse_into, room


@require_http_methods(["GET", "POST"])
def approval(request: HttpRequest, uid: str, row: str) -> HttpResponse:
    """Show exactly what would leave, and take the answer of somebody who was asked."""
    incident, context = room(request, uid, tab="overview", capability="incident.view")
    user = reader(request)
    found = (
        Approval.objects.filter(incident=incident, uid=row)
        .select_related("author", "decided_by", "incident")
        .first()
    )
    if found is None:
        raise Http404
    if request.method == "POST":
        require(user, "approve", incident)
    form = ApprovalForm(request.POST or None, initial={"digest": found.digest})
    if request.method == "POST" and form.is_valid():
        data = form.cleaned_data
        try:
            approvals.decide(
                actor=user,
                approval=found,
                digest=data["digest"],
                approve=data["answer"] == "approve",
                reason=data["reason"],
                now=context["now"],
            )
        except TocsinError as refusal:
            refuse_into(form, refusal)
        else:
            messages.success(request, _("Your answer is recorded."))
            return redirect("approval", uid, row)
    asked = found.requests.select_related("approver")
    context |= {
        "approval": found,
        "form": form,
        "requests": asked,
        "subject_url": providers.subject_url(found),
        "may_answer": can(user, "approve", incident)
        and found.state == "asked"
        and found.author_id != user.pk
        and any(one.approver_id == user.pk and one.asked_at for one in asked),
    }
    return render(request, "breach/approval.html", context, status=422 if form.errors else 200)
