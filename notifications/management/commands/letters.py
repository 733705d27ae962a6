"""Single letters to look at, and the print run of a notice for the printer; both also from a JSON document."""

import datetime as dt
import hashlib
from argparse import ArgumentParser
from dataclasses import asdict
from pathlib import Path
from typing import Any

from django.core.management.base import CommandParser
from django.db import transaction

from breach import clock
from breach.commands import TocsinCommand
from breach.errors import BadInput
from breach.models import User
from breach.permissions import require
from breach.services.person_rows import local_day
from breach.services.record import record_read
from notifications import previews
from notifications.contents import frozen_content
from notifications.delivery.handout import document_findings, spool_document, spool_notice
from notifications.delivery.printer import Outbox, read_keys, registered_keys, write_private
from notifications.letters.compose import compose
from notifications.letters.document import LARGEST, Document, read_document
from notifications.letters.emailing import render_email
from notifications.letters.lint_people import addressable, printable
from notifications.letters.render import render_pdf
from notifications.letters.values import Finding, Letter, NoticeContent, Recipient
from notifications.models import Notice, PersonNotice
from notifications.queries import notices as reading
from notifications.queries.letters import letter_of

FORMS = ("pdf", "html", "text")


class Command(TocsinCommand):
    help = "Render one letter (render), or write the print run of a notice for the printer (spool)."

    def add_arguments(self, parser: CommandParser) -> None:
        steps = parser.add_subparsers(dest="step", required=True, metavar="render|spool")
        render = steps.add_parser("render", help="one letter as PDF, HTML or text")
        spool = steps.add_parser("spool", help="a print run: sealed files and their manifest")
        for step in (render, spool):
            super().add_arguments(step)
            _source_arguments(step)
        render.add_argument("--person", metavar="UID", help="of the person, of the letter, or its reference")
        render.add_argument(
            "--variant", type=int, metavar="N", help="of the notice's different letters, from 1"
        )
        render.add_argument(
            "--as", choices=FORMS, dest="form", help="by the name given with --out, else text"
        )
        render.add_argument("--out", type=Path, metavar="FILE", help="where to write; needed for PDF")
        render.add_argument("--replace", action="store_true", help="write over an existing file")
        spool.add_argument("--out", type=Path, metavar="FOLDER", required=True, help="where the files go")
        spool.add_argument(
            "--printer",
            type=Path,
            metavar="FILE",
            help="file with the printer's public keys (TOCSIN_PRINTER_KEYS)",
        )
        spool.add_argument("--run", type=int, metavar="N", help="an earlier print run, by its number")
        spool.add_argument("--replace", action="store_true", help="write over existing files")

    def run(self, **options: Any) -> Any:
        if bool(options["notice"]) == bool(options["document"]):
            raise BadInput(
                "say what to print", place="--notice", mend="Give --notice or --document, one of them."
            )
        return self._render(options) if options["step"] == "render" else self._spool(options)

    def _render(self, options: dict[str, Any]) -> dict[str, Any]:
        out: Path | None = options["out"]
        form = options["form"] or {".pdf": "pdf", ".html": "html"}.get(out.suffix if out else "", "text")
        if form == "pdf" and out is None:
            raise BadInput("a PDF needs a place", place="--out", mend="Name a file.")
        if out and out.exists() and not options["replace"]:
            raise BadInput("The file exists", place=str(out), mend="Name another, or give --replace.")
        letter, findings = _letter_of_document(options) if options["document"] else _letter_of_notice(options)
        content = _drawn(letter, form)
        if out:
            write_private(out, content)
        return {
            "letter": letter.uid,
            "variant": str(letter.body.key),
            "language": letter.body.key.language,
            "form": form,
            "file": str(out) if out else None,
            "bytes": len(content),
            "sha256": hashlib.sha256(content).hexdigest(),
            "text": None if out else content.decode(),
            "findings": [asdict(finding) for finding in findings],
        }

    def _spool(self, options: dict[str, Any]) -> dict[str, Any]:
        keys = read_keys(options["printer"]) if options["printer"] else registered_keys()
        if not keys:
            mend = "Give --printer FILE, or set TOCSIN_PRINTER_KEYS."
            raise BadInput("the printer's key is missing", place="--printer", mend=mend)
        outbox = Outbox(options["out"], keys, replace=options["replace"])
        if options["document"]:
            document = _document(options["document"])
            runs = [spool_document(document, outbox, date=_date(document))]
        else:
            notice = _notice(options["notice"])
            actor = _actor(notice, options["user"])
            runs = spool_notice(
                notice=notice, actor=actor, outbox=outbox, now=clock.now, number=options["run"]
            )
        letters, pages = sum(run["letters"] for run in runs), sum(run["pages"] for run in runs)
        return {
            "folder": str(outbox.folder),
            "sealed_for": list(keys),
            "letters": letters,
            "pages": pages,
            "runs": runs,
        }

    def show(self, document: Any) -> None:
        if "runs" in document:
            return self._show_runs(document)
        if document["text"] is not None:
            self.stdout.write(document["text"])
        else:
            self.stdout.write("{file}: {variant}, {bytes} bytes".format(**document))
        for finding in document["findings"]:
            self.stderr.write("{level}: {place}: {message}. {mend}".format(**finding))
        return None

    def _show_runs(self, document: dict[str, Any]) -> None:
        if not document["runs"]:
            self.stdout.write("No letter is due by post, and no print run waits for the printer.")
        for run in document["runs"]:
            self.stdout.write("run {run}: {letters} letters, {pages} pages".format(**run))
            for file in [*run["files"], run["manifest"]]:
                self.stdout.write("  {file}  {bytes} bytes  SHA-256 {sha256}".format(**file))


