"""The clauses of a contract as forms: each becomes a private clock, or says in its own field why it cannot.

A clause that came from a template or an earlier version keeps its key, so that its clocks go on under their name, and
keeps the conditions that this form has no field for, unless they are dropped.
"""

import re
import unicodedata
from collections.abc import Iterable, Mapping
from typing import Any

from django import forms
from django.forms.formsets import BaseFormSet, formset_factory
from django.forms.utils import ErrorDict
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from breach.forms.fields import DayField, countries
from breach.law import condition_words, events, places, private, regime_file, words
from breach.law.datafiles import read
from breach.law.facts_parts import PHASES, PRIVATE_RECIPIENTS
from breach.queries.contract_pages import ACTS

MOST, LONGEST_PERIOD, LONGEST_KEY = 30, 3660, 16
CHOOSE = ("", "—")
UNITS = [
    ("hours", _("hours")),
    ("calendar_days", _("calendar days")),
    ("business_days", _("business days")),
    ("months", _("months")),
]
MALICIOUS = [
    ("", _("whatever the cause")),
    ("known", _("only when it is known to be malicious")),
    ("assumed", _("when it is malicious or not known yet")),
]
# Where a refusal of the law room, which names keys of the document, belongs on the page.
PLACES = {"from": "event", "period": "number", "label": "label_en", "when": "only_kinds"}
# What a template's source vouches for; a clause in which one of these is changed is the house's own.
VOUCHED = ("clause", "to", "phase", "from", "period", "standard", "when", "before", "applies_from")
SELDOM = ("before", "only_kinds", "only_place", "only_malicious", "applies_from")
Clause = Mapping[str, Any]


