"""Lists of people that leave the house: what was asked for, and who took it."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from breach.models.facts import PartyRow
from breach.models.texts import SealedTexts
from breach.models.users import User


class PeopleExport(SealedTexts, PartyRow):
    """A list of people that somebody wants to take out, narrowed by `filters` (queries/people.py) to `columns`.

    Its digest covers the people and their sealed values as they were when it was asked for; it leaves only while they
    still are so, and after a second person approved it (breach/approvals.py, kind "export"). The reasons say what for.
    """

    text_label = "people-export"

    filters = models.JSONField(default=dict)
    columns = models.JSONField(default=list)
    count = models.PositiveIntegerField()
    digest = models.CharField(max_length=64)
    taken_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+", null=True)
    taken_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ["-pk"]
        verbose_name = _("export of people")
