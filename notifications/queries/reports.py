"""Gathering what an internal report says, from the rows of one incident. Of affected people: counts only."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from breach.files import open_sealed
from breach.law.steps import Step
from breach.models import (
    Advice,
    Approval,
    Assessment,
    Awareness,
    Decision,
    Incident,
    Obligation,
    ObligationState,
    RegimeAnswer,
    User,
)
from breach.models.ledger import Checkpoint
from breach.models.timeline import Event as EventRow
from breach.queries.facts import awareness_history, facts_of, latest_version
from breach.queries.law_names import law_names
from breach.queries.people import counts
from notifications.filings.profiles import load_profiles
from notifications.models import Filing, FilingState, Notice, Reader, Report
from notifications.queries.notices import notices_of, sent_by_channel, totals_by_notice
from notifications.reports.values import (
    Advised,
    Approved,
    Aware,
    Decided,
    Event,
    Filed,
    IncidentReport,
    Judged,
    Letters,
    Owed,
    People,
)
from notifications.totals import Totals
from notifications.wording import pick

SHOWN = (ObligationState.PROVISIONAL, ObligationState.RUNNING, ObligationState.MET)
GDPR = "eu_gdpr_controller"


def active_readers() -> list[Reader]:
    return list(Reader.objects.filter(retired_at=None))


def reports_of(incident: Incident) -> list[Report]:
    rows = Report.objects.filter(incident=incident).select_related("made_by").prefetch_related("readers")
    return list(rows.order_by("-number"))


def age_file_of(report: Report) -> bytes:
    """The age file, for its readers; opening it takes a reader's secret key."""
    with open_sealed(report.age_file) as stream:
        return stream.read()


def pdf_of(report: Report) -> bytes:
    """The AES-256 PDF; opening it takes the passphrase that was shown when it was made."""
    with open_sealed(report.pdf) as stream:
        return stream.read()


def report_of(
    *, incident: Incident, language: str, readers: Iterable[str], made_by: User, now: datetime
) -> IncidentReport:
    """Return the report of an incident at `now`, for readers of these names."""
    mark = Checkpoint.objects.order_by("-number").first()
    parties = list(incident.parties.select_related("organisation").order_by("pk"))
    return IncidentReport(
        reference=incident.reference,
        title=incident.title,
        phase=incident.phase,
        zone=incident.zone,
        language=language,
        drill=incident.drill,
        made_at=now,
        made_by=made_by.name,
        organisations=tuple(party.organisation.legal_name or party.organisation.name for party in parties),
        readers=tuple(readers),
        events=_events(incident),
        awareness=tuple(step for party in parties for step in _awareness(awareness_history(party))),
        owed=_owed(incident, language),
        ruled_out=tuple(one for party in parties for one in _ruled_out(latest_version(party), language)),
        assessment=_assessment(incident),
        advice=_advice(incident),
        decisions=_decisions(incident),
        people=_people(incident),
        letters=_letters(incident),
        filings=_filings(incident, language),
        approvals=_approvals(incident),
        checkpoint=mark.short if mark else "",
        checkpoint_number=mark.number if mark else 0,
    )


def _events(incident: Incident) -> tuple[Event, ...]:
    rows = EventRow.objects.current().filter(incident=incident).select_related("incident", "created_by")
    return tuple(
        Event(
            at=row.occurred_from,
            until=row.occurred_to,
            precision=row.precision,
            kind=row.kind,
            text=row.text,
            known_at=row.known_at,
            entered_by=_name(row.created_by),
        )
        for row in rows.order_by("occurred_from", "pk")
    )


def _awareness(history: list[Awareness]) -> list[Aware]:
    dues = Obligation.objects.filter(awareness__in=history, regime=GDPR, to="authority", phase="initial")
    due_of = dict(dues.order_by("pk").values_list("awareness_id", "due"))
    return [
        Aware(
            state=row.state,
            at=row.instant,
            reasons=row.reasons,
            decided_by=_name(row.created_by),
            due=due_of.get(row.pk),
            stands=row is history[-1],
        )
        for row in history
    ]


