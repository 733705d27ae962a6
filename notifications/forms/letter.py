"""Finding a person's letter, and sending it once more."""

from django import forms
from django.utils.translation import gettext_lazy as _

from notifications.models.copies import AskedBy


class ReferenceForm(forms.Form):
    reference = forms.CharField(
        label=_("Reference on the letter"),
        max_length=40,
        help_text=_("Typed or scanned; it stands above the address and at the end of the letter."),
        widget=forms.TextInput(
            attrs={"autocomplete": "off", "autocapitalize": "characters", "spellcheck": "false"}
        ),
    )


class CopyForm(forms.Form):
    """What is noted about a copy; where it goes is not asked: to the address that stands with the person."""

    asked_by = forms.ChoiceField(
        label=_("How the person asked"), choices=AskedBy.choices, widget=forms.RadioSelect
    )
    large_print = forms.BooleanField(label=_("In large print"), required=False)
