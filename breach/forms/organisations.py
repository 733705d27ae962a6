"""One legal entity of the house, as filings and letters name it."""

from typing import Any

from django import forms
from django.forms.models import fields_for_model
from django.utils.translation import gettext_lazy as _

from breach.forms.fields import countries
from breach.forms.standing import StandingForm
from breach.models import Organisation
from breach.services.organisations import FIELDS, values_of

LABELS: dict[str, Any] = {
    "name": _("Name"),
    "legal_name": _("Registered name"),
    "street": _("Street"),
    "postcode": _("Postcode"),
    "city": _("City"),
    "country": _("Country"),
    "registration": _("Registration number"),
    "sector": _("Sector"),
    "website": _("Web site"),
    "contact_name": _("Contact for people concerned"),
    "contact_email": _("E-mail of the contact"),
    "contact_phone": _("Telephone of the contact"),
    "dpo_name": _("Data protection officer"),
    "dpo_email": _("E-mail of the officer"),
    "dpo_phone": _("Telephone of the officer"),
}
HELP: dict[str, Any] = {
    "name": _("As people know it: in the letterhead and as the sender of e-mails."),
    "legal_name": _("As it stands in the register of companies: in filings and under letters."),
    "website": _("The only link in letters. It begins with https://."),
    "contact_email": _("Answers to letters by e-mail come here."),
}


class OrganisationForm(StandingForm):
    """What a value must be is judged by the service; the fields are those of the model."""

    def __init__(self, *args: Any, organisation: Organisation | None, **kwargs: Any) -> None:
        standing = values_of(organisation) if organisation else {}
        super().__init__(*args, standing=standing, initial=standing, **kwargs)
        plain = [name for name in FIELDS if name not in {"country", "website"}]
        made = fields_for_model(Organisation, plain, labels=LABELS, help_texts=HELP)
        made["country"] = forms.ChoiceField(label=LABELS["country"], choices=[("", "—"), *countries()])
        made["website"] = forms.URLField(
            label=LABELS["website"], help_text=HELP["website"], required=False, assume_scheme="https"
        )
        self.fields |= {name: made[name] for name in FIELDS}
