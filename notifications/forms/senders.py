"""As whom a legal entity writes."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from breach import wording
from breach.forms.standing import StandingForm
from notifications.letters import library

PREFIX = "name_"


class SenderForm(StandingForm):
    """What a value must be is judged by the service. One display name per language of letters."""

    from_email = forms.CharField(
        label=_("Sender's address"),
        max_length=254,
        required=False,
        help_text=_("Empty: the address that is set for the machine. The mail server has to let it through."),
        widget=forms.EmailInput(),
    )
    reply_to = forms.CharField(
        label=_("Answers go to"),
        max_length=254,
        required=False,
        help_text=_("Empty: the organisation's contact."),
        widget=forms.EmailInput(),
    )
    return_lines = forms.CharField(
        label=_("Return address of letters"),
        max_length=400,
        required=False,
        help_text=_("One line each, such as a post office box. Empty: the organisation's address."),
        widget=forms.Textarea(attrs={"rows": 3}),
    )

    def __init__(self, *args: Any, values: dict[str, Any], usual: str, **kwargs: Any) -> None:
        standing = {
            "from_email": values["from_email"],
            "reply_to": values["reply_to"],
            "return_lines": "\n".join(values["return_lines"]),
            **{f"{PREFIX}{tag}": values["names"].get(tag, "") for tag in library.languages()},
        }
        super().__init__(*args, standing=standing, initial=standing, **kwargs)
        for tag in library.languages():
            self.fields[f"{PREFIX}{tag}"] = forms.CharField(
                label=_("Name in letters in %(language)s") % {"language": wording.language(tag)},
                max_length=200,
                required=False,
                widget=forms.TextInput(attrs={"lang": tag, "placeholder": usual}),
            )

    def values(self) -> dict[str, Any]:
        """The cleaned values as the service takes them."""
        data = self.cleaned_data
        return {
            "from_email": data["from_email"],
            "reply_to": data["reply_to"],
            "return_lines": data["return_lines"].splitlines(),
            "names": {tag: data[f"{PREFIX}{tag}"] for tag in library.languages()},
        }
