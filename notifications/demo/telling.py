"""Steps 4 and 8: the authority is told, first incomplete, then completed."""

from datetime import timedelta

from breach.approvals import decide
from breach.jobs import enqueue
from breach.models import Approval, ApprovalState
from breach.queries.facts import facts_of
from notifications.demo import words
from notifications.demo.stage import ZONE, Stage
from notifications.filings.content import instant_value
from notifications.models import Filing
from notifications.queries.filings import open_json, open_pdf
from notifications.services import filings

SILENCE = timedelta(seconds=1)  # the first approver's time to answer; hours in earnest


def first_filing(stage: Stage) -> None:
    stage.step("The initial filing to the CNIL goes first and incomplete")
    people = stage.people
    told = {"other_told_at": instant_value(stage.times.reported, ZONE)}
    filing = filings.draft_filing(
        actor=people.responder,
        incident=stage.incident,
        party=stage.party,
        now=stage.now(),
        values=words.FIRST_ANSWERS | told,
    )
    by = stage.times.corrected + timedelta(hours=144)
    for key, reason in words.PROMISES.items():
        filing = filings.mark_to_follow(
            actor=people.responder, filing=filing, key=key, by=by, reason=reason, now=stage.now()
        )
    approval = filings.submit_for_approval(
        actor=people.responder,
        filing=filing,
        approvers=[people.manager, people.deputy],
        now=stage.now(),
        answer_within=SILENCE,
    )
    stage.wait_for(lambda: _asks_deputy(stage, approval), "the deputy is asked")
    decide(
        actor=people.deputy,
        approval=approval,
        digest=approval.digest,
        approve=True,
        reason="",
        now=stage.now(),
    )
    filing = _submitted(stage, filing, "CNIL-2026-DEMO-1")
    stage.check(filing.completeness == "incomplete", "the first filing is marked incomplete")
    stage.write("filing.pdf", open_pdf(filing))
    stage.write("filing.json", open_json(filing))
    stage.memory["filing"] = filing
    stage.say(
        f"{people.manager.name} did not answer, {people.deputy.name} approved; receipt {filing.receipt}, {filing.lateness}"
    )


def follow_up(stage: Stage) -> None:
    stage.step("The follow-up filing completes the first")
    people = stage.people
    total = facts_of(stage.party).people_total
    values = words.FOLLOW_UP_ANSWERS | {
        "people_number": total,
        "people_precision": "exact",
        "records_precision": "approximate",
        "records_number": 1500,
    }
    filing = filings.follow_up(
        actor=people.responder,
        filing=stage.memory["filing"],
        now=stage.now(),
        completeness="complete",
        values=values,
    )
    approval = filings.submit_for_approval(
        actor=people.responder, filing=filing, approvers=[people.manager, people.deputy], now=stage.now()
    )
    decide(
        actor=people.manager,
        approval=approval,
        digest=approval.digest,
        approve=True,
        reason="",
        now=stage.now(),
    )
    filing = _submitted(stage, filing, "CNIL-2026-DEMO-2")
    stage.write("filing-follow-up.pdf", open_pdf(filing))
    stage.counts["filings"] = Filing.objects.filter(incident=stage.incident, state="submitted").count()
    stage.say(f"{total} people named; receipt {filing.receipt}")


def _submitted(stage: Stage, filing: Filing, receipt: str) -> Filing:
    actor = stage.people.responder
    filing = filings.render_filing(actor=actor, filing=filing, now=stage.now())
    now = stage.now()
    return filings.mark_submitted(
        actor=actor, filing=filing, receipt=receipt, at=now, channel="CNIL teleservice", now=now
    )


def _asks_deputy(stage: Stage, approval: Approval) -> bool:
    asked = approval.requests.filter(approver=stage.people.deputy, asked_at__isnull=False).exists()
    if not asked:
        enqueue("approvals.sweep")
    return asked and Approval.objects.get(pk=approval.pk).state == ApprovalState.ASKED
