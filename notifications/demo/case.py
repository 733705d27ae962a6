"""Steps 1 to 3: the incident opens, its timeline fills, awareness is decided and corrected, the playbook runs."""

from datetime import datetime, timedelta
from importlib.resources import files
from io import BytesIO

from breach.law.steps import Step
from breach.law.words import word
from breach.models import Awareness, AwarenessState, Obligation, ObligationState, User
from breach.models.playbooks import Task
from breach.models.timeline import Event
from breach.queries.facts import awareness_history
from breach.services import evidence, playbooks, timeline
from breach.services.awareness import set_awareness
from breach.services.facts import update_facts
from breach.services.incidents import PartyData, add_member, open_incident
from breach.timewords import Moment, Precision
from breach.wording import local_time
from notifications.demo import words
from notifications.demo.stage import ZONE, DemoFailed, Stage

GDPR = {"regime": "eu_gdpr_controller", "to": "authority", "phase": "initial"}
FIRST_TASKS = (
    "name_team",
    "preserve_logs",
    "image_hosts",
    "decide_awareness",
    "cut_access",
    "rotate_secrets",
    "hunt_persistence",
    "reset_passwords",
    "close_hole",
    "measure_exfiltration",
    "find_old_copies",
)
LOG = files("notifications.demo") / "data" / "access.log"


def open_case(stage: Stage) -> None:
    stage.step("A responder opens the incident")
    people, now = stage.people, stage.now()
    stage.incident = open_incident(
        actor=people.responder,
        title="Web shop broken into, customer tables copied",
        kind="web_application",
        zone=ZONE,
        parties=[PartyData(stage.shop, establishment="FR", authority="fr")],
        now=now,
    )
    stage.party = stage.incident.lead_party()
    for user in (people.second_responder, people.manager, people.second_manager):
        add_member(actor=people.responder, incident=stage.incident, user=user, now=now)
    add_member(actor=people.manager, incident=stage.incident, user=people.deputy, is_deputy=True, now=now)
    add_member(actor=people.manager, incident=stage.incident, user=people.officer, is_dpo=True, now=now)
    _aware(stage, people.responder, AwarenessState.SUSPECTED, stage.times.reported, words.SUSPICION)
    changes = words.FIRST_FACTS | {
        "occurred_from": stage.times.broke_in.isoformat(),
        "occurred_to": stage.times.copied.isoformat(),
    }
    update_facts(
        actor=people.responder,
        incident=stage.incident,
        party=stage.party,
        changes=changes,
        reason="First look at the logs",
        now=now,
    )
    clock = _gdpr_clock(stage)
    stage.check(
        clock.state == ObligationState.PROVISIONAL and clock.runs_from == stage.times.reported,
        "a provisional clock runs from the report",
    )
    stage.say(
        f"{stage.incident.reference}, provisional clock until {local_time(_due(clock), ZONE)},"
        f" alarms planned: {clock.reminders.values('mark').distinct().count()}"
    )


def log_events(stage: Stage) -> None:
    stage.step("The timeline fills; awareness is decided and once corrected")
    people = stage.people
    for kind, start, minutes, precision, text, signal in words.EVENTS:
        timeline.log_event(
            actor=people.responder,
            incident=stage.incident,
            party=stage.party,
            kind=kind,
            text=text,
            moment=_moment(stage, start, minutes, precision),
            now=stage.now(),
            is_report=signal == "report",
            is_detection=signal == "detection",
        )
    kind, start, minutes, precision, text, _signal = words.LOG_EVENT
    moment = _moment(stage, start, minutes, precision)
    content = LOG.read_bytes()
    _event, attachment = evidence.log_with_file(
        actor=people.second_responder,
        incident=stage.incident,
        party=stage.party,
        kind=kind,
        text=text,
        moment=moment,
        stream=BytesIO(content),
        filename="access.log",
        now=stage.now(),
    )
    stage.counts["events"] = Event.objects.filter(incident=stage.incident).count()
    stage.counts["evidence_sha256"] = evidence.sha256_of(attachment)
    stage.say(f"{stage.counts['events']} events; log file sealed, SHA-256 {stage.counts['evidence_sha256']}")
    _aware(stage, people.manager, AwarenessState.DECIDED, stage.times.confirmed, words.DECIDED)
    first = _gdpr_clock(stage)
    _aware(stage, people.manager, AwarenessState.CORRECTED, stage.times.corrected, words.CORRECTED)
    clock = _gdpr_clock(stage)
    stage.check(clock.supersedes == first, "the corrected clock names the one it supersedes")
    stage.check(_due(clock) - stage.times.corrected == timedelta(hours=72), "72 elapsed hours")
    stage.say(f"72 hours until {local_time(_due(clock), ZONE)} (was {local_time(_due(first), ZONE)})")
    for step in clock.working:
        stage.say(f"  {word(Step.from_json(step), 'en')}")
    stage.counts["awareness_steps"] = len(awareness_history(stage.party))


def run_playbook(stage: Stage) -> None:
    stage.step("The playbook for a broken web application starts; tasks get owners and are done")
    people = stage.people
    run = playbooks.start_playbook(
        actor=people.responder,
        incident=stage.incident,
        party=stage.party,
        key="web_application",
        now=stage.now(),
    )
    owners = {"responder": people.responder, "manager": people.manager, "dpo": people.officer}
    for task in run.tasks.all():
        playbooks.assign_task(actor=people.responder, task=task, owner=owners[task.role], now=stage.now())
    finish(stage, *FIRST_TASKS)
    with_due = run.tasks.filter(due__isnull=False).count()
    stage.counts["tasks"] = {"all": run.tasks.count(), "with_due_time": with_due}
    stage.check(with_due > 0, "tasks have due times")
    stage.say(
        f"{run.tasks.count()} tasks, {with_due} with a due time relative to awareness, {len(FIRST_TASKS)} done"
    )


def finish(stage: Stage, *keys: str) -> None:
    """Tick the tasks that the story has done by now, each by its owner."""
    for key in keys:
        task = Task.objects.get(run__incident=stage.incident, key=key)
        actor = task.owner or stage.people.responder
        playbooks.complete_task(actor=actor, task=task, note="Done.", now=stage.now())


def _moment(stage: Stage, start: str, minutes: int, precision: Precision) -> Moment:
    instant = getattr(stage.times, start) + timedelta(minutes=minutes)
    return Moment(instant, instant, precision, ZONE, "")


def _aware(stage: Stage, actor: User, state: str, instant: datetime, reasons: str) -> Awareness:
    return set_awareness(
        actor=actor,
        incident=stage.incident,
        party=stage.party,
        state=state,
        instant=instant,
        zone=ZONE,
        reasons=reasons,
        now=stage.now(),
    )


def _gdpr_clock(stage: Stage) -> Obligation:
    return Obligation.objects.get(party=stage.party, state__in=["provisional", "running"], **GDPR)


def _due(clock: Obligation) -> datetime:
    if clock.due is None:
        raise DemoFailed("the clock has an end")
    return clock.due
