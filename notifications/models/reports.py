"""Reports inside the house, and the people who can open them."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from breach.models import Incident, Row, SealedFile, User


class Reader(Row):
    """A named person who may be given reports, with the public key that seals for them (age1… or ssh-
    ed25519).

    Readers belong to the house. A key is never changed: a new key is a new reader, and the old one is
    retired.
    """

    name = models.CharField(_("name"), max_length=120)
    email = models.EmailField(_("e-mail"))
    recipient = models.TextField(_("public key"))
    added_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, related_name="+")
    retired_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ["name"]
        constraints = [
            models.UniqueConstraint(
                fields=["recipient"], condition=models.Q(retired_at=None), name="reader_key_once"
            )
        ]

    def __str__(self) -> str:
        return self.name


class Report(Row):
    """One report as it was made: the age file for its readers and the AES-256 PDF, both sealed again at rest.

    The PDF's passphrase is not kept; it was shown once to whoever made the report. `digest` is the salted
    digest of the report's canonical JSON; its salt is sealed beside the PDF.
    """

    incident = models.ForeignKey(Incident, on_delete=models.PROTECT, related_name="reports")
    number = models.PositiveIntegerField()
    language = models.CharField(_("language"), max_length=10)
    readers = models.ManyToManyField(Reader, related_name="reports")
    digest = models.CharField(max_length=64)
    sealed_salt = models.BinaryField()
    age_file = models.ForeignKey(SealedFile, on_delete=models.PROTECT, related_name="+")
    pdf = models.ForeignKey(SealedFile, on_delete=models.PROTECT, related_name="+")
    made_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")

    class Meta:
        ordering = ["incident", "number"]
        constraints = [models.UniqueConstraint(fields=["incident", "number"], name="report_number_once")]

    def __str__(self) -> str:
        return f"{self.incident.reference}/{self.number}"
