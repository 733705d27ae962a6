"""One page: is this letter genuine? Yes and no have one form, and neither tells anything of anybody."""

from typing import Any

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_http_methods, require_safe

from breach import clock
from notifications.portal.words import choose, say_day, words
from notifications.services.portal import TooMany, Verdict, check_code

LONGEST = 60


@require_http_methods(["GET", "HEAD", "POST"])
def check(request: HttpRequest) -> HttpResponse:
    """Ask for a code, or answer for one. There is no session and no cookie that a foreign form could use."""
    language = _language(request)
    if request.method != "POST":
        return _page(request, language)
    try:
        verdict = check_code(
            text=request.POST.get("code", "")[:LONGEST], origin=origin_of(request), now=clock.now()
        )
    except TooMany:
        return _page(request, language, status=429, answer=_answer(language, "many", ""))
    return _page(request, language, answer=_said(verdict, language))


@require_safe
def health(request: HttpRequest) -> HttpResponse:  # noqa: ARG001
    return HttpResponse("ok", content_type="text/plain")


def not_found(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:  # noqa: ARG001
    return _stop(request, 404, "missing_heading")


def bad_request(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:  # noqa: ARG001
    return _stop(request, 400, "missing_heading")


def failed(request: HttpRequest) -> HttpResponse:
    return _stop(request, 500, "failed_heading")


def origin_of(request: HttpRequest) -> str:
    """Return the asker's network address; a proxy's word for it only where one of ours stands before us."""
    if getattr(settings, "TOCSIN_BEHIND_PROXY", False):
        forwarded = str(request.headers.get("X-Forwarded-For", ""))
        return forwarded.rpartition(",")[2].strip()
    return str(request.META.get("REMOTE_ADDR", ""))


def _said(verdict: Verdict, language: str) -> dict[str, Any]:
    if not verdict.is_genuine:
        return _answer(language, "no", words()[language]["no_text"])
    day = say_day(verdict.day, language) if verdict.day else ""
    # Not str.format: the name of an organisation may hold braces.
    text = words()[language]["yes_text"].replace("{day}", day).replace("{organisation}", verdict.organisation)
    return _answer(language, "yes", text, drill=verdict.is_drill)


def _answer(language: str, kind: str, text: str, *, drill: bool = False) -> dict[str, Any]:
    said = words()[language]
    if kind == "many":
        return {"kind": kind, "heading": said["many_heading"], "paragraphs": [said["many_text"]]}
    paragraphs = [text, said["drill"]] if drill else [text, said[f"{kind}_more"]]
    return {"kind": kind, "heading": said[f"{kind}_heading"], "paragraphs": paragraphs}


def _page(
    request: HttpRequest, language: str, *, status: int = 200, answer: dict[str, Any] | None = None
) -> HttpResponse:
    context = {
        "words": words()[language],
        "language": language,
        "languages": [(tag, texts["name"]) for tag, texts in words().items()],
        "answer": answer,
    }
    response = render(request, "portal/check.html", context, status=status)
    response.headers["Cache-Control"] = "no-store"
    response.headers["Vary"] = "Accept-Language"
    return response


def _stop(request: HttpRequest, status: int, heading: str) -> HttpResponse:
    language = _language(request)
    context = {"words": words()[language], "language": language, "heading": words()[language][heading]}
    return render(request, "portal/stop.html", context, status=status)


def _language(request: HttpRequest) -> str:
    return choose(request.GET.get("language", ""), request.headers.get("Accept-Language", ""))
