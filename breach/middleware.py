"""Deny by default, who asks and how fresh their proof is, and one answer for a refusal."""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

from allauth.mfa.base.forms import ReauthenticateForm
from allauth.mfa.models import Authenticator
from allauth.mfa.utils import is_mfa_enabled
from allauth.mfa.webauthn.forms import ReauthenticateWebAuthnForm
from allauth.mfa.webauthn.internal import auth as webauthn
from allauth.usersessions.models import UserSession
from django.conf import settings
from django.contrib.auth import logout
from django.contrib.auth.views import redirect_to_login
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils import translation

from breach import clock
from breach.errors import BadInput, Conflict, Forbidden, FreshFactorNeeded, TocsinError
from breach.models import User
from breach.permissions import one_look
from breach.proof import BEGAN, DEVICE_COOKIE, SEEN, holds_factor, note_factor, proof_of

GetResponse = Callable[[HttpRequest], HttpResponse]
SAFE = ("GET", "HEAD", "OPTIONS")
# Pages for which nobody has to be signed in; every other page asks.
OPEN_PREFIXES = (
    "/account/login",
    "/account/logout",
    "/account/password/reset",
    "/account/2fa/authenticate",
    "/join/",
    "/clocks/feed/",
    "/report/",  # its page without a token asks for the sign-in itself
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
# Where an account without a second factor may be while one is required: the pages that set one up, and what asks
# for no account at all.
WITHOUT_FACTOR = (
    "/account/2fa/",
    "/account/reauthenticate",
    "/account/logout",
    "/clocks/feed/",
    "/report/",
    "/language/",
    "/static/",
    "/health",
)
# Addresses of pages that hold a case, a person or a secret; nothing of them travels in a Referer.
SENSITIVE = (
    "/incidents/",
    "/account/",
    "/join/",
    "/settings/",
    "/clocks/feed/",
    "/report/",
    "/triage/",
    "/break-glass/",
    "/readers/",
    "/register/",
)
NEVER_FROM_OUTSIDE = ("/static/", "/health", "/clocks/feed/")
TOUCH_EVERY = timedelta(minutes=1)
DEVICE_COOKIE_AGE = 400 * 86400  # seconds; the longest that browsers keep one


class OriginOfSameOrigin:
    """Read `Origin: null` from our own pages as our own origin.

    Browsers send null from a page whose referrer policy is no-referrer (Fetch, "append a request Origin
    header"), and Django then refuses every form. Sec-Fetch-Site is set by the browser alone: no page and no
    script can forge it. The token is asked for as always.
    """

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if (
            request.META.get("HTTP_ORIGIN") == "null"
            and request.META.get("HTTP_SEC_FETCH_SITE") == "same-origin"
        ):
            request.META["HTTP_ORIGIN"] = f"{request.scheme}://{request.get_host()}"
        return self.get_response(request)


class SessionLimits:
    """End a session that was idle, or that has lasted, for too long.

    Pages that fetch parts of themselves every few seconds are no sign that somebody is there.
    """

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if request.user.is_authenticated:
            now = clock.now()
            if why := _over(request, now):
                logout(request)
                request.session_ended = why  # type: ignore[attr-defined]
            elif not _polls(request):
                _touch(request, now)
        return self.get_response(request)


def _over(request: HttpRequest, now: datetime) -> str:
    began, seen = request.session.get(BEGAN), request.session.get(SEEN)
    if seen and now - datetime.fromisoformat(seen) > timedelta(minutes=settings.TOCSIN_IDLE_MINUTES):
        return "idle"
    if began and now - datetime.fromisoformat(began) > timedelta(hours=settings.TOCSIN_SESSION_HOURS):
        return "long"
    return ""


def _polls(request: HttpRequest) -> bool:
    return request.method == "GET" and "HX-Request" in request.headers


def _touch(request: HttpRequest, now: datetime) -> None:
    request.session.setdefault(BEGAN, now.isoformat())
    seen = request.session.get(SEEN)
    if seen is None or now - datetime.fromisoformat(seen) > TOUCH_EVERY:
        request.session[SEEN] = now.isoformat()
        UserSession.objects.filter(session_key=request.session.session_key).update(last_seen_at=now)


class SignedInByDefault:
    """Every page asks for a sign-in unless its address is listed above. Also speaks the account's language."""

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        user = request.user
        if _comes_from_outside(request):
            response = render(request, "bounce.html", {"address": request.get_full_path()})
            response.headers["Referrer-Policy"] = "no-referrer"
            return response
        if not user.is_authenticated and not request.path.startswith(OPEN_PREFIXES + OPEN_TO_SIGN_IN):
            return _to_sign_in(request)
        chosen = request.COOKIES.get(settings.LANGUAGE_COOKIE_NAME)
        if user.is_authenticated and not chosen:
            translation.activate(user.language)
            request.LANGUAGE_CODE = translation.get_language()
        if _lacks_factor(request):
            return HttpResponseRedirect(reverse("mfa_index"))
        response = self.get_response(request)
        response.headers.setdefault(
            "Cache-Control", "no-store" if request.user.is_authenticated else "no-cache"
        )
        if request.path.startswith(SENSITIVE):
            response.headers["Referrer-Policy"] = "no-referrer"
        if device := getattr(request, "device_cookie", ""):
            _keep_device(response, device)
        return response


def _comes_from_outside(request: HttpRequest) -> bool:
    """Whether a strict cookie may have been left out because a link or the identity provider led here."""
    return (
        request.method == "GET"
        and request.headers.get("Sec-Fetch-Site") == "cross-site"
        and request.headers.get("Sec-Fetch-Mode") == "navigate"
        and settings.SESSION_COOKIE_NAME not in request.COOKIES
        and not request.path.startswith(NEVER_FROM_OUTSIDE)
    )


def _to_sign_in(request: HttpRequest) -> HttpResponse:
    if "HX-Request" in request.headers:
        # A sign-in page inside a fragment helps nobody; what was typed stays where it is.
        return HttpResponse(status=401)
    response = redirect_to_login(request.get_full_path())
    if why := getattr(request, "session_ended", ""):
        response["Location"] += f"&ended={why}"
    return response


def _lacks_factor(request: HttpRequest) -> bool:
    if settings.TOCSIN_SECOND_FACTOR != "required" or not isinstance(request.user, User):
        return False
    return not request.path.startswith(WITHOUT_FACTOR) and not holds_factor(request.user)


def _keep_device(response: HttpResponse, device: str) -> None:
    response.set_cookie(
        DEVICE_COOKIE,
        device,
        max_age=DEVICE_COOKIE_AGE,
        httponly=True,
        samesite="Strict",
        secure=settings.SESSION_COOKIE_SECURE,
    )


class FreshFactor:
    """Ask for the second factor again where `permissions.require` says so, and repeat the request with it.

    What was sent travels through the page as hidden fields: nothing of it is stored meanwhile.
    """

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.get_response(request)

    def process_view(self, request: HttpRequest, _view: Any, _args: Any, _kwargs: Any) -> HttpResponse | None:
        user = request.user
        if request.method in SAFE or not isinstance(user, User) or not holds_factor(user):
            return None
        now = clock.now()
        form = _shown_factor(request, user)
        if form is not None:
            if not form.is_valid():
                return _ask(request, user, form)
            form.save()
            note_factor(request, now)
        user.proof = proof_of(request, now)
        return None

    def process_exception(self, request: HttpRequest, exception: Exception) -> HttpResponse | None:
        if isinstance(exception, FreshFactorNeeded) and isinstance(request.user, User):
            return _ask(request, request.user, None)
        return None


def _shown_factor(request: HttpRequest, user: User) -> Any:
    if "factor-code" in request.POST:
        return ReauthenticateForm(request.POST, user=user, prefix="factor")
    if request.POST.get("factor-credential"):
        return ReauthenticateWebAuthnForm(request.POST, user=user, prefix="factor")
    return None


def _ask(request: HttpRequest, user: User, tried: Any) -> HttpResponse:
    codes = is_mfa_enabled(user, [Authenticator.Type.TOTP, Authenticator.Type.RECOVERY_CODES])
    keys = is_mfa_enabled(user, [Authenticator.Type.WEBAUTHN])
    kept = [
        (name, value)
        for name, values in request.POST.lists()
        for value in values
        if name != "csrfmiddlewaretoken" and not name.startswith("factor-")
    ]
    context = {
        "code_form": tried
        if isinstance(tried, ReauthenticateForm)
        else ReauthenticateForm(user=user, prefix="factor"),
        "key_form": ReauthenticateWebAuthnForm(user=user, prefix="factor"),
        "key_refused": isinstance(tried, ReauthenticateWebAuthnForm),
        "with_codes": codes,
        "with_keys": keys,
        "kept": kept,
        "files_lost": bool(request.FILES),
        "js_data": {"request_options": webauthn.begin_authentication(user)} if keys else None,
    }
    response = render(request, "mfa/fresh.html", context, status=422)
    response["HX-Retarget"], response["HX-Reswap"] = "body", "innerHTML"
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


class OneLook:
    """Show a page on one look at who is a member; what changes something looks each time anew."""

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if request.method not in ("GET", "HEAD"):
            return self.get_response(request)
        with one_look():
            return self.get_response(request)
