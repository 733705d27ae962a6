"""Calendar feeds: made and revoked by the account itself, found by the token of their address.

Whoever has the token reads references and deadlines, and nothing else; a token opens no page.
"""

import re
from dataclasses import dataclass
from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from breach.errors import BadInput, Conflict, Forbidden
from breach.models import ClockFeed, User
from breach.permissions import can, require
from breach.services.record import record
from breach.vault.mac import new_token, token_hash

CAPABILITY = "clocks.subscribe"
MOST_FEEDS = 10
TOKEN = re.compile(r"[A-Za-z0-9_-]{43}", re.ASCII)  # 32 bytes in base64url


@dataclass(frozen=True, slots=True)
class Made:
    """A new feed with its token; shown now and never again."""

    feed: ClockFeed
    token: str


def make_feed(*, actor: User, now: datetime) -> Made:
    """Make a feed of the actor's own clocks. Raises BadInput when they have `MOST_FEEDS` that work."""
    require(actor, CAPABILITY)
    token = new_token()
    with transaction.atomic():
        # The account's row is locked, so that two presses at once cannot pass the limit together.
        User.objects.select_for_update().get(pk=actor.pk)
        if ClockFeed.objects.filter(user=actor, revoked_at=None).count() >= MOST_FEEDS:
            raise BadInput(
                _("You have %(most)d feeds already") % {"most": MOST_FEEDS}, mend=_("Revoke one first.")
            )
        feed = ClockFeed.objects.create(user=actor, digest=token_hash(token), created_at=now)
        record(actor=actor, incident=None, action="feed.made", subject=feed.uid, now=now)
    return Made(feed, token)


def revoke_feed(*, actor: User, feed: ClockFeed, now: datetime) -> None:
    """End one of the actor's own feeds, at once. Raises Conflict when it is revoked already."""
    require(actor, CAPABILITY)
    if feed.user_id != actor.pk:
        raise Forbidden(_("This feed is not yours."))
    with transaction.atomic():
        if not ClockFeed.objects.filter(pk=feed.pk, revoked_at=None).update(revoked_at=now):
            raise Conflict(_("This feed is revoked already."))
        record(actor=actor, incident=None, action="feed.revoked", subject=feed.uid, now=now)


def open_feed(*, token: str, now: datetime) -> User | None:
    """Return whose clocks `token` opens, and note the reading; None when it opens nothing.

    Unknown, malformed, revoked, of a closed account, of somebody who may not have one: all are the same None.
    """
    if not TOKEN.fullmatch(token):
        return None
    feed = ClockFeed.objects.select_related("user").filter(digest=token_hash(token), revoked_at=None).first()
    if feed is None or not can(feed.user, CAPABILITY):
        return None
    ClockFeed.objects.filter(pk=feed.pk).update(read_at=now)
    return feed.user
