"""Limits on attempts from one place, by allauth's counter, whose store is a table of the database."""

from allauth.core.internal import ratelimit
from django.http import HttpRequest
from django.utils.translation import gettext as _

from breach.errors import BadInput

RATES = {"invitation": "10/10m/ip", "glass": "5/10m/user"}


def count_or_refuse(request: HttpRequest, action: str) -> None:
    """Count one attempt. Raises BadInput when there were too many."""
    if not ratelimit.consume(request, app="breach", action=action, config=RATES):
        raise BadInput(
            _("Too many attempts"), mend=_("Wait ten minutes, then try again."), code="too_many_attempts"
        )
