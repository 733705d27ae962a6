"""Evidence: files that hang on entries of the timeline, sealed as they arrive, each opening recorded."""

import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import IO, Any, BinaryIO

from django.db import transaction
from django.utils.translation import gettext as _

from breach.errors import BadInput
from breach.files import meta_of, open_sealed, seal_file
from breach.models import Attachment, Event, Incident, Party, SealedFile, User
from breach.permissions import require
from breach.services.record import record, record_read
from breach.services.timeline import log_event
from breach.timewords import Moment

PURPOSE = "evidence"
LONGEST_NAME = 120


@dataclass(frozen=True, slots=True)
class Upload:
    """A file as it was given: its content and its name."""

    stream: BinaryIO | Any
    filename: str


@dataclass(frozen=True, slots=True)
class OpenedEvidence:
    """A file in clear, in memory; the caller closes the stream. `sha256` is of the plain content."""

    stream: IO[bytes]
    filename: str
    size: int
    sha256: str


def log_with_file(
    *,
    actor: User,
    incident: Incident,
    party: Party,
    kind: str,
    text: str,
    moment: Moment,
    stream: BinaryIO | Any,
    filename: str,
    now: datetime,
    **more: Any,
) -> tuple[Event, Attachment]:
    """Enter an event with one file, both or neither. `more` is passed to `log_event`."""
    event, attached = log_with_files(
        actor=actor,
        incident=incident,
        party=party,
        kind=kind,
        text=text,
        moment=moment,
        uploads=[Upload(stream, filename)],
        now=now,
        **more,
    )
    return event, attached[0]


def log_with_files(
    *, actor: User, incident: Incident, uploads: Sequence[Upload], now: datetime, **entry: Any
) -> tuple[Event, list[Attachment]]:
    """Enter an event with its files, all or nothing. `entry` is passed to `log_event`."""
    sealed = seal_uploads(actor=actor, incident=incident, uploads=uploads, now=now)
    return log_with_sealed(actor=actor, incident=incident, sealed=sealed, now=now, **entry)


def log_with_sealed(
    *, actor: User, incident: Incident, sealed: Sequence[SealedFile], now: datetime, **entry: Any
) -> tuple[Event, list[Attachment]]:
    """Enter an event with files that are sealed already, all or nothing. For services that write more with it."""
    with transaction.atomic():
        event = log_event(actor=actor, incident=incident, now=now, **entry)
        return event, [_keep(actor, event, file, now) for file in sealed]


def attach(*, actor: User, event: Event, stream: BinaryIO | Any, filename: str, now: datetime) -> Attachment:
    """Seal a file onto an entry. The ledger gets its salted digest and size, never its name.

    Raises BadInput for an empty file or one over the limit.
    """
    return attach_files(actor=actor, event=event, uploads=[Upload(stream, filename)], now=now)[0]


def attach_files(*, actor: User, event: Event, uploads: Sequence[Upload], now: datetime) -> list[Attachment]:
    """Seal several files onto an entry, all or none. Raises as `attach`."""
    sealed = seal_uploads(actor=actor, incident=event.incident, uploads=uploads, now=now)
    with transaction.atomic():
        return [_keep(actor, event, file, now) for file in sealed]


def seal_uploads(
    *, actor: User, incident: Incident, uploads: Sequence[Upload], now: datetime
) -> list[SealedFile]:
    """Seal before the transaction, so that no other writer waits for a large file."""
    require(actor, "evidence.add", incident)
    found = []
    for one in uploads:
        name = shown_name(one.filename)
        file = seal_file(incident=incident, stream=one.stream, purpose=PURPOSE, now=now, filename=name)
        if file.size == 0:
            raise BadInput(_("The file is empty"), place="attachments", mend=_("Give the file again."))
        found.append(file)
    return found


def _keep(actor: User, event: Event, file: SealedFile, now: datetime) -> Attachment:
    file.save()
    row = Attachment.objects.create(
        incident=event.incident, event=event, file=file, created_by=actor, created_at=now
    )
    data = {"event": event.uid, "file": file.uid, "size": file.size, "digest": file.digest}
    record(actor=actor, incident=event.incident, action="evidence.added", subject=row.uid, data=data, now=now)
    return row


def open_evidence(*, actor: User, attachment: Attachment, now: datetime) -> OpenedEvidence:
    """Return the file in clear, after the reading is recorded in the incident's access chain."""
    require(actor, "evidence.read", attachment.incident)
    with transaction.atomic():
        record_read(
            actor=actor, incident=attachment.incident, what=f"evidence/{attachment.uid}", count=1, now=now
        )
    return opened(attachment)


def opened(attachment: Attachment) -> OpenedEvidence:
    """Return the file in clear. The caller has asked for the right and entered the reading."""
    meta = meta_of(attachment.file)
    return OpenedEvidence(
        open_sealed(attachment.file), meta["filename"], attachment.file.size, meta["sha256"]
    )


def sha256_of(attachment: Attachment) -> str:
    """Return the hex SHA-256 of the plain content. For readers with `evidence.read`."""
    return meta_of(attachment.file)["sha256"]


def shown_name(filename: str) -> str:
    """Return the last part of a file name, without control characters and short enough to show."""
    last = filename.replace("\\", "/").rpartition("/")[2]
    clean = "".join(char for char in last if unicodedata.category(char)[0] != "C")
    return clean[-LONGEST_NAME:].strip() or "evidence"
