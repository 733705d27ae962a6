"""Deny by default, and one answer for a refusal."""

from collections.abc import Callable

from django.conf import settings
from django.contrib.auth.views import redirect_to_login
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import translation

from breach.errors import BadInput, Conflict, Forbidden, TocsinError

GetResponse = Callable[[HttpRequest], HttpResponse]
# Pages for which nobody has to be signed in; every other page asks.
OPEN_PREFIXES = (
    "/account/login",
    "/account/logout",
    "/account/password/reset",
    "/account/2fa/authenticate",
    "/language/",
    "/static/",
    "/health",
)
OPEN_TO_SIGN_IN = (
    "/account/2fa/webauthn/login",
    "/account/oidc/",
    "/account/inactive",
    "/account/reauthenticate",
)


class SignedInByDefault:
    """Every page asks for a sign-in unless its address is listed above. Also speaks the account's language."""

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        user = request.user
        if not user.is_authenticated and not request.path.startswith(OPEN_PREFIXES + OPEN_TO_SIGN_IN):
            return redirect_to_login(request.get_full_path())
        chosen = request.COOKIES.get(settings.LANGUAGE_COOKIE_NAME)
        if user.is_authenticated and not chosen:
            translation.activate(user.language)
            request.LANGUAGE_CODE = translation.get_language()
        response = self.get_response(request)
        response.headers.setdefault("Cache-Control", "no-store" if user.is_authenticated else "no-cache")
        return response


class Refusals:
    """Turn a refusal that a view did not handle into a page that says what to do."""

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.get_response(request)

    def process_exception(self, request: HttpRequest, exception: Exception) -> HttpResponse | None:
        if isinstance(exception, Forbidden):
            raise PermissionDenied(str(exception)) from exception
        if isinstance(exception, TocsinError):
            status = 409 if isinstance(exception, Conflict) else 400
            mend = exception.mend if isinstance(exception, BadInput) else ""
            return render(request, "400.html", {"refusal": str(exception), "mend": mend}, status=status)
        return None
