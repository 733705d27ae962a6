"""The list of people: what it is narrowed to, searching in it, marking many at once."""

from collections.abc import Iterable
from typing import Any
from urllib.parse import urlencode

from django import forms
from django.utils.translation import gettext_lazy as _

from breach.forms.fields import DayField
from breach.forms.people import kind_choices
from breach.models import Addressee, MarkKind, PersonChannel, PersonState, Relation
from breach.queries.people import Filters, PeopleCounts
from breach.wording import country, language

ANY = ("", _("any"))
MINORS = [ANY, ("yes", _("minors")), ("no", _("adults"))]
# Fields of Filters in the order of the form.
NARROWED_BY = ("country", "region", "language", "kind", "channel", "relation", "addressee", "minor", "state")


class FilterForm(forms.Form):
    """Only what stands in clear anyway, so it may stand in an address. Choices are what the list has."""

    def __init__(self, *args: Any, counts: PeopleCounts, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        kinds = dict(kind_choices())
        self._choose("country", _("Country"), ((key, country(key)) for key in counts.by_country if key))
        self._choose("region", _("Region or state"), ((key, key) for key in counts.by_region))
        self._choose("language", _("Language"), ((key, language(key)) for key in counts.by_language if key))
        self._choose("kind", _("Data exposed"), ((key, kinds.get(key, key)) for key in counts.by_kind))
        self._choose("channel", _("Channel"), PersonChannel.choices)
        self._choose("relation", _("Relation"), [one for one in Relation.choices if one[0]])
        self._choose("addressee", _("Letter goes to"), Addressee.choices)
        self.fields["minor"] = forms.ChoiceField(label=_("Age"), choices=MINORS, required=False)
        self.fields["state"] = forms.ChoiceField(
            label=_("State"), choices=PersonState.choices, required=False, initial=PersonState.ACTIVE
        )

    def _choose(self, name: str, label: Any, choices: Iterable[tuple[str, Any]]) -> None:
        self.fields[name] = forms.ChoiceField(label=label, choices=[ANY, *choices], required=False)

    def filters(self) -> Filters:
        """Return what was chosen; what nobody on the list has narrows to nothing wrong: it is not asked."""
        given = self.cleaned_data if self.is_valid() else {}
        chosen = {name: given.get(name, "") for name in NARROWED_BY if name not in ("minor", "state")}
        minor = {"yes": True, "no": False}.get(given.get("minor", ""))
        return Filters(**chosen, minor=minor, state=given.get("state") or PersonState.ACTIVE)

    def query(self) -> str:
        """Return the chosen fields for an address, such as "country=FR"."""
        given = self.cleaned_data if self.is_valid() else {}
        return urlencode({name: given[name] for name in NARROWED_BY if given.get(name)})


class SearchForm(forms.Form):
    """Posted, never in an address: what is searched for is personal. Exact, since all of it is sealed."""

    text = forms.CharField(
        label=_("E-mail address, customer number or national identifier"), max_length=250, required=False
    )
    name = forms.CharField(label=_("or full name"), max_length=200, required=False)
    birth_date = DayField(
        label=_("with birth date"),
        required=False,
    )
    postcode = forms.CharField(label=_("and postcode"), max_length=20, required=False)

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        whole = ("name", "birth_date", "postcode")
        if not data.get("text"):
            missing = [name for name in whole if not data.get(name)]
            if len(missing) == len(whole):
                self.add_error("text", _("Write what to search for."))
            else:
                for name in missing:
                    self.add_error(name, _("A name is searched together with birth date and postcode."))
        return data


class MarkManyForm(forms.Form):
    """Everybody on a list that somebody has: a registry of deaths, a list of people who must not be written to."""

    kind = forms.ChoiceField(
        label=_("Mark"),
        choices=[
            (one.value, one.label) for one in MarkKind if one in (MarkKind.DO_NOT_WRITE, MarkKind.DECEASED)
        ],
    )
    lines = forms.CharField(
        label=_("E-mail addresses, customer numbers or national identifiers, one in each line"),
        widget=forms.Textarea(attrs={"rows": 8, "spellcheck": "false"}),
        max_length=500_000,
    )
    reason = forms.CharField(label=_("How this is known"), max_length=300)
