"""What is known, since when, and what follows: awareness, facts, obligations, assessment, advice, decision.

Rows here are versions: a correction is a new row that names the one it supersedes.
"""

from datetime import UTC, datetime

from django.db import models
from django.db.models import Case, Value, When
from django.db.models.functions import Coalesce
from django.utils.translation import gettext_lazy as _

from breach.models.base import Row
from breach.models.incidents import Incident, Party
from breach.models.texts import SealedTexts
from breach.models.users import User


class PartyRow(Row):
    incident = models.ForeignKey(Incident, on_delete=models.PROTECT, related_name="+")
    party = models.ForeignKey(Party, on_delete=models.PROTECT, related_name="%(class)s_rows")
    created_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+", null=True)

    class Meta:
        abstract = True


class AwarenessState(models.TextChoices):
    SUSPECTED = "suspected", _("Suspected")
    DECIDED = "decided", _("Decided")
    CORRECTED = "corrected", _("Corrected")
    RULED_OUT = "ruled_out", _("Ruled out")


class Awareness(SealedTexts, PartyRow):
    """When the party had a reasonable degree of certainty (EDPB Guidelines 9/2022 v2.0, II.A), who says so and why."""

    text_label = "awareness"
    state = models.CharField(max_length=20, choices=AwarenessState.choices)
    instant = models.DateTimeField()
    zone = models.CharField(max_length=64)
    original_text = models.CharField(max_length=120, blank=True)
    supersedes = models.OneToOneField(
        "self", on_delete=models.PROTECT, null=True, related_name="superseded_by"
    )

    class Meta:
        ordering = ["pk"]


class FactsVersion(PartyRow):
    """One immutable version of the facts document (breach/law/facts.py)."""

    number = models.PositiveIntegerField()
    document = models.JSONField()
    reason = models.CharField(max_length=300)
    # Facts that other rows count, where people say otherwise: key of the document and why.
    overruled = models.JSONField(default=dict)

    class Meta:
        ordering = ["number"]
        constraints = [models.UniqueConstraint(fields=["party", "number"], name="facts_number_once")]


class ObligationState(models.TextChoices):
    PROVISIONAL = "provisional", _("Provisional")
    RUNNING = "running", _("Running")
    MET = "met", _("Met")
    SUPERSEDED = "superseded", _("Superseded")
    ENDED = "ended", _("No longer owed")


# Where the law sets no hour, a clock stands behind all that have one; before it, those that are held with no end set.
HELD_OPEN = datetime(9998, 1, 1, tzinfo=UTC)
NO_HOUR = datetime(9999, 1, 1, tzinfo=UTC)


class Obligation(PartyRow):
    """One stored clock: what is owed to whom by when, with the working that gave it. Never recomputed in place."""

    regime = models.CharField(max_length=40)
    rule_version = models.CharField(max_length=40)
    to = models.CharField(max_length=40)
    # Every authority of the EEA, where a party without an establishment there has to notify them all.
    recipient = models.TextField()
    phase = models.CharField(max_length=40)
    state = models.CharField(max_length=20, choices=ObligationState.choices)
    trigger_event = models.CharField(max_length=60)
    runs_from = models.DateTimeField(null=True)
    due = models.DateTimeField(null=True)
    outer = models.DateTimeField(null=True)
    # Held back by law enforcement, until an instant or, null, with no end set. Kept after the hold has run out.
    held = models.BooleanField(default=False)
    held_until = models.DateTimeField(null=True)
    standard = models.CharField(max_length=60, blank=True)
    working = models.JSONField(default=list)
    reason = models.JSONField(default=dict)
    # What a contract calls it, by language; a law is named by its regime.
    label = models.JSONField(default=dict)
    citation = models.CharField(max_length=400)
    confidence = models.CharField(max_length=40)
    facts = models.ForeignKey(FactsVersion, on_delete=models.PROTECT, related_name="+", null=True)
    awareness = models.ForeignKey(Awareness, on_delete=models.PROTECT, related_name="+", null=True)
    supersedes = models.OneToOneField(
        "self", on_delete=models.PROTECT, null=True, related_name="superseded_by"
    )
    met_at = models.DateTimeField(null=True)
    lateness = models.CharField(max_length=20, blank=True)
    # The client that is to be told, where the house is a processor; None for what the party owes itself.
    affected = models.ForeignKey(
        "breach.AffectedClient", on_delete=models.PROTECT, related_name="obligations", null=True
    )
    # Clocks of clients that end together have one line on boards and one alarm: that of the row that carries them.
    carries = models.BooleanField(default=True)
    # When its alarms were called off: it was met, superseded, or is no longer owed.
    called_off_at = models.DateTimeField(null=True)
    # The place among running clocks, most urgent first; null once it does not run, and where another row carries it.
    # A held clock without an hour stands where its hold ends: from then on it is owed at once. The database computes it.
    urgency = models.GeneratedField(
        expression=Case(
            When(
                state__in=["provisional", "running"],
                carries=True,
                then=Coalesce(
                    "due", "held_until", Case(When(held=True, then=Value(HELD_OPEN)), default=Value(NO_HOUR))
                ),
            ),
            default=None,
        ),
        output_field=models.DateTimeField(null=True),
        db_persist=True,
    )

    class Meta:
        ordering = [models.F("due").asc(nulls_last=True), "pk"]
        indexes = [
            models.Index(fields=["state", "due"], name="obligation_running"),
            models.Index(fields=["urgency", "id"], name="obligation_urgency"),
            models.Index(
                fields=["incident", "urgency", "id"],
                name="obligation_first",
                condition=models.Q(urgency__isnull=False),
            ),
            models.Index(
                fields=["incident", "state", "due"],
                name="obligation_of_clients",
                condition=models.Q(affected__isnull=False),
            ),
        ]


