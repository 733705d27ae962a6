"""Clocks of clients: for each controller that an incident concerns one by law (Article 33(2) GDPR and its like) and one by
contract, stored with their working like all others.

Laws are asked once for all clients, a contract's period once for all with the same terms. Of clocks that end together one
carries the others: boards show that one and alarms go out for it.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from django.db import transaction
from django.db.models import QuerySet

from breach.law import calendars, deadlines, private, regimes
from breach.law.datafiles import names
from breach.law.facts import Facts
from breach.law.obligations import Answer, obligations
from breach.law.obligations import Obligation as Owed
from breach.law.places import country_of_zone
from breach.law.regimes import Regime
from breach.law.steps import step
from breach.models import (
    AffectedClient,
    AffectedState,
    Client,
    FactsVersion,
    Obligation,
    ObligationState,
    Party,
    User,
)
from breach.queries.clock_basis import Basis, basis_of, earliest, starts_at_awareness, stored_step
from breach.queries.switches import switched_off
from breach.services import reminders

LIVE = (ObligationState.PROVISIONAL, ObligationState.RUNNING, ObligationState.MET)
RUNNING = LIVE[:2]
AT_ONCE = 200
NOTICE = "notice"  # key of the one clause
LABEL = {
    "en": "tell the controller of the breach",
    "fr": "informer le responsable du traitement de la violation",
}
Key = tuple[int, str, str, str]  # client of the incident, regime, to, phase


def refresh(
    *,
    actor: User | None,
    party: Party,
    version: FactsVersion,
    now: datetime,
    only: Sequence[int] | None = None,
) -> dict[str, int]:
    """Compute the clocks of the clients listed for `party` again; `only` are primary keys of AffectedClient.

    Call in the caller's transaction. Returns how many rows are new, superseded, ended and kept.
    """
    members = AffectedClient.objects.filter(party=party).select_related("client")
    listed = list(members if only is None else members.filter(pk__in=only))
    if not listed:
        return {}
    basis = basis_of(party, version)
    wanted = _wanted(listed, basis, now)
    stored = {_key(row): row for row in _rows(party, only).filter(state__in=LIVE)}
    by_pk = {one.pk: one for one in listed}
    met: list[Obligation] = []
    other: list[Key] = []
    for key, one in wanted.items():
        old, told_at = stored.get(key), by_pk[key[0]].told_at
        if old is None or not _same(old, one, basis):
            other.append(key)
        elif told_at and old.state != ObligationState.MET:
            met.append(_met(old, told_at))
        elif old.met_at != told_at:
            other.append(key)
    gone = [row for key, row in stored.items() if key not in wanted]
    superseded = [stored[key] for key in other if key in stored]
    rows = [_row(wanted[key], by_pk[key[0]], stored.get(key), basis, actor, now) for key in other]
    with transaction.atomic():
        _end(gone, ObligationState.ENDED, now)
        _end(superseded, ObligationState.SUPERSEDED, now)
        Obligation.objects.bulk_update(met, ["state", "met_at", "lateness"], batch_size=AT_ONCE)
        reminders.withdraw(clocks=[row for row in met if row.carries], why=ObligationState.MET, now=now)
        Obligation.objects.bulk_create(rows, batch_size=AT_ONCE)
        _set_due(listed, wanted)
        regroup(party=party, now=now)
    return {
        "new": len(rows) - len(superseded),
        "superseded": len(superseded),
        "ended": len(gone),
        "met": len(met),
        "kept": len(wanted) - len(rows) - len(met),
    }


def without_told_one_by_one(answer: Answer, party: Party) -> Answer:
    """Drop what each listed client has a clock of its own for: telling "the controller" is then told one by one."""
    listed = AffectedClient.objects.filter(party=party).exclude(state=AffectedState.LEFT_OUT)
    asked = {regime.key for regime in _asked()}
    single = [one for one in answer.obligations if one.to == "controller" and one.regime in asked]
    if not single or not listed.exists():
        return answer
    return replace(answer, obligations=tuple(one for one in answer.obligations if one not in single))


def regroup(*, party: Party, now: datetime) -> None:
    """Let one running clock of each group (told the same, ending together) carry the others and their alarms."""
    running = _rows(party, None).filter(state__in=RUNNING).order_by("pk")
    carried: dict[tuple[str, datetime | None], int] = {}
    drop: list[int] = []
    first: dict[tuple[str, datetime | None], int] = {}
    for pk, to, due, carries in running.values_list("pk", "to", "due", "carries"):
        group = (to, due)
        first.setdefault(group, pk)
        if carries and group in carried:
            drop.append(pk)
        elif carries:
            carried[group] = pk
    take = [pk for group, pk in first.items() if group not in carried]
    dropped = list(Obligation.objects.filter(pk__in=drop))
    Obligation.objects.filter(pk__in=drop).update(carries=False)
    reminders.withdraw(clocks=dropped, why="carried", now=now)
    Obligation.objects.filter(pk__in=take).update(carries=True)
    taken = Obligation.objects.filter(pk__in=take).select_related("incident", "supersedes")
    reminders.plan(clocks=list(taken), now=now)


def _rows(party: Party, only: Sequence[int] | None) -> "QuerySet[Obligation]":
    rows = Obligation.objects.filter(party=party, affected__isnull=False)
    return rows if only is None else rows.filter(affected__in=only)


# --- what is owed ----------------------------------------------------------------------------------------


def _wanted(listed: Iterable[AffectedClient], basis: Basis, now: datetime) -> dict[Key, Owed]:
    if basis.ruled_out:
        return {}
    facts = _as_processor(basis.facts)
    by_law = _by_law(facts, now)
    periods: dict[tuple[Any, ...], Owed | None] = {}
    found: dict[Key, Owed] = {}
    for one in listed:
        if one.state == AffectedState.LEFT_OUT:
            continue
        own = _by_contract(one.client, facts, now, periods)
        for owed in (*by_law, *([own] if own else [])):
            found[one.pk, owed.regime, owed.to, owed.phase] = replace(owed, recipient=one.client.name)
    return found


def _as_processor(facts: Facts) -> Facts:
    """The house's awareness is that of a processor, unless the facts name another instant."""
    return replace(facts, role="processor", processor_aware=facts.processor_aware or facts.controller_aware)


