"""Small tables in a form: rows of cells that work without script, and keep what was typed when it is refused."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.template.loader import render_to_string
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

BLANK_ROWS = 3
MOST_ROWS = 600  # all countries, and all States and provinces beside


@dataclass(frozen=True, slots=True)
class Column:
    """One column. `choices` makes it a list to choose from, `suggestions` names a datalist of the page."""

    name: str
    label: Any
    choices: Sequence[tuple[str, Any]] = ()
    suggestions: str = ""
    is_number: bool = False
    is_wide: bool = False


class TableWidget(forms.Widget):
    """Values are {"rows": [{column: text}], "none": bool}; a row of which nothing is filled in is no row."""

    use_fieldset = True

    def __init__(self, columns: Sequence[Column], *, none_label: Any = "") -> None:
        super().__init__()
        self.columns, self.none_label, self.blank_rows = columns, none_label, BLANK_ROWS

    def names(self, name: str) -> list[str]:
        return [*(f"{name}.{column.name}" for column in self.columns), f"{name}.none"]

    def value_from_datadict(self, data: Any, _files: Any, name: str) -> dict[str, Any]:
        columns = [data.getlist(f"{name}.{column.name}") for column in self.columns]
        keys = [column.name for column in self.columns]
        rows = [dict(zip(keys, cells, strict=False)) for cells in zip(*columns, strict=False)]
        return {
            "rows": [row for row in rows if any(cell.strip() for cell in row.values())],
            "none": f"{name}.none" in data,
        }

    def value_omitted_from_data(self, data: Any, _files: Any, name: str) -> bool:
        return all(key not in data for key in self.names(name))

    def data_of(self, name: str, value: Mapping[str, Any] | None) -> dict[str, list[str]]:
        """Return what a browser would post for `value`, the blank rows left out."""
        rows = (value or {}).get("rows", [])
        found = {
            f"{name}.{column.name}": [str(row.get(column.name, "")) for row in rows]
            for column in self.columns
        }
        return found | ({f"{name}.none": ["on"]} if (value or {}).get("none") else {})

    def id_for_label(self, _id: str) -> str:
        return ""

    def render(self, name: str, value: Any, attrs: Any = None, renderer: Any = None) -> Any:
        del renderer  # the template is one of the project's own
        rows = list((value or {}).get("rows", []))
        rows += [{} for _row in range(self.blank_rows)]
        context = {
            "name": name,
            "id": (attrs or {}).get("id", f"id_{name}"),
            "columns": self.columns,
            "rows": [[(column, row.get(column.name, "")) for column in self.columns] for row in rows],
            "none": (value or {}).get("none", False),
            "none_label": self.none_label,
            "describedby": (attrs or {}).get("aria-describedby", ""),
        }
        return render_to_string("breach/facts/_table.html", context)


class TableField(forms.Field):
    """Cleans to what `read` makes of the rows, to `nothing` where the box for none is ticked, else to None."""

    def __init__(
        self,
        columns: Sequence[Column],
        *,
        read: Callable[[list[dict[str, str]]], Any],
        nothing: Any = None,
        none_label: Any = "",
        **kwargs: Any,
    ) -> None:
        self.read, self.nothing = read, nothing
        widget = TableWidget(columns, none_label=none_label)
        super().__init__(widget=widget, required=False, **kwargs)

    def clean(self, value: Any) -> Any:
        rows = value["rows"]
        if len(rows) > MOST_ROWS:
            raise ValidationError(_("More than %(most)d rows are no small table.") % {"most": MOST_ROWS})
        if rows and value["none"]:
            raise ValidationError(_("There are rows, and “none” is ticked: take one of them away."))
        return self.nothing if value["none"] else (self.read(rows) if rows else None)


class Refusals:
    """Collects what is wrong in the rows of a table, each with its row."""

    def __init__(self) -> None:
        self.found: list[str] = []

    def take(self, number: int, refusal: ValidationError | str) -> None:
        text = refusal if isinstance(refusal, str) else " ".join(refusal.messages)
        self.found.append(_("Row %(number)d: %(text)s") % {"number": number, "text": text})

    def raise_any(self) -> None:
        if self.found:
            raise ValidationError(self.found)


def whole_number(text: str, *, least: int = 0) -> int:
    """Read a whole number as people type it, grouped by spaces or apostrophes. ValidationError for others."""
    plain = "".join(one for one in text if not one.isspace() and one not in "'’_")
    try:
        number = int(plain)
    except ValueError:
        raise ValidationError(_("“%(text)s” is not a whole number.") % {"text": text[:40]}) from None
    if number < least or len(plain) > LONGEST_NUMBER:
        raise ValidationError(_("“%(text)s” is out of range.") % {"text": text[:40]})
    return number


LONGEST_NUMBER = 11
NONE_OF_THESE = gettext_lazy("none of these")
