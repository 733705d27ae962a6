"""Reports of a suspicion: what somebody of the house saw, before anybody knows whether it is a breach.

A report belongs to no incident yet, so its words are sealed under the house's own key. Who reported stands
in clear only where they gave their name by signing in.
"""

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from breach.models.base import Row, zone_validator
from breach.models.incidents import Incident
from breach.models.texts import HouseTexts
from breach.models.timeline import PRECISIONS
from breach.models.users import User
from breach.timewords import Moment, Precision


class SuspicionState(models.TextChoices):
    NEW = "new", _("Waits for triage")
    INCIDENT = "incident", _("Incident")
    NO_BREACH = "no_breach", _("No personal data breach")
    DUPLICATE = "duplicate", _("Merged into another report")


# What each state names: an incident, the report that stays, or neither.
POINTS = (
    Q(state__in=["new", "no_breach"], incident=None, duplicate_of=None)
    | Q(state="incident", incident__isnull=False, duplicate_of=None)
    | Q(state="duplicate", incident=None, duplicate_of__isnull=False)
)


class ReportLink(Row):
    """The secret address by which somebody without an account reports. One works at a time.

    `digest` finds it (`token_hash` of breach/vault/mac.py); the token itself is sealed under the house's key,
    so that an administrator can put it on a poster again. Times that are said on its page are read in `zone`.
    """

    digest = models.CharField(max_length=64, unique=True)
    sealed = models.BinaryField()
    zone = models.CharField(max_length=64, validators=[zone_validator])
    on_sign_in = models.BooleanField(default=False)
    # True while it works, then NULL: the database keeps it to one.
    live = models.BooleanField(null=True, unique=True, default=True)
    created_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    revoked_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ["-pk"]

    @property
    def context(self) -> str:
        """Where `sealed` belongs; frozen, whatever this class is called."""
        return f"report-link/{self.uid}"


class Suspicion(HouseTexts, Row):
    """One report. `created_at` is when it was received, `occurred_*` when its author noticed (UTC).

    `reporter` is empty where no name is kept, `link` where it came from a signed-in page. `receipt` is a blind
    index of the code on the receipt. Texts: `text`, `contact`.
    """

    text_label = "suspicion"
    occurred_from = models.DateTimeField()
    occurred_to = models.DateTimeField()
    precision = models.CharField(max_length=10, choices=PRECISIONS)
    zone = models.CharField(max_length=64)
    original_text = models.CharField(max_length=120, blank=True)
    anonymous = models.BooleanField()
    reporter = models.ForeignKey(User, on_delete=models.PROTECT, null=True, related_name="+")
    link = models.ForeignKey(ReportLink, on_delete=models.PROTECT, null=True, related_name="+")
    receipt = models.BinaryField(unique=True)
    state = models.CharField(max_length=20, choices=SuspicionState.choices, default=SuspicionState.NEW)
    incident = models.ForeignKey(Incident, on_delete=models.PROTECT, null=True, related_name="suspicions")
    duplicate_of = models.ForeignKey("self", on_delete=models.PROTECT, null=True, related_name="duplicates")

    class Meta:
        ordering = ["pk"]
        constraints = [
            models.CheckConstraint(name="suspicion_points_as_its_state", condition=POINTS),
            models.CheckConstraint(
                name="suspicion_anonymous_without_reporter",
                condition=Q(anonymous=False) | Q(reporter=None),
            ),
        ]
        indexes = [models.Index(fields=["state", "created_at"], name="suspicion_by_state")]

    def __str__(self) -> str:
        return self.uid

    @property
    def moment(self) -> Moment:
        """When its author noticed, as they said it."""
        return Moment(
            self.occurred_from, self.occurred_to, Precision(self.precision), self.zone, self.original_text
        )


class SuspicionWord(HouseTexts, Row):
    """What the author of a report added later, by the code of the receipt. Texts: `text`."""

    text_label = "suspicion-word"
    suspicion = models.ForeignKey(Suspicion, on_delete=models.PROTECT, related_name="words")

    class Meta:
        ordering = ["pk"]


class TriageStep(HouseTexts, Row):
    """One decision about a report, with its reasons; a later one does not change it."""

    text_label = "triage"
    suspicion = models.ForeignKey(Suspicion, on_delete=models.PROTECT, related_name="steps")
    state = models.CharField(max_length=20, choices=SuspicionState.choices)
    incident = models.ForeignKey(Incident, on_delete=models.PROTECT, null=True, related_name="+")
    duplicate_of = models.ForeignKey(Suspicion, on_delete=models.PROTECT, null=True, related_name="+")
    created_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")

    class Meta:
        ordering = ["pk"]
