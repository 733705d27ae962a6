"""What was done outside this system: recorded, corrected, taken back."""

from datetime import datetime
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from breach.forms.fields import set_moments
from breach.forms.timeline import FilesField, SpokenTimeField
from breach.models import DischargeWay
from breach.queries.discharges import DoneLine
from breach.services.discharges import LONGEST_NOTE, LONGEST_REFERENCE, Done
from breach.services.evidence import Upload
from breach.timewords import Moment, Precision, say


class DoneForm(forms.Form):
    """When, in which way, with whose reference. `at` is said as everywhere; of a span its end counts."""

    at = SpokenTimeField(
        label=_("Done at"),
        help_text=_("For example: 14:05, yesterday 18:40, 2026-11-20 18:40 Europe/London."),
    )
    way = forms.ChoiceField(label=_("In which way"), choices=[("", "—"), *DischargeWay.choices])
    reference = forms.CharField(
        label=_("Reference they gave"),
        max_length=LONGEST_REFERENCE,
        required=False,
        help_text=_("The number of the receipt or of the case. Sealed."),
    )
    note = forms.CharField(
        label=_("Note"),
        max_length=LONGEST_NOTE,
        required=False,
        widget=forms.Textarea(attrs={"rows": 2}),
        help_text=_("Who did it, who was told. Sealed."),
    )
    attachments = FilesField(
        label=_("Proof"),
        required=False,
        help_text=_("Sealed as evidence on the timeline. Choose it again after an error."),
    )

    def __init__(self, *args: Any, now: datetime, zone: str, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        set_moments(self, now, zone)

    def done(self) -> Done:
        """Return what the service takes, of a valid form."""
        data = self.cleaned_data
        return Done(data["at"], data["way"], data["reference"], data["note"])

    def uploads(self) -> list[Upload]:
        return [Upload(one, one.name) for one in self.cleaned_data["attachments"]]


class CorrectDoneForm(DoneForm):
    """The same as it should have been, and what was wrong."""

    prefix = "correct"
    reasons = forms.CharField(
        label=_("What was wrong"), widget=forms.Textarea(attrs={"rows": 2}), help_text=_("Sealed.")
    )

    def __init__(self, *args: Any, line: DoneLine | None, now: datetime, zone: str, **kwargs: Any) -> None:
        initial = {}
        if line is not None:
            moment = Moment(line.row.at, line.row.at, Precision.EXACT, line.row.zone)
            said = {"at": say(moment, zone=zone), "way": line.row.way}
            initial = said | {"reference": line.reference, "note": line.note}
        super().__init__(*args, now=now, zone=zone, initial=initial, **kwargs)


class TakeBackForm(forms.Form):
    prefix = "back"
    reasons = forms.CharField(
        label=_("Why it was not done after all"),
        widget=forms.Textarea(attrs={"rows": 2}),
        help_text=_("Sealed. The clock runs again from where it stands, with its alarms."),
    )
