"""Taking in what a responder has: one table, or an archive of several, sealed while it streams in.

Whatever is refused as a whole leaves nothing behind. What an archive holds beside tables is listed with the reason.
"""

import json
import unicodedata
from collections.abc import Sequence
from contextlib import closing
from dataclasses import asdict, dataclass, field, replace
from datetime import datetime
from typing import IO, Any, BinaryIO

from django.db import IntegrityError, transaction

from breach.errors import BadInput, Conflict
from breach.files import meta_of, remove_unsaved, seal_file, stream_sealed
from breach.intake.caps import CAPS, Caps
from breach.intake.read import Options, Table, open_table
from breach.intake.unpack import Allowance, Packed, entry_place, packing, unpacked
from breach.models import Incident, IntakeArchive, IntakeFile, IntakeState, Party, SealedFile, User
from breach.permissions import require
from breach.services.keys import vault_for
from breach.services.person_rows import local_day
from breach.services.record import record

PURPOSE, SAME_FILE = "intake", "intake-file"
LONGEST_NAME = 120
INSIDE = " › "
TABLE, SAME, LEFT_OUT = "table", "same", "left_out"


@dataclass(frozen=True, slots=True)
class Entry:
    """One file of what was given. `number` is where it stood in its archive ("3", "2.1"; "" for no archive).

    `what` is table, same (its content was given before: `file` says in which table) or left_out, with the reason.
    """

    number: str
    name: str
    what: str
    file: str = ""
    reason: str = ""
    code: str = ""


@dataclass(frozen=True, slots=True)
class Taken:
    """What an upload became: new tables, tables with the same content from before, files that are no table.

    `archive` is None for a plain table, and where nothing of an archive was new.
    """

    files: tuple[IntakeFile, ...]
    known: tuple[IntakeFile, ...]
    left_out: tuple[Entry, ...]
    archive: IntakeArchive | None


@dataclass(frozen=True, slots=True)
class _Found:
    """A file that was sealed and looked at: a table, or why it is none."""

    number: str
    name: str
    sealed: SealedFile
    table: Table | None
    refusal: BadInput | None = None


@dataclass(slots=True)
class _Case:
    """Whose upload it is, and what of it was sealed so far."""

    actor: User
    incident: Incident
    party: Party
    options: Options
    now: datetime
    caps: Caps
    sealed: list[SealedFile] = field(default_factory=list)
    kept: set[str] = field(default_factory=set)

    def seal(self, stream: Any, name: str) -> SealedFile:
        row = seal_file(incident=self.incident, stream=stream, purpose=PURPOSE, now=self.now, filename=name)
        self.sealed.append(row)
        return row

    def remove_the_rest(self) -> None:
        for row in self.sealed:
            if row.uid not in self.kept:
                remove_unsaved(row)


def upload(
    *,
    actor: User,
    incident: Incident,
    party: Party,
    stream: IO[bytes],
    filename: str,
    now: datetime,
    options: Options | None = None,
) -> IntakeFile:
    """Take in what holds exactly one table. Raises as `take_in` does, and Conflict when the table is here already."""
    taken = take_in(
        actor=actor,
        incident=incident,
        party=party,
        stream=stream,
        filename=filename,
        now=now,
        options=options,
    )
    refuse_twice(taken, filename)
    (file,) = taken.files
    return file


def take_in(
    *,
    actor: User,
    incident: Incident,
    party: Party,
    stream: IO[bytes],
    filename: str,
    now: datetime,
    options: Options | None = None,
    caps: Caps = CAPS,
) -> Taken:
    """Take in a table or an archive of tables, each file sealed on its own. Raises BadInput when nothing of it is a table
    that can be read, or when an archive asks for too much, is damaged or encrypted.

    It is sealed while it streams in, and looked at through the seal; what is refused is removed again.
    """
    require(actor, "intake.load", incident)
    if party.incident_id != incident.pk:
        raise BadInput(
            "The party belongs to another incident", place="party", mend="Choose one of this incident."
        )
    name = shown_name(filename)
    case = _Case(actor, incident, party, options or Options(), now, caps)
    try:
        # Before the transaction, so that no other writer waits for a large file.
        whole = case.seal(stream, name)
        found = _look(case, whole, name)
        return _keep(case, whole, found, name)
    finally:
        case.remove_the_rest()


