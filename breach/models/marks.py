"""What somebody knows about a person that decides who is written to: deceased, represented, not to be written to.

A mark belongs to a source record of its own (without values), so it goes wherever the records of a person go when
people are united or taken apart.
"""

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from breach.models.facts import PartyRow
from breach.models.people import SourceRecord
from breach.models.texts import SealedTexts
from breach.models.users import User


class MarkKind(models.TextChoices):
    DECEASED = "deceased", _("Deceased")
    DO_NOT_WRITE = "do_not_write", _("Not to be written to")
    REPRESENTED = "represented", _("Represented by somebody")
    GUARDIAN = "guardian", _("Minor with a verified guardian")


class PersonMark(SealedTexts, PartyRow):
    """One mark. `sealed_contact` is the record of whoever is written to instead, where there is one.

    The reasons say how it is known, for a guardian how it was verified. An ended mark stays.
    """

    text_label = "person-mark"

    source = models.OneToOneField(SourceRecord, on_delete=models.PROTECT, related_name="mark")
    kind = models.CharField(max_length=20, choices=MarkKind.choices)
    sealed_contact = models.BinaryField(null=True)
    ended_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+", null=True)
    ended_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ["pk"]
        constraints = [
            models.CheckConstraint(
                condition=Q(ended_at=None) | Q(ended_by__isnull=False), name="mark_ended_by_somebody"
            )
        ]

    @property
    def contact_context(self) -> str:
        """Where `sealed_contact` belongs; frozen, whatever this class is called."""
        return f"person-mark-contact/{self.uid}"
