"""Take a table of affected people into an incident: upload, map, try, accept and load, in one go."""

import json
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from django.core.management.base import CommandParser
from rich.console import Console
from rich.progress import (
    BarColumn,
    MofNCompleteColumn,
    Progress,
    ProgressColumn,
    Task,
    TextColumn,
    TimeRemainingColumn,
)
from rich.text import Text

from breach import clock
from breach.commands import TocsinCommand
from breach.errors import BadInput
from breach.intake.mapping import ColumnMapping
from breach.intake.read import Options
from breach.intake.refusals import reason_text
from breach.models import Incident, IntakeFile, IntakeState, Party, PersonState, User
from breach.services import intake, loading, trial


class Command(TocsinCommand):
    help = (
        "Take a table of affected people, or a zip or gzip of tables (formats: docs/intake.md), into an incident. "
        "Interrupted, it goes on."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        super().add_arguments(parser)
        parser.add_argument("file", type=Path)
        parser.add_argument("--incident", required=True, metavar="REF", help="reference, such as 2026-001")
        parser.add_argument(
            "--party", default="", metavar="UID", help="whose people they are (the first party)"
        )
        parser.add_argument(
            "--mapping", type=Path, help="JSON: which column is what (proposed from the profile)"
        )
        parser.add_argument("--encoding", default="", help="such as windows-1252 (detected)")
        parser.add_argument("--delimiter", default="", help="such as ; (detected)")
        parser.add_argument(
            "--sheet", default="", help="of a workbook (the first filled one), or table of a dump"
        )
        parser.add_argument(
            "--user", default="", metavar="EMAIL", help="who does it (who opened the incident)"
        )

    def run(self, **options: Any) -> dict[str, Any]:
        started = clock.ticks()
        incident = _incident(options["incident"])
        party = _party(incident, options["party"])
        actor = _actor(incident, options["user"])
        taken = self._taken_in(incident, party, actor, options)
        files = [*taken.files, *(file for file in taken.known if file.state != IntakeState.LOADED)]
        for file in files:
            self._whole(file, actor, options)
        return _report(files, taken, clock.ticks() - started)

    def _whole(self, file: IntakeFile, actor: User, options: dict[str, Any]) -> None:
        """Bring one table from where it stands to its end."""
        quiet = bool(options["json"])
        if file.state == IntakeState.UPLOADED:
            intake.profile(actor=actor, file=file, now=clock.now())
        if file.state in intake.OPEN:
            if options["mapping"]:
                mapping = ColumnMapping.from_json(_json(options["mapping"]))
                intake.set_mapping(actor=actor, file=file, mapping=mapping, now=clock.now())
            trial.begin(actor=actor, file=file, now=clock.now())
            self._try(file, quiet=quiet)
            if file.archive and not file.accepted:
                return  # the other tables go on; the report says what was refused here
            intake.accept(actor=actor, file=file, now=clock.now())
        self._load(file, quiet=quiet)

    def _taken_in(
        self, incident: Incident, party: Party, actor: User, options: dict[str, Any]
    ) -> intake.Taken:
        path: Path = options["file"]
        if not path.is_file():
            raise BadInput("there is no such file", place=str(path), mend="Check the path.")
        with path.open("rb") as stream:
            taken = intake.take_in(
                actor=actor,
                incident=incident,
                party=party,
                stream=stream,
                filename=path.name,
                options=Options(options["encoding"], options["delimiter"], options["sheet"]),
                now=clock.now(),
            )
        if all(file.state == IntakeState.LOADED for file in taken.known):
            # What is not at its end goes on; where all of it is, it was given twice.
            intake.refuse_twice(taken, path.name)
        return taken

    def _try(self, file: IntakeFile, *, quiet: bool) -> None:
        with _progress(quiet=quiet) as progress:
            task = progress.add_task("tried", total=(file.profile or {}).get("rows"), completed=file.read)
            trial.go_on(file=file, now=clock.now, tell=lambda row: progress.update(task, completed=row.read))

    def _load(self, file: IntakeFile, *, quiet: bool) -> None:
        with _progress(quiet=quiet) as progress:
            task = progress.add_task("loaded", total=file.accepted, completed=file.loaded)
            loading.load_all(
                file=file, now=clock.now, tell=lambda row: progress.update(task, completed=row.loaded)
            )

    def show(self, document: dict[str, Any]) -> None:
        say: Callable[[str], None] = self.stdout.write
        for one in document.get("left_out", ()):
            say(f"entry {one['entry']} was left out: {one['reason']}")
        for cell in document["refused"]:
            entry = f"entry {cell['entry']}, " if "entry" in cell else ""
            say(f"{entry}row {cell['row']}{', ' if cell['column'] else ''}{cell['column']}: {cell['reason']}")
        refused = len(document["refused"])
        say(
            f"{document['read']} rows read, {document['accepted']} accepted, {refused} refused; "
            f"{document['merged']} joined, {document['suggestions']} to be judged. "
            f"{document['people']} people in all."
        )


class _Rate(ProgressColumn):
    """Rows a second."""

    def render(self, task: Task) -> Text:
        speed = task.finished_speed or task.speed
        return Text(f"{speed:,.0f} rows/s" if speed else "")


def _progress(*, quiet: bool) -> Progress:
    columns = (
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        _Rate(),
        TimeRemainingColumn(),
    )
    return Progress(*columns, console=Console(stderr=True), disable=quiet)


def _incident(reference: str) -> Incident:
    incident = Incident.objects.filter(reference=reference).first()
    if incident is None:
        raise BadInput(
            f"there is no incident {reference!r}",
            place="--incident",
            mend="Give its reference, such as 2026-001.",
        )
    return incident


def _party(incident: Incident, uid: str) -> Party:
    if not uid:
        return incident.lead_party()
    party = incident.parties.filter(uid=uid).first()
    if party is None:
        raise BadInput(
            "the incident has no such party", place="--party", mend="Give the uid of one of its parties."
        )
    return party


def _actor(incident: Incident, email: str) -> User:
    if not email:
        return incident.opened_by
    user = User.objects.filter(email__iexact=email).first()
    if user is None:
        raise BadInput("there is no such user", place="--user", mend="Give the e-mail address of an account.")
    return user


def _json(path: Path) -> Any:
    try:
        return json.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        raise BadInput("there is no such file", place=str(path), mend="Check the path.") from None
    except (UnicodeDecodeError, json.JSONDecodeError) as error:
        line = getattr(error, "lineno", 1)
        raise BadInput("this is not JSON", place=f"{path.name}, line {line}", mend="Correct it.") from None


def _report(files: Sequence[IntakeFile], taken: intake.Taken, seconds: float) -> dict[str, Any]:
    """Sum up. Files of an archive are named by their number in it: what they are called may say who is affected."""
    tables = [_table(file) for file in files]
    read = sum(file.read for file in files)
    report: dict[str, Any] = {
        "file": files[0].uid,
        "read": read,
        "accepted": sum(file.accepted for file in files),
        "refused": [cell for file in files for cell in _refused(file)],
        "set_aside": sum(file.set_aside for file in files),
        "merged": sum(file.merged for file in files),
        "suggestions": sum(file.suggested for file in files),
        "people": files[0].party.person_rows.filter(state=PersonState.ACTIVE).count(),
        "rate": round(read / seconds) if seconds else 0,
    }
    if any(file.archive_entry for file in files):
        report["files"] = tables
        report["left_out"] = [{"entry": one.number, "reason": one.reason} for one in taken.left_out]
    return report


def _table(file: IntakeFile) -> dict[str, Any]:
    names = ("read", "accepted", "refused", "set_aside", "merged")
    return {"file": file.uid, "entry": file.archive_entry} | {name: getattr(file, name) for name in names}


def _refused(file: IntakeFile) -> list[dict[str, Any]]:
    entry = {"entry": file.archive_entry} if file.archive_entry else {}
    return [
        entry
        | {
            "row": cell.row,
            "column": cell.column,
            "reason": reason_text(cell.reason, "en"),
            "code": cell.reason,
        }
        for cell in file.refusals.filter(whole_row=True)
    ]
