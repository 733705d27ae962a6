"""Reports for those who triage, and the address that a stranger to the application is shown."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from django.db.models import Count, QuerySet
from django.urls import reverse

from breach import wording
from breach.keys import house_vault
from breach.models import Incident, Phase, ReportLink, Suspicion, SuspicionState, User

SHOWN = 100
EXCERPT = 140  # characters
LIVE = (Phase.REPORTED, Phase.OPEN)


@dataclass(frozen=True, slots=True)
class ReportLine:
    """One report of the list. `age` is how long ago it came, in words; `merged` how many others it stands for."""

    suspicion: Suspicion
    excerpt: str
    age: str
    merged: int
    words: int


def waiting_reports() -> int:
    """Count the reports that nobody has decided about."""
    return Suspicion.objects.filter(state=SuspicionState.NEW).count()


def report_lines(now: datetime, *, decided: bool) -> list[ReportLine]:
    """Return the reports that wait, longest waiting first; or those decided, newest first. At most `SHOWN`."""
    rows = Suspicion.objects.annotate(
        merged=Count("duplicates", distinct=True), added=Count("words", distinct=True)
    ).select_related("reporter", "incident")
    if decided:
        rows = rows.exclude(state=SuspicionState.NEW).order_by("-pk")
    else:
        rows = rows.filter(state=SuspicionState.NEW).order_by("created_at", "pk")
    return [
        ReportLine(
            row, excerpt(row), wording.span(now - row.created_at), vars(row)["merged"], vars(row)["added"]
        )
        for row in opened(rows[:SHOWN])
    ]


def opened(rows: Iterable[Suspicion]) -> list[Suspicion]:
    """Open the texts of many reports with one vault."""
    vault, found = house_vault(), list(rows)
    for row in found:
        row.texts = row.texts_under(vault)
    return found


def excerpt(row: Suspicion, most: int = EXCERPT) -> str:
    """Return the beginning of what a report says, in one line."""
    line = " ".join(row.texts["text"].split())
    return line if len(line) <= most else line[: most - 1].rstrip() + "…"


def incidents_to_join(user: User) -> QuerySet[Incident]:
    """Return the incidents that are worked on and that `user` works on."""
    return Incident.objects.filter(phase__in=LIVE, members__user=user).order_by("-created_at")


def may_stay(row: Suspicion) -> list[Suspicion]:
    """Return the reports that `row` may be merged into, newest first."""
    rows = Suspicion.objects.exclude(pk=row.pk).exclude(state=SuspicionState.DUPLICATE).order_by("-pk")
    return opened(rows[:SHOWN])


def shown_address() -> str:
    """Return the path of the report page where the house shows it to whoever comes to sign in; else ""."""
    link = ReportLink.objects.filter(live=True, on_sign_in=True).first()
    return address_of(link) if link else ""


def address_of(link: ReportLink) -> str:
    """Return the path of the report page with the link's token."""
    token = house_vault().open(bytes(link.sealed), context=link.context).decode()
    return reverse("report-by-link", args=[token])
