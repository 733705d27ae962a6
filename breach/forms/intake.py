"""Taking in tables of affected people: the upload, and which column is what."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from breach.forms.intake_words import Shown, shown_findings
from breach.forms.people import FIELD_LABELS, RELATIONS, kind_choices
from breach.intake.mapping import FIELDS, ColumnMapping, ColumnRule
from breach.intake.read import Options
from breach.models import IntakeFile


class UploadForm(forms.Form):
    """A table as the responder has it. What is left empty is found out and shown."""

    table = forms.FileField(
        label=_("Table, or archive of tables"),
        help_text=_(
            "CSV or TSV in any encoding, XLSX, ODS, Parquet, JSON Lines, vCard, or an SQL dump of PostgreSQL or MySQL; "
            "several of them as zip, or one as gzip. It is sealed while it arrives."
        ),
    )
    encoding = forms.CharField(
        label=_("Encoding"), required=False, max_length=40, help_text=_("Leave empty: it is found out.")
    )
    delimiter = forms.CharField(label=_("Delimiter"), required=False, max_length=1, strip=False)
    sheet = forms.CharField(
        label=_("Sheet, or table of a dump"),
        required=False,
        max_length=100,
        help_text=_("Leave empty: the first filled sheet, or the table that looks most like people."),
    )

    def options(self) -> Options:
        data = self.cleaned_data
        return Options(encoding=data["encoding"], delimiter=data["delimiter"], sheet=data["sheet"])


class MappingForm(forms.Form):
    """Which column is what. One pair of choices per column, in the order of the table."""

    country = forms.CharField(label=_("Country where a row gives none"), required=False, max_length=2)
    language = forms.CharField(label=_("Language where a row gives none"), required=False, max_length=8)
    relation = forms.ChoiceField(
        label=_("What these people are to us"), choices=[("", _("not said")), *RELATIONS], required=False
    )
    date_order = forms.ChoiceField(
        label=_("03/04/1990 is"), choices=[("dmy", _("3 April")), ("mdy", _("March 4"))]
    )

    def __init__(self, *args: Any, file: IntakeFile, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.profile: dict[str, Any] = file.profile or {"columns": []}
        mapping = file.mapping or {"columns": {}}
        for name in ("country", "language", "relation", "date_order"):
            self.fields[name].initial = mapping.get(name, "")
        fields = [("", _("ignore")), *((key, FIELD_LABELS[key]) for key in FIELDS)]
        exposed = [("", _("nothing")), *kind_choices()]
        for index, column in enumerate(self.profile["columns"]):
            rule = mapping["columns"].get(column["name"]) or {}
            self.fields[f"field{index}"] = forms.ChoiceField(
                label=_("Field of %(column)s") % {"column": column["name"]},
                choices=fields,
                required=False,
                initial=rule.get("field") or "",
                widget=forms.Select(attrs={"class": "form-select"}),
            )
            self.fields[f"kind{index}"] = forms.ChoiceField(
                label=_("Data exposed by %(column)s") % {"column": column["name"]},
                choices=exposed,
                required=False,
                initial=rule.get("kind") or "",
                widget=forms.Select(attrs={"class": "form-select"}),
            )

    def rows(self) -> list[tuple[dict[str, Any], list[Shown], Any, Any]]:
        """Each column's profile with what it may hold in words, and its two fields."""
        return [
            (column, shown_findings(column), self[f"field{index}"], self[f"kind{index}"])
            for index, column in enumerate(self.profile["columns"])
        ]

    def mapping(self, kept_kinds: tuple[str, ...] = ()) -> ColumnMapping:
        data = self.cleaned_data
        rules = tuple(
            ColumnRule(column["name"], data[f"field{index}"] or None, data[f"kind{index}"] or None)
            for index, column in enumerate(self.profile["columns"])
        )
        return ColumnMapping(
            rules, data["country"], data["language"], data["date_order"], kept_kinds, data["relation"]
        )
