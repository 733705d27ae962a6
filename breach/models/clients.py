"""Controllers that the house processes personal data for, and which of them an incident concerns."""

from datetime import UTC, datetime

from django.db import models
from django.db.models import Q, Value
from django.db.models.functions import Coalesce
from django.utils.translation import gettext_lazy as _

from breach.models.base import Row, zone_validator
from breach.models.incidents import Incident, Party
from breach.models.texts import SealedTexts
from breach.models.users import User

LANGUAGES = [("en", _("English")), ("fr", _("French"))]
UNITS = [
    ("hours", _("hours")),
    ("calendar_days", _("calendar days")),
    ("business_days", _("business days")),
]
# Events of breach/law/data/events.toml that contracts with processors name.
TRIGGERS = [
    ("processor_awareness", _("our awareness of the breach")),
    ("suspicion", _("the first suspicion")),
    ("detection", _("the detection of the incident")),
    ("attack_known", _("our knowledge of the attack")),
]


class Client(Row):
    """A controller in the house's register. `terms` counts changes of what its contract asks.

    Without `window_value` the contract sets no period, and only the law does.
    """

    reference = models.CharField(_("reference"), max_length=40, unique=True)
    name = models.CharField(_("name"), max_length=120)
    email = models.EmailField(_("e-mail for breaches"))
    second_email = models.EmailField(_("second e-mail"), blank=True)
    phone = models.CharField(_("telephone"), max_length=40, blank=True)
    language = models.CharField(_("language"), max_length=2, choices=LANGUAGES, default="en")
    zone = models.CharField(
        _("time zone"), max_length=64, default="Europe/Paris", validators=[zone_validator]
    )
    window_value = models.PositiveIntegerField(_("period of the contract"), null=True, blank=True)
    window_unit = models.CharField(_("unit"), max_length=20, choices=UNITS, blank=True)
    window_from = models.CharField(_("runs from"), max_length=40, choices=TRIGGERS, blank=True)
    clause = models.CharField(_("clause"), max_length=200, blank=True)
    dpo_name = models.CharField(_("data protection officer"), max_length=120, blank=True)
    dpo_email = models.EmailField(_("officer's e-mail"), blank=True)
    terms = models.PositiveIntegerField(default=1)
    changed_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["reference"]

    def __str__(self) -> str:
        return f"{self.reference} {self.name}"

    @property
    def rule_version(self) -> str:
        """Names the terms that a stored clock rested on."""
        return f"{self.changed_at:%Y-%m-%d}.{self.terms}"


class ClientImport(Row):
    """A table that was read and waits to be accepted: read = accepted + refused. Its rows go once that is decided."""

    STATES = [("checked", _("Checked")), ("accepted", _("Accepted")), ("discarded", _("Discarded"))]
    state = models.CharField(max_length=20, choices=STATES, default="checked")
    read = models.PositiveIntegerField()
    rows = models.JSONField(default=list)
    refused = models.JSONField(default=list)  # of {row, column, reason}
    refused_rows = models.PositiveIntegerField()
    created_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")

    @property
    def accepted_rows(self) -> int:
        return self.read - self.refused_rows


class AffectedState(models.TextChoices):
    TO_TELL = "to_tell", _("To tell")
    TOLD = "told", _("Told")
    ACKNOWLEDGED = "acknowledged", _("Acknowledged")
    LEFT_OUT = "left_out", _("Not concerned after all")


# Behind every due time.
NO_TIME = datetime(9999, 1, 1, tzinfo=UTC)


class AffectedBatch(Row):
    """Clients listed together: how many, and the Merkle root over them, as the ledger has it."""

    incident = models.ForeignKey(Incident, on_delete=models.PROTECT, related_name="+")
    count = models.PositiveIntegerField()
    root = models.CharField(max_length=64)
    created_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")


class AffectedClient(Row):
    """One controller whose data an incident of the house concerns.

    `told_at`, `acknowledged_at` and `controller_told_at` (the instant from which the controller says it was
    informed) are facts of their own. `due` is the earliest end among its clocks, met or not; `acknowledge_by`
    is when its silence is looked into. `people` is an approximate number, None where it is not known.
    """

    incident = models.ForeignKey(Incident, on_delete=models.PROTECT, related_name="clients")
    party = models.ForeignKey(Party, on_delete=models.PROTECT, related_name="+")
    client = models.ForeignKey(Client, on_delete=models.PROTECT, related_name="incidents")
    batch = models.ForeignKey(AffectedBatch, on_delete=models.PROTECT, related_name="members")
    services = models.CharField(_("services concerned"), max_length=200, blank=True)
    kinds = models.JSONField(default=list)
    people = models.PositiveIntegerField(_("people, approximately"), null=True)
    state = models.CharField(max_length=20, choices=AffectedState.choices, default=AffectedState.TO_TELL)
    told_at = models.DateTimeField(null=True)
    acknowledge_by = models.DateTimeField(null=True)
    reminded_at = models.DateTimeField(null=True)
    acknowledged_at = models.DateTimeField(null=True)
    controller_told_at = models.DateTimeField(null=True)
    due = models.DateTimeField(null=True)
    # The place in the list, most urgent first; the database computes it.
    urgency = models.GeneratedField(
        expression=Coalesce("due", Value(NO_TIME)), output_field=models.DateTimeField(), db_persist=True
    )

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["incident", "client"], name="client_once_per_incident"),
            models.CheckConstraint(
                name="client_told_before_acknowledged",
                condition=Q(acknowledged_at=None) | Q(told_at__isnull=False),
            ),
        ]
        indexes = [
            models.Index(fields=["incident", "urgency", "id"], name="client_urgency"),
            models.Index(fields=["state", "acknowledge_by"], name="client_silent"),
        ]


class ClientStep(SealedTexts, Row):
    """What happened between the house and one client, or many at once: who, how and why are sealed, once for all."""

    text_label = "client_step"
    KINDS = [
        ("told", _("Told")),
        ("acknowledged", _("Acknowledged")),
        ("taken_back", _("Taken back: was not told")),
        ("left_out", _("Not concerned after all")),
        ("listed_again", _("Listed again")),
    ]
    incident = models.ForeignKey(Incident, on_delete=models.PROTECT, related_name="+")
    kind = models.CharField(max_length=20, choices=KINDS)
    at = models.DateTimeField()
    affected = models.ManyToManyField(AffectedClient, related_name="steps")
    created_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+", null=True)

    class Meta:
        ordering = ["pk"]
