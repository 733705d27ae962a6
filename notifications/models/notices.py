"""A notice is one campaign of letters about one incident, by one party; its texts; one row per person
on it.
"""

from django.db import models
from django.utils.translation import gettext_lazy as _

from breach.models import Addressee, Incident, Party, Row, SealedFile, User
from breach.models.people import Person
from breach.models.texts import SealedTexts
from notifications.states import (
    Channel,
    Code,
    KeptFromEmail,
    NoticeState,
    Outcome,
    PersonState,
    RunState,
    Withheld,
)


class Notice(Row):
    """One campaign. `content` is what approval froze (notifications/contents.py); empty while a draft.

    `policy` lists the channels in the order in which they are tried. `parent` is set on small batches for
    people
    who were found late or whose address was corrected. `digest` is salted; the salt is sealed in
    `sealed_salt`.
    """

    incident = models.ForeignKey(Incident, on_delete=models.PROTECT, related_name="letter_notices")
    party = models.ForeignKey(Party, on_delete=models.PROTECT, related_name="letter_notices")
    parent = models.ForeignKey("self", on_delete=models.PROTECT, null=True, related_name="batches")
    number = models.PositiveIntegerField()
    title = models.CharField(_("working title"), max_length=120, blank=True)
    state = models.CharField(max_length=20, choices=NoticeState.choices, default=NoticeState.DRAFT)
    policy = models.JSONField(default=list)
    kept_from_email = models.CharField(max_length=20, choices=KeptFromEmail.choices, blank=True, default="")
    # The sender's name does not show through the window of the envelope: it would tell of an illness, say.
    neutral_envelope = models.BooleanField(default=False)
    breach_from = models.DateField(null=True)
    breach_to = models.DateField(null=True)
    discovered_on = models.DateField(null=True)
    delayed_by_law_enforcement = models.BooleanField(default=False)
    # The recipients were named one by one (a small batch), not taken from the party's whole list.
    is_listed = models.BooleanField(default=False)
    content = models.JSONField(default=dict)
    digest = models.CharField(max_length=64, blank=True)
    # How many people approval was asked for; every later sum must come out at this number.
    recipients = models.PositiveIntegerField(default=0)
    sealed_salt = models.BinaryField()
    author = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    submitted_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+", null=True)
    submitted_at = models.DateTimeField(null=True)
    released_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+", null=True)
    released_at = models.DateTimeField(null=True)
    finished_at = models.DateTimeField(null=True)
    # Delivery stands still while this is set, whatever the state says: independent facts, independent fields.
    paused_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ["number"]
        constraints = [models.UniqueConstraint(fields=["incident", "number"], name="notice_number_once")]

    def __str__(self) -> str:
        return self.title or f"{self.incident.reference}/{self.number}"

    @property
    def is_editable(self) -> bool:
        return self.state in (NoticeState.DRAFT, NoticeState.SUBMITTED, NoticeState.APPROVED)

    @property
    def is_out(self) -> bool:
        return self.state in (NoticeState.RELEASED, NoticeState.FINISHED)


class TextPart(models.TextChoices):
    WORDING = "wording", _("Wording")
    INCIDENT = "incident", _("What happened, in our words")


class NoticeText(Row):
    """One immutable version of one text in one language; the highest version counts.

    `content` is a letters `Wording` or `IncidentText` as JSON, by `part`. `form` is the statutory form, or
    "".
    """

    notice = models.ForeignKey(Notice, on_delete=models.PROTECT, related_name="texts")
    part = models.CharField(max_length=20, choices=TextPart.choices)
    language = models.CharField(max_length=35)
    form = models.CharField(max_length=40, blank=True)
    version = models.PositiveIntegerField()
    is_source = models.BooleanField(default=False)
    content = models.JSONField()
    translator = models.CharField(max_length=120, blank=True)
    checker = models.CharField(max_length=120, blank=True)
    created_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")

    class Meta:
        ordering = ["notice", "part", "language", "form", "version"]
        constraints = [
            models.UniqueConstraint(
                fields=["notice", "part", "language", "form", "version"], name="text_version_once"
            )
        ]


class NoticeRemark(SealedTexts, Row):
    """Why somebody gave a notice up or judged an unclear letter, in their own words; `subject` is the row's
    uid.
    """

    text_label = "notice-remark"

    incident = models.ForeignKey(Incident, on_delete=models.PROTECT, related_name="+")
    notice = models.ForeignKey(Notice, on_delete=models.PROTECT, related_name="remarks")
    action = models.CharField(max_length=40)
    subject = models.CharField(max_length=26)
    created_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")

    class Meta:
        ordering = ["pk"]


