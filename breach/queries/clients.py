"""The register of clients: narrowed, page by page, as a table to take out; and why a row of a table was refused."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from django.db.models import Q, QuerySet
from django.utils.translation import gettext_lazy as _

from breach.models import Client

PAGE = 50
REASONS: dict[str, Any] = {
    "missing": _("is missing: give it"),
    "twice": _("stands twice in the table: keep one of the rows"),
    "too_long": _("is too long: shorten it"),
    "email": _("is no e-mail address: correct it"),
    "language": _("is no language of the notices: use en or fr"),
    "zone": _("is no time zone: write it as Europe/Paris"),
    "period": _("is no period: give a whole number from 1 to 8760"),
    "unit": _("is no unit: use hours, calendar_days or business_days"),
    "trigger": _(
        "is nothing a period runs from: use processor_awareness, suspicion, detection or attack_known"
    ),
    "unreadable": _("the row cannot be read: check its number of cells and its quotes"),
    "column_unknown": _("the column is not known and was not read"),
}
EXPORT = (
    "reference",
    "name",
    "email",
    "second_email",
    "phone",
    "language",
    "zone",
    "window_value",
    "window_unit",
    "window_from",
    "clause",
    "dpo_name",
    "dpo_email",
)
HEADER = tuple(
    {"window_value": "period", "window_unit": "unit", "window_from": "runs_from"}.get(k, k) for k in EXPORT
)


@dataclass(frozen=True, slots=True)
class ClientPage:
    """A page of the register by reference; `after` leads to the next one, "" at the end."""

    clients: tuple[Client, ...]
    after: str
    total: int


def reason_text(code: str) -> str:
    """Say why a cell was refused and how to mend it."""
    return str(REASONS.get(code, code))


def narrowed(text: str = "", language: str = "", window: str = "") -> QuerySet[Client]:
    """Clients that are not ended; `text` is part of name or reference, `window` is "yes" or "no": a contract period."""
    rows = Client.objects.filter(ended_at=None)
    if text:
        rows = rows.filter(Q(name__icontains=text) | Q(reference__icontains=text))
    if language:
        rows = rows.filter(language=language)
    if window:
        rows = rows.filter(window_value__isnull=window == "no")
    return rows.order_by("reference")


def client_page(rows: QuerySet[Client], after: str = "", size: int = PAGE) -> ClientPage:
    """Return one page found by key, so that the last is as quick as the first. Two queries."""
    total = rows.count()
    found = list(rows.filter(reference__gt=after)[: size + 1])
    shown = found[:size]
    return ClientPage(tuple(shown), shown[-1].reference if len(found) > size else "", total)


def export_rows() -> Iterator[list[str]]:
    """The register as rows that `read_clients` takes back."""
    yield list(HEADER)
    for client in Client.objects.filter(ended_at=None).iterator():
        values = (getattr(client, key) for key in EXPORT)
        yield ["" if value is None else str(value) for value in values]