class RegimeAnswer(PartyRow):
    """Regimes that do not apply, cannot be told yet or are switched off, with what decides.

    One standing answer per facts version and regime; a switch or a contract changed later ends it and adds another.
    """

    facts = models.ForeignKey(FactsVersion, on_delete=models.PROTECT, related_name="answers")
    regime = models.CharField(max_length=40)
    outcome = models.CharField(max_length=20)  # ruled_out, undecided or switched_off
    detail = models.JSONField()
    ended_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["facts", "regime"],
                condition=models.Q(ended_at=None),
                name="regime_answer_stands_once",
            )
        ]


RISKS = [
    ("unlikely", _("unlikely to result in a risk")),
    ("risk", _("risk")),
    ("high_risk", _("high risk")),
]


class Assessment(SealedTexts, PartyRow):
    """Severity (ENISA 2013) and risk with every step's reason, on one version of the facts."""

    text_label = "assessment"
    facts = models.ForeignKey(FactsVersion, on_delete=models.PROTECT, related_name="assessments")
    document = models.JSONField()
    risk = models.CharField(max_length=20)
    # The assessor's own judgement where it differs from the rules' answer.
    conclusion = models.CharField(max_length=20, choices=RISKS)


OUTCOMES = [("notify", _("Notify")), ("do_not_notify", _("Do not notify")), ("wait", _("Wait"))]


class Advice(SealedTexts, PartyRow):
    """What the data protection officer advised (Article 39(1)(c) GDPR); its author never takes the decision."""

    text_label = "advice"
    recommends = models.CharField(max_length=20, choices=OUTCOMES)


class Decision(SealedTexts, PartyRow):
    """To notify or not, by management, with reasons, on the facts and the advice of that moment.

    The last one about the same stands. Once a version of the facts takes its ground away, `reopened_by` names that
    version, `reopened_because` the keys of the facts and `reopened_effect` what the rules answered and answer now.
    """

    text_label = "decision"
    ABOUT = [("authority", _("The authority")), ("individuals", _("The people concerned"))]
    about = models.CharField(max_length=20, choices=ABOUT)
    outcome = models.CharField(max_length=20, choices=OUTCOMES)
    advice = models.ForeignKey(Advice, on_delete=models.PROTECT, null=True, related_name="+")
    assessment = models.ForeignKey(Assessment, on_delete=models.PROTECT, null=True, related_name="+")
    facts = models.ForeignKey(FactsVersion, on_delete=models.PROTECT, related_name="+")
    review_on = models.DateField(null=True)
    reopened_at = models.DateTimeField(null=True)
    reopened_by = models.ForeignKey(FactsVersion, on_delete=models.PROTECT, null=True, related_name="+")
    reopened_because = models.JSONField(default=list)
    reopened_effect = models.JSONField(default=dict)

    @property
    def why_not_followed(self) -> str:
        return self.texts.get("why_not_followed", "")
