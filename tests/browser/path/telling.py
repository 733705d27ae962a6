"""The authority is told: a first filing that is incomplete, then one that completes it, with what changed."""

import io
import json
import re
from datetime import timedelta
from typing import Any

import pikepdf

from breach.jobs import enqueue
from notifications.demo import words
from notifications.filings.profiles import profile_for
from tests.browser.pages import Person
from tests.browser.path.cast import Cast, in_hours, on_the_wall, said

SILENCE = timedelta(minutes=31)
LATER = "Les tables touchées sont encore en cours de rapprochement."


def first_filing(cast: Cast) -> None:
    one = cast.responder
    one.go(cast.room)
    one.tab("Filings")
    one.follow("Draft the first phase")
    one.fill(authority="fr", completeness="incomplete")
    one.press("Draft it")
    one.page.wait_for_url(re.compile("/filings/[0-9a-z]{20}/$"))
    cast.found["filing"] = one.path
    answer(cast, {**words.FIRST_ANSWERS, "other_told_at": said(cast.times.reported)})
    for key, reason in words.PROMISES.items():
        promise(cast, key, reason)
    submit(cast, first=cast.house.manager.name, then=cast.house.deputy.name)
    first_stays_silent(cast)
    approve(cast, cast.deputy)
    receipt(cast, "CNIL-2026-BROWSER-1")
    one.sees("Incomplete")
    document = json.loads(one.download(re.compile("JSON")))
    assert document, "the filing for machines"
    with pikepdf.open(io.BytesIO(one.download(re.compile("PDF")))) as pdf:
        assert str(pdf.Root.Lang).startswith("fr")


def answer(cast: Cast, values: dict[str, Any]) -> None:
    """Answer the rows, section by section, as the form has them."""
    one, *_rest, last = cast.responder, *profile_for("fr").form.sections
    one.follow(re.compile("^Edit"))
    for section in profile_for("fr").form.sections:
        mine = {field.key: values[field.key] for field in section.fields if field.key in values}
        if not mine:
            continue
        if not one.path.endswith(f"/sections/{section.key}/"):
            one.go(f"{cast.found['filing']}sections/{section.key}/")
        one.fill(**mine)
        one.press("Save" if section == last else "Save and go to the next section")
        one.sees("Saved.")


def promise(cast: Cast, key: str, reason: str) -> None:
    one = cast.responder
    section = profile_for("fr").form.index[key].section
    one.go(f"{cast.found['filing']}sections/{section}/")
    one.open(one.page.locator(f'main a[href$="/rows/{key}/later/"]'))
    one.fill(by=on_the_wall(in_hours(cast.times.corrected, 144)), reason=reason)
    one.press("Announce it")
    one.sees("To follow by", reason)


def submit(cast: Cast, *, first: str, then: str) -> None:
    one = cast.responder
    one.go(cast.found["filing"])
    one.sees_not("still block")
    one.follow("Submit for approval")
    one.choose("approver0", first)
    one.choose("approver1", then)
    one.fill(patience="30")
    one.press("Ask for approval")
    one.sees("Submitted. The first approver is asked now.")


def first_stays_silent(cast: Cast) -> None:
    """Half an hour goes by; the scheduler's sweep asks the deputy."""
    cast.deputy.go("/")
    cast.deputy.sees_not("Waiting for your approval")
    cast.hands.move(SILENCE)
    enqueue("approvals.sweep")
    cast.work()


def approve(cast: Cast, one: Person) -> None:
    """Find it on the first page, read all of it, come back and answer."""
    one.go("/")
    one.sees("Waiting for your approval", "asked by Robin Petit")
    one.follow("Filing", within=one.section("Waiting for your approval"))
    asked = one.path
    one.follow("Read all of it")
    one.sees("All that it says", "Une application web de la boutique")
    one.go(asked)
    one.fill(answer="approve")
    one.press("Record my answer")
    one.sees("Your answer is recorded.", "Approved")


def receipt(cast: Cast, number: str) -> None:
    one = cast.responder
    one.go(cast.found["filing"])
    one.press("Make PDF and JSON")
    one.sees("PDF and JSON are made.")
    cast.hands.move(timedelta(minutes=10))  # copied into the authority's online service
    one.follow("It is filed: record the receipt")
    one.fill(receipt=number, at=said(cast.hands.now() - timedelta(minutes=2)), channel="teleservice")
    one.press("Record it")
    one.sees("Recorded. The clock that this filing answers has ended.", number)


def follow_up(cast: Cast, total: int) -> None:
    one = cast.responder
    one.go(cast.found["filing"])
    one.fill(one.form().filter(has=one.page.locator('[name="completeness"]')), completeness="complete")
    one.press("Draft the next phase")
    one.sees("What changed against the phase before")
    assert one.path != cast.found["filing"]
    cast.found["filing"] = one.path
    numbers = {"people_precision": "exact", "records_precision": "approximate"}
    answer(cast, {**words.FOLLOW_UP_ANSWERS, "people_number": total, "records_number": 230, **numbers})
    one.go(cast.found["filing"])
    changes = one.section("What changed against the phase before")
    one.sees(str(total), words.FOLLOW_UP_ANSWERS["people_text"], within=changes)
    submit(cast, first=cast.house.manager.name, then=cast.house.deputy.name)
    approve(cast, cast.manager)
    receipt(cast, "CNIL-2026-BROWSER-2")
    one.go(cast.room)
    one.tab("Filings")
    one.sees("CNIL-2026-BROWSER-1", "CNIL-2026-BROWSER-2")
