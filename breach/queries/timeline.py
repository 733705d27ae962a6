"""Reading the timeline. Callers ask `permissions` first; opening a file is a service and recorded."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from django.core.paginator import Paginator
from django.db.models import Min, Prefetch

from breach.files import meta_of
from breach.models import Attachment, Event, Incident, Party
from breach.timewords import Moment

PAGE = 50


@dataclass(frozen=True, slots=True)
class AttachedFile:
    """A file of an entry. Name and `sha256` (of the plain content) are "" for readers who may not open it."""

    uid: str
    name: str
    size: int
    sha256: str


@dataclass(frozen=True, slots=True)
class Entry:
    """One entry, opened. `corrects` and `corrected_by` are uids of other entries or ""."""

    uid: str
    kind: str
    kind_label: str
    text: str
    reason: str
    moment: Moment
    precision_label: str
    known_at: datetime
    entered_at: datetime
    author: str
    is_detection: bool
    is_report: bool
    corrects: str
    corrected_by: str
    attachments: tuple[AttachedFile, ...]


@dataclass(frozen=True, slots=True)
class TimelinePage:
    """One page of entries. `total` counts all that the filter lets through."""

    entries: tuple[Entry, ...]
    total: int
    number: int
    pages: int


def timeline_page(
    incident: Incident,
    *,
    kinds: Sequence[str] = (),
    with_files_only: bool = False,
    newest_first: bool = True,
    number: int = 1,
    names: bool,
) -> TimelinePage:
    """Return one page of the timeline by the time of the event. `names`: open names and digests of files too.

    Costs the same number of queries for one entry and for fifty.
    """
    rows = Event.objects.filter(incident=incident)
    if kinds:
        rows = rows.filter(kind__in=kinds)
    if with_files_only:
        rows = rows.filter(attachments__isnull=False).distinct()
    rows = rows.select_related("created_by", "supersedes", "superseded_by")
    rows = rows.prefetch_related(Prefetch("attachments", Attachment.objects.select_related("file")))
    order = ("-occurred_from", "-pk") if newest_first else ("occurred_from", "pk")
    page = Paginator(rows.order_by(*order), PAGE).get_page(number)
    entries = tuple(_entry(row, incident, names=names) for row in page.object_list)
    return TimelinePage(entries, page.paginator.count, page.number, page.paginator.num_pages)


def entry_of(event: Event, *, names: bool) -> Entry:
    """Open one entry."""
    return _entry(event, event.incident, names=names)


def earliest_report(party: Party) -> datetime | None:
    """Return the earliest report or detection that stands, in UTC: a provisional clock starts there."""
    earliest: datetime | None = Event.objects.signals(party).aggregate(first=Min("occurred_from"))["first"]
    return earliest


def _entry(row: Event, incident: Incident, *, names: bool) -> Entry:
    row.incident = incident  # saves a query per row
    later = getattr(row, "superseded_by", None)
    return Entry(
        uid=row.uid,
        kind=row.kind,
        kind_label=row.get_kind_display(),
        text=row.text,
        reason=row.texts.get("reason", ""),
        moment=row.moment,
        precision_label=row.get_precision_display(),
        known_at=row.known_at,
        entered_at=row.created_at,
        author=row.created_by.name if row.created_by else "",
        is_detection=row.is_detection,
        is_report=row.is_report,
        corrects=row.supersedes.uid if row.supersedes else "",
        corrected_by=later.uid if later else "",
        attachments=tuple(_file(one, incident, names=names) for one in row.attachments.all()),
    )


def _file(attachment: Attachment, incident: Incident, *, names: bool) -> AttachedFile:
    file = attachment.file
    file.incident = incident
    meta = meta_of(file) if names else {"filename": "", "sha256": ""}
    return AttachedFile(attachment.uid, meta["filename"], file.size, meta["sha256"])


def attached_file(attachment: Attachment) -> AttachedFile:
    """Return a file with its name and digest opened, for readers who may know them."""
    return _file(attachment, attachment.incident, names=True)
