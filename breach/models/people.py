"""Files taken in, the source records they gave, and the people those records are.

A person is a reversible cluster of source records. In clear stand only country, region, language, data kinds,
whether a minor, channel and state; everything else is sealed under the incident's key. Leaked values (hashes,
passwords, account numbers) are nowhere in these rows: only that they were there.
"""

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from breach.models.base import Row
from breach.models.facts import PartyRow
from breach.models.files import SealedFile
from breach.models.incidents import Incident, Party
from breach.models.texts import SealedTexts
from breach.models.users import User


class IntakeState(models.TextChoices):
    UPLOADED = "uploaded", _("Uploaded")
    PROFILED = "profiled", _("Looked through")
    MAPPED = "mapped", _("Columns mapped")
    TRYING = "trying", _("Being tried")
    CHECKED = "checked", _("Tried")
    ACCEPTED = "accepted", _("Accepted, waiting to be loaded")
    LOADING = "loading", _("Loading")
    LOADED = "loaded", _("Loaded")
    DISCARDED = "discarded", _("Discarded")


class IntakeArchive(SealedTexts, PartyRow):
    """An archive that was given and unpacked; it is not kept itself. What each of its files became is sealed: their names
    may say who is affected. `files` = `tables` + `same` + `left_out`.
    """

    text_label = "intake-archive"

    size = models.BigIntegerField()
    digest = models.CharField(max_length=64)
    files = models.PositiveIntegerField()
    tables = models.PositiveIntegerField()
    same = models.PositiveIntegerField()
    left_out = models.PositiveIntegerField()

    class Meta:
        ordering = ["pk"]
        constraints = [
            models.CheckConstraint(
                condition=Q(files=models.F("tables") + models.F("same") + models.F("left_out")),
                name="intake_archive_adds_up",
            )
        ]


class IntakeFile(PartyRow):
    """One table of affected people. Its bytes are sealed; `read` = `accepted` + `refused` once it was tried.

    `same_file` is a blind index of its content and of the sheet or table read, so that the same given twice is noticed.
    `archive_entry` is where it stood in its archive, in numbers: 3, or 2.1 for one in an archive inside. `ages_on`
    is the day for which ages are told. `mapping_digest` says which mapping was tried last. The progress
    of a trial is `tried_batches`, that of loading `next_batch` and then `indexed_keys`: each moved on in
    the transaction that stores what it counts.
    """

    file = models.OneToOneField(SealedFile, on_delete=models.PROTECT, related_name="intake")
    same_file = models.BinaryField()
    archive = models.ForeignKey(
        IntakeArchive, on_delete=models.PROTECT, related_name="table_files", null=True
    )
    archive_entry = models.CharField(max_length=40, blank=True)
    format = models.CharField(max_length=10)
    encoding = models.CharField(max_length=40, blank=True)
    encoding_how = models.CharField(max_length=20, blank=True)
    delimiter = models.CharField(max_length=1, blank=True)
    sheet = models.CharField(max_length=100, blank=True)
    notes = models.JSONField(default=list)
    ages_on = models.DateField()
    state = models.CharField(max_length=20, choices=IntakeState.choices, default=IntakeState.UPLOADED)
    profile = models.JSONField(null=True)
    mapping = models.JSONField(null=True)
    mapping_digest = models.CharField(max_length=64, blank=True)
    read = models.PositiveIntegerField(default=0)
    accepted = models.PositiveIntegerField(default=0)
    refused = models.PositiveIntegerField(default=0)
    set_aside = models.PositiveIntegerField(default=0)
    tried_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+", null=True)
    tried_batches = models.PositiveIntegerField(default=0)
    next_batch = models.PositiveIntegerField(default=0)
    indexed_keys = models.PositiveIntegerField(default=0)
    loaded = models.PositiveIntegerField(default=0)
    people_new = models.PositiveIntegerField(default=0)
    merged = models.PositiveIntegerField(default=0)
    suggested = models.PositiveIntegerField(default=0)
    accepted_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+", null=True)
    accepted_at = models.DateTimeField(null=True)
    # The last sign of life of a load; a sweep enqueues again what has been silent for long.
    progress_at = models.DateTimeField(null=True)
    # Since when the worker of now works, and how many rows stood before: what a rate is told from.
    working_since = models.DateTimeField(null=True)
    working_from = models.PositiveIntegerField(default=0)
    loaded_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ["pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["party", "same_file"],
                condition=~Q(state=IntakeState.DISCARDED),
                name="intake_file_once",
            ),
            # Each load must see the people that the one before it has stored.
            models.UniqueConstraint(
                fields=["party"], condition=Q(state=IntakeState.LOADING), name="intake_one_load_of_a_party"
            ),
            models.CheckConstraint(
                condition=Q(read=models.F("accepted") + models.F("refused")), name="intake_read_adds_up"
            ),
        ]