def _by_law(facts: Facts, now: datetime) -> list[Owed]:
    """What laws ask of the processor towards each controller.

    Laws that bind by where the people live are left out: whose people live there is not known client by client.
    """
    answer = obligations(facts, _asked(), now, switched_off=switched_off())
    return [one for one in answer.obligations if one.to == "controller"]


def _asked() -> list[Regime]:
    return [
        regime
        for regime in regimes.load().values()
        if regime.scope.link != "people"
        and any(duty.to == "controller" and "processor" in duty.by for duty in regime.duties)
    ]


def _by_contract(
    client: Client, facts: Facts, now: datetime, periods: dict[tuple[Any, ...], Owed | None]
) -> Owed | None:
    if client.window_value is None:
        return None
    terms = (client.window_value, client.window_unit, client.window_from, client.zone)
    if terms not in periods:
        # Days are those of the client: the contract means its calendar.
        regime = private.regimes_of(client.uid, client.rule_version, _document(client))
        answer = obligations(replace(facts, zone=client.zone), regime, now)
        periods[terms] = next(iter(answer.obligations), None)
    found = periods[terms]
    if found is None:
        return None
    source = " · ".join(text for text in (client.reference, client.clause) if text)
    return replace(
        found,
        reason=step(found.reason.code, source=source),
        regime=private.key_of(client.uid, NOTICE),
        rule_version=client.rule_version,
        citation=source,
        label={
            "en": f"{client.name}: {LABEL['en']}",
            "fr": f"{client.name}\u00a0: {LABEL['fr']}",
        },
    )


