"""States of notices, of people on a notice and of print runs, with every legal move, and the closed lists of
words.

A state claims only what is known. Nothing but `moves.py` assigns one.
"""

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _

from breach.models.people import Addressee


class Channel(TextChoices):
    EMAIL = "email", _("E-mail")
    POST = "post", _("Post")
    NONE = "none", _("None")


class KeptFromEmail(TextChoices):
    """To whom no e-mail goes, whatever the order of the channels says."""

    NOBODY = "", _("Nobody: e-mail is safe")
    PASSWORDS = "passwords", _("People whose password was exposed: somebody else may read their mail")
    EVERYBODY = "everybody", _("Everybody: our own mail is not to be trusted")


class NoticeState(TextChoices):
    DRAFT = "draft", _("Draft")
    SUBMITTED = "submitted", _("Waiting for approval")
    APPROVED = "approved", _("Approved")
    RELEASED = "released", _("Released")
    FINISHED = "finished", _("Finished")
    WITHDRAWN = "withdrawn", _("Withdrawn")


NOTICE_MOVES: frozenset[tuple[str, str]] = frozenset(
    {
        (NoticeState.DRAFT, NoticeState.SUBMITTED),
        (NoticeState.DRAFT, NoticeState.WITHDRAWN),
        (NoticeState.SUBMITTED, NoticeState.APPROVED),
        # An edit or a refusal: the approval is void, the text is open again.
        (NoticeState.SUBMITTED, NoticeState.DRAFT),
        (NoticeState.SUBMITTED, NoticeState.WITHDRAWN),
        (NoticeState.APPROVED, NoticeState.DRAFT),
        (NoticeState.APPROVED, NoticeState.RELEASED),
        (NoticeState.APPROVED, NoticeState.WITHDRAWN),
        (NoticeState.RELEASED, NoticeState.FINISHED),
        # A bounce or a returned letter can arrive weeks after everything had left.
        (NoticeState.FINISHED, NoticeState.RELEASED),
    }
)


class PersonState(TextChoices):
    LISTED = "listed", _("Chosen, not released")
    PENDING = "pending", _("Waiting to leave")
    CLAIMED = "claimed", _("Being handed over")
    RENDERED = "rendered", _("In a print file")
    PRINTED = "printed", _("Printed")
    POSTED = "posted", _("Posted")
    ACCEPTED = "accepted", _("Accepted by the mail server")
    BOUNCED = "bounced", _("Bounced")
    RETURNED = "returned", _("Returned by the post")
    AMBIGUOUS = "ambiguous", _("Unclear whether it left")
    FAILED = "failed", _("Failed")
    UNREACHABLE = "unreachable", _("No usable address")
    WITHHELD = "withheld", _("Held back by a person")
    SUPERSEDED = "superseded", _("Written to in a later batch")


PERSON_MOVES: frozenset[tuple[str, str]] = frozenset(
    {
        (PersonState.LISTED, PersonState.PENDING),
        (PersonState.LISTED, PersonState.UNREACHABLE),
        (PersonState.LISTED, PersonState.WITHHELD),
        (PersonState.PENDING, PersonState.CLAIMED),
        # The address was taken away between release and hand-over.
        (PersonState.PENDING, PersonState.UNREACHABLE),
        (PersonState.PENDING, PersonState.WITHHELD),
        (PersonState.CLAIMED, PersonState.ACCEPTED),
        (PersonState.CLAIMED, PersonState.RENDERED),
        (PersonState.CLAIMED, PersonState.AMBIGUOUS),
        # A temporary failure, a step to the next channel, or a print file that has to be made again.
        (PersonState.CLAIMED, PersonState.PENDING),
        (PersonState.CLAIMED, PersonState.FAILED),
        (PersonState.CLAIMED, PersonState.UNREACHABLE),
        (PersonState.RENDERED, PersonState.PRINTED),
        (PersonState.RENDERED, PersonState.POSTED),
        # A letter pulled from the stack.
        (PersonState.RENDERED, PersonState.WITHHELD),
        (PersonState.PRINTED, PersonState.POSTED),
        (PersonState.PRINTED, PersonState.WITHHELD),
        (PersonState.POSTED, PersonState.RETURNED),
        (PersonState.RETURNED, PersonState.PENDING),
        (PersonState.RETURNED, PersonState.UNREACHABLE),
        (PersonState.ACCEPTED, PersonState.BOUNCED),
        (PersonState.BOUNCED, PersonState.PENDING),
        (PersonState.BOUNCED, PersonState.UNREACHABLE),
        # A bounce proves that the message had left; otherwise a person looks and says.
        (PersonState.AMBIGUOUS, PersonState.BOUNCED),
        (PersonState.AMBIGUOUS, PersonState.ACCEPTED),
        (PersonState.AMBIGUOUS, PersonState.PENDING),
        # A corrected address is written to in a small batch of its own.
        (PersonState.UNREACHABLE, PersonState.SUPERSEDED),
        (PersonState.FAILED, PersonState.SUPERSEDED),
        (PersonState.WITHHELD, PersonState.SUPERSEDED),
    }
)


class Tally(TextChoices):
    """The five sums that add up to what was approved."""

    DELIVERED = "delivered", _("Delivered")
    FAILED = "failed", _("Failed")
    PENDING = "pending", _("Pending")
    AMBIGUOUS = "ambiguous", _("Unclear")
    WITHHELD = "withheld", _("Held back")