def _owed(incident: Incident, language: str) -> tuple[Owed, ...]:
    rows = Obligation.objects.filter(incident=incident, affected=None, state__in=SHOWN).select_related(
        "party__organisation"
    )
    names = law_names((row.regime for row in rows), language)
    return tuple(
        Owed(
            party=row.party.organisation.name,
            regime=names[row.regime],
            to=row.to,
            recipient=row.recipient,
            phase=row.phase,
            state=row.state,
            due=row.due,
            outer=row.outer,
            standard=row.standard,
            met_at=row.met_at,
            lateness=row.lateness,
            citation=row.citation,
            confidence=row.confidence,
            working=tuple(map(Step.from_json, row.working)),
        )
        for row in rows
    )


def _ruled_out(version: Any, language: str) -> list[tuple[str, Step | None]]:
    rows = (
        list(
            RegimeAnswer.objects.filter(facts=version, outcome="ruled_out", ended_at=None).order_by("regime")
        )
        if version
        else []
    )
    names = law_names((row.regime for row in rows), language)
    return [
        (
            names[row.regime],
            Step.from_json(row.detail["reason"]) if row.detail.get("reason") else None,
        )
        for row in rows
    ]


def _assessment(incident: Incident) -> Judged | None:
    rows = Assessment.objects.filter(incident=incident).select_related("incident", "created_by")
    row = rows.order_by("-pk").first()
    if row is None:
        return None
    return Judged(
        enisa=row.document["enisa"],
        risk=row.risk,
        conclusion=row.conclusion,
        reasons=row.reasons,
        by=_name(row.created_by),
        at=row.created_at,
    )


def _advice(incident: Incident) -> tuple[Advised, ...]:
    rows = Advice.objects.filter(incident=incident).select_related("incident", "created_by").order_by("pk")
    return tuple(Advised(row.recommends, row.reasons, _name(row.created_by), row.created_at) for row in rows)


def _decisions(incident: Incident) -> tuple[Decided, ...]:
    rows = Decision.objects.filter(incident=incident).select_related("incident", "created_by").order_by("pk")
    return tuple(
        Decided(
            about=row.about,
            outcome=row.outcome,
            reasons=row.reasons,
            why_not_followed=row.texts.get("why_not_followed", ""),
            by=_name(row.created_by),
            at=row.created_at,
        )
        for row in rows
    )


def _people(incident: Incident) -> People:
    found = counts(incident)
    return People(
        total=found.total,
        minors=found.minors,
        unreachable=found.unreachable,
        by_country=dict(found.by_country),
        by_language=dict(found.by_language),
        by_kind=dict(found.by_kind),
        stated=sum(stated) if (stated := _stated(incident)) else None,
    )


def _stated(incident: Incident) -> list[int]:
    totals = (facts_of(party).people_total for party in incident.parties.all())
    return [total for total in totals if total is not None]


def _letters(incident: Incident) -> tuple[Letters, ...]:
    rows = [notice for notice in notices_of(incident) if notice.recipients]
    totals = totals_by_notice(rows)
    return tuple(_letter(notice, totals[notice.pk]) for notice in rows)


def _letter(notice: Notice, totals: Totals) -> Letters:
    return Letters(
        title=str(notice),
        released_at=notice.released_at,
        approved=totals.approved,
        delivered=totals.delivered,
        failed=totals.failed,
        pending=totals.pending,
        ambiguous=totals.ambiguous,
        withheld=totals.withheld,
        channels=sent_by_channel(notice),
    )


def _filings(incident: Incident, language: str) -> tuple[Filed, ...]:
    rows = Filing.objects.filter(incident=incident).exclude(state=FilingState.WITHDRAWN)
    return tuple(
        Filed(
            authority=pick(load_profiles()[row.profile].name, language),
            number=row.number,
            phase=row.phase,
            completeness=row.completeness,
            state=row.state,
            submitted_at=row.submitted_at,
            receipt=row.receipt,
            lateness=row.lateness,
            digest=row.digest,
        )
        for row in rows.order_by("party", "authority", "number")
    )


def _approvals(incident: Incident) -> tuple[Approved, ...]:
    rows = Approval.objects.filter(incident=incident).select_related("author", "decided_by")
    return tuple(
        Approved(
            kind=row.kind,
            state=row.state,
            asked_by=row.author.name,
            asked_at=row.created_at,
            asked_of=tuple(asked.approver.name for asked in row.requests.all() if asked.asked_at is not None),
            decided_by=_name(row.decided_by),
            decided_at=row.decided_at,
            digest=row.digest,
        )
        for row in rows.prefetch_related("requests__approver").order_by("pk")
    )


def _name(user: User | None) -> str:
    return user.name if user else ""
