"""How fast letters may leave: what a mail server or provider lets us hand over in a minute."""

from datetime import datetime, timedelta

from django.conf import settings

from notifications.models import Attempt
from notifications.states import Channel

MINUTE = timedelta(minutes=1)


def room_for(channel: Channel, now: datetime) -> int | None:
    """Return how many hand-overs may still begin in this minute by `channel`; None where there is no limit.

    Counted over what all workers began in the sixty seconds before `now`, in the database: Redis may be flushed. Workers that
    ask at the same moment may each begin one small batch more.
    """
    limit = settings.TOCSIN_MAIL_PER_MINUTE if channel == Channel.EMAIL else 0
    if not limit:
        return None
    newest = Attempt.objects.filter(channel=channel).order_by("-pk").values_list("claimed_at", flat=True)
    return limit - sum(claimed > now - MINUTE for claimed in newest[:limit])
