"""A contract of the house as a form, and its end."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django import forms
from django.forms.utils import ErrorDict
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from breach.forms.fields import DayField, MomentField, set_moments
from breach.law import private, words
from breach.law.calendars import WEEKENDS_ONLY
from breach.law.datafiles import names
from breach.models import Organisation
from breach.queries.contract_pages import KINDS

KEYS = ("counterparty", "kind", "reference", "contact", "calendar", "valid_from", "valid_to")


class ContractForm(forms.Form):
    """`reason` is asked for a change only, `organisation` for a new contract only. `example` is for trying the clocks."""

    organisation = forms.ChoiceField(label=_("Whose contract it is"))
    counterparty = forms.CharField(
        label=_("Other side"), max_length=120, help_text=_("The insurer, bank, scheme or customer.")
    )
    kind = forms.ChoiceField(label=_("Kind"), choices=[("", "—"), *KINDS.items()])
    reference = forms.CharField(
        label=_("Reference"), max_length=80, required=False, help_text=_("For example: policy 7-118.")
    )
    contact = forms.CharField(
        label=_("Whom to reach there"),
        max_length=200,
        required=False,
        help_text=_("Telephone or address that answers at night, best without a person's name."),
    )
    calendar = forms.ChoiceField(label=_("Calendar of business days"), required=False)
    valid_from = DayField(label=_("Valid from"), required=False)
    valid_to = DayField(label=_("Valid until, inclusive"), required=False)
    reason = forms.CharField(
        label=_("What changed"), max_length=300, help_text=_("For example: new policy year.")
    )
    example = MomentField(
        label=_("Example: everything that starts a clock happens at"),
        required=False,
        help_text=_("To try the clocks; it is not kept. Empty: now. For example: 14:05 yesterday."),
    )

    def __init__(self, *args: Any, changing: bool, now: datetime, zone: str, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        del self.fields["organisation" if changing else "reason"]
        if not changing:
            houses = list(Organisation.objects.order_by("name").values_list("uid", "name"))
            blank = [] if len(houses) == 1 else [("", "—")]
            self.fields["organisation"].choices = [*blank, *houses]  # type: ignore[attr-defined]
        usual = ("", _("that of the organisation's country"))
        self.fields["calendar"].choices = [usual, *_calendars()]  # type: ignore[attr-defined]
        set_moments(self, now, zone)

    def clean(self) -> dict[str, Any]:
        found: dict[str, Any] = super().clean() or self.cleaned_data
        first, last = found.get("valid_from"), found.get("valid_to")
        if first and last and last < first:
            self.add_error("valid_to", _("The contract ends before it begins: correct one of the two days."))
        return found

    def document(self, clauses: list[dict[str, Any]]) -> dict[str, Any]:
        """The terms in the form of breach/law/private.py, with these clauses."""
        given = {key: self.cleaned_data[key] for key in KEYS if self.cleaned_data[key]}
        return {**given, "clause": clauses}

    def hush(self) -> None:
        """Show what was typed without judging it: somebody is still at it."""
        self._errors = ErrorDict()


def initial_of(document: Mapping[str, Any]) -> dict[str, Any]:
    return {key: document.get(key, "") for key in KEYS}


def initial_of_template(key: str) -> dict[str, Any]:
    return {"kind": private.templates()[key]["kind"]}


class EndForm(forms.Form):
    last_day = DayField(
        label=_("Last day"),
        help_text=_("Clocks whose event came by then go on. Another last day may be given later."),
    )
    reason = forms.CharField(label=_("Reason"), max_length=300)


class WithdrawForm(forms.Form):
    why = forms.CharField(
        label=_("Reason"),
        max_length=300,
        help_text=_(
            "Only for a contract that was entered wrongly: its clocks end in every running incident."
        ),
    )


def _calendars() -> list[tuple[str, str]]:
    language = (get_language() or "en")[:2]
    codes = (name.rpartition("/")[2].removesuffix(".toml") for name in names("data/calendars"))
    known = [(code, words.name("place", code, language)) for code in codes if code != WEEKENDS_ONLY]
    return sorted(known, key=lambda one: one[1].casefold())