TALLY_OF: dict[str, Tally] = {
    PersonState.LISTED: Tally.PENDING,
    PersonState.PENDING: Tally.PENDING,
    PersonState.CLAIMED: Tally.PENDING,
    PersonState.RENDERED: Tally.PENDING,
    PersonState.PRINTED: Tally.PENDING,
    PersonState.POSTED: Tally.DELIVERED,
    PersonState.ACCEPTED: Tally.DELIVERED,
    # Between coming back and taking the next channel, within one transaction.
    PersonState.BOUNCED: Tally.FAILED,
    PersonState.RETURNED: Tally.FAILED,
    PersonState.FAILED: Tally.FAILED,
    PersonState.UNREACHABLE: Tally.FAILED,
    PersonState.AMBIGUOUS: Tally.AMBIGUOUS,
    PersonState.WITHHELD: Tally.WITHHELD,
    PersonState.SUPERSEDED: Tally.WITHHELD,
}


class Outcome(TextChoices):
    OPEN = "", _("Open")
    SUCCESS = "success", _("Handed over")
    TEMPORARY = "temporary", _("Failed for now")
    PERMANENT = "permanent", _("Failed for good")
    AMBIGUOUS = "ambiguous", _("Unclear")
    # The print file was made again, or the letter was pulled: nothing left.
    DROPPED = "dropped", _("Dropped")


class Code(TextChoices):
    """Why an attempt ended as it did, or came back; from this list only, whatever the other side called
    it.
    """

    NONE = "", _("None")
    ACCEPTED = "accepted", _("Accepted by the mail server")
    DRILL = "drill", _("Kept inside: drill")
    POSTED = "posted", _("Posted")
    MAILBOX_UNKNOWN = "mailbox_unknown", _("No such mailbox")
    MAILBOX_FULL = "mailbox_full", _("Mailbox full")
    DOMAIN_UNKNOWN = "domain_unknown", _("No such mail domain")
    BAD_ADDRESS = "bad_address", _("Address not usable")
    POLICY = "policy", _("Refused by the other side's rules")
    SENDER_REFUSED = "sender_refused", _("Our server refused us as sender")
    SERVER_BUSY = "server_busy", _("Server asks to try later")
    NO_CONNECTION = "no_connection", _("No connection to our mail server")
    CONNECTION_LOST = "connection_lost", _("Connection lost during hand-over")
    INTERRUPTED = "interrupted", _("Interrupted between hand-over and record")
    GAVE_UP = "gave_up", _("Tried often enough")
    OTHER = "other", _("Other reason")
    # Of a trial of the mailbox for bounces only.
    OPENED = "opened", _("Mailbox opened")
    REFUSED_ENTRY = "refused_entry", _("User name, password or folder refused")
    MOVED = "moved", _("Moved")
    UNKNOWN_ADDRESS = "unknown_address", _("Unknown at this address")
    INCOMPLETE_ADDRESS = "incomplete_address", _("Address incomplete")
    REFUSED = "refused", _("Acceptance refused")
    UNCLAIMED = "unclaimed", _("Not collected")
    DECEASED = "deceased", _("Deceased")


RETURN_CODES = (
    Code.MOVED,
    Code.UNKNOWN_ADDRESS,
    Code.INCOMPLETE_ADDRESS,
    Code.REFUSED,
    Code.UNCLAIMED,
    Code.DECEASED,
    Code.OTHER,
)


class RunState(TextChoices):
    MAKING = "making", _("Being laid out")
    READY = "ready", _("Ready to print")
    PRINTED = "printed", _("Printed")
    POSTED = "posted", _("Posted")


RUN_MOVES: frozenset[tuple[str, str]] = frozenset(
    {
        (RunState.MAKING, RunState.READY),
        (RunState.READY, RunState.PRINTED),
        (RunState.READY, RunState.POSTED),
        (RunState.PRINTED, RunState.POSTED),
    }
)


class Withheld(TextChoices):
    """Why a person is left out, in words fit for the ledger and the approver's page."""

    NONE = "", _("None")
    NO_CHANNEL = "no_channel", _("No usable e-mail or postal address")
    NO_CHANNEL_LEFT = "no_channel_left", _("Every channel was tried")
    REMOVED = "removed", _("Taken out by a person")
    LAW_ENFORCEMENT = "law_enforcement", _("Held at the request of an authority")
    SAFETY = "safety", _("Held for the person's safety")
    TOLD_OTHERWISE = "told_otherwise", _("Was told in another way")
    BATCH = "batch", _("Written to in a later batch")
    DO_NOT_WRITE = "do_not_write", _("Marked: not to be written to")
    NO_KIN = "no_kin", _("Deceased, and no next of kin is known")
    OWN_LETTER = "own_letter", _("Needs a letter of its own, to the representative")
    OTHER_ADDRESSEE = "other_addressee", _("Somebody else is to be written to than was approved")


LEFT_OUT: dict[str, Withheld] = {
    Addressee.NOBODY: Withheld.DO_NOT_WRITE,
    Addressee.NO_KIN: Withheld.NO_KIN,
    # "Your data", said to somebody's lawyer, is the wrong letter: somebody writes to these people.
    Addressee.REPRESENTATIVE: Withheld.OWN_LETTER,
}
"""Whom this letter does not go to, by what is marked about the person (breach/services/marks.py)."""
