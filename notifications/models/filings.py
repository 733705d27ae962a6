"""Filings: one row per phase of what one party tells one authority."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from breach.models import Incident, Party, Row, SealedFile, User


class FilingState(models.TextChoices):
    DRAFT = "draft", _("Draft")
    ASKED = "submitted_for_approval", _("Waiting for approval")
    APPROVED = "approved", _("Approved")
    SUBMITTED = "submitted", _("Submitted to the authority")
    WITHDRAWN = "withdrawn", _("Withdrawn")


# Every legal move. What was submitted stays submitted: a withdrawal towards the authority is a follow-up of
# its own.
FILING_MOVES: frozenset[tuple[str, str]] = frozenset(
    {
        (FilingState.DRAFT, FilingState.ASKED),
        (FilingState.DRAFT, FilingState.WITHDRAWN),
        (FilingState.ASKED, FilingState.APPROVED),
        # Refused by the approver, or edited while it waited.
        (FilingState.ASKED, FilingState.DRAFT),
        (FilingState.ASKED, FilingState.WITHDRAWN),
        # An edit after approval voids it.
        (FilingState.APPROVED, FilingState.DRAFT),
        (FilingState.APPROVED, FilingState.SUBMITTED),
        (FilingState.APPROVED, FilingState.WITHDRAWN),
    }
)
OPEN_STATES = (FilingState.DRAFT, FilingState.ASKED, FilingState.APPROVED)


class Filing(Row):
    """One phase. `sealed_content` holds the canonical content and the salt of `digest`, under the
    incident's key.

    `submitted_at` is when a person filed it by the authority's own channel (UTC); `receipt` is the number the
    authority gave; `lateness` compares with the clock: on_time, within_outer, late, or empty without a clock.
    """

    incident = models.ForeignKey(Incident, on_delete=models.PROTECT, related_name="filings")
    party = models.ForeignKey(Party, on_delete=models.PROTECT, related_name="filings")
    authority = models.CharField(_("authority"), max_length=20)
    profile = models.CharField(max_length=40)
    form = models.CharField(max_length=40)
    form_version = models.CharField(max_length=40)
    number = models.PositiveIntegerField()
    follows = models.OneToOneField("self", on_delete=models.PROTECT, null=True, related_name="followed_by")
    phase = models.CharField(max_length=20)
    completeness = models.CharField(max_length=20)
    language = models.CharField(_("language"), max_length=10)
    state = models.CharField(max_length=30, choices=FilingState.choices, default=FilingState.DRAFT)
    version = models.PositiveIntegerField(default=0)
    sealed_content = models.BinaryField()
    digest = models.CharField(max_length=64)
    author = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    pdf = models.ForeignKey(SealedFile, on_delete=models.PROTECT, null=True, related_name="+")
    document = models.ForeignKey(SealedFile, on_delete=models.PROTECT, null=True, related_name="+")
    rendered_at = models.DateTimeField(null=True)
    submitted_at = models.DateTimeField(null=True)
    submitted_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, related_name="+")
    channel = models.CharField(_("channel"), max_length=60, blank=True)
    receipt = models.CharField(_("receipt number"), max_length=80, blank=True)
    lateness = models.CharField(max_length=20, blank=True)

    class Meta:
        ordering = ["party", "authority", "number"]
        constraints = [
            models.UniqueConstraint(fields=["party", "authority", "number"], name="filing_number_once"),
            models.UniqueConstraint(
                fields=["party", "authority"],
                condition=models.Q(state__in=["draft", "submitted_for_approval", "approved"]),
                name="one_open_filing_per_authority",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.incident.reference} {self.authority} {self.number}"

    @property
    def is_open(self) -> bool:
        return self.state in OPEN_STATES
