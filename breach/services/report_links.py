"""The address by which somebody without an account reports: made, shown on the sign-in page, revoked."""

import re
from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from breach.errors import Conflict
from breach.keys import house_vault
from breach.models import ReportLink, User, new_uid
from breach.permissions import require
from breach.services.record import record
from breach.vault.mac import new_token, token_hash

CAPABILITY = "settings.manage"
TOKEN = re.compile(r"[A-Za-z0-9_-]{43}", re.ASCII)  # 32 bytes in base64url


def make_link(*, actor: User, now: datetime) -> ReportLink:
    """Make a link; the one before it stops working. Times said on its page are read in the maker's zone."""
    require(actor, CAPABILITY)
    token = new_token()
    row = ReportLink(
        uid=new_uid(), digest=token_hash(token), zone=actor.zone, created_by=actor, created_at=now
    )
    row.sealed = house_vault().seal(token.encode(), context=row.context)
    with transaction.atomic():
        # The maker's row is locked first: there may be no link to lock, and two may press at once.
        User.objects.select_for_update().get(pk=actor.pk)
        old = live_link()
        if old is not None:
            row.on_sign_in = old.on_sign_in
            _revoke(old, actor, now)
        row.save()
        record(actor=actor, incident=None, action="report_link.made", subject=row.uid, now=now)
    return row


def revoke_link(*, actor: User, link: ReportLink, now: datetime) -> None:
    """End a link at once. Raises Conflict when it is revoked already."""
    require(actor, CAPABILITY)
    with transaction.atomic():
        _revoke(link, actor, now)


def show_on_sign_in(*, actor: User, link: ReportLink, shown: bool, now: datetime) -> None:
    """Put the link on the page where people sign in, or take it off."""
    require(actor, CAPABILITY)
    action = "report_link.shown" if shown else "report_link.hidden"
    with transaction.atomic():
        if not ReportLink.objects.filter(pk=link.pk, live=True).update(on_sign_in=shown):
            raise Conflict(_("This link is revoked already."))
        record(actor=actor, incident=None, action=action, subject=link.uid, now=now)


def live_link() -> ReportLink | None:
    """Return the link that works now."""
    return ReportLink.objects.filter(live=True).first()


def token_of(link: ReportLink) -> str:
    return house_vault().open(bytes(link.sealed), context=link.context).decode()


def open_link(token: str) -> ReportLink | None:
    """Return the link that `token` opens. Unknown, malformed and revoked ones are the same None."""
    if not TOKEN.fullmatch(token):
        return None
    return ReportLink.objects.filter(digest=token_hash(token), live=True).first()


def _revoke(link: ReportLink, actor: User, now: datetime) -> None:
    if not ReportLink.objects.filter(pk=link.pk, live=True).update(live=None, revoked_at=now):
        raise Conflict(_("This link is revoked already."))
    record(actor=actor, incident=None, action="report_link.revoked", subject=link.uid, now=now)
