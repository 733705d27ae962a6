"""Contracts whose clauses run as private clocks: entered, changed in versions, ended, or withdrawn as entered wrongly.

A contract may name whom to reach at the other side, and terms are easily guessed. So the ledger of the house holds a
salted digest of them; the salt stands beside the terms. (Entries of versions without a salt hold a plain SHA-256.)
"""

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any

from django.db import transaction

from breach.errors import BadInput, Conflict
from breach.law import private
from breach.models import Contract, ContractVersion, Organisation, User
from breach.permissions import require
from breach.services import law_changes
from breach.services.record import record
from breach.vault import canonical_json, new_salt, salted_digest


def add_contract(
    *, actor: User | None, organisation: Organisation, document: Mapping[str, Any], now: datetime
) -> Contract:
    """Enter a contract of `organisation` (form: docs/law-data.md). `actor` is None for the operator at the machine.

    Raises BadInput naming key or clause; nothing is kept then.
    """
    if actor is not None:
        require(actor, "law.manage")
    terms = terms_of(document)
    with transaction.atomic():
        contract = Contract.objects.create(organisation=organisation, created_at=now)
        _add_version(actor, contract, terms, "", now, action="contract.added")
    return contract


def change_contract(
    *, actor: User | None, contract: Contract, document: Mapping[str, Any], reason: str, now: datetime
) -> ContractVersion:
    """Store changed terms as the next version. Raises BadInput, or Conflict when the contract was withdrawn."""
    if actor is not None:
        require(actor, "law.manage")
    terms = terms_of(document)
    if not reason.strip():
        raise BadInput("Say what changed", place="reason", mend="For example: new policy year.")
    with transaction.atomic():
        contract = _locked(contract)
        return _add_version(actor, contract, terms, reason.strip(), now, action="contract.changed")


def end_contract(
    *, actor: User, contract: Contract, last_day: date, reason: str, now: datetime
) -> ContractVersion:
    """Store that the contract ends with `last_day`, as its next version: an event of a later day starts no clock.

    Raises BadInput for a day before the contract begins, Conflict when it was withdrawn.
    """
    terms = {**contract.current.document, "valid_to": last_day.isoformat()}
    try:
        return change_contract(actor=actor, contract=contract, document=terms, reason=reason, now=now)
    except BadInput as refusal:
        if refusal.place != "valid_to":
            raise
        raise BadInput(refusal.message, place="last_day", mend="Give a later day.") from None


def withdraw_contract(*, actor: User | None, contract: Contract, reason: str, now: datetime) -> Contract:
    """Take a contract out of all running incidents. One that ends gets `valid_to` instead."""
    if actor is not None:
        require(actor, "law.manage")
    if not reason.strip():
        raise BadInput("Say why", place="reason", mend="For example: entered for the wrong company.")
    with transaction.atomic():
        contract = _locked(contract)
        contract.withdrawn_at, contract.withdrawn_because = now, reason.strip()[:300]
        contract.save(update_fields=["withdrawn_at", "withdrawn_because"])
        record(actor=actor, incident=None, action="contract.withdrawn", subject=contract.uid, now=now)
        law_changes.note(kind="contract", subject=contract.uid, now=now)
    return contract


def terms_of(document: Mapping[str, Any]) -> dict[str, Any]:
    """Return the terms as they are stored: checked, template's clauses taken in, days as ISO 8601."""
    if not isinstance(document, Mapping):
        raise BadInput("not a table", place="document", mend="Write keys with values.")
    terms = {key: value for key, value in document.items() if value not in (None, "")}
    template = terms.get("template")
    if template is not None:
        own = terms.get("clause") or []
        taken = {clause.get("key") for clause in own if isinstance(clause, Mapping)}
        usual = [clause for clause in private.from_template(template) if clause["key"] not in taken]
        terms["clause"] = [*usual, *own]
        terms.setdefault("kind", private.templates()[template]["kind"])
    private.check(terms)
    stored: dict[str, Any] = _plain(terms)
    return stored


def _locked(contract: Contract) -> Contract:
    found = Contract.objects.select_for_update().get(pk=contract.pk)
    if found.withdrawn_at is not None:
        raise Conflict("This contract was withdrawn. Enter it as a new one.")
    return found


def _add_version(
    actor: User | None, contract: Contract, terms: dict[str, Any], reason: str, now: datetime, *, action: str
) -> ContractVersion:
    number, salt = contract.versions.count() + 1, new_salt()
    version = ContractVersion.objects.create(
        contract=contract,
        number=number,
        document=terms,
        digest_salt=salt.hex(),
        reason=reason[:300],
        created_by=actor,
        created_at=now,
    )
    data = {
        "organisation": contract.organisation.uid,
        "kind": terms["kind"],
        "number": number,
        "clauses": len(terms["clause"]),
        "digest": salted_digest("contract", canonical_json(terms), salt),
    }
    record(actor=actor, incident=None, action=action, subject=contract.uid, data=data, now=now)
    law_changes.note(kind="contract", subject=contract.uid, now=now)
    return version


def _plain(value: Any) -> Any:
    """Days as text, so that a TOML file and a JSON file give the same terms."""
    if isinstance(value, Mapping):
        return {str(key): _plain(one) for key, one in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(one) for one in value]
    return value.isoformat() if isinstance(value, date) else value
