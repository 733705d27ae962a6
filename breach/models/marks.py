"""What is known about writing to a person: dead, not to be written to, represented, a child with a verified guardian."""

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from breach.models.facts import PartyRow
from breach.models.people import Person
from breach.models.texts import SealedTexts
from breach.models.users import User


class MarkKind(models.TextChoices):
    DO_NOT_WRITE = "do_not_write", _("Do not write")
    DECEASED = "deceased", _("Deceased")
    REPRESENTED = "represented", _("Represented by somebody")
    GUARDIAN = "guardian", _("Guardian verified")


class MarkReason(models.TextChoices):
    """Why somebody is not written to; also what the ledger says."""

    NONE = "", _("None")
    ASKED = "asked", _("Asked not to be written to")
    SAFETY = "safety", _("A letter would endanger the person")
    TOLD = "told", _("Was told in another way")
    AUTHORITY = "authority", _("At the request of an authority")
    OTHER = "other", _("Another reason")


class PersonMark(SealedTexts, PartyRow):
    """One mark on one person, until it is lifted. Who is written to in the person's stead is sealed.

    `sealed_texts` holds the reason in words and, where somebody else is written to, `name`, `email`,
    `street`, `postcode`, `city` and `country`; that there is a contact, and of which kind, stands in clear.
    """

    text_label = "person-mark"

    person = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="marks")
    kind = models.CharField(max_length=20, choices=MarkKind.choices)
    why = models.CharField(max_length=20, choices=MarkReason.choices, blank=True)
    has_email = models.BooleanField(default=False)
    has_address = models.BooleanField(default=False)
    lifted_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+", null=True)
    lifted_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ["pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["person", "kind"], condition=Q(lifted_at__isnull=True), name="person_mark_once"
            )
        ]

    @property
    def has_contact(self) -> bool:
        return self.has_email or self.has_address
