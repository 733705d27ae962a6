"""House, incident, party, member. Every legal question belongs to (incident, party)."""

from typing import TYPE_CHECKING

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from breach import clock
from breach.models.base import Row, zone_validator
from breach.models.texts import SealedTexts
from breach.models.users import Role, User

if TYPE_CHECKING:
    from collections.abc import Iterable


class Organisation(Row):
    """A legal entity of the house, or one that an incident ties to it."""

    name = models.CharField(_("name"), max_length=120)
    legal_name = models.CharField(_("legal name"), max_length=200)
    street = models.CharField(_("street"), max_length=200, blank=True)
    postcode = models.CharField(_("postcode"), max_length=20, blank=True)
    city = models.CharField(_("city"), max_length=120, blank=True)
    country = models.CharField(_("country"), max_length=2)
    registration = models.CharField(_("registration number"), max_length=60, blank=True)
    sector = models.CharField(_("sector"), max_length=120, blank=True)
    website = models.URLField(_("website"), blank=True)
    contact_name = models.CharField(_("contact for people"), max_length=120, blank=True)
    contact_email = models.EmailField(_("contact e-mail"), blank=True)
    contact_phone = models.CharField(_("contact telephone"), max_length=40, blank=True)
    dpo_name = models.CharField(_("data protection officer"), max_length=120, blank=True)
    dpo_email = models.EmailField(_("officer's e-mail"), blank=True)
    dpo_phone = models.CharField(_("officer's telephone"), max_length=40, blank=True)

    class Meta:
        ordering = ["name"]

    def __str__(self) -> str:
        return self.name

    @property
    def address_lines(self) -> tuple[str, ...]:
        return tuple(line for line in (self.street, f"{self.postcode} {self.city}".strip()) if line)


class Phase(models.TextChoices):
    """Where the work stands. It claims nothing about who was told; those are facts of their own."""

    REPORTED = "reported", _("Reported")
    OPEN = "open", _("Open")
    CLOSED = "closed", _("Closed")
    RULED_OUT = "ruled_out", _("Not a personal data breach")


class IncidentQuerySet(models.QuerySet["Incident"]):
    def visible_to(self, user: User) -> "IncidentQuerySet":
        """Narrow to the incidents that `user` may see: members theirs, auditors all, others none.

        Whoever broke the glass of one sees it until that ends. Guests see none in lists: what they were
        asked has a page of its own (`asked_of`).
        """
        from breach.permissions import sees_every_incident  # noqa: PLC0415 - permissions read this model

        if not user.is_authenticated or not user.is_active or user.role == Role.GUEST:
            return self.none()
        if sees_every_incident(user):
            return self
        open_glass = Q(glass_breaks__user=user, glass_breaks__ended_at=None)
        open_glass &= Q(glass_breaks__ends_at__gt=clock.now())
        return self.filter(Q(members__user=user) | open_glass).distinct()

    def asked_of(self, user: User) -> "IncidentQuerySet":
        """Narrow to the incident in which a guest was asked something."""
        if not user.is_authenticated or not user.is_active or user.role != Role.GUEST:
            return self.none()
        return self.filter(members__user=user)


class Incident(Row):
    reference = models.CharField(_("reference"), max_length=20, unique=True)
    title = models.CharField(_("title"), max_length=200)
    kind = models.CharField(_("kind"), max_length=40, default="web_application")
    zone = models.CharField(
        _("time zone"), max_length=64, default="Europe/Paris", validators=[zone_validator]
    )
    phase = models.CharField(_("phase"), max_length=20, choices=Phase.choices, default=Phase.OPEN)
    drill = models.BooleanField(_("drill"), default=False)
    # Closed to all but its members: only managers call people in, and a look by anybody else is entered.
    need_to_know = models.BooleanField(_("closed to all but its members"), default=False)
    opened_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    closed_at = models.DateTimeField(null=True, blank=True)
    # Counts every change; a stale form is refused.
    version = models.PositiveIntegerField(default=0)

    objects = IncidentQuerySet.as_manager()

    class Meta:
        ordering = ["-created_at"]

    def __str__(self) -> str:
        return f"{self.reference} {self.title}"

    @property
    def chain(self) -> str:
        return f"incident/{self.uid}"

    @property
    def access_chain(self) -> str:
        return f"access/{self.uid}"

    def lead_party(self) -> "Party":
        """The party the incident was opened for."""
        return self.parties.order_by("pk").select_related("organisation")[0]

    def deputies(self) -> "Iterable[Membership]":
        return self.members.filter(is_deputy=True)


class PartyRole(models.TextChoices):
    CONTROLLER = "controller", _("Controller")
    JOINT_CONTROLLER = "joint_controller", _("Joint controller")
    GROUP_COMPANY = "group_company", _("Group company")
    PROCESSOR = "processor", _("Processor")
    CLIENT = "client", _("Client")


class Party(Row):
    """One legal entity's side of an incident: its own awareness, facts, decisions, obligations and filings."""

    incident = models.ForeignKey(Incident, on_delete=models.PROTECT, related_name="parties")
    organisation = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="parties")
    role = models.CharField(_("role"), max_length=20, choices=PartyRole.choices, default=PartyRole.CONTROLLER)
    establishment = models.CharField(_("country of establishment"), max_length=2)
    authority = models.CharField(_("lead supervisory authority"), max_length=20, blank=True)
    # The newest LawChange its clocks were computed under.
    law_seen = models.PositiveBigIntegerField(default=0)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["incident", "organisation", "role"], name="party_once_per_role")
        ]

    def __str__(self) -> str:
        return f"{self.organisation} ({self.get_role_display()})"


class Membership(Row):
    """Who works on an incident. The officer advises and never decides; a deputy is asked when a manager is silent."""

    incident = models.ForeignKey(Incident, on_delete=models.PROTECT, related_name="members")
    user = models.ForeignKey(User, on_delete=models.PROTECT, related_name="memberships")
    is_dpo = models.BooleanField(_("data protection officer"), default=False)
    is_deputy = models.BooleanField(_("deputy approver"), default=False)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["incident", "user"], name="member_once")]


class PhaseChange(SealedTexts, Row):
    """A move between phases, with its reasons."""

    text_label = "phase"
    incident = models.ForeignKey(Incident, on_delete=models.PROTECT, related_name="phase_changes")
    old = models.CharField(max_length=20)
    new = models.CharField(max_length=20)
    created_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
