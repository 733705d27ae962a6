"""The timeline: what happened, when it was learned, when it was entered; and the evidence that hangs on it.

An entry is never edited. A correction is a new entry that names the one it supersedes.
"""

from django.db import models
from django.utils.translation import gettext_lazy as _

from breach.models.base import Row
from breach.models.facts import PartyRow
from breach.models.files import SealedFile
from breach.models.incidents import Incident, Party
from breach.models.texts import SealedTexts
from breach.models.users import User
from breach.timewords import Moment, Precision


class EventKind(models.TextChoices):
    OBSERVED = "observed", _("Observed")
    DETECTED = "detected", _("Detected")
    REPORTED = "reported", _("Reported")
    CONTAINED = "contained", _("Contained")
    RECOVERED = "recovered", _("Recovered")
    COMMUNICATED = "communicated", _("Communicated")
    DECIDED = "decided", _("Decided")
    EVIDENCE = "evidence", _("Evidence")
    NOTE = "note", _("Note")


PRECISIONS = [
    (Precision.EXACT, _("exactly")),
    (Precision.ABOUT, _("about")),
    (Precision.DAY, _("on the day")),
    (Precision.RANGE, _("between")),
]


class EventQuerySet(models.QuerySet["Event"]):
    def current(self) -> "EventQuerySet":
        """Leave out what a later entry corrects."""
        return self.filter(superseded_by=None)

    def signals(self, party: Party) -> "EventQuerySet":
        """Reports and detections that stand: a provisional clock starts at the earliest `occurred_from`."""
        starts = models.Q(is_detection=True) | models.Q(is_report=True)
        return self.current().filter(starts, party=party)


class Event(SealedTexts, PartyRow):
    """One entry with three times: `occurred_*` of the event, `known_at` of the knowledge, `created_at`.

    Instants are UTC; `zone` is the one the time was said in, `original_text` the words it was said with. The
    text (and, on a correction, its reason) is sealed.
    """

    text_label = "event"
    kind = models.CharField(_("kind"), max_length=20, choices=EventKind.choices)
    occurred_from = models.DateTimeField()
    occurred_to = models.DateTimeField()
    precision = models.CharField(max_length=10, choices=PRECISIONS)
    zone = models.CharField(max_length=64)
    original_text = models.CharField(max_length=120, blank=True)
    known_at = models.DateTimeField()
    is_detection = models.BooleanField(_("first sign of the breach"), default=False)
    is_report = models.BooleanField(_("somebody reported the breach"), default=False)
    supersedes = models.OneToOneField(
        "self", on_delete=models.PROTECT, null=True, related_name="superseded_by"
    )

    objects = EventQuerySet.as_manager()

    class Meta:
        ordering = ["occurred_from", "pk"]
        indexes = [
            models.Index(fields=["incident", "occurred_from"], name="event_by_time"),
            models.Index(fields=["party", "is_detection", "is_report"], name="event_signal"),
        ]

    @property
    def text(self) -> str:
        return self.texts["text"]

    @property
    def moment(self) -> Moment:
        return Moment(
            self.occurred_from, self.occurred_to, Precision(self.precision), self.zone, self.original_text
        )


class Attachment(Row):
    """Evidence on an entry: a sealed file. Its name and plain SHA-256 are sealed beside it."""

    incident = models.ForeignKey(Incident, on_delete=models.PROTECT, related_name="+")
    event = models.ForeignKey(Event, on_delete=models.PROTECT, related_name="attachments")
    file = models.OneToOneField(SealedFile, on_delete=models.PROTECT, related_name="attachment")
    created_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")

    class Meta:
        ordering = ["pk"]
