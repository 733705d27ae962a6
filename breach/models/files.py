"""Sealed files: stored under random names, opened only with the incident's key."""

from django.db import models

from breach.models.base import Row
from breach.models.incidents import Incident


class SealedFile(Row):
    """One sealed file of an incident. `digest` is salted (its salt is sealed beside the content); `name` is random."""

    incident = models.ForeignKey(Incident, on_delete=models.PROTECT, related_name="files")
    name = models.CharField(max_length=40, unique=True)
    purpose = models.CharField(max_length=40)
    size = models.BigIntegerField()
    sealed_sha256 = models.CharField(max_length=64)
    digest = models.CharField(max_length=64)
    sealed_meta = models.BinaryField()
