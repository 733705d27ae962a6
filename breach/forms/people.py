"""Looking after single people, and searching for them."""

from typing import Any

from django import forms
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from breach.forms.standing import StandingForm
from breach.law import kinds
from breach.models import MarkKind, Relation

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
    "national_id": _("national identifier"),
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
    "national_id",
    "guardian",
)


CONTACT_FIELDS = ("full_name", "email", "street", "postcode", "city", "region", "country", "language")
RELATIONS = [choice for choice in Relation.choices if choice[0]]


def kind_choices() -> list[tuple[str, str]]:
    language = (get_language() or "en")[:2]
    return [(one.key, one.label(language)) for one in kinds.load().values()]


class PersonForm(StandingForm):
    """Somebody found late, or a corrected contact; `standing` is empty for the former."""

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
        self.fields["relation"] = forms.ChoiceField(
            label=_("Relation to us"),
            choices=[("", _("as known so far")) if not with_kinds else ("", _("not said")), *RELATIONS],
            required=False,
        )
        self.fields["reason"] = forms.CharField(label=_("Reason"), max_length=300)

    def values(self) -> dict[str, str]:
        return {key: self.cleaned_data[key] for key in PERSON_FIELDS if self.cleaned_data.get(key)}


class MarkForm(forms.Form):
    """A mark on one person, and whom to write to instead."""

    kind = forms.ChoiceField(label=_("Mark"), choices=MarkKind.choices)
    reason = forms.CharField(
        label=_("How this is known"),
        max_length=300,
        help_text=_("For a guardian: how it was verified, and by whom. Sealed."),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for key in CONTACT_FIELDS:
            label = _("Name of whom to write to instead") if key == "full_name" else FIELD_LABELS[key]
            self.fields[key] = forms.CharField(label=label, required=False, max_length=200)
        self.fields["street"].help_text = _("Left empty: the address of the person.")

    def contact(self) -> dict[str, str]:
        return {key: self.cleaned_data[key] for key in CONTACT_FIELDS if self.cleaned_data.get(key)}


class EndMarkForm(forms.Form):
    mark = forms.CharField(widget=forms.HiddenInput, max_length=26)
    reason = forms.CharField(label=_("Reason"), max_length=300)


class RemoveForm(forms.Form):
    reason = forms.CharField(label=_("Reason"), max_length=300)
