"""Forms for reports inside the house and the people who read them."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from breach.errors import BadInput
from breach.vault.readers import parse_recipient
from breach.wording import language as language_name
from notifications.models import Reader
from notifications.wording import LANGUAGES


class ReportForm(forms.Form):
    """For whom, in which language."""

    readers = forms.ModelMultipleChoiceField(
        label=_("Readers"),
        queryset=Reader.objects.none(),
        widget=forms.CheckboxSelectMultiple,
        help_text=_("Only they can open the age file, with their own keys."),
    )
    language = forms.ChoiceField(label=_("Language"))

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["readers"].queryset = Reader.objects.filter(retired_at=None)  # type: ignore[attr-defined]
        self.fields["language"].choices = [(tag, language_name(tag)) for tag in LANGUAGES]  # type: ignore[attr-defined]


class ReaderForm(forms.Form):
    """A named person with the key that reports are sealed for."""

    name = forms.CharField(label=_("Name"), max_length=120)
    email = forms.EmailField(label=_("E-mail"))
    recipient = forms.CharField(
        label=_("Public key"),
        max_length=1000,
        widget=forms.Textarea(attrs={"rows": 3, "spellcheck": "false", "autocomplete": "off"}),
        help_text=_("An age key (age1…) or a line of ssh-ed25519 or ssh-rsa. Never the secret key."),
    )

    def clean_recipient(self) -> str:
        """Return the key in its short form. A secret key pasted by mistake is not shown again."""
        try:
            return parse_recipient(self.cleaned_data["recipient"])
        except BadInput as refusal:
            if refusal.code == "recipient_secret":
                self.data = {**self.data, "recipient": ""}
            raise forms.ValidationError(f"{refusal.message}. {refusal.mend}") from None
