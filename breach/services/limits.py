"""Limits on attempts from one place, by allauth's counter, whose store is a table of the database."""

from allauth.core.internal import ratelimit
from django.http import HttpRequest
from django.utils.translation import gettext as _

from breach.errors import BadInput

WAIT = 600  # seconds; the stretch of time of each rate below
RATES = {"invitation": "10/10m/ip", "glass": "5/10m/user", "feed": "30/10m/ip"}


def count_or_refuse(request: HttpRequest, action: str) -> None:
    """Count one attempt. Raises BadInput when there were too many."""
    if not ratelimit.consume(request, app="breach", action=action, config=RATES):
        raise BadInput(
            _("Too many attempts"), mend=_("Wait ten minutes, then try again."), code="too_many_attempts"
        )


def count_reading(request: HttpRequest) -> bool:
    """Count a reading with a token that opens nothing; say whether there were few enough of them."""
    return bool(ratelimit.consume(request, app="breach", action="feed", config=RATES, limit_get=True))
