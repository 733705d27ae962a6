"""What a house has set about the law: regimes it does not follow, contracts that ask like laws, holds of law enforcement."""

from datetime import datetime

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from breach.models.base import Row
from breach.models.facts import Obligation, PartyRow
from breach.models.incidents import Organisation
from breach.models.texts import SealedTexts
from breach.models.timeline import Event
from breach.models.users import User


class LawChange(Row):
    """A switch thrown, a contract or a client's terms changed: a sweep computes parties with an older `law_seen` again."""

    KINDS = [
        ("switch", _("A regime was switched")),
        ("contract", _("A contract was changed")),
        ("client", _("What a client's contract asks was changed")),
    ]
    kind = models.CharField(max_length=20, choices=KINDS)
    subject = models.CharField(max_length=40)


class RegimeSwitch(Row):
    """A regime switched off or on again for the whole house. Rows are never changed; the newest one stands."""

    regime = models.CharField(max_length=40)
    off = models.BooleanField()
    reason = models.CharField(max_length=500)
    reason_salt = models.CharField(max_length=64)  # hex, of the digest in the ledger
    created_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")

    class Meta:
        ordering = ["pk"]
        indexes = [models.Index(fields=["regime", "-id"], name="regime_switch_newest")]


class Contract(Row):
    """An agreement of one legal entity that asks for something after an incident. Its terms are versions."""

    organisation = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="contracts")
    withdrawn_at = models.DateTimeField(null=True)
    withdrawn_because = models.CharField(max_length=300, blank=True)

    class Meta:
        ordering = ["pk"]

    @property
    def current(self) -> "ContractVersion":
        return max(self.versions.all(), key=lambda version: version.number)


class ContractVersion(Row):
    """The terms at one time, in the form of breach/law/private.py. A stored clock names the version it rested on."""

    contract = models.ForeignKey(Contract, on_delete=models.PROTECT, related_name="versions")
    number = models.PositiveIntegerField()
    document = models.JSONField()
    digest_salt = models.CharField(
        max_length=64, blank=True
    )  # hex; empty where the ledger's digest is unsalted
    reason = models.CharField(max_length=300, blank=True)
    created_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+", null=True)

    class Meta:
        ordering = ["number"]
        constraints = [models.UniqueConstraint(fields=["contract", "number"], name="contract_number_once")]

    @property
    def rule_version(self) -> str:
        return f"{self.created_at:%Y-%m-%d}.{self.number}"


class DischargeStep(models.TextChoices):
    RECORDED = "recorded", _("Recorded")
    CORRECTED = "corrected", _("Corrected")
    TAKEN_BACK = "taken_back", _("Taken back: it was not done")


class DischargeWay(models.TextChoices):
    PORTAL = "portal", _("Their own portal or form")
    EMAIL = "email", _("E-mail")
    POST = "post", _("Post")
    TELEPHONE = "telephone", _("Telephone")
    OTHER = "other", _("Another way")


class Discharge(SealedTexts, PartyRow):
    """How something owed was done outside this system: when, in which way, with what reference.

    A mistake is corrected by a new row that names the one it supersedes. One that was taken back keeps the instant that
    had been given. The reference and what people wrote about it are sealed.
    """

    text_label = "discharge"
    obligation = models.ForeignKey(Obligation, on_delete=models.PROTECT, related_name="discharges")
    step = models.CharField(max_length=20, choices=DischargeStep.choices, default=DischargeStep.RECORDED)
    at = models.DateTimeField()
    zone = models.CharField(max_length=64)
    original_text = models.CharField(max_length=120, blank=True)
    way = models.CharField(max_length=20, choices=DischargeWay.choices, default=DischargeWay.OTHER)
    # The entry of the timeline that carries the proof.
    event = models.ForeignKey(Event, on_delete=models.PROTECT, related_name="+", null=True)
    supersedes = models.OneToOneField(
        "self", on_delete=models.PROTECT, null=True, related_name="superseded_by"
    )

    class Meta:
        ordering = ["pk"]

    @property
    def reference(self) -> str:
        return self.texts.get("reference", "")

    @property
    def note(self) -> str:
        return self.texts.get("note", "")


HOLD_STEPS = [
    ("entered", _("Entered")),
    ("extended", _("Extended or put in writing")),
    ("ended", _("Ended")),
]
HOLD_FORMS = [("written", _("in writing")), ("oral", _("orally"))]


class LawHold(SealedTexts, PartyRow):
    """A request of law enforcement to hold back notices. A later step is a new row that names the one it supersedes.

    The official's name and the words around it are sealed; what the law asks about is in clear.
    """

    text_label = "hold"
    step = models.CharField(max_length=20, choices=HOLD_STEPS)
    jurisdiction = models.CharField(max_length=10)
    form = models.CharField(max_length=10, choices=HOLD_FORMS)
    document = models.CharField(max_length=200)
    basis = models.CharField(max_length=200)
    scope = models.JSONField(null=True)  # list of recipients; null: all that the law lets be held back
    regimes = models.JSONField(null=True)  # keys of the laws it names; null: every law of the place
    # Countries (ISO 3166-1) of the people whose letters wait; null: all letters of the party.
    people_in = models.JSONField(null=True)
    since = models.DateTimeField()
    until = models.DateTimeField(null=True)
    zone = models.CharField(max_length=64)
    # When to ask whether a request without an end still stands.
    review_at = models.DateTimeField(null=True)
    # The entry of the timeline that carries the document.
    event = models.ForeignKey(Event, on_delete=models.PROTECT, related_name="+", null=True)
    supersedes = models.OneToOneField(
        "self", on_delete=models.PROTECT, null=True, related_name="superseded_by"
    )

    class Meta:
        ordering = ["pk"]
        constraints = [
            models.CheckConstraint(
                condition=Q(until=None) | Q(until__gte=models.F("since")), name="hold_ends_after_it_begins"
            )
        ]

    def stops_letters(self, now: datetime) -> bool:
        """Say whether letters to people wait for this step at `now` (UTC). A step that another one superseded says nothing:
        ask the last of each request.
        """
        is_running = self.step != "ended" and self.since <= now and (self.until is None or self.until > now)
        return is_running and (self.scope is None or "individuals" in self.scope)

    @property
    def official(self) -> str:
        return self.texts.get("official", "")
