"""Letters in five languages: written, approved by somebody else, delivered, bounced, returned, and one found late."""

import io
import re
from datetime import timedelta
from zoneinfo import ZoneInfo

import pikepdf
from django.core.management import call_command
from playwright.sync_api import expect

from breach.jobs import enqueue
from notifications.demo import letter_texts
from notifications.demo.stage import ZONE
from notifications.models import PersonNotice
from tests.browser.pages import Person
from tests.browser.path.cast import Cast, said


def write(cast: Cast) -> None:
    one, zone = cast.responder, ZoneInfo(ZONE)
    one.go(cast.room)
    one.tab("Notifications")
    one.follow("New notice")
    one.fill(
        title="Notice to customers",
        breach_from=cast.times.broke_in.astimezone(zone).date().isoformat(),
        breach_to=cast.times.copied.astimezone(zone).date().isoformat(),
    )
    one.press("Start writing")
    one.page.wait_for_url(re.compile("/notices/[0-9a-z]{20}/$"))
    cast.found["notice"] = one.path
    one.sees("what happened is not written yet")
    for language in ("fr", "de", "en", "es", "nl"):
        write_in(cast, language)
    one.go(cast.found["notice"])
    one.sees_not("Blocks submission", "what happened is not written yet")


def write_in(cast: Cast, language: str) -> None:
    one, text = cast.responder, letter_texts.ALL[language]
    one.go(cast.found["notice"])
    one.open(one.page.locator(f'main a[href$="/texts/{language}/"]'))
    one.fill(
        own_incident=text.incident,
        own_measures=text.measures,
        translated_from=text.translated_from,
        translator=text.translator,
        checker=text.checker,
    )
    if language == "fr":
        one.press("Check and show the letter")
        one.sees("Nous avons fermé l’accès utilisé", within=one.section("As it reads"))
    one.press("Save this version")
    one.sees("Saved as a new version.")


def submit(cast: Cast, address: str) -> None:
    one = cast.responder
    one.go(address)
    form = one.form(step="submit")
    one.choose("first", cast.house.second_manager.name, within=form)
    one.choose("deputy", cast.house.deputy.name, within=form)
    one.press("Submit", within=form)
    one.sees("Submitted. The approver was told.")
    assert one.form(step="decide").count() == 0, "the author cannot approve"


def approve(cast: Cast, address: str) -> None:
    one = cast.second
    one.go("/")
    one.follow("Letters", within=one.section("Waiting for your approval"))
    one.follow("Read all of it")
    assert one.path == address
    form = one.form(step="decide")
    one.fill(form, answer="approve")
    one.press("Record my answer", within=form)
    one.sees("Your answer is recorded.")


def release(cast: Cast, address: str) -> None:
    one = cast.manager
    one.go(address)
    one.press("Release")
    one.sees("Released. The letters are on their way out.")
    deliver(cast)


def deliver(cast: Cast) -> None:
    """The worker does what was queued; the scheduler's sweep finds what is due besides."""
    enqueue("delivery.sweep")
    cast.work()


def send(cast: Cast) -> None:
    address = cast.found["notice"]
    submit(cast, address)
    cast.second.go(address)
    cast.second.open(cast.second.page.locator('main a[href$="/letters/1/"]'))
    cast.second.sees("On paper", "By e-mail")
    with pikepdf.open(io.BytesIO(cast.second.download("As PDF"))) as pdf:
        assert bool(pdf.Root.MarkInfo.Marked), "letters are tagged"
    approve(cast, address)
    release(cast, address)
    one = cast.manager
    one.go(address)
    assert one.figure("Sent") == sum(cast.post.accepted.values()) > 0
    assert one.figure("Pending") > 0, "paper waits for the post"
    bounce(cast)
    post(cast)
    returned(cast)


def bounce(cast: Cast) -> None:
    """The mail server hands one message back; that person goes to post."""
    (message,) = cast.post.bounces
    file = cast.folder / "bounce.eml"
    file.write_bytes(message)
    call_command("receive_bounce", str(file))
    deliver(cast)
    one = cast.manager
    one.go(cast.found["notice"])
    one.sees("Bounced or returned")


def post(cast: Cast) -> None:
    """Every waiting print run: files and manifest taken, printed, given to the post."""
    one = cast.responder
    one.go(f"{cast.room}notices/")
    runs = one.section("Print runs").get_by_role("link")
    for address in [link.get_attribute("href") for link in runs.all()]:
        assert address
        one.go(address)
        if one.form(step="posted").count():
            _post_run(cast, one)


def _post_run(cast: Cast, one: Person) -> None:
    letters = int(one.form(step="posted").locator('[name="count"]').input_value())
    with pikepdf.open(io.BytesIO(one.download(re.compile("^File 1, envelope")))) as pdf:
        assert len(pdf.pages) >= 1
    manifest = one.download(re.compile("^Manifest")).decode("utf-8-sig").strip().splitlines()
    assert len(manifest) == letters + 1, "one line per letter"
    one.press("The printer has printed them")
    cast.hands.move(timedelta(hours=2))
    form = one.form(step="posted")
    one.fill(form, posted_at=said(cast.hands.now() - timedelta(minutes=10)), depot="Lyon PIC")
    one.press("Record the posting", within=form)
    one.sees("Recorded. These letters count as sent.")


def returned(cast: Cast) -> None:
    """One letter comes back; its reference stands in the window."""
    row = PersonNotice.objects.filter(notice__incident=cast.incident, state="posted").order_by("pk")[0]
    one = cast.responder
    one.go(f"{cast.room}notices/")
    form = one.form().filter(has=one.page.locator('[name="reference"]'))
    one.fill(form, reference=row.reference, reason="moved")
    one.press("Record", within=form)
    one.sees("Recorded. The letter is now:")


def late_one(cast: Cast) -> None:
    one = cast.responder
    one.go(cast.room)
    one.tab("People")
    one.follow("Add somebody found late")
    kinds = ["name", "email", "postal_address", "password_hash_salted"]
    one.fill(**letter_texts.LATE_PERSON, kinds=kinds, reason="Found in a backup of the old shop")
    one.press("Add")
    one.sees("make a batch for late people", letter_texts.LATE_PERSON["family_name"])
    one.go(cast.found["notice"])
    changed = one.section("Changed since the list was submitted")
    one.sees(re.compile(r"Found late\s*1\s"), within=changed)
    one.press("Start a small batch for them", within=changed)
    one.sees("A small batch was started. It needs its own approval.")
    batch = one.path
    submit(cast, batch)
    approve(cast, batch)
    release(cast, batch)
    post(cast)
    deliver(cast)


def totals(cast: Cast) -> None:
    """People to tell = sent + pending + failed + unclear + held back, on the page itself."""
    one = cast.manager
    one.go(cast.room)
    one.tab("Notifications")
    names = ("People to tell", "Sent", "Pending", "Failed", "Unclear", "Held back")
    told, sent, pending, failed, unclear, held = (one.figure(name) for name in names)
    assert told == sent + pending + failed + unclear + held == cast.found["people"] + 1
    assert (pending, unclear, held) == (0, 0, 0)
    expect(one.page.get_by_text("These numbers do not add up")).to_have_count(0)
    one.tab("Obligations")
    told = one.page.locator("section article.card", has_text="the people concerned").filter(
        has_text="Done in time"
    )
    expect(told).to_have_count(3)  # GDPR, UK GDPR, California