class PrintRun(Row):
    """Letters that go to print together: sealed files and one sealed manifest; counts stay in clear.

    `posted_on` is the day at the incident's place on which the post took them, `depot` where.
    """

    notice = models.ForeignKey(Notice, on_delete=models.PROTECT, related_name="print_runs")
    number = models.PositiveIntegerField()
    state = models.CharField(max_length=20, choices=RunState.choices, default=RunState.MAKING)
    claimed_at = models.DateTimeField()
    letter_date = models.DateField()
    letters = models.PositiveIntegerField(default=0)
    pages = models.PositiveIntegerField(default=0)
    manifest = models.ForeignKey(SealedFile, on_delete=models.PROTECT, related_name="+", null=True)
    ready_at = models.DateTimeField(null=True)
    printed_on = models.DateField(null=True)
    posted_on = models.DateField(null=True)
    depot = models.CharField(_("depot"), max_length=120, blank=True)
    posted_count = models.PositiveIntegerField(null=True)
    recorded_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+", null=True)

    class Meta:
        ordering = ["notice", "number"]
        constraints = [models.UniqueConstraint(fields=["notice", "number"], name="print_run_number_once")]


class PrintFile(Row):
    """One PDF of a run, for one kind of envelope (a key of letters/data/windows.toml)."""

    run = models.ForeignKey(PrintRun, on_delete=models.PROTECT, related_name="files")
    number = models.PositiveIntegerField()
    window = models.CharField(max_length=40)
    letters = models.PositiveIntegerField()
    pages = models.PositiveIntegerField()
    file = models.ForeignKey(SealedFile, on_delete=models.PROTECT, related_name="+")

    class Meta:
        ordering = ["run", "number"]
        constraints = [models.UniqueConstraint(fields=["run", "number"], name="print_file_number_once")]


class PersonNotice(Row):
    """Exactly one row per person and notice. It claims only what is known.

    `reference` is printed on the letter and scanned from returned post. The genuine-letter code is sealed;
    `code_mark`
    is its keyed hash, so that the public page finds it without any list of codes. `sent_at` is when a mail
    server
    accepted the letter or when the post took it: a deadline is met by sending.
    """

    notice = models.ForeignKey(Notice, on_delete=models.PROTECT, related_name="people")
    person = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="notices")
    reference = models.CharField(max_length=16, unique=True)
    language = models.CharField(max_length=35)
    country = models.CharField(max_length=2, blank=True)
    channel = models.CharField(max_length=10, choices=Channel.choices)
    # Whom the letter was for when it was frozen: a mark made afterwards needs another letter, not another name.
    addressee = models.CharField(max_length=20, choices=Addressee.choices, default=Addressee.SELF)
    tried = models.JSONField(default=list)
    state = models.CharField(max_length=20, choices=PersonState.choices, default=PersonState.LISTED)
    reason = models.CharField(max_length=30, choices=Withheld.choices, blank=True)
    tries = models.PositiveSmallIntegerField(default=0)
    next_at = models.DateTimeField(null=True)
    sealed_code = models.BinaryField(null=True)
    code_mark = models.BinaryField(max_length=32, null=True, unique=True)
    print_run = models.ForeignKey(PrintRun, on_delete=models.PROTECT, null=True, related_name="people")
    letter_date = models.DateField(null=True)
    sent_at = models.DateTimeField(null=True)
    superseded_by = models.OneToOneField(
        "self", on_delete=models.PROTECT, null=True, related_name="supersedes"
    )

    class Meta:
        ordering = ["pk"]
        constraints = [
            models.UniqueConstraint(fields=["notice", "person"], name="one_row_per_person_per_notice")
        ]
        indexes = [
            models.Index(fields=["notice", "state", "channel", "next_at"], name="person_notice_due"),
            models.Index(fields=["state", "next_at"], name="person_notice_sweep"),
        ]


class Attempt(Row):
    """One try to hand a letter over. Its uid is the token in the envelope address; no address stands here.

    `status` is the enhanced status code of RFC 3463 where the other side gave one. `came_back_at` and
    `came_back_code` tell of a bounce or of returned post, after the hand-over itself had succeeded.
    """

    person_notice = models.ForeignKey(PersonNotice, on_delete=models.PROTECT, related_name="attempts")
    channel = models.CharField(max_length=10, choices=Channel.choices)
    transport = models.CharField(max_length=20)
    print_run = models.ForeignKey(PrintRun, on_delete=models.PROTECT, null=True, related_name="attempts")
    claimed_at = models.DateTimeField()
    handed_at = models.DateTimeField(null=True)
    finished_at = models.DateTimeField(null=True)
    outcome = models.CharField(max_length=12, choices=Outcome.choices, blank=True)
    code = models.CharField(max_length=30, choices=Code.choices, blank=True)
    status = models.CharField(max_length=12, blank=True)
    came_back_at = models.DateTimeField(null=True)
    came_back_code = models.CharField(max_length=30, choices=Code.choices, blank=True)
    # Whether a ledger entry covers the outcome; a sweep notes what a killed worker left behind.
    is_noted = models.BooleanField(default=False)

    class Meta:
        ordering = ["pk"]
        indexes = [
            models.Index(fields=["outcome", "claimed_at"], name="attempt_stuck"),
            models.Index(fields=["is_noted", "outcome"], name="attempt_unnoted"),
        ]