def _document(client: Client) -> dict[str, Any]:
    """The terms of a client in the form of breach/law/private.py."""
    clause = {
        "key": NOTICE,
        "label": LABEL,
        "clause": client.clause or client.reference,
        "to": "customer",
        "phase": "initial",
        "from": client.window_from,
        "period": {"value": client.window_value, "unit": client.window_unit},
    }
    return {
        "counterparty": client.name,
        "kind": "business_customer",
        "reference": client.reference,
        "calendar": _calendar(client.zone),
        "clause": [clause],
    }


def _calendar(zone: str) -> str:
    """The working days of the country of the client's time zone; weekends only where we have none."""
    country = country_of_zone(ZoneInfo(zone))
    known = {name.rpartition("/")[2].removesuffix(".toml") for name in names("data/calendars")}
    return country if country in known else calendars.WEEKENDS_ONLY


# --- rows ------------------------------------------------------------------------------------------------


def _key(row: Obligation) -> Key:
    return (row.affected_id or 0, row.regime, row.to, row.phase)


def _row(
    one: Owed,
    member: AffectedClient,
    old: Obligation | None,
    basis: Basis,
    actor: User | None,
    now: datetime,
) -> Obligation:
    row = Obligation(
        incident_id=member.incident_id,
        party_id=member.party_id,
        affected=member,
        carries=False,
        regime=one.regime,
        rule_version=one.rule_version,
        to=one.to,
        recipient=one.recipient,
        phase=one.phase,
        state=ObligationState.PROVISIONAL if _is_provisional(one, basis) else ObligationState.RUNNING,
        trigger_event=one.trigger_event,
        runs_from=one.runs_from_instant,
        due=one.due,
        outer=one.outer,
        standard=one.standard or "",
        working=[stored_step(step) for step in one.working],
        reason=stored_step(one.reason),
        label=dict(one.label),
        citation=one.citation,
        confidence=one.confidence,
        facts=basis.version,
        awareness=basis.awareness,
        supersedes=old,
        created_by=actor,
        created_at=now,
    )
    return _met(row, member.told_at) if member.told_at else row


def _met(row: Obligation, told_at: datetime) -> Obligation:
    row.state, row.met_at = ObligationState.MET, told_at
    row.lateness = deadlines.state(row.due, row.outer, told_at) if row.due else ""
    return row


def _same(row: Obligation, one: Owed, basis: Basis) -> bool:
    """Whether nothing that a reader relies on has changed, being told apart."""
    met = row.state == ObligationState.MET
    return (
        (met or (row.state == ObligationState.PROVISIONAL) == _is_provisional(one, basis))
        and (row.due, row.outer, row.runs_from) == (one.due, one.outer, one.runs_from_instant)
        and (row.rule_version, row.standard) == (one.rule_version, one.standard or "")
        and (met or row.working == [stored_step(step) for step in one.working])
    )


def _is_provisional(one: Owed, basis: Basis) -> bool:
    """Whether the clock still waits for somebody to decide awareness."""
    if not basis.provisional or basis.version.document.get("processor_aware"):
        return False
    if not private.is_private(one.regime):
        return True
    return starts_at_awareness(one.working, ("awareness", "processor_awareness"))


def _end(rows: Sequence[Obligation], state: ObligationState, now: datetime) -> None:
    Obligation.objects.filter(pk__in=[row.pk for row in rows]).update(state=state)
    reminders.withdraw(clocks=[row for row in rows if row.carries], why=state, now=now)


def _set_due(listed: Iterable[AffectedClient], wanted: Mapping[Key, Owed]) -> None:
    """Keep beside each client its earliest end: lists are ordered by it."""
    ends: dict[int, list[datetime | None]] = {}
    for key, owed in wanted.items():
        ends.setdefault(key[0], []).append(owed.due)
    changed = []
    for member in listed:
        due = earliest(ends.get(member.pk, []))
        if due != member.due:
            member.due = due
            changed.append(member)
    AffectedClient.objects.bulk_update(changed, ["due"], batch_size=AT_ONCE)