def refuse_twice(taken: Taken, filename: str) -> None:
    """Raise Conflict when all of it was given before."""
    if taken.known and not taken.files:
        raise _twice(shown_name(filename))


def _twice(name: str) -> Conflict:
    return Conflict(f"{name}: this very file was given before. Open that one, or discard it first.")


def _look(case: _Case, whole: SealedFile, name: str) -> list[_Found]:
    with stream_sealed(whole) as content:
        kind = packing(content, name, case.caps, place=name)
        if not kind:
            return [_Found("", name, whole, open_table(content, name, case.options, case.caps))]
        allowance = Allowance(whole.size, case.caps)
        found = _inside(case, content, kind, _Found("", name, whole, None), name, allowance, depth=1)
    if not any(one.table for one in found):
        raise _no_table(found, name)
    return found


def _no_table(found: Sequence[_Found], name: str) -> BadInput:
    first = found[0].refusal if found else None
    why = f"; entry {found[0].number}: {first.message}" if first else ""
    return BadInput(
        f"not one of its {len(found)} files is a table{why}" if found else "the archive is empty",
        place=name,
        mend="Pack the tables, and give the archive again.",
        code="empty",
    )


def _inside(
    case: _Case, content: BinaryIO, kind: str, outer: _Found, place: str, allowance: Allowance, *, depth: int
) -> list[_Found]:
    """Seal each file of an archive and look at it; archives inside are gone through the same way."""
    if depth > case.caps.archive_depth:
        raise BadInput(
            f"archives lie in archives, more than {case.caps.archive_depth} deep",
            place=place,
            mend="Unpack the inner ones, and give their tables.",
            code="depth",
        )
    found: list[_Found] = []
    own_name = outer.name.rpartition(INSIDE)[2]
    with closing(unpacked(content, kind, own_name, allowance, place=place)) as entries:
        for entry in entries:
            found += _entry(case, entry, outer, place, allowance, depth)
    return found


def _entry(
    case: _Case, entry: Packed, outer: _Found, place: str, allowance: Allowance, depth: int
) -> list[_Found]:
    number = f"{outer.number}.{entry.number}".strip(".")
    where, name = entry_place(place, str(entry.number)), f"{outer.name}{INSIDE}{clean_name(entry.name)}"
    one = _Found(number, name, case.seal(entry.content, name), None)
    with stream_sealed(one.sealed) as content:
        inner = packing(content, name, case.caps, place=where)
        if inner:
            return _inside(case, content, inner, one, where, allowance, depth=depth + 1)
        try:
            return [replace(one, table=open_table(content, where, case.options, case.caps, name=name))]
        except BadInput as refusal:
            return [replace(one, refusal=refusal)]


def _keep(case: _Case, whole: SealedFile, found: Sequence[_Found], name: str) -> Taken:
    """Store the rows of the tables that are new, in one transaction."""
    known = _known(case, found)
    seen: dict[bytes, IntakeFile] = {}
    try:
        with transaction.atomic():
            new = [one for one in found if one.table and _same(case, one) not in known]
            archive = _new_archive(case, whole) if new and found[0].number else None
            if archive:
                archive.save()
            entries = [_stored(case, one, archive, known, seen) for one in found]
            if archive:
                _close(case, archive, entries, name)
    except IntegrityError as error:
        raise _twice(name) from error
    case.kept |= {file.file.uid for file in seen.values()}
    left_out = tuple(one for one in entries if one.what == LEFT_OUT)
    return Taken(tuple(seen.values()), tuple(known.values()), left_out, archive)


def _same(case: _Case, one: _Found) -> bytes:
    """Return the blind index of a table's content: of the whole file, and of the sheet or table of it that is read."""
    content, sheet = meta_of(one.sealed)["sha256"], one.table.sheet if one.table else ""
    return vault_for(case.incident).blind(f"{content}/{sheet}" if sheet else content, kind=SAME_FILE)


