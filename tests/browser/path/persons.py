"""Whose data it was: two tables in, refused rows seen, people counted; then how bad it is and what follows."""

import re
from pathlib import Path

from playwright.sync_api import expect

from notifications.demo import words
from tests.browser import samples
from tests.browser.path.case import record_facts
from tests.browser.path.cast import Cast

# Of each table: rows read, accepted, refused (two too long or short, a byte that Windows-1252 lacks; nobody named).
EXPECTED = [(84, 81, 3), (37, 36, 1)]
# Two stand twice in the first table, seven in both.
PEOPLE = 81 + 36 - 2 - 7
LOST = "orville.castellon4461@example.net"


def load_people(cast: Cast) -> None:
    one = cast.responder
    tables = (samples.customers(cast.folder), samples.accounts(cast.folder))
    tried = [give(cast, table) for table in tables]
    one.tab("People")
    cast.found["people"] = one.figure("People")
    assert (tried, cast.found["people"]) == (EXPECTED, PEOPLE)
    one.sees("merged", "France", "IBAN")
    place_by_hand(cast)
    cast.found["personal"] = samples.personal(*tables)


def give(cast: Cast, table: Path) -> tuple[int, ...]:
    """Give a table, try the mapping it proposes, see what is refused, accept; return read, accepted, refused."""
    one = cast.responder
    one.go(cast.room)
    one.tab("People")
    one.follow("Give a table")
    one.fill(table=table)
    one.press("Read it")
    one.sees("What each column holds", table.name)
    one.press("Try this mapping")
    one.sees("Refused", "would become people or join some")
    read, accepted, refused = row_counts(one.page.locator("main dl.pairs").first.inner_text())
    assert read == accepted + refused
    handed_back = one.download("As a table to hand back").decode("utf-8-sig")
    assert handed_back.startswith("row;column;value (masked);reason")
    one.press("Accept and load")
    cast.work()
    one.page.reload()
    one.sees("Loaded")
    expect(one.page.locator("progress")).to_have_attribute("value", str(accepted))
    return read, accepted, refused


def row_counts(said: str) -> tuple[int, ...]:
    found = re.search(r"([\d,]+) read = ([\d,]+) accepted \+ ([\d,]+) refused", said)
    assert found, said
    return tuple(int(number.replace(",", "")) for number in found.groups())


def place_by_hand(cast: Cast) -> None:
    """Somebody in the United States without a state keeps every state's law open until looked up."""
    one = cast.responder
    one.fill(text=LOST)
    one.press("Search")
    one.follow("Orville")
    folded = one.unfold("Correct the contact")
    one.fill(folded, region="US-CA", reason="Old orders show a Californian address")
    one.press("Correct", within=folded)
    one.sees("Old orders show a Californian address")


def assess(cast: Cast) -> None:
    record_facts(cast, words.LATER_FACTS, "Forensic report")
    one = cast.responder
    one.tab("Assessment")
    folded = one.unfold("Assess")
    one.fill(folded, conclusion="high_risk", reasons=words.ASSESSED)
    one.press("Keep this assessment")
    one.sees("Recorded.", words.ASSESSED)
    advise(cast)
    decide(cast)
    obligations(cast)


def advise(cast: Cast) -> None:
    one = cast.officer
    one.go(cast.room)
    one.tab("Assessment")
    assert one.page.locator('[name="outcome"]').count() == 0, "the officer advises and does not decide"
    folded = one.unfold("Advise")
    one.fill(folded, recommends="notify", text=words.ADVICE)
    one.press("Record the advice")
    one.sees("Recorded.", words.ADVICE)


def decide(cast: Cast) -> None:
    one = cast.manager
    one.go(cast.room)
    one.tab("Assessment")
    for about, reasons in (("authority", words.DECIDE_AUTHORITY), ("individuals", words.DECIDE_PEOPLE)):
        folded = one.unfold("Decide")
        one.fill(folded, about=about, outcome="notify", reasons=reasons)
        one.press("Decide", within=folded)
        one.sees("Recorded.", reasons)


def obligations(cast: Cast) -> None:
    one = cast.manager
    one.tab("Obligations")
    one.sees("ICO", "California", within=one.section("Owed"))
    folded = one.unfold("each with its reason")
    one.sees("New York", within=folded)