class ClauseForm(forms.Form):
    key = forms.CharField(max_length=LONGEST_KEY, required=False, widget=forms.HiddenInput)
    label_en = forms.CharField(label=_("What is to be done, in English"), max_length=120, required=False)
    label_fr = forms.CharField(label=_("What is to be done, in French"), max_length=120, required=False)
    clause = forms.CharField(
        label=_("Where it stands in the contract"), max_length=200, help_text=_("For example: Art. 5.2.")
    )
    to = forms.ChoiceField(label=_("Who is told or asked"))
    recipient = forms.CharField(
        label=_("By name"), max_length=200, required=False, help_text=_("Empty: the other side itself.")
    )
    phase = forms.ChoiceField(label=_("What kind of message"))
    event = forms.ChoiceField(label=_("What starts the clock"))
    number = forms.IntegerField(
        label=_("Period"),
        min_value=1,
        max_value=LONGEST_PERIOD,
        required=False,
        help_text=_("Empty where the contract gives no number."),
    )
    unit = forms.ChoiceField(label=_("Unit"), choices=[CHOOSE, *UNITS], required=False)
    standard = forms.ChoiceField(label=_("How fast, in words"), required=False)
    before = forms.MultipleChoiceField(
        label=_("Consent is asked before"),
        choices=list(ACTS.items()),
        required=False,
        widget=forms.CheckboxSelectMultiple,
    )
    applies_from = DayField(label=_("Counts from"), required=False)
    only_kinds = forms.ChoiceField(label=_("Only where the data include"), required=False)
    only_place = forms.ChoiceField(label=_("Only where the organisation is established in"), required=False)
    only_malicious = forms.ChoiceField(label=_("Cause"), choices=MALICIOUS, required=False)
    keep_others = forms.BooleanField(label=_("Keep these conditions"), required=False)
    leave_out = forms.BooleanField(label=_("Leave this clause out"), required=False)

    def __init__(self, *args: Any, base: Clause | None = None, **kwargs: Any) -> None:
        self.base = base
        if base is not None:
            kwargs["initial"] = initial_of(base)
        super().__init__(*args, **kwargs)
        if base is not None:
            self.empty_permitted = False  # its text counts, whether somebody touched it or not
        language = (get_language() or "en")[:2]
        groups = sorted(read("data/kinds.toml")["group"])
        offered = {
            "to": _named("to", PRIVATE_RECIPIENTS, language),
            "phase": _named("phase", PHASES, language),
            "event": _named("event", events.load(), language),
            "standard": _named("standard", regime_file.STANDARDS, language),
            "only_kinds": _named("group", groups, language),
            "only_place": countries(),
        }
        for name, choices in offered.items():
            self.fields[name].choices = [CHOOSE, *choices]  # type: ignore[attr-defined]
        _, self.others = _split(base.get("when", ()) if base else ())
        self.others_in_words = condition_words.of_rows(self.others, language)
        if not self.others:
            del self.fields["keep_others"]

    def clean(self) -> dict[str, Any]:
        found: dict[str, Any] = super().clean() or self.cleaned_data
        if found.get("leave_out"):
            self.errors.clear()  # what is left out need not be complete
            return found
        if not (found.get("label_en") or found.get("label_fr")):
            self.add_error("label_en", _("Say in one language at least what is to be done."))
        number, unit = found.get("number"), found.get("unit")
        if number and not unit:
            self.add_error("unit", _("Say what the number counts."))
        if unit and not number and "number" not in self.errors:
            self.add_error("number", _("Give the number."))
        if not number and not unit and not found.get("standard") and "number" not in self.errors:
            self.add_error("number", _("Give a period, or say beside it how fast in words."))
        if found.get("phase") == "consent" and not found.get("before"):
            self.add_error("before", _("Tick what may not be done before the consent."))
        return found

    def hush(self) -> None:
        """Show what was typed without judging it: somebody is still at it."""
        self._errors = ErrorDict()

    @property
    def label_now(self) -> str:
        """What the stored clause is called, in the language of the page."""
        return private.label(self.base, get_language() or "en") if self.base else ""

    @property
    def opens(self) -> bool:
        """Whether what is seldom used is to be seen: something stands in it, or has to be mended."""
        return any(self[name].value() or self[name].errors for name in SELDOM)

    @property
    def is_out(self) -> bool:
        return bool(self.cleaned_data.get("leave_out"))

    def place_of(self, name: str) -> str | None:
        """The field to which a key of the document belongs; None for the clause as a whole."""
        field = PLACES.get(name, name)
        return field if field in self.fields else None

    def document(self, key: str) -> dict[str, Any]:
        """The clause in the form of breach/law/private.py."""
        given = self.cleaned_data
        clause: dict[str, Any] = {
            "key": key,
            "label": _label(given["label_en"], given["label_fr"]),
            "clause": given["clause"],
            "to": given["to"],
            "recipient": given["recipient"],
            "phase": given["phase"],
            "from": given["event"],
            "period": {"value": given["number"], "unit": given["unit"]} if given["number"] else None,
            "standard": given["standard"],
            "when": self._conditions(),
            "before": given["before"],
            "applies_from": given["applies_from"].isoformat() if given["applies_from"] else None,
        }
        clause = {name: value for name, value in clause.items() if value}
        return clause | self._vouched(clause)

    def _conditions(self) -> list[dict[str, Any]]:
        given = self.cleaned_data
        rows: list[dict[str, Any]] = []
        if given["only_kinds"]:
            rows.append({"test": "kinds", "group": given["only_kinds"]})
        if given["only_place"]:
            rows.append({"test": "established", "place": given["only_place"]})
        if given["only_malicious"]:
            assumed = {"assume": True} if given["only_malicious"] == "assumed" else {}
            rows.append({"test": "malicious", **assumed})
        return rows + (self.others if given.get("keep_others") else [])

    def _vouched(self, clause: Clause) -> dict[str, Any]:
        """The template's source, as long as the clause says what the source says."""
        base = self.base or {}
        same = all(_plain(base.get(name)) == _plain(clause.get(name)) for name in VOUCHED)
        return {name: base[name] for name in ("source", "confidence") if name in base} if same else {}


