"""Reporting a suspicion in a minute, reading its receipt, and deciding about it."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from breach import wording
from breach.forms.fields import MomentField, set_moments
from breach.forms.incidents import IncidentForm
from breach.models import Incident, Suspicion, User
from breach.queries.suspicions import excerpt, incidents_to_join, may_stay
from breach.services.suspicions import LONGEST_CONTACT, LONGEST_TEXT, LONGEST_WORD
from breach.vault.mac import new_token

LABEL = 60  # characters of a report in a list to choose from


class ReportForm(forms.Form):
    """`once` makes sending twice one report."""

    text = forms.CharField(
        label=_("What did you see or hear?"),
        max_length=LONGEST_TEXT,
        help_text=_(
            "What happened, with which device, system or paper, and whose data it may be. You need not be sure."
        ),
        widget=forms.Textarea(attrs={"rows": 5}),
    )
    noticed = MomentField(label=_("When did you notice it?"), required=False)
    contact = forms.CharField(
        label=_("How can we ask you back?"),
        max_length=LONGEST_CONTACT,
        required=False,
        help_text=_("Telephone or e-mail, if you want. Only those who look into reports read it."),
    )
    anonymous = forms.BooleanField(label=_("Report without my name"), required=False)
    once = forms.CharField(max_length=64, required=False, widget=forms.HiddenInput)

    def __init__(self, *args: Any, now: Any, zone: str, named: bool, **kwargs: Any) -> None:
        """`named`: whether somebody is signed in, whose name the report would carry."""
        super().__init__(*args, **kwargs)
        set_moments(self, now, zone)
        self.fields["noticed"].help_text = _(
            "For example: 14:05 yesterday, about 14:00. Empty: now. Read as the time in %(zone)s."
        ) % {"zone": zone}
        self.fields["once"].initial = new_token()
        if not named:
            del self.fields["anonymous"]


class ReceiptForm(forms.Form):
    code = forms.CharField(
        label=_("Code of the receipt"),
        max_length=40,
        help_text=_("Four groups of four, such as 7KQ2-M4XD-0PZ9-WT3B."),
        widget=forms.TextInput(attrs={"autocomplete": "off", "autocapitalize": "characters"}),
    )


class WordForm(forms.Form):
    """Something to add, under the code that was shown already."""

    code = forms.CharField(max_length=40, widget=forms.HiddenInput)
    word = forms.CharField(
        label=_("Add to your report"), max_length=LONGEST_WORD, widget=forms.Textarea(attrs={"rows": 3})
    )


class OpeningForm(IncidentForm):
    """Opens an incident from a report, which says itself when it came."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        del self.fields["reported"]
        self.fields["why"].label = _("Why this may be a personal data breach")


class ReasonsForm(forms.Form):
    """A decision that needs nothing but its reasons. `auto_id` keeps the forms of one page apart."""

    reasons = forms.CharField(
        label=_("Reasons"), max_length=LONGEST_TEXT, widget=forms.Textarea(attrs={"rows": 3})
    )


class JoinForm(ReasonsForm):
    incident = forms.ModelChoiceField(
        label=_("Incident"), queryset=Incident.objects.none(), to_field_name="uid"
    )
    field_order = ("incident", "reasons")

    def __init__(self, *args: Any, user: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["incident"].queryset = incidents_to_join(user)  # type: ignore[attr-defined]


class MergeForm(ReasonsForm):
    """`into` is the uid of the report that stays."""

    into = forms.ChoiceField(label=_("The report that stays"))
    field_order = ("into", "reasons")

    def __init__(self, *args: Any, row: Suspicion, user: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["into"].choices = [  # type: ignore[attr-defined]
            ("", "---------"),
            *(
                (one.uid, f"{wording.local_time(one.created_at, user.zone)}: {excerpt(one, LABEL)}")
                for one in may_stay(row)
            ),
        ]