class RefusedCell(models.Model):
    """A row that was not taken, or (without `whole_row`) one cell of an accepted row that was set aside.

    `row` counts as a spreadsheet does; `reason` is a key of breach/intake/data/reasons.toml.
    """

    file = models.ForeignKey(IntakeFile, on_delete=models.CASCADE, related_name="refusals")
    row = models.PositiveIntegerField()
    column = models.CharField(max_length=250, blank=True)
    reason = models.CharField(max_length=40)
    masked = models.CharField(max_length=40, blank=True)
    whole_row = models.BooleanField(default=True)

    class Meta:
        ordering = ["row", "pk"]

    def __str__(self) -> str:
        return f"row {self.row}: {self.reason}"


class KnownMapping(Row):
    """How the columns of one header were mapped last; offered again for the next table with that header.

    `signature` is a digest of the header's names in their order (breach/intake/mapping.py); the mapping names columns
    by their place.
    """

    signature = models.CharField(max_length=64, unique=True)
    mapping = models.JSONField()
    created_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+", null=True)
    used_at = models.DateTimeField()

    class Meta:
        ordering = ["pk"]


class BulkRow(PartyRow):
    """A row that comes by the million. Indexes on what is the same in all of them would only cost."""

    incident = models.ForeignKey(Incident, on_delete=models.PROTECT, related_name="+", db_index=False)
    party = models.ForeignKey(Party, on_delete=models.PROTECT, related_name="%(class)s_rows", db_index=False)
    created_by = models.ForeignKey(
        User, on_delete=models.PROTECT, related_name="+", null=True, db_index=False
    )

    class Meta:
        abstract = True


class PersonState(models.TextChoices):
    ACTIVE = "active", _("Affected")
    REMOVED = "removed", _("Removed")
    MERGED = "merged", _("Merged into another person")


class Relation(models.TextChoices):
    """What a person is to the party whose data leaked."""

    UNKNOWN = "", _("not said")
    CUSTOMER = "customer", _("customer")
    USER = "user", _("user of an online service")
    EMPLOYEE = "employee", _("employee")
    FORMER_EMPLOYEE = "former_employee", _("former employee")
    APPLICANT = "applicant", _("applicant")
    PATIENT = "patient", _("patient")
    PUPIL = "pupil", _("pupil or student")
    MEMBER = "member", _("member")
    CITIZEN = "citizen", _("citizen")
    SUPPLIER = "supplier", _("supplier or partner")
    OTHER = "other", _("other")


class Addressee(models.TextChoices):
    """Whom a letter about a person goes to. It follows from the marks of the person."""

    SELF = "self", _("the person")
    NEXT_OF_KIN = "next_of_kin", _("the next of kin")
    REPRESENTATIVE = "representative", _("the representative")
    GUARDIAN = "guardian", _("the guardian")
    NO_KIN = "no_kin", _("nobody: deceased, next of kin not known")
    NOBODY = "nobody", _("nobody: not to be written to")


class PersonChannel(models.TextChoices):
    EMAIL = "email", _("E-mail")
    POST = "post", _("Post")
    NONE = "none", _("Cannot be reached")


class Person(BulkRow):
    """One affected person. `sealed` holds the merged view of the source records (breach/intake/record.py).

    `channel_why` is empty while the channel follows from the contact data, else the code of why somebody
    set it. `addressee` says who is written to; `language`, `has_email`, `has_address` and `channel` are those
    of the addressee, country and region always the person's own, since law goes by them.
    """

    country = models.CharField(max_length=2, blank=True)
    region = models.CharField(max_length=6, blank=True)
    language = models.CharField(max_length=8)
    kinds = models.JSONField(default=list)
    minor = models.BooleanField(null=True)
    relation = models.CharField(max_length=20, choices=Relation.choices, blank=True, db_default="")
    addressee = models.CharField(
        max_length=20, choices=Addressee.choices, default=Addressee.SELF, db_default=Addressee.SELF
    )
    channel = models.CharField(max_length=10, choices=PersonChannel.choices)
    channel_why = models.CharField(max_length=40, blank=True)
    has_email = models.BooleanField(default=False)
    has_address = models.BooleanField(default=False)
    state = models.CharField(max_length=20, choices=PersonState.choices, default=PersonState.ACTIVE)
    merged_into = models.ForeignKey(
        "self", on_delete=models.PROTECT, null=True, related_name="absorbed", db_index=False
    )
    sealed = models.BinaryField()

    class Meta:
        ordering = ["pk"]
        indexes = [
            models.Index(fields=["party", "state", "country", "region"], name="person_by_place"),
            models.Index(fields=["incident", "state"], name="person_by_state"),
            # Few are written to through somebody else; an index of all would cost every load.
            models.Index(
                fields=["incident", "addressee"],
                condition=~Q(addressee="self"),
                name="person_by_addressee",
            ),
            models.Index(
                fields=["merged_into"], condition=Q(merged_into__isnull=False), name="person_by_keeper"
            ),
        ]

    @property
    def context(self) -> str:
        """Where `sealed` belongs; frozen, whatever this class is called."""
        return f"person/{self.uid}"


