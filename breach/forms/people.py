"""Looking after single people, and searching for them."""

from typing import Any

from django import forms
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from breach.law import kinds

FIELD_LABELS = {
    "given_name": _("given name"),
    "family_name": _("family name"),
    "full_name": _("full name"),
    "email": _("e-mail"),
    "phone": _("telephone"),
    "street": _("street and number"),
    "address_extra": _("address, second line"),
    "postcode": _("postcode"),
    "city": _("city"),
    "region": _("region or state"),
    "country": _("country"),
    "birth_date": _("birth date"),
    "language": _("language"),
    "customer_number": _("customer number"),
    "guardian": _("parent or guardian"),
}
PERSON_FIELDS = (
    "given_name",
    "family_name",
    "email",
    "street",
    "postcode",
    "city",
    "region",
    "country",
    "language",
    "birth_date",
    "guardian",
)


def kind_choices() -> list[tuple[str, str]]:
    language = (get_language() or "en")[:2]
    return [(one.key, one.label(language)) for one in kinds.load().values()]


class PersonForm(forms.Form):
    """Somebody found late, or a corrected contact."""

    def __init__(self, *args: Any, with_kinds: bool, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for key in PERSON_FIELDS:
            self.fields[key] = forms.CharField(label=FIELD_LABELS[key], required=False, max_length=200)
        if with_kinds:
            self.fields["kinds"] = forms.MultipleChoiceField(
                label=_("What of this person was exposed"),
                choices=kind_choices(),
                widget=forms.CheckboxSelectMultiple,
            )
        self.fields["reason"] = forms.CharField(label=_("Reason"), max_length=300)

    def values(self) -> dict[str, str]:
        return {key: self.cleaned_data[key] for key in PERSON_FIELDS if self.cleaned_data.get(key)}


class RemoveForm(forms.Form):
    reason = forms.CharField(label=_("Reason"), max_length=300)


class SearchForm(forms.Form):
    """Posted, never in an address: what is searched for is personal."""

    text = forms.CharField(label=_("Exact e-mail address or customer number"), max_length=250)
