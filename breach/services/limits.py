"""Limits on attempts from one place, by allauth's counter, whose store is a table of the database."""

from allauth.core.internal import ratelimit
from django.http import HttpRequest
from django.utils.translation import gettext as _

from breach.errors import BadInput
from breach.keys import house_vault

WAIT = 600  # seconds; the stretch of time of each rate below
RATES = {
    "invitation": "10/10m/ip",
    "glass": "5/10m/user",
    "feed": "30/10m/ip",
    # A whole office may stand behind one address.
    "report": "30/10m/key",
    "report_link": "30/10m/key",
    "receipt": "20/10m/key",
}


def count_or_refuse(request: HttpRequest, action: str) -> None:
    """Count one attempt. Raises BadInput when there were too many."""
    if not ratelimit.consume(request, app="breach", action=action, config=RATES, key=_place_of(request)):
        raise BadInput(
            _("Too many attempts"), mend=_("Wait ten minutes, then try again."), code="too_many_attempts"
        )


def count_reading(request: HttpRequest, action: str = "feed") -> bool:
    """Count a reading with a token that opens nothing; say whether there were few enough of them."""
    return bool(
        ratelimit.consume(
            request, app="breach", action=action, config=RATES, key=_place_of(request), limit_get=True
        )
    )


def _place_of(request: HttpRequest) -> str:
    """Return where a request comes from as a blind index: who reports without a name leaves no address behind."""
    return house_vault().blind(ratelimit.get_ip(request), kind="counted-place").hex()
