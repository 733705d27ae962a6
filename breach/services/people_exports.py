"""Taking a list of people out of the house: asked for by one person, approved by another, written once it still is what
was approved.
"""

from collections.abc import Iterator, Sequence
from dataclasses import asdict
from datetime import datetime, timedelta
from hashlib import sha256

from django.db import transaction
from django.db.models import QuerySet

from breach import approvals
from breach.errors import BadInput, Conflict
from breach.ledger.merkle import leaf_hash, root_of
from breach.models import Incident, Party, PeopleExport, Person, User
from breach.permissions import require
from breach.queries import people as people_queries
from breach.queries.people import Filters, PersonValue
from breach.services.record import record, record_read
from breach.spreadsheet import csv_lines
from breach.vault import canonical_json

# What a list may hold, in the order in which it is written.
COLUMNS = (
    *("uid", "given_name", "family_name", "full_name", "email", "phone", "address", "postcode", "city"),
    *("region", "country", "language", "birth_date", "minor", "customer_number", "relation", "kinds"),
    *("channel", "addressee"),
)
# An approval is for now: a list that nobody fetched for a day is asked for again.
TAKEN_WITHIN = timedelta(hours=24)


def ask(
    *,
    actor: User,
    incident: Incident,
    party: Party,
    filters: Filters,
    columns: Sequence[str],
    reason: str,
    approvers: Sequence[User],
    now: datetime,
) -> PeopleExport:
    """Ask that a list may leave. Raises BadInput for an empty one, an unknown column or without somebody who may
    approve it.
    """
    require(actor, "people.export", incident)
    if not reason.strip():
        raise BadInput("The reason is missing", place="reason", mend="Say who needs the list, and what for.")
    if strange := sorted(set(columns) - set(COLUMNS)):
        raise BadInput(f"There is no column {strange[0]!r}", place="columns", mend="Choose from the list.")
    if not columns:
        raise BadInput("No column is chosen", place="columns", mend="Choose what the list has to hold.")
    chosen = [name for name in COLUMNS if name in columns]
    digest, count = _digest(incident, party, filters, chosen)
    if not count:
        raise BadInput("Nobody is on this list", place="filters", mend="Narrow it less.")
    with transaction.atomic():
        export = PeopleExport(
            incident=incident,
            party=party,
            filters=asdict(filters),
            columns=chosen,
            count=count,
            digest=digest,
            created_by=actor,
            created_at=now,
        )
        export.seal_texts(reasons=reason)
        export.save()
        summary = {
            "people": count,
            "columns": chosen,
            "filters": {k: v for k, v in asdict(filters).items() if v},
        }
        approvals.submit(
            actor=actor,
            incident=incident,
            kind="export",
            subject_uid=export.uid,
            digest=digest,
            summary=summary,
            approvers=approvers,
            now=now,
        )
        record(
            actor=actor,
            incident=incident,
            action="people.export_asked",
            subject=export.uid,
            data={"count": count, "columns": chosen, "digest": digest, "reason": export.texts_digest},
            now=now,
        )
    return export


def take(*, actor: User, export: PeopleExport, now: datetime) -> Iterator[str]:
    """Return the list as lines of CSV (UTF-8 with BOM, semicolons), formulas neutralised. Once.

    Raises Conflict when nobody approved it, when the people are no longer what was approved, or when it was taken.
    """
    incident = export.incident
    require(actor, "people.export", incident)
    filters = Filters(**export.filters)
    with transaction.atomic():
        digest, _count = _digest(incident, export.party, filters, export.columns)
        approval = approvals.require_approved(
            incident=incident, kind="export", subject_uid=export.uid, digest=digest
        )
        if approval.decided_at and now > approval.decided_at + TAKEN_WITHIN:
            raise Conflict("The approval of this list is older than a day. Ask again.")
        if not PeopleExport.objects.filter(pk=export.pk, taken_at=None).update(taken_at=now, taken_by=actor):
            raise Conflict("This list was taken already. Each list leaves once; ask for another one.")
        ids = list(_people(incident, export.party, filters).values_list("pk", flat=True))
        data = {"count": len(ids), "digest": digest, "approval": approval.uid}
        record(
            actor=actor, incident=incident, action="people.exported", subject=export.uid, data=data, now=now
        )
        record_read(
            actor=actor, incident=incident, what=f"people/export/{export.uid}", count=len(ids), now=now
        )
    return _lines(incident, ids, export.columns)


def _people(incident: Incident, party: Party, filters: Filters) -> QuerySet[Person]:
    return people_queries.filtered(incident, party, filters).order_by("pk")


def _digest(incident: Incident, party: Party, filters: Filters, columns: Sequence[str]) -> tuple[str, int]:
    """Return a digest over who is on the list with which values, and how many. Sealed blobs stand for the values:
    whatever is corrected is sealed anew.
    """
    leaves = [
        leaf_hash(f"{uid}|{sha256(bytes(sealed)).hexdigest()}".encode())
        for uid, sealed in _people(incident, party, filters).values_list("uid", "sealed").iterator(2_000)
    ]
    if not leaves:
        return "", 0
    content = {"columns": list(columns), "filters": asdict(filters), "people": root_of(leaves).hex()}
    return sha256(canonical_json(content)).hexdigest(), len(leaves)


def _lines(incident: Incident, ids: Sequence[int], columns: Sequence[str]) -> Iterator[str]:
    def rows() -> Iterator[Sequence[str]]:
        yield columns
        for person in people_queries.open_people(incident, ids):
            yield [_cell(person, name) for name in columns]

    return csv_lines(rows())


def _cell(person: PersonValue, name: str) -> str:
    if name == "address":
        return ", ".join(person.address_lines)
    if name == "kinds":
        return ", ".join(person.kinds)
    value = getattr(person, name)
    if value is None:
        return ""
    if isinstance(value, bool):
        return "yes" if value else "no"
    return str(value)