def _source_arguments(step: ArgumentParser) -> None:
    step.add_argument("--notice", metavar="REF", help="a notice, as 2026-001/1 or by its uid")
    step.add_argument(
        "--document", type=Path, metavar="FILE", help="a JSON document instead (docs/letters.md)"
    )
    step.add_argument("--user", default="", metavar="EMAIL", help="who does it (who wrote the notice)")


def _document(path: Path) -> Document:
    try:
        with path.open("rb") as stream:
            return read_document(stream.read(LARGEST + 1))
    except OSError as problem:
        raise BadInput(
            f"cannot be read: {problem.strerror}", place=str(path), mend="Check the path."
        ) from None
    except BadInput as refusal:
        place = f"{path.name}, {refusal.place}" if refusal.place else path.name
        raise BadInput(refusal.message, place=place, mend=refusal.mend, code=refusal.code) from None


def _letter_of_document(options: dict[str, Any]) -> tuple[Letter, list[Finding]]:
    if options["variant"] is not None:
        raise BadInput("a document has no numbered variants", place="--variant", mend="Give --person.")
    document = _document(options["document"])
    wanted = options["person"] or document.recipients[0].uid
    recipient = next((one for one in document.recipients if wanted in (one.uid, one.reference)), None)
    if recipient is None:
        raise BadInput(
            "the document names no such person", place="--person", mend="Give a uid of its recipients."
        )
    date = _date(document)
    letter = compose(document.content, recipient, date=date)
    return letter, document_findings(document, [recipient], date=date)


def _date(document: Document) -> dt.date:
    """The day that the document names, else today."""
    return document.date or clock.now().date()


def _letter_of_notice(options: dict[str, Any]) -> tuple[Letter, list[Finding]]:
    notice = _notice(options["notice"])
    actor, now = _actor(notice, options["user"]), clock.now()
    content = frozen_content(notice)
    if options["person"] is None:
        require(actor, "incident.view", notice.incident)
        like = _variant(notice, content, options["variant"])
        return previews.letter_like(content, like, local_day(notice.incident, now)), []
    if options["variant"] is not None:
        raise BadInput("a person has one letter", place="--variant", mend="Give --person or --variant.")
    require(actor, "delivery.record", notice.incident)
    row = _row(notice, options["person"])
    with transaction.atomic():
        record_read(actor=actor, incident=notice.incident, what=f"letter/{row.uid}", count=1, now=now)
    letter, recipient = letter_of(row, now=now)
    found = printable(recipient) or addressable(recipient, content)
    return letter, [found] if found else []


def _variant(notice: Notice, content: NoticeContent, number: int | None) -> Recipient:
    variants = reading.variants(notice, content)
    if not variants:
        raise BadInput(
            "nobody is on this notice yet", place="--notice", mend="Submit it, or give a document."
        )
    if not 1 <= (number or 1) <= len(variants):
        mend = f"Give 1 to {len(variants)}."
        raise BadInput("the notice has no such variant", place="--variant", mend=mend)
    return variants[(number or 1) - 1].like


def _row(notice: Notice, uid: str) -> PersonNotice:
    rows = notice.people.select_related("notice__incident", "notice__party__organisation", "person")
    for name in ("uid", "reference", "person__uid"):
        if row := rows.filter(**{name: uid}).first():
            return row
    mend = "Give the uid of a person or letter of this notice, or a letter's reference."
    raise BadInput("nobody on this notice has it", place="--person", mend=mend)


def _drawn(letter: Letter, form: str) -> bytes:
    if form == "pdf":
        return render_pdf(letter)
    email = render_email(letter)
    return (email.html if form == "html" else email.text).encode()


def _notice(reference: str) -> Notice:
    incident, _, number = reference.rpartition("/")
    rows = Notice.objects.select_related("incident__opened_by", "party__organisation", "author")
    row = rows.filter(uid=reference).first()
    if row is None and number.isdecimal():
        row = rows.filter(incident__reference=incident, number=int(number)).first()
    if row is None:
        mend = "Give the incident's reference and the notice's number, as 2026-001/1."
        raise BadInput(f"there is no notice {reference!r}", place="--notice", mend=mend)
    return row


def _actor(notice: Notice, email: str) -> User:
    user = User.objects.filter(email__iexact=email, is_active=True).first() if email else notice.author
    if user is None:
        raise BadInput("there is no such user", place="--user", mend="Give the e-mail address of an account.")
    return user
