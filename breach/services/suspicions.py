"""Reporting a suspicion: by somebody signed in, or by the link of the house without any account.

The ledger of the house says that a report came, with a salted digest of its words: never the words, and never
who, unless they gave their name.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import transaction
from django.utils.translation import gettext as _

from breach.errors import BadInput, Conflict
from breach.keys import house_vault
from breach.models import InAppNotice, ReportLink, Suspicion, SuspicionState, SuspicionWord, User
from breach.permissions import CAPABILITIES, require
from breach.services.invitations import ALPHABET, clean
from breach.services.record import record
from breach.services.report_links import TOKEN
from breach.services.telling import tell
from breach.timewords import CLOCK_SKEW, Moment
from breach.vault.mac import new_token

LONGEST_TEXT, LONGEST_CONTACT, LONGEST_WORD = 5_000, 200, 2_000  # characters
MOST_WORDS = 20
CODE_LENGTH, GROUP = 16, 4  # 80 bits
# What may come by the link in a day: far more than a real morning brings, too little to bury a report in.
MOST_A_DAY = 300
DAY = timedelta(days=1)
TELL_EVERY = timedelta(hours=1)
NOTICE = "suspicion_reported"


@dataclass(frozen=True, slots=True)
class Reported:
    """A report with the code of its receipt; shown now and kept nowhere."""

    suspicion: Suspicion
    code: str


def report(
    *,
    actor: User | None,
    link: ReportLink | None,
    text: str,
    now: datetime,
    moment: Moment | None = None,
    contact: str = "",
    anonymous: bool = False,
    once: str = "",
) -> Reported:
    """Take a report from `actor`, or by `link` where there is none, and tell those who triage.

    `moment` is when its author noticed, by default now. `once` is a random value that the form carried: the
    same one sent twice is one report with one receipt. By the link nobody has a name. Raises BadInput.
    """
    if link is None:
        require(actor, "suspicion.report")
    _check(text, contact, moment, now)
    once = once if TOKEN.fullmatch(once) else new_token()
    code = _code_of(once)
    zone = actor.zone if link is None and actor else link.zone if link else "UTC"
    moment = moment or Moment.at(now, zone)
    named = actor if link is None and not anonymous else None
    row = Suspicion(
        occurred_from=moment.occurred_from,
        occurred_to=moment.occurred_to,
        precision=moment.precision,
        zone=moment.zone,
        original_text=moment.original_text,
        anonymous=named is None,
        reporter=named,
        link=link,
        receipt=_receipt_of(code),
        created_at=now,
    )
    with transaction.atomic():
        if link is not None:
            # The link's row is locked, so that many at once cannot pass the cap together.
            ReportLink.objects.select_for_update().get(pk=link.pk)
        sent_before = Suspicion.objects.filter(receipt=row.receipt).first()
        if sent_before is not None:
            return Reported(sent_before, code)
        if link is not None and _came_by_link(now) >= MOST_A_DAY:
            raise BadInput(
                _("More reports came today than this page takes"),
                mend=_("Call your data protection officer."),
                code="too_many_reports",
            )
        row.seal_texts(text=text, contact=contact)
        row.save()
        data = {"by_link": link is not None, "anonymous": row.anonymous, "digest": row.texts_digest}
        _tell_triagers(now)
        record(actor=named, incident=None, action="suspicion.reported", subject=row.uid, data=data, now=now)
    return Reported(row, code)


def find_by_code(code: str) -> Suspicion | None:
    """Return the report whose receipt has this code, read as it was said; None for every other."""
    said = clean(code)
    if len(said) != CODE_LENGTH or not set(said) <= set(ALPHABET):
        return None
    rows = Suspicion.objects.filter(receipt=_receipt_of(said))
    return rows.select_related("duplicate_of__duplicate_of").first()


def add_word(*, suspicion: Suspicion, text: str, now: datetime) -> SuspicionWord:
    """Add what the author of a report says later. Whoever holds the code is the author.

    Raises BadInput, or Conflict after `MOST_WORDS`.
    """
    if not text.strip():
        raise BadInput(_("There is nothing to add"), place="word", mend=_("Write what you want to add."))
    if len(text) > LONGEST_WORD:
        raise _too_long("word", LONGEST_WORD)
    with transaction.atomic():
        suspicion = Suspicion.objects.select_for_update().get(pk=suspicion.pk)
        before = list(suspicion.words.all())
        if before and before[-1].texts["text"] == text.strip():
            return before[-1]  # a page that was sent twice
        if len(before) >= MOST_WORDS:
            raise Conflict(_("Nothing more can be added to this report. Make a new one."))
        row = SuspicionWord(suspicion=suspicion, created_at=now)
        row.seal_texts(text=text)
        row.save()
        _tell_triagers(now)
        data = {"word": row.uid, "digest": row.texts_digest}
        record(
            actor=None, incident=None, action="suspicion.added_to", subject=suspicion.uid, data=data, now=now
        )
    return row


def state_for_author(suspicion: Suspicion) -> str:
    """Return what the receipt says: of a report that was merged, how the one that stays stands."""
    stays = suspicion.duplicate_of if suspicion.state == SuspicionState.DUPLICATE else suspicion
    return stays.state if stays else suspicion.state


def triagers() -> list[User]:
    """Everybody who may triage."""
    roles = [role for role, rights in CAPABILITIES.items() if "suspicion.triage" in rights]
    return list(User.objects.filter(is_active=True, role__in=roles).exclude(joined_at=None))


def _check(text: str, contact: str, moment: Moment | None, now: datetime) -> None:
    if not text.strip():
        raise BadInput(
            _("The report is empty"), place="text", mend=_("Say in a few words what you saw or heard.")
        )
    if len(text) > LONGEST_TEXT:
        raise _too_long("text", LONGEST_TEXT)
    if len(contact) > LONGEST_CONTACT:
        raise _too_long("contact", LONGEST_CONTACT)
    if moment is not None and moment.occurred_from > now + CLOCK_SKEW:
        raise BadInput(
            _("This moment is still to come"),
            place="noticed",
            mend=_("Say when you noticed, or leave it empty."),
        )


def _too_long(place: str, most: int) -> BadInput:
    return BadInput(
        _("This is too long"), place=place, mend=_("Keep to %(most)d characters.") % {"most": most}
    )


def _code_of(once: str) -> str:
    """Derive the code from what the form carried, so that sending twice shows the same receipt."""
    drawn = house_vault().sign_off(once.encode(), label="receipt-code")
    code = "".join(ALPHABET[byte & 31] for byte in drawn[:CODE_LENGTH])
    return "-".join(code[start : start + GROUP] for start in range(0, CODE_LENGTH, GROUP))


def _receipt_of(code: str) -> bytes:
    return house_vault().blind(clean(code), kind="receipt-code")


def _came_by_link(now: datetime) -> int:
    return Suspicion.objects.filter(link__isnull=False, created_at__gt=now - DAY).count()


def _tell_triagers(now: datetime) -> None:
    """Put a notice and send a mail without detail; of a stream of reports, one each hour to each."""
    found = triagers()
    told = InAppNotice.objects.filter(kind=NOTICE, read_at=None, created_at__gt=now - TELL_EVERY)
    lately = set(told.values_list("user_id", flat=True))
    wanted = [user for user in found if user.pk not in lately]
    InAppNotice.objects.bulk_create(InAppNotice(user=user, kind=NOTICE, created_at=now) for user in wanted)
    tell(wanted, "suspicion", {})
