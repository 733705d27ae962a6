"""Fields of facts that are small tables: places, people by place, kinds exposed together, steps of the assessor."""

from typing import Any

from django.core.exceptions import ValidationError
from django.utils.translation import get_language, gettext_lazy
from django.utils.translation import gettext as _

from breach.forms.fact_names import COUNTRIES, PLACES, REGIONS, read_kinds, read_place
from breach.forms.fact_tables import Column, Refusals, TableField, whole_number
from breach.law import words
from breach.queries.fact_labels import choice_label
from breach.queries.fact_values import place

DATA_CLASSES = ("simple", "behavioural", "financial", "sensitive")


class PlacesField(TableField):
    """Several places."""

    def __init__(self, **kwargs: Any) -> None:
        columns = [Column("place", gettext_lazy("Country, State or province"), suggestions=PLACES)]
        super().__init__(columns, read=self._read, **kwargs)

    def _read(self, rows: list[dict[str, str]]) -> list[str]:
        found, refusals = [], Refusals()
        for number, row in enumerate(rows, 1):
            try:
                found.append(read_place(row["place"], PLACES))
            except ValidationError as refusal:
                refusals.take(number, refusal)
        refusals.raise_any()
        return list(dict.fromkeys(found))

    def said(self, value: Any, _zone: str) -> dict[str, Any]:
        return {"rows": [{"place": place(code)} for code in value or ()], "none": False}


class CountsField(TableField):
    """People by place: a country, or a US State or Canadian province."""

    def __init__(self, *, regions: bool, **kwargs: Any) -> None:
        self.among = REGIONS if regions else COUNTRIES
        label = gettext_lazy("State or province") if regions else gettext_lazy("Country")
        none = (
            gettext_lazy("nobody in a US State or Canadian province")
            if regions
            else gettext_lazy("nobody at all")
        )
        columns = [
            Column("place", label, suggestions=self.among),
            Column("number", gettext_lazy("People"), is_number=True),
        ]
        super().__init__(columns, read=self._read, nothing={}, none_label=none, **kwargs)

    def _read(self, rows: list[dict[str, str]]) -> dict[str, int]:
        found: dict[str, int] = {}
        refusals = Refusals()
        for number, row in enumerate(rows, 1):
            try:
                code = read_place(row["place"], self.among)
                if code in found:
                    refusals.take(number, _("%(place)s stands there twice.") % {"place": place(code)})
                found[code] = whole_number(row["number"])
            except ValidationError as refusal:
                refusals.take(number, refusal)
        refusals.raise_any()
        return found

    def said(self, value: Any, _zone: str) -> dict[str, Any]:
        rows = [{"place": place(code), "number": str(count)} for code, count in (value or {}).items()]
        return {"rows": rows, "none": value == {}}


class CombinationsField(TableField):
    """Which kinds were exposed together, by place. Kinds are written one after the other."""

    def __init__(self, **kwargs: Any) -> None:
        columns = [
            Column("place", gettext_lazy("Country, State or province"), suggestions=PLACES),
            Column("kinds", gettext_lazy("Kinds of data, separated by semicolons"), is_wide=True),
            Column("people", gettext_lazy("People, if counted"), is_number=True),
        ]
        super().__init__(columns, read=self._read, **kwargs)

    def _read(self, rows: list[dict[str, str]]) -> list[dict[str, Any]]:
        found, refusals = [], Refusals()
        for number, row in enumerate(rows, 1):
            try:
                people = whole_number(row["people"]) if row["people"].strip() else None
                together = read_kinds(row["kinds"])
                found.append({"place": read_place(row["place"], PLACES), "kinds": together, "people": people})
            except ValidationError as refusal:
                refusals.take(number, refusal)
        refusals.raise_any()
        return found

    def said(self, value: Any, _zone: str) -> dict[str, Any]:
        rows = [
            {
                "place": place(one["place"]),
                "kinds": "; ".join(
                    words.name("kind", kind, (get_language() or "en")) for kind in one["kinds"]
                ),
                "people": "" if one.get("people") is None else str(one["people"]),
            }
            for one in value or ()
        ]
        return {"rows": rows, "none": False}


class AdjustmentsField(TableField):
    """Steps of the assessor within a data class of ENISA, each with its reason."""

    MOST_STEPS = 3

    def __init__(self, **kwargs: Any) -> None:
        columns = [
            Column(
                "data_class",
                gettext_lazy("Data class"),
                choices=[("", "–"), *((word, choice_label(word)) for word in DATA_CLASSES)],
            ),
            Column("steps", gettext_lazy("Steps, from -3 to 3"), is_number=True),
            Column("reason", gettext_lazy("Why"), is_wide=True),
        ]
        super().__init__(columns, read=self._read, **kwargs)

    def _read(self, rows: list[dict[str, str]]) -> list[dict[str, Any]]:
        found, refusals = [], Refusals()
        for number, row in enumerate(rows, 1):
            try:
                found.append(self._row(row))
            except ValidationError as refusal:
                refusals.take(number, refusal)
        refusals.raise_any()
        return found

    def _row(self, row: dict[str, str]) -> dict[str, Any]:
        if not row["data_class"] or not row["reason"].strip():
            raise ValidationError(_("A step needs a data class and a reason."))
        steps = whole_number(row["steps"].replace("−", "-"), least=-self.MOST_STEPS)
        if steps > self.MOST_STEPS:
            raise ValidationError(_("“%(text)s” is out of range.") % {"text": row["steps"][:40]})
        return {"data_class": row["data_class"], "steps": steps, "reason": row["reason"].strip()}

    def said(self, value: Any, _zone: str) -> dict[str, Any]:
        rows = [
            {"data_class": one["data_class"], "steps": str(one["steps"]), "reason": one["reason"]}
            for one in value or ()
        ]
        return {"rows": rows, "none": False}