class SourceOrigin(models.TextChoices):
    FILE = "file", _("A file")
    BY_HAND = "by_hand", _("Entered by hand")
    CORRECTION = "correction", _("Correction")
    MARK = "mark", _("Mark")


class SourceRecord(BulkRow):
    """What one row of one file (or one person at a keyboard) said about somebody. Later records are
    trusted more.

    The indexes are keyed hashes of exact values (breach/vault), equal only inside one incident. They are
    found through `BlindKey`. Of a national identifier the index is all that is kept.
    """

    person = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="sources")
    file = models.ForeignKey(
        IntakeFile, on_delete=models.PROTECT, related_name="sources", null=True, db_index=False
    )
    row = models.PositiveIntegerField(null=True)
    origin = models.CharField(max_length=20, choices=SourceOrigin.choices, default=SourceOrigin.FILE)
    kinds = models.JSONField(default=list)
    email_index = models.BinaryField(null=True)
    customer_index = models.BinaryField(null=True)
    name_index = models.BinaryField(null=True)
    identifier_index = models.BinaryField(null=True)
    sealed = models.BinaryField()

    class Meta:
        ordering = ["pk"]
        constraints = [models.UniqueConstraint(fields=["file", "row"], name="source_row_once")]

    @property
    def context(self) -> str:
        """Where `sealed` belongs; frozen, whatever this class is called."""
        return f"source-record/{self.uid}"


class BlindKey(models.Model):
    """The way from a blind index to the source records that have it: `value` is the index's first eight bytes.

    Indexes are random, and a table of a million of them grows slower with every row. So a load puts its
    keys in at its end, in their order. Eight bytes lead to candidates; the whole index decides.
    """

    value = models.BigIntegerField(db_index=True)
    source = models.ForeignKey(SourceRecord, on_delete=models.CASCADE, related_name="keys", db_index=False)

    def __str__(self) -> str:
        return f"key of {self.source_id}"


class EvidenceState(models.TextChoices):
    JOINED = "joined", _("Joined")
    SUGGESTED = "suggested", _("Waiting for a decision")
    DECLINED = "declined", _("Two people")
    UNDONE = "undone", _("Taken apart again")


class MergeEvidence(Row):
    """Why two source records are held to be one person, or might be. `key` names what they share.

    A near match says how likely (`probability`, `weight` in bits), in `fields` the level of agreement of each
    field by name, and in `caution` which of them bar it from being accepted by threshold. `decision` settled
    it; `to_carry` while the two people are not united yet.
    """

    incident = models.ForeignKey(Incident, on_delete=models.PROTECT, related_name="+", db_index=False)
    source = models.ForeignKey(SourceRecord, on_delete=models.PROTECT, related_name="evidence")
    other = models.ForeignKey(SourceRecord, on_delete=models.PROTECT, related_name="+")
    key = models.CharField(max_length=40)
    state = models.CharField(max_length=20, choices=EvidenceState.choices)
    decided_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+", null=True)
    decided_at = models.DateTimeField(null=True)
    # Defaults of the database: a load writes rows past the ORM.
    probability = models.FloatField(null=True)
    weight = models.FloatField(null=True)
    fields = models.JSONField(null=True)
    caution = models.CharField(max_length=60, blank=True, db_default="")
    decision = models.ForeignKey(
        "MatchDecision", on_delete=models.PROTECT, null=True, related_name="evidence", db_index=False
    )
    to_carry = models.BooleanField(db_default=False, default=False)

    class Meta:
        ordering = ["pk"]
        indexes = [
            models.Index(fields=["incident", "state", "probability"], name="evidence_by_state"),
            models.Index(
                fields=["decision", "to_carry"],
                condition=Q(decision__isnull=False),
                name="evidence_of_decision",
            ),
        ]


class PersonAction(models.TextChoices):
    ADDED = "added", _("Found late")
    CORRECTED = "corrected", _("Corrected")
    REMOVED = "removed", _("Removed")
    RESTORED = "restored", _("Put back")
    SPLIT = "split", _("Taken apart")
    MARKED = "marked", _("Marked")
    UNMARKED = "unmarked", _("Mark ended")


class PersonChange(SealedTexts, PartyRow):
    """What somebody changed about a person, and why. Old and new stand in the source records."""

    text_label = "person-change"

    person = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="changes")
    action = models.CharField(max_length=20, choices=PersonAction.choices)

    class Meta:
        ordering = ["pk"]
