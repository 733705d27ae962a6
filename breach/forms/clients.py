"""The register of clients, and a table of them."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from breach.models import Client
from breach.models.clients import LANGUAGES, TRIGGERS, UNITS
from breach.queries.clients import EXPORT

NONE = [("", _("none"))]
ANY = [("", _("any"))]


class ClientForm(forms.Form):
    """One client. What a value must be is judged by the service, as for tables; here stand the words."""

    reference = forms.CharField(
        label=_("Reference"), max_length=40, help_text=_("Your own for this client; tables find it by that.")
    )
    name = forms.CharField(label=_("Name"), max_length=120)
    email = forms.CharField(
        label=_("E-mail for breaches"), max_length=254, help_text=_("Where the client wants to be told.")
    )
    second_email = forms.CharField(label=_("Second e-mail"), max_length=254, required=False)
    phone = forms.CharField(label=_("Telephone"), max_length=40, required=False)
    language = forms.ChoiceField(label=_("Language"), choices=LANGUAGES)
    zone = forms.CharField(label=_("Time zone"), max_length=64, initial="Europe/Paris")
    window_value = forms.CharField(
        label=_("Period of the contract"),
        max_length=5,
        required=False,
        help_text=_(
            "Empty where the contract sets none: Article 33(2) GDPR, without undue delay, always stands."
        ),
        widget=forms.TextInput(attrs={"inputmode": "numeric"}),
    )
    window_unit = forms.ChoiceField(label=_("Unit"), choices=NONE + UNITS, required=False)
    window_from = forms.ChoiceField(label=_("Runs from"), choices=NONE + TRIGGERS, required=False)
    clause = forms.CharField(label=_("Clause"), max_length=200, required=False)
    dpo_name = forms.CharField(label=_("Data protection officer"), max_length=120, required=False)
    dpo_email = forms.CharField(label=_("Officer's e-mail"), max_length=254, required=False)

    @classmethod
    def of(cls, client: Client | None, data: Any = None) -> "ClientForm":
        initial = {key: getattr(client, key) for key in EXPORT} if client else {}
        return cls(data, initial=initial)


class ClientTableForm(forms.Form):
    table = forms.FileField(
        label=_("Table"),
        help_text=_("CSV in any encoding, or XLSX. A row whose reference is known changes that client."),
    )


class ClientFilterForm(forms.Form):
    text = forms.CharField(label=_("Name or reference"), max_length=60, required=False)
    language = forms.ChoiceField(label=_("Language"), choices=ANY + LANGUAGES, required=False)
    window = forms.ChoiceField(
        label=_("Period of the contract"),
        choices=[*ANY, ("yes", _("set")), ("no", _("none"))],
        required=False,
    )

    def narrowing(self) -> dict[str, str]:
        """What narrows the list; a value that does not fit narrows nothing."""
        self.is_valid()
        return {key: str(self.cleaned_data.get(key) or "") for key in self.fields}
