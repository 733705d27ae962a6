"""The incident opens, its timeline fills, awareness is decided and corrected, the playbook runs, facts are recorded."""

import hashlib
import re
from datetime import timedelta
from importlib.resources import files
from typing import Any

from playwright.sync_api import expect

from breach.models import User
from notifications.demo import words
from tests.browser.pages import Person
from tests.browser.path.cast import Cast, in_hours, said

LOG = files("notifications.demo") / "data" / "access.log"
CLOCK = "CNIL"


def open_incident(cast: Cast) -> None:
    one = cast.responder
    one.follow("Open an incident")
    one.fill(
        title="Web shop broken into, customer tables copied",
        kind="web_application",
        establishment="FR",
        authority="fr",
        zone="Europe/Paris",
        reported=said(cast.times.reported),
        why=words.SUSPICION,
    )
    one.press("Open the incident")
    one.page.wait_for_url(re.compile(r"/incidents/[0-9a-z]{20}/$"))
    cast.uid = one.path.split("/")[2]
    one.sees("provisional", within=one.page.locator(".incident-head"))
    one.sees_instant(in_hours(cast.times.reported, 72), within=one.page.locator(".incident-head"))
    call_in(cast)


def call_in(cast: Cast) -> None:
    """The responder calls in the managers; one of them names deputy and officer."""
    house = cast.house
    cast.responder.follow("Call somebody in")
    for user in (house.manager, house.second_manager):
        _add(cast.responder, user)
    cast.manager.go(cast.room)
    cast.manager.follow("Call somebody in")
    _add(cast.manager, house.deputy, is_deputy=True)
    _add(cast.manager, house.officer, is_dpo=True)


def _add(one: Person, user: User, **flags: bool) -> None:
    one.choose("user", user.name)
    one.fill(**flags)
    one.press("Add")
    one.sees(f"{user.name} now works on this incident.")


def log_events(cast: Cast) -> None:
    one = cast.responder
    one.tab("Timeline")
    one.page.keyboard.press("n")
    expect(one.page.locator("[data-quick-add]")).to_be_focused()
    for event in words.EVENTS:
        _log(cast, event)
    attached = {"name": "access.log", "mimeType": "text/plain", "buffer": LOG.read_bytes()}
    _log(cast, words.LOG_EVENT, attachments=attached)
    one.sees("8 entries")
    entry = one.page.locator(".entry", has_text=words.LOG_EVENT[4])
    entry.locator("details.digest summary").click()
    expect(entry.locator(".digest-whole")).to_have_text(hashlib.sha256(LOG.read_bytes()).hexdigest())
    assert one.download("access.log") == LOG.read_bytes(), "what was sealed comes out again"


def _log(cast: Cast, event: words.Said, **fields: Any) -> None:
    one, (kind, start, minutes, precision, text, signal) = cast.responder, event
    form = one.page.locator("#timeline-room form.tocsin-form")
    when = said(getattr(cast.times, start) + timedelta(minutes=minutes), precision=precision)
    if signal:
        one.unfold("More: known since", within=form)
        fields[f"is_{signal}"] = True
    one.fill(form, text=text, moment=when, kind=kind, **fields)
    one.press("Add", within=form)
    expect(one.page.locator(".entry", has_text=text)).to_be_visible()
    expect(form.locator('[name="text"]')).to_have_value("")


def decide_awareness(cast: Cast) -> None:
    one, times = cast.manager, cast.times
    one.go(cast.room)
    one.tab("Obligations")
    _aware(one, "decided", times.confirmed, words.DECIDED)
    one.sees_instant(in_hours(times.confirmed, 72))
    _aware(one, "corrected", times.corrected, words.CORRECTED)
    one.sees_instant(times.confirmed, within=one.section("Awareness"), struck=True)
    one.sees_instant(times.corrected, within=one.section("Awareness"))
    clock = one.page.locator("article.card", has_text=CLOCK).first
    one.sees_instant(in_hours(times.corrected, 72), within=clock)
    working = one.unfold("How this was computed", within=clock)
    one.sees("72", "Earlier values", within=working)
    one.sees_instant(in_hours(times.confirmed, 72), within=working, struck=True)


def _aware(one: Person, state: str, at: Any, reasons: str) -> None:
    folded = one.unfold("Record a step", within=one.page.locator("#awareness"))
    one.fill(folded, state=state, instant=said(at), reasons=reasons)
    one.press("Record", within=folded)
    one.sees("Every clock was computed again.")


def run_playbook(cast: Cast) -> None:
    one = cast.responder
    one.go(cast.room)
    one.tab("Playbook")
    one.press(re.compile("^Start ?: Break-in through a web application"))
    one.sees("Started. Give each task to somebody.", "due times count from awareness")
    task = _task(one)
    one.unfold(TASK, within=task)
    one.choose("owner", "Robin Petit", within=task)
    one.press("Give", within=task)
    one.sees("Robin Petit", within=_task(one).locator(".row-side"))
    one.unfold(TASK, within=_task(one))
    one.fill(_task(one), note="Copied to the evidence store, clock offset +2 s.")
    one.press(re.compile("^Done"), within=_task(one))
    one.sees("Done", within=_task(one).locator(".row-side"))


TASK = "Preserve the logs before they rotate"


def _task(one: Person) -> Any:
    return one.page.locator('li[id^="task-"]').filter(has=one.page.locator("summary", has_text=TASK))


def record_facts(cast: Cast, facts: dict[str, Any], reason: str, **more: Any) -> None:
    one = cast.responder
    one.go(cast.room)
    one.tab("Obligations")
    one.follow("The facts all this rests on")
    values = {name: value for name, value in facts.items() if name != "sectors"}
    for section in (
        "Who you are here",
        "What the organisation is",
        "Further instants",
        "What some laws leave you to find",
    ):
        one.unfold(section)
    one.fill(**values, **more, reason=reason)
    one.press("Record these facts")
    one.sees("Facts recorded.")


def first_facts(cast: Cast) -> None:
    period = {"occurred_from": said(cast.times.broke_in), "occurred_to": said(cast.times.copied)}
    record_facts(cast, words.FIRST_FACTS, "First look at the logs", sectors_rest=True, **period)
