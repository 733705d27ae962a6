"""Where and when people whom no letter reached were told in public."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from breach.models import Incident, Party, Row, User


class PublicPlace(models.TextChoices):
    WEBSITE = "website", _("Our website")
    MEDIA = "media", _("Print or broadcast media")


class PublicNotice(Row):
    """One notice in public under the law `regime`. `at` is its address on the web, or the names of the media. `until` is the last
    day on which it has to stand, by the law; None where the law names none. Days are local days at the incident.
    """

    incident = models.ForeignKey(Incident, on_delete=models.PROTECT, related_name="public_notices")
    party = models.ForeignKey(Party, on_delete=models.PROTECT, related_name="public_notices")
    regime = models.CharField(max_length=60)
    place = models.CharField(max_length=10, choices=PublicPlace.choices)
    at = models.CharField(max_length=300)
    published_on = models.DateField()
    until = models.DateField(null=True)
    # The telephone number on which people can ask without paying, where the law wants one.
    toll_free = models.CharField(max_length=40, blank=True)
    unreached = models.PositiveIntegerField()
    created_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")

    class Meta:
        ordering = ["pk"]
