"""Trying the ways out by the very code that letters take: a message to the person who tries, a look into the mailbox."""

from collections.abc import Callable
from datetime import datetime
from html import escape

from django.db import transaction
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from breach.errors import BadInput
from breach.models import User
from breach.permissions import require
from breach.services.record import record
from notifications.delivery.email import EmailTransport
from notifications.delivery.mailbox import MailboxRefused, MailboxUnreachable, account, look
from notifications.delivery.transport import (
    Ambiguous,
    DeliveryFailure,
    Handover,
    PermanentFailure,
    TemporaryFailure,
)
from notifications.letters.values import EmailValue
from notifications.models.trials import TransportTrial, TriedTransport
from notifications.states import Code, Outcome

CAPABILITY = "settings.manage"
SENDER = "Tocsin"
_OUTCOMES = {
    TemporaryFailure: Outcome.TEMPORARY,
    PermanentFailure: Outcome.PERMANENT,
    Ambiguous: Outcome.AMBIGUOUS,
}


def try_email(*, actor: User, now: datetime) -> TransportTrial:
    """Send the actor a message of no content by the mail server of letters, and keep how it ended."""
    require(actor, CAPABILITY)
    trial = _begin(actor, TriedTransport.EMAIL, now)
    transport = EmailTransport()

    def send() -> int | None:
        transport.deliver(Handover(trial.uid, actor.email, _message(), SENDER))
        return None

    try:
        return _settled(trial, actor, send, Code.ACCEPTED, now)
    finally:
        transport.close()


def try_bounces(*, actor: User, now: datetime) -> TransportTrial:
    """Open the mailbox that bounces are collected from, and change nothing in it. Raises BadInput where none is set up."""
    require(actor, CAPABILITY)
    box = account()
    if box is None:
        raise BadInput(
            _("No mailbox for bounces is set up"), mend=_("Set TOCSIN_IMAP_HOST, or let bounces be piped in.")
        )
    trial = _begin(actor, TriedTransport.BOUNCES, now)

    def open_it() -> int | None:
        try:
            return look(box)
        except MailboxRefused:
            raise PermanentFailure(Code.REFUSED_ENTRY) from None
        except MailboxUnreachable:
            raise TemporaryFailure(Code.NO_CONNECTION) from None

    return _settled(trial, actor, open_it, Code.OPENED, now)


def _begin(actor: User, transport: TriedTransport, now: datetime) -> TransportTrial:
    """Keep that it begins before anything leaves: what is interrupted stays visible as unclear."""
    with transaction.atomic():
        trial = TransportTrial.objects.create(transport=transport, created_by=actor, created_at=now)
        data = {"transport": str(transport)}
        record(
            actor=actor, incident=None, action="transport.trial_begun", subject=trial.uid, data=data, now=now
        )
    return trial


def _settled(
    trial: TransportTrial, actor: User, run: Callable[[], int | None], success: Code, now: datetime
) -> TransportTrial:
    try:
        trial.found = run()
        trial.outcome, trial.code = Outcome.SUCCESS, success
    except DeliveryFailure as failure:
        trial.outcome, trial.code, trial.status = _OUTCOMES[type(failure)], failure.code, failure.status
    with transaction.atomic():
        trial.save(update_fields=["outcome", "code", "status", "found"])
        data = {"outcome": str(trial.outcome), "code": str(trial.code), "status": trial.status}
        record(actor=actor, incident=None, action="transport.tried", subject=trial.uid, data=data, now=now)
    return trial


def _message() -> EmailValue:
    subject = _("Test of the way out")
    text = _(
        "Somebody tried in the settings whether e-mail leaves, and this message shows that it does. "
        "It says nothing about an incident; there is nothing to do."
    )
    return EmailValue(get_language() or "en", subject, f"{text}\n", f"<p>{escape(text)}</p>")
