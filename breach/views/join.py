"""Coming in by a code that was read aloud: first the code, then name and password; the second factor follows."""

from allauth.account.utils import perform_login
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods

from breach import clock
from breach.errors import Conflict, TocsinError
from breach.forms.accounts import CodeForm, JoinForm
from breach.models import Invitation
from breach.services import invitations
from breach.services.limits import count_or_refuse
from breach.views.room import refuse_into

OPENED = "tocsin_invitation"


@never_cache
@sensitive_post_parameters("code")
@require_http_methods(["GET", "POST"])
def join(request: HttpRequest) -> HttpResponse:
    """Take address and code. Wrong ones are counted on the invitation and on where they come from."""
    form = CodeForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            count_or_refuse(request, "invitation")
            invitation = invitations.redeem(now=clock.now(), **form.cleaned_data)
        except TocsinError as refusal:
            refuse_into(form, refusal)
        else:
            request.session.cycle_key()
            request.session[OPENED] = invitation.uid
            return redirect("join-account")
    return render(request, "breach/join/code.html", {"form": form}, status=422 if form.errors else 200)


@never_cache
@sensitive_post_parameters("password", "again")
@require_http_methods(["GET", "POST"])
def join_account(request: HttpRequest) -> HttpResponse:
    """Set name and password, use the code up, and sign in."""
    opened = Invitation.objects.filter(uid=request.session.get(OPENED, "")).select_related("user").first()
    if opened is None:
        return redirect("join")
    form = JoinForm(request.POST or None, initial={"name": opened.user.name})
    if request.method == "POST" and form.is_valid():
        data = form.cleaned_data
        try:
            user = invitations.accept(
                invitation=opened, name=data["name"], password=data["password"], now=clock.now()
            )
        except Conflict:
            del request.session[OPENED]
            return redirect("join")
        except TocsinError as refusal:
            refuse_into(form, refusal)
        else:
            del request.session[OPENED]
            response: HttpResponse = perform_login(
                request, user, email_verification="none", redirect_url="/account/2fa/"
            )
            return response
    context = {"form": form, "account": opened.user}
    return render(request, "breach/join/account.html", context, status=422 if form.errors else 200)