def _known(case: _Case, found: Sequence[_Found]) -> dict[bytes, IntakeFile]:
    """Return the tables of these contents that were given before, in the order in which they stand here."""
    wanted = [_same(case, one) for one in found if one.table]
    rows = IntakeFile.objects.filter(party=case.party, same_file__in=wanted)
    before = {bytes(row.same_file): row for row in rows.exclude(state=IntakeState.DISCARDED)}
    return {same: before[same] for same in dict.fromkeys(wanted) if same in before}


def _stored(
    case: _Case,
    one: _Found,
    archive: IntakeArchive | None,
    known: dict[bytes, IntakeFile],
    seen: dict[bytes, IntakeFile],
) -> Entry:
    """Store one table if its content is new, and say what became of the file."""
    if one.table is None:
        refusal = one.refusal or BadInput("this is no table")
        return Entry(
            one.number,
            one.name,
            LEFT_OUT,
            reason=f"{refusal.message}. {refusal.mend}".strip(),
            code=refusal.code,
        )
    same = _same(case, one)
    if before := known.get(same) or seen.get(same):
        return Entry(one.number, one.name, SAME, before.uid)
    file = seen[same] = _new_file(case, one, one.table, same, archive)
    data: dict[str, Any] = {
        "party": case.party.uid,
        "format": one.table.format,
        "size": file.file.size,
        "digest": file.file.digest,
    }
    if archive:
        data |= {"archive": archive.uid, "entry": one.number}
    record(
        actor=case.actor,
        incident=case.incident,
        action="intake.uploaded",
        subject=file.uid,
        data=data,
        now=case.now,
    )
    return Entry(one.number, one.name, TABLE, file.uid)


def _new_file(
    case: _Case, one: _Found, table: Table, same: bytes, archive: IntakeArchive | None
) -> IntakeFile:
    one.sealed.save()
    return IntakeFile.objects.create(
        incident=case.incident,
        party=case.party,
        file=one.sealed,
        same_file=same,
        archive=archive,
        archive_entry=one.number,
        format=table.format,
        encoding=table.encoding,
        encoding_how=table.encoding_how,
        delimiter=table.delimiter,
        sheet=table.sheet,
        notes=list(table.notes),
        ages_on=local_day(case.incident, case.now),
        created_by=case.actor,
        created_at=case.now,
    )


def _new_archive(case: _Case, whole: SealedFile) -> IntakeArchive:
    archive = IntakeArchive(
        incident=case.incident,
        party=case.party,
        size=whole.size,
        digest=whole.digest,
        files=0,
        tables=0,
        same=0,
        left_out=0,
        created_by=case.actor,
        created_at=case.now,
    )
    archive.seal_texts(name="", entries="[]")
    return archive


def _close(case: _Case, archive: IntakeArchive, entries: Sequence[Entry], name: str) -> None:
    """Seal what became of each file, and count it into the ledger."""
    archive.seal_texts(name=name, entries=json.dumps([asdict(one) for one in entries]))
    counts = {"files": len(entries)} | {
        field: sum(one.what == what for one in entries)
        for field, what in (("tables", TABLE), ("same", SAME), ("left_out", LEFT_OUT))
    }
    for key, count in counts.items():
        setattr(archive, key, count)
    archive.save()
    record(
        actor=case.actor,
        incident=case.incident,
        action="intake.unpacked",
        subject=archive.uid,
        data={"party": case.party.uid, "size": archive.size, "digest": archive.digest} | counts,
        now=case.now,
    )


def given_name(file: IntakeFile) -> str:
    """Return the name the file was given under; it is sealed, and shown to people only."""
    return meta_of(file.file)["filename"]


def shown_name(filename: str) -> str:
    """Return the last part of a file name without control characters, short enough for a message."""
    return clean_name(filename.replace("\\", "/").rpartition("/")[2]) or "table"


def clean_name(name: str) -> str:
    """Return the end of a name without control characters, short enough for a message."""
    return "".join(char for char in name if unicodedata.category(char)[0] != "C")[-LONGEST_NAME:].strip()
