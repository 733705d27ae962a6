"""Pages for what went wrong: what to do next, and a reference to name when asking for help.

The reference is random and stands in the log too; addresses and what was sent do not.
"""

import structlog
from django.http import HttpRequest, HttpResponse, HttpResponseServerError
from django.shortcuts import render
from django.template import loader

from breach.errors import TocsinError
from breach.models.base import new_uid

REFERENCE_LENGTH = 8
log = structlog.get_logger("breach.errors")


def reference() -> str:
    """Return a new reference in two groups that can be read aloud."""
    letters = new_uid()[:REFERENCE_LENGTH].upper()
    return f"{letters[:4]}-{letters[4:]}"


def _page(request: HttpRequest, status: int, template: str, **context: object) -> HttpResponse:
    name = reference()
    log.warning("refused", status=status, reference=name, method=request.method)
    return render(request, template, {"error_reference": name, **context}, status=status)


def bad_request(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    """Handle 400: the request does not fit."""
    said = str(exception) if isinstance(exception, TocsinError) else ""
    return _page(request, 400, "400.html", refusal=said)


def permission_denied(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    """Handle 403: signed in, but not allowed. Only our own refusals are repeated."""
    cause = exception.__cause__ if exception is not None else None
    return _page(request, 403, "403.html", refusal=str(cause) if isinstance(cause, TocsinError) else "")


def page_not_found(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:  # noqa: ARG001
    """Handle 404: absent, or not for the reader; the two look the same."""
    return _page(request, 404, "404.html")


def csrf_failure(request: HttpRequest, reason: str = "") -> HttpResponse:  # noqa: ARG001 - Django's signature
    """Handle a form whose token is stale: usually the session ended while the page stood open."""
    return _page(request, 403, "403_csrf.html")


def server_error(request: HttpRequest) -> HttpResponse:  # noqa: ARG001 - the request may be what broke
    """Handle 500 without context processors, which may have caused it."""
    name = reference()
    log.error("failed", status=500, reference=name)
    return HttpResponseServerError(loader.render_to_string("500.html", {"error_reference": name}))
