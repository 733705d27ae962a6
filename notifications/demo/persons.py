"""Steps 5 and 6: whose data it was, how bad it is, what follows."""

from importlib.resources import files

from breach.law import regimes
from breach.law.steps import Step
from breach.law.words import word
from breach.models import IntakeFile, Obligation, ObligationState, Person, RegimeAnswer
from breach.queries.facts import latest_version
from breach.queries.people import PeopleCounts, counts
from breach.queries.severity import in_words
from breach.services import decisions, intake
from breach.services import people as people_service
from breach.services.facts import update_facts
from breach.wording import local_time
from notifications.demo import words
from notifications.demo.stage import ZONE, Stage

TABLES = ("customers.csv", "legacy_accounts.xlsx")
EXPECTED = ("eu_gdpr_controller", "uk_gdpr", "us_ca")


def load_people(stage: Stage) -> None:
    stage.step("Affected records come in from two tables")
    stage.counts["intake"] = {}
    for name in TABLES:
        _load(stage, name)
    _place_the_rest(stage)
    total: PeopleCounts = counts(stage.incident, stage.party)
    rows = stage.counts["intake"].values()
    stage.check(
        all(one["read"] == one["accepted"] + one["refused"] for one in rows), "read = accepted + refused"
    )
    stage.check(total.total == sum(one["people_new"] for one in rows), "every person comes from a row")
    stage.counts["people"] = {
        "total": total.total,
        "by_country": dict(total.by_country),
        "by_region": dict(total.by_region),
        "by_language": dict(total.by_language),
        "by_channel": dict(total.by_channel),
        "minors": total.minors,
        "unreachable": total.unreachable,
    }
    stage.say(f"{total.total} people, {total.minors} minors; by country {dict(total.by_country)}")
    stage.say(f"by channel {dict(total.by_channel)}")


def _load(stage: Stage, name: str) -> None:
    actor, now = stage.people.responder, stage.now()
    with (files("notifications.demo") / "data" / name).open("rb") as stream:
        file = intake.upload(
            actor=actor, incident=stage.incident, party=stage.party, stream=stream, filename=name, now=now
        )
    profile = intake.profile(actor=actor, file=file, now=stage.now())
    tried = intake.dry_run(actor=actor, file=file, now=stage.now())
    stage.say(
        f"{name}: {len(profile.columns)} columns mapped, read as {file.encoding or file.format};"
        f" {tried.read} rows, {tried.refused} refused"
    )
    for refusal in [one for one in tried.refusals if one.whole_row][:3]:
        stage.say(
            f"  row {refusal.row}, column {refusal.column or '–'}: {refusal.reason} ({refusal.masked or 'no value'})"
        )
    file = intake.accept(actor=actor, file=file, now=stage.now())
    with stage.progress() as progress:
        bar = progress.add_task(f"loading {name}", total=file.accepted)

        def loaded() -> bool:
            row = IntakeFile.objects.get(pk=file.pk)
            progress.update(bar, completed=row.loaded)
            return row.state == "loaded"

        stage.wait_for(loaded, f"{name} is loaded")
    file.refresh_from_db()
    stage.counts["intake"][name] = {
        "read": file.read,
        "accepted": file.accepted,
        "refused": file.refused,
        "people_new": file.people_new,
        "merged": file.merged,
        "suggested": file.suggested,
    }


def _place_the_rest(stage: Stage) -> None:
    """People in the United States without a state keep every state's law open; somebody looks them up."""
    lost = list(Person.objects.filter(party=stage.party, country="US", region="", state="active"))
    for person in lost:
        people_service.correct_contact(
            actor=stage.people.responder,
            person=person,
            values={"region": "US-CA"},
            reason="Old orders show a Californian address",
            now=stage.now(),
        )
    stage.counts["people_placed_by_hand"] = len(lost)


def assess(stage: Stage) -> None:
    stage.step("Severity, risk, obligations; advice and decision")
    people, incident, party = stage.people, stage.incident, stage.party
    update_facts(
        actor=people.responder,
        incident=incident,
        party=party,
        changes=words.LATER_FACTS,
        reason="Forensic report",
        now=stage.now(),
    )
    row = decisions.assess(
        actor=people.responder,
        incident=incident,
        party=party,
        conclusion="high_risk",
        reasons=words.ASSESSED,
        now=stage.now(),
    )
    said = in_words(row.document, "en")
    stage.counts["assessment"] = {
        "enisa": row.document["enisa"],
        "risk": row.risk,
        "conclusion": row.conclusion,
    }
    stage.say(f"ENISA {said.formula} = {said.severity} ({said.level}); risk by the rules: {said.risk}")
    decisions.advise(
        actor=people.officer,
        incident=incident,
        party=party,
        recommends="notify",
        text=words.ADVICE,
        now=stage.now(),
    )
    for about, reasons in (("authority", words.DECIDE_AUTHORITY), ("individuals", words.DECIDE_PEOPLE)):
        decisions.decide(
            actor=people.manager,
            incident=incident,
            party=party,
            about=about,
            outcome="notify",
            reasons=reasons,
            now=stage.now(),
        )
    stage.say(f"{people.officer.name} advised to notify, {people.manager.name} decided to, with reasons")
    _obligations(stage)


def _obligations(stage: Stage) -> None:
    names = regimes.load()
    live = Obligation.objects.filter(
        party=stage.party, state__in=[ObligationState.RUNNING, ObligationState.MET]
    )
    for row in live:
        stage.deadlines.append(
            {
                "regime": row.regime,
                "to": row.to,
                "phase": row.phase,
                "state": row.state,
                "due": row.due.isoformat() if row.due else None,
                "outer": row.outer.isoformat() if row.outer else None,
                "standard": row.standard or None,
                "rule_version": row.rule_version,
                "citation": row.citation,
                "confidence": row.confidence,
                "lateness": row.lateness or None,
            }
        )
        end = local_time(row.due, ZONE) if row.due else row.standard.replace("_", " ")
        stage.say(f"{names[row.regime].name('en')} → {row.to}, {row.phase}: {end}")
    missing = [key for key in EXPECTED if not live.filter(regime=key).exists()]
    stage.check(not missing, f"obligations appear under {', '.join(EXPECTED)}; missing: {missing}")
    answers = RegimeAnswer.objects.filter(facts=latest_version(stage.party), ended_at=None)
    stage.counts["regimes"] = {
        "owed": live.values("regime").distinct().count(),
        "ruled_out": answers.filter(outcome="ruled_out").count(),
        "undecided": answers.filter(outcome="undecided").count(),
    }
    state = answers.filter(regime="us_ny").first()
    stage.check(state is not None and state.outcome == "ruled_out", "New York is ruled out with its reason")
    if state:
        why = word(Step.from_json(state.detail["reason"]), "en")
        stage.counts["regimes"]["example_ruled_out"] = {"regime": "us_ny", "reason": why}
        stage.say(f"ruled out: {names['us_ny'].name('en')}: {why}")
