"""Copies of a letter that a person asked for. They are no hand-over of the notice: its own row stands as it is."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from breach.models import Row, User
from notifications.models.notices import PersonNotice
from notifications.states import Code, Outcome


class AskedBy(models.TextChoices):
    PHONE = "phone", _("By telephone")
    POST = "post", _("By letter")
    EMAIL = "email", _("By e-mail")
    IN_PERSON = "in_person", _("In person")


class LetterCopy(Row):
    """One copy sent by e-mail; its uid is the token in the envelope address. `outcome` is empty while it is under way.

    `code` and `status` (RFC 3463) are as of an attempt; `came_back_at` is set when it bounced after all.
    """

    person_notice = models.ForeignKey(PersonNotice, on_delete=models.PROTECT, related_name="copies")
    asked_by = models.CharField(max_length=20, choices=AskedBy.choices)
    large_print = models.BooleanField(default=False)
    created_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    outcome = models.CharField(max_length=12, choices=Outcome.choices, blank=True)
    code = models.CharField(max_length=30, choices=Code.choices, blank=True)
    status = models.CharField(max_length=12, blank=True)
    finished_at = models.DateTimeField(null=True)
    came_back_at = models.DateTimeField(null=True)
    came_back_code = models.CharField(max_length=30, choices=Code.choices, blank=True)

    class Meta:
        ordering = ["pk"]
