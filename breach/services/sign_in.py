"""What signing in leaves behind: failures that lock an account, devices, entries in the ledger of the house.

Counted in the database. Ways back from a lock: wait, a passkey (nothing of it can be guessed), an
administrator, or `manage.py invite --again` at the machine.
"""

import hashlib
import secrets
from datetime import datetime, timedelta

from django.db import transaction

from breach.models import Device, InAppNotice, Invitation, SignInLock, User
from breach.permissions import require
from breach.services.record import record
from breach.services.telling import tell

LOCK_AFTER = 10
LOCK_FOR = timedelta(minutes=30)
FORGET_AFTER = timedelta(days=1)
DEVICE_BYTES = 32


def locked_until(email: str, *, now: datetime) -> datetime | None:
    """Return until when the address is locked, or None."""
    lock = SignInLock.objects.filter(key=SignInLock.key_of(email), locked_until__gt=now).first()
    return lock.locked_until if lock else None


def count_failure(email: str, *, now: datetime) -> None:
    """Count a wrong password or code; lock the address after `LOCK_AFTER` in a row."""
    key = SignInLock.key_of(email)
    with transaction.atomic():
        SignInLock.objects.get_or_create(key=key, defaults={"last_failed_at": now})
        lock = SignInLock.objects.select_for_update().get(key=key)
        failures = 0 if now - lock.last_failed_at > FORGET_AFTER else lock.failures
        lock.failures, lock.last_failed_at = failures + 1, now
        if lock.failures >= LOCK_AFTER:
            lock.failures, lock.locked_until = 0, now + LOCK_FOR
            if user := User.objects.filter(email=email.strip().lower()).first():
                until = {"until": lock.locked_until.isoformat()}
                record(
                    actor=None, incident=None, action="account.locked", subject=user.uid, data=until, now=now
                )
                InAppNotice.objects.create(user=user, kind="account_locked", values=until, created_at=now)
        lock.save()


def forget_failures(email: str) -> None:
    """Start counting anew after a success."""
    SignInLock.objects.filter(key=SignInLock.key_of(email)).delete()


def unlock(*, actor: User, user: User, now: datetime) -> None:
    """Open a locked account again. The password stays as it is."""
    require(actor, "users.manage")
    with transaction.atomic():
        forget_failures(user.email)
        record(actor=actor, incident=None, action="account.unlocked", subject=user.uid, now=now)


def note_sign_in(*, user: User, device: str, label: str, method: str, now: datetime) -> str:
    """Enter a sign-in, tell the account about a device it never came from, and return the device's cookie.

    `device` is the cookie's value, or "". The first device of an account is nothing to tell.
    """
    known = Device.objects.filter(user=user, digest=_digest(device)).first() if device else None
    with transaction.atomic():
        forget_failures(user.email)
        if user.joined_at is None:
            User.objects.filter(pk=user.pk).update(joined_at=now)
            Invitation.objects.filter(user=user, accepted_at=None, withdrawn_at=None).update(accepted_at=now)
        is_first = not Device.objects.filter(user=user).exists()
        if known is None:
            device = device or secrets.token_urlsafe(DEVICE_BYTES)
            known = Device.objects.create(user=user, digest=_digest(device), label=label, created_at=now)
            if not is_first:
                InAppNotice.objects.create(
                    user=user, kind="new_device", values={"device": known.uid}, created_at=now
                )
        data = {"method": method, "device": known.uid, "new_device": known.created_at == now}
        record(actor=user, incident=None, action="account.signed_in", subject=user.uid, data=data, now=now)
    if known.created_at == now and not is_first:
        tell([user], "new_device", {"at": now})
    return device


def _digest(device: str) -> str:
    return hashlib.sha256(device.encode()).hexdigest()
