"""Making reports for named readers, keeping the list of readers, and taking out the register."""

from __future__ import annotations

import io
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.db import IntegrityError, transaction

from breach.errors import BadInput, Conflict, Forbidden
from breach.files import store_sealed
from breach.law.words import word
from breach.ledger import log
from breach.models import Incident, SealedFile, User, new_uid
from breach.permissions import require, require_fresh
from breach.services.keys import signer, vault_for
from breach.services.record import record
from breach.vault import canonical_json, new_salt, salted_digest
from breach.vault.passwords import new_passphrase
from breach.vault.readers import parse_recipient, seal_for_readers
from notifications.models import Reader, Report
from notifications.pdf import encrypt
from notifications.queries.register import register_incidents, register_rows
from notifications.queries.register_filter import EVERYTHING, RegisterFilter, register_parties, say_filter
from notifications.queries.reports import report_of
from notifications.reports.register import RegisterRow, register_csv
from notifications.reports.register_files import Taken, register_pdf, register_xlsx
from notifications.reports.render import report_pdf
from notifications.wording import LANGUAGES

DIGEST_LABEL = "tocsin/report/1"
REGISTER_FORMS = ("csv", "xlsx", "pdf")


@dataclass(frozen=True, slots=True)
class Made:
    """A new report with the passphrase of its PDF, which is shown now and kept nowhere."""

    report: Report
    passphrase: str


def add_reader(*, actor: User | None, name: str, email: str, recipient: str, now: datetime) -> Reader:
    """Add a named reader with a public key (age1… or ssh). Raises BadInput for a key age cannot seal for.

    `actor` is None only for the set-up of an installation, before it has accounts.
    """
    if actor is not None:
        require(actor, "readers.manage")
    if not name.strip():
        raise BadInput("The reader has no name", place="name", mend="Name the person who will read reports.")
    try:
        validate_email(email.strip())
    except ValidationError:
        mend = "Write it as name@example.org."
        raise BadInput("This is no e-mail address", place="email", mend=mend) from None
    key = parse_recipient(recipient)
    try:
        with transaction.atomic():
            row = Reader.objects.create(
                name=name.strip(), email=email.strip(), recipient=key, added_by=actor, created_at=now
            )
            record(
                actor=actor, incident=None, action="reader.added", subject=row.uid, data={"key": key}, now=now
            )
    except IntegrityError:
        mend = "Give the other person's own key."
        raise BadInput("A reader with this key exists", place="recipient", mend=mend) from None
    return row


def retire_reader(*, actor: User, reader: Reader, now: datetime) -> Reader:
    """Take a reader off the list. What was sealed for the key stays readable with it."""
    require(actor, "readers.manage")
    with transaction.atomic():
        if not Reader.objects.filter(pk=reader.pk, retired_at=None).update(retired_at=now):
            raise Conflict("This reader is off the list already.")
        reader.refresh_from_db()
        record(actor=actor, incident=None, action="reader.retired", subject=reader.uid, now=now)
    return reader


def make_report(
    *, actor: User, incident: Incident, readers: Sequence[Reader], language: str, now: datetime
) -> Made:
    """Make the incident's report for these readers: an age file and an AES-256 PDF, both kept sealed.

    The passphrase of the PDF is in the answer and nowhere else. The ledger keeps the report's salted digest
    and the readers' uids. Raises BadInput without readers, for a retired one, or for a language reports do
    not speak.
    """
    require(actor, "report.make", incident)
    _check(readers, language)
    with transaction.atomic():
        log.checkpoint(signer=signer(), now=now, actor_id=actor.pk, actor_uid=actor.uid)
    # Reading, laying out and sealing take seconds: they hold no lock.
    names = [reader.name for reader in readers]
    content = report_of(incident=incident, language=language, readers=names, made_by=actor, now=now)
    pdf = report_pdf(content, word)
    age_file = seal_for_readers(pdf, [reader.recipient for reader in readers])
    passphrase = new_passphrase()
    closed = encrypt(pdf, passphrase=passphrase)
    salt = new_salt()
    digest = salted_digest(DIGEST_LABEL, canonical_json(content.to_json()), salt)
    with transaction.atomic():
        Incident.objects.select_for_update().get(pk=incident.pk)  # numbers are given one at a time
        report = Report(uid=new_uid(), incident=incident, number=_next_number(incident), language=language)
        report.digest, report.made_by, report.created_at = digest, actor, now
        report.sealed_salt = vault_for(incident).seal(salt, context=f"report/{report.uid}/salt")
        report.age_file = _store(report, age_file, "age", now)
        report.pdf = _store(report, closed, "pdf", now)
        report.save()
        report.readers.set(readers)
        data: dict[str, Any] = {"number": report.number, "language": language, "digest": digest}
        data |= {"readers": sorted(reader.uid for reader in readers), "age": report.age_file.digest}
        record(actor=actor, incident=incident, action="report.made", subject=report.uid, data=data, now=now)
    return Made(report, passphrase)


def export_register(
    *,
    actor: User,
    language: str,
    now: datetime,
    form: str = "csv",
    wanted: RegisterFilter = EVERYTHING,
) -> bytes:
    """Return the Article 33(5) register over every incident that `actor` may take out, narrowed to `wanted`,
    as one of REGISTER_FORMS; noted in the ledger.

    Raises Forbidden when there is no incident that they may, BadInput for a language the register does not
    speak or a format that does not exist.
    """
    require_fresh(actor)
    _check_language(language)
    if form not in REGISTER_FORMS:
        mend = f"Choose one of {', '.join(REGISTER_FORMS)}."
        raise BadInput(f"The register does not leave as {form[:20]!r}", place="format", mend=mend)
    incidents = register_incidents(actor)
    if not incidents:
        raise Forbidden("There is no incident whose register entry you may take out (ledger.export).")
    parties = register_parties(incidents, wanted)
    rows = register_rows(parties, language)
    content = _written(rows, language, form, Taken(say_filter(wanted, language), actor.name, now))
    with transaction.atomic():
        data = {
            "incidents": list(dict.fromkeys(party.incident.uid for party in parties)),
            "rows": len(rows),
            "language": language,
            "format": form,
            "filters": wanted.given(),
        }
        record(actor=actor, incident=None, action="register.exported", subject="register", data=data, now=now)
    return content


def _written(rows: list[RegisterRow], language: str, form: str, taken: Taken) -> bytes:
    if form == "xlsx":
        return register_xlsx(rows, language, taken.at)
    return register_pdf(rows, language, taken) if form == "pdf" else register_csv(rows, language)


def _check(readers: Sequence[Reader], language: str) -> None:
    _check_language(language)
    if not readers:
        raise BadInput("Nobody is named as reader", place="readers", mend="Name at least one reader.")
    retired = [reader.name for reader in readers if reader.retired_at]
    if retired:
        mend = "Choose readers of the list."
        raise BadInput(f"{retired[0]} is off the list of readers", place="readers", mend=mend)


def _check_language(language: str) -> None:
    if language not in LANGUAGES:
        mend = f"Choose one of {', '.join(LANGUAGES)}."
        raise BadInput(f"There are no words in {language!r}", place="language", mend=mend)


def _next_number(incident: Incident) -> int:
    last = Report.objects.filter(incident=incident).order_by("-number").first()
    return last.number + 1 if last else 1


def _store(report: Report, content: bytes, kind: str, now: datetime) -> SealedFile:
    name = f"{report.incident.reference}-report-{report.number}.{kind}"
    return store_sealed(
        incident=report.incident, stream=io.BytesIO(content), purpose=f"report_{kind}", now=now, filename=name
    )
