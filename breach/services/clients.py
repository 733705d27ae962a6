"""The register of clients: controllers that the house processes personal data for, entered one by one or from a table."""

import hashlib
from collections.abc import Mapping, Sequence
from datetime import datetime
from io import BytesIO
from typing import Any, BinaryIO

from django.db import transaction
from django.utils.translation import gettext as _

from breach.errors import BadInput, Conflict
from breach.models import Client, ClientImport, User
from breach.permissions import require
from breach.queries.clients import reason_text
from breach.services import law_changes
from breach.services.client_table import COLUMNS, MOST_BYTES, REQUIRED, clean, read_clients
from breach.services.record import record
from breach.vault import canonical_json

FIELDS = tuple(COLUMNS)
# A change of these is a change of what the contract asks, or of how its days are counted.
TERMS = ("window_value", "window_unit", "window_from", "clause", "zone")
AT_ONCE = 200


def save_client(*, actor: User, client: Client | None, values: Mapping[str, str], now: datetime) -> Client:
    """Enter a client, or change one. `values` are texts as they were typed, by the names in FIELDS.

    Raises BadInput naming the field.
    """
    require(actor, "law.manage")
    stored, wrong = clean({key: value.strip() for key, value in values.items()})
    if client is None:
        wrong |= {key: "missing" for key in REQUIRED if key not in wrong and not stored.get(key)}
    if wrong:
        place, reason = next(iter(wrong.items()))
        raise BadInput(reason_text(reason), place=place)
    with transaction.atomic():
        others = Client.objects.filter(reference=stored.get("reference", ""))
        if (others.exclude(pk=client.pk) if client else others).exists():
            raise BadInput(_("Another client has this reference"), place="reference")
        changed = _stored([stored], {client.reference: client} if client else {}, now, key_of=client)
        _enter(actor, "client.changed" if client else "client.added", changed, now)
    return changed[0][0]


def end_client(*, actor: User, client: Client, now: datetime) -> Client:
    """Take a client out of the register for incidents to come; what is listed in incidents stays."""
    require(actor, "law.manage")
    with transaction.atomic():
        row = Client.objects.select_for_update().get(pk=client.pk)
        if row.ended_at is not None:
            raise Conflict(_("This client was taken out already."))
        row.ended_at = now
        row.save(update_fields=["ended_at"])
        record(actor=actor, incident=None, action="client.ended", subject=row.uid, now=now)
    return row


def check_table(*, actor: User, stream: BinaryIO, filename: str, now: datetime) -> ClientImport:
    """Read a table and keep what it would change, until somebody accepts or discards it. Raises BadInput."""
    require(actor, "law.manage")
    known = set(Client.objects.values_list("reference", flat=True))
    place = filename[-80:] or "table"
    content = stream.read(MOST_BYTES + 1)
    if len(content) > MOST_BYTES:
        raise BadInput(_("The table is too large"), place=place, mend=_("Split it into parts."))
    found = read_clients(BytesIO(content), place, known)
    with transaction.atomic():
        # One table waits at a time; an older one was read against an older register.
        _waiting().update(state="discarded", rows=[])
        return ClientImport.objects.create(
            read=found.read,
            rows=found.rows,
            refused=found.refused,
            refused_rows=found.refused_rows,
            created_by=actor,
            created_at=now,
        )


def accept_table(*, actor: User, table: ClientImport, now: datetime) -> ClientImport:
    """Take over what can be taken: clients are changed or added by their reference, in one transaction."""
    require(actor, "law.manage")
    with transaction.atomic():
        rows = _settled(table, "accepted")
        known = Client.objects.select_for_update().in_bulk(
            [row["reference"] for row in rows], field_name="reference"
        )
        changed = _stored(rows, known, now)
        _enter(actor, "clients.imported", changed, now, read=table.read, refused=table.refused_rows)
    table.refresh_from_db()
    return table


def discard_table(*, actor: User, table: ClientImport) -> None:
    """Let a table go that was not accepted."""
    require(actor, "law.manage")
    with transaction.atomic():
        _settled(table, "discarded")


def _waiting() -> Any:
    return ClientImport.objects.filter(state="checked")


def _settled(table: ClientImport, state: str) -> list[dict[str, Any]]:
    rows = list(table.rows)
    if not _waiting().filter(pk=table.pk).update(state=state, rows=[]):
        raise Conflict(_("This table was decided on, or another one was given since. Give it again."))
    return rows


def _stored(
    rows: Sequence[Mapping[str, Any]],
    known: Mapping[str, Client],
    now: datetime,
    key_of: Client | None = None,
) -> list[tuple[Client, bool]]:
    """Store rows by reference (or into `key_of`). Returns each client with whether its terms changed."""
    done: list[tuple[Client, bool]] = []
    new: list[Client] = []
    old: list[Client] = []
    for row in rows:
        client = key_of or known.get(row["reference"])
        if client is None:
            client = Client(created_at=now, changed_at=now, **row)
            new.append(client)
            done.append((client, False))
            continue
        terms = any(key in row and row[key] != getattr(client, key) for key in TERMS)
        for key, value in row.items():
            setattr(client, key, value)
        client.ended_at = None
        client.changed_at = now if terms else client.changed_at
        client.terms += terms
        old.append(client)
        done.append((client, terms))
    Client.objects.bulk_create(new, batch_size=AT_ONCE)
    Client.objects.bulk_update(old, [*FIELDS, "ended_at", "changed_at", "terms"], batch_size=AT_ONCE)
    return done


def _enter(
    actor: User, action: str, changed: Sequence[tuple[Client, bool]], now: datetime, **counts: int
) -> None:
    """One entry in the house's chain, whatever the number; clocks are computed again where terms changed."""
    values = [{key: getattr(client, key) for key in FIELDS} for client, _terms in changed]
    data = {
        "clients": len(changed),
        "digest": hashlib.sha256(canonical_json(values)).hexdigest(),
        **counts,
    }
    subject = changed[0][0].uid if len(changed) == 1 else "house"
    record(actor=actor, incident=None, action=action, subject=subject, data=data, now=now)
    if any(terms for _client, terms in changed):
        law_changes.note(kind="client", subject=subject, now=now)
