"""Quick add and correction. Every refusal stands beside its field, in the reader's language."""

from datetime import datetime
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from breach.forms.fields import MomentField, set_moments
from breach.forms.refused_times import EXAMPLE, worded
from breach.forms.standing import StandingForm
from breach.models import Event, EventKind, Incident, Party
from breach.services.timeline import LONGEST_TEXT
from breach.timewords import Moment, UnreadableTime, read_moment, say

MOST_FILES = 10


class SpokenTimeField(MomentField):
    """A time in words that says in the reader's language why it was refused. Cleans to a Moment or None."""

    def clean(self, value: Any) -> Moment | None:
        text = forms.CharField.clean(self, value)
        if not text:
            return None
        try:
            return read_moment(text, now=self.now, zone=self.zone)
        except UnreadableTime as refusal:
            raise ValidationError(worded(refusal), code=refusal.code) from None


class FilesInput(forms.ClearableFileInput):
    allow_multiple_selected = True


class FilesField(forms.FileField):
    """Several files at once; cleans to a list."""

    widget = FilesInput

    def clean(self, data: Any, initial: Any = None) -> Any:
        if not data and self.required:
            raise ValidationError(self.error_messages["required"], code="required")
        given = data if isinstance(data, list | tuple) else [data] if data else []
        if len(given) > MOST_FILES:
            raise ValidationError(_("At most %(count)d files at once."), params={"count": MOST_FILES})
        return [super(FilesField, self).clean(one, initial) for one in given]


class EventForm(forms.Form):
    """One entry. Only the first line has to be written; the time is now unless somebody says otherwise."""

    text = forms.CharField(
        label=_("What happened"),
        max_length=LONGEST_TEXT,
        widget=forms.Textarea(attrs={"rows": 2, "data-quick-add": "", "aria-keyshortcuts": "n"}),
    )
    moment = SpokenTimeField(
        label=_("When"),
        required=False,
        help_text=_(
            "Empty means now. Such as 14:05 yesterday, about 14:00, Fri 18:40, 20:00 to 22:30 yesterday."
        ),
    )
    kind = forms.ChoiceField(label=_("Kind"), choices=EventKind.choices, initial=EventKind.OBSERVED)
    attachments = FilesField(
        label=_("Files"),
        required=False,
        help_text=_("Sealed while they arrive. Choose them again after an error."),
    )
    party = forms.ModelChoiceField(label=_("Party"), queryset=Party.objects.none(), empty_label=None)
    known = SpokenTimeField(
        label=_("Known since"),
        required=False,
        help_text=_("When we learned of it, if that was another time."),
    )
    is_detection = forms.BooleanField(label=_("This is a first sign of the breach"), required=False)
    is_report = forms.BooleanField(label=_("With this, somebody reported the breach"), required=False)

    def __init__(self, *args: Any, incident: Incident, now: datetime, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        parties = incident.parties.order_by("pk").select_related("organisation")
        self.fields["party"].queryset = parties  # type: ignore[attr-defined]
        self.fields["party"].initial = parties[0]
        set_moments(self, now, incident.zone)
        self._now, self._zone = now, incident.zone

    def entry(self) -> dict[str, Any]:
        """Return what `log_event` takes, of a valid form."""
        data = self.cleaned_data
        return {
            "party": data["party"],
            "kind": data["kind"],
            "text": data["text"],
            "moment": data["moment"] or Moment.at(self._now.replace(microsecond=0), self._zone),
            "known_at": data["known"].occurred_from if data["known"] else None,
            "is_detection": data["is_detection"],
            "is_report": data["is_report"],
        }


class CorrectionForm(StandingForm, EventForm):
    """What should have been written, and what was wrong."""

    reason = forms.CharField(
        label=_("What was wrong"), max_length=LONGEST_TEXT, widget=forms.Textarea(attrs={"rows": 2})
    )

    def __init__(self, *args: Any, event: Event, **kwargs: Any) -> None:
        initial = {
            "text": event.text,
            "moment": say(event.moment, zone=event.incident.zone),
            "kind": event.kind,
            "is_detection": event.is_detection,
            "is_report": event.is_report,
        }
        standing = {"entry": event.uid, **initial}
        super().__init__(*args, incident=event.incident, initial=initial, standing=standing, **kwargs)
        for name in ("attachments", "party"):
            del self.fields[name]
        self.fields["moment"].required = True
        self.fields["moment"].help_text = EXAMPLE
        self.fields["text"].widget.attrs.pop("data-quick-add")
        self.fields["text"].widget.attrs["rows"] = 4

    def correction(self) -> dict[str, Any]:
        """Return what `correct_event` takes, of a valid form."""
        data = self.cleaned_data
        return {
            "text": data["text"],
            "reason": data["reason"],
            "moment": data["moment"],
            "kind": data["kind"],
            "known_at": data["known"].occurred_from if data["known"] else None,
            "is_detection": data["is_detection"],
            "is_report": data["is_report"],
        }


class AttachForm(forms.Form):
    """More evidence for an entry that stands."""

    attachments = FilesField(label=_("Files"), help_text=_("Sealed while they arrive."))


class FilterForm(forms.Form):
    """What of the timeline is shown."""

    kind = forms.ChoiceField(label=_("Kind"), required=False, choices=[("", _("all")), *EventKind.choices])
    order = forms.ChoiceField(
        label=_("Order"),
        required=False,
        choices=[("newest", _("newest first")), ("oldest", _("oldest first"))],
    )
    with_files = forms.BooleanField(label=_("with files only"), required=False)