class BaseClauses(BaseFormSet):  # type: ignore[type-arg]
    """`bases` are the clauses that may be meant by a key: those of the template, or of the version that is changed."""

    def __init__(self, *args: Any, bases: Iterable[Clause] = (), **kwargs: Any) -> None:
        self.bases = list(bases)
        super().__init__(*args, **kwargs)

    def initial_form_count(self) -> int:
        return len(self.bases) if not self.is_bound else super().initial_form_count()

    def get_form_kwargs(self, index: int | None) -> dict[str, Any]:
        return {"base": self._base(index)}

    def _base(self, index: int | None) -> Clause | None:
        if index is None:
            return None
        if not self.is_bound:
            return self.bases[index] if index < len(self.bases) else None
        key = self.data.get(f"{self.prefix}-{index}-key", "")
        return next((one for one in self.bases if one["key"] == key), None)

    def one_more(self) -> Any:
        """The data that were sent, with room for another clause."""
        sent: Any = self.data
        data = sent.copy()
        data[f"{self.prefix}-TOTAL_FORMS"] = str(min(self.total_form_count() + 1, MOST))
        return data

    def written(self) -> list[ClauseForm]:
        """The forms that hold a clause: not those left blank, not those left out."""
        return [one for one in self.forms if (one.base or one.has_changed()) and not one.is_out]

    def documents(self, taken: Iterable[str]) -> list[dict[str, Any]]:
        """The clauses of a valid form; a new one gets a key that no clause of the contract ever had."""
        known = {*taken, *(one["key"] for one in self.bases)}
        found = []
        for one in self.written():
            key = one.base["key"] if one.base else _new_key(one.cleaned_data, known)
            known.add(key)
            found.append(one.document(key))
        return found


_Clauses: Any = formset_factory(ClauseForm, formset=BaseClauses, extra=0, max_num=MOST, absolute_max=MOST)


def clauses_of(data: Any, bases: Iterable[Clause]) -> BaseClauses:
    """The clauses as they were sent, or, with no data, as they stand in `bases`."""
    made: BaseClauses = _Clauses(data, bases=bases, prefix="clause")
    return made


def initial_of(clause: Clause) -> dict[str, Any]:
    """What the fields show of a stored clause."""
    label = clause.get("label") or ""
    names = label if isinstance(label, Mapping) else {"en": label}
    period = clause.get("period") or {}
    simple, others = _split(clause.get("when", ()))
    same = ("key", "clause", "to", "phase", "standard", "before", "applies_from")
    return {
        **{name: clause[name] for name in same if name in clause},
        "recipient": clause.get("recipient", ""),
        "label_en": names.get("en", ""),
        "label_fr": names.get("fr", ""),
        "event": clause["from"],
        "number": period.get("value"),
        "unit": period.get("unit", ""),
        "keep_others": bool(others),
        **simple,
    }


def _split(rows: Iterable[Clause]) -> tuple[dict[str, str], list[dict[str, Any]]]:
    """Conditions that have a field, by field, and the rest."""
    simple: dict[str, str] = {}
    others: list[dict[str, Any]] = []
    for row in rows:
        field, value = _simple(row)
        if field and field not in simple:
            simple[field] = value
        else:
            others.append(dict(row))
    return simple, others


def _simple(row: Clause) -> tuple[str, str]:
    keys = set(row)
    if row["test"] == "kinds" and keys == {"test", "group"}:
        return "only_kinds", row["group"]
    if row["test"] == "established" and keys == {"test", "place"} and places.is_country(row["place"]):
        return "only_place", row["place"]
    if row["test"] == "malicious" and row.get("assume") is not False:
        return "only_malicious", "assumed" if row.get("assume") else "known"
    return "", ""


def _named(vocabulary: str, codes: Iterable[str], language: str) -> list[tuple[str, str]]:
    return [(code, words.name(vocabulary, code, language)) for code in codes]


def _label(english: str, french: str) -> Any:
    return {"en": english, "fr": french} if english and french else english or french


def _new_key(given: Mapping[str, Any], taken: set[str]) -> str:
    """A key from the words of the clause: small letters, digits and underscores, a letter first."""
    text = unicodedata.normalize("NFKD", given["label_en"] or given["label_fr"]).encode("ascii", "ignore")
    slug = re.sub(r"[^a-z0-9]+", "_", text.decode().lower()).strip("_0123456789")[: LONGEST_KEY - 2]
    slug = slug.strip("_") or "clause"
    numbers = (slug, *(f"{slug[: LONGEST_KEY - 3]}_{number}" for number in range(2, 100)))
    return next(key for key in numbers if key not in taken)


def _plain(value: Any) -> Any:
    """Values as they compare: a day as text, an empty list as nothing."""
    return value.isoformat() if hasattr(value, "isoformat") else value or None
