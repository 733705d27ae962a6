"""Reporting a suspicion: signed in, or by the house's link without any account; and the receipt."""

from collections.abc import Callable
from typing import Any

from django.contrib.auth.views import redirect_to_login
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.cache import cache_control
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods

from breach import clock
from breach.errors import BadInput, TocsinError
from breach.forms.suspicions import ReceiptForm, ReportForm, WordForm
from breach.models import ReportLink, Suspicion, User
from breach.permissions import require
from breach.services import report_links, suspicions
from breach.services.limits import WAIT, count_or_refuse, count_reading
from breach.views.room import refuse_into

View = Callable[..., HttpResponse]


def _quiet(view: View) -> View:
    """Keep what is typed and shown here out of caches and out of error reports."""
    guarded = require_http_methods(["GET", "POST"])(view)
    guarded = sensitive_post_parameters("text", "contact", "code", "word")(guarded)
    return cache_control(private=True, no_store=True)(guarded)


@_quiet
def report(request: HttpRequest) -> HttpResponse:
    """The page of somebody who is signed in, by single sign-on or else."""
    if not isinstance(request.user, User):
        return redirect_to_login(request.get_full_path())
    require(request.user, "suspicion.report")
    return _page(request, request.user, None)


@_quiet
def by_link(request: HttpRequest, token: str) -> HttpResponse:
    """The page of whoever has the link. Every token that opens nothing gets the same answer."""
    link = report_links.open_link(token)
    if link is None:
        if not count_reading(request, "report_link"):
            response = render(request, "429.html", status=429)
            response["Retry-After"] = str(WAIT)
            return response
        raise Http404
    return _page(request, None, link)


@_quiet
def receipt(request: HttpRequest) -> HttpResponse:
    """Show how a report stands to whoever has its code, and take what they add. The code is in no address."""
    if request.method == "GET":
        return render(request, "breach/report/receipt.html", {"form": ReceiptForm()})
    form = ReceiptForm(request.POST)
    row = _found(request, form) if form.is_valid() else None
    if row is None:
        return render(request, "breach/report/receipt.html", {"form": form}, status=422)
    return _status(request, row, form.cleaned_data["code"])


def _page(request: HttpRequest, user: User | None, link: ReportLink | None) -> HttpResponse:
    now = clock.now()
    zone = user.zone if user else link.zone if link else "UTC"
    form = ReportForm(request.POST or None, now=now, zone=zone, named=user is not None)
    if request.method == "POST" and form.is_valid():
        data = form.cleaned_data
        try:
            count_or_refuse(request, "report")
            made = suspicions.report(
                actor=user,
                link=link,
                text=data["text"],
                moment=data["noticed"],
                contact=data["contact"],
                anonymous=data.get("anonymous", False),
                once=data["once"],
                now=now,
            )
        except TocsinError as refusal:
            refuse_into(form, refusal)
        else:
            return render(request, "breach/report/reported.html", {"made": made, "zone": zone})
    context = {"form": form, "by_link": link is not None}
    return render(request, "breach/report/report.html", context, status=422 if form.errors else 200)


def _found(request: HttpRequest, form: ReceiptForm) -> Suspicion | None:
    """Return the report of a code; wrong codes are counted and all refused alike."""
    row = suspicions.find_by_code(form.cleaned_data["code"])
    if row is not None:
        return row
    try:
        count_or_refuse(request, "receipt")
        raise BadInput(_("This code opens no report"), place="code", mend=_("Compare it with your receipt."))
    except TocsinError as refusal:
        refuse_into(form, refusal)
    return None


def _status(request: HttpRequest, row: Suspicion, code: str) -> HttpResponse:
    adding = request.POST.get("step") == "word"
    form, added = WordForm(request.POST if adding else None, initial={"code": code}), False
    if adding and form.is_valid():
        try:
            suspicions.add_word(suspicion=row, text=form.cleaned_data["word"], now=clock.now())
        except TocsinError as refusal:
            refuse_into(form, refusal)
        else:
            form, added = WordForm(initial={"code": code}), True
    context: dict[str, Any] = {
        "row": row,
        "state": suspicions.state_for_author(row),
        "form": form,
        "added": added,
        "step": {"step": "word"},
        "words": row.words.count(),
    }
    return render(request, "breach/report/status.html", context, status=422 if form.errors else 200)
