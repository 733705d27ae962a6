"""Step 7: letters in five languages, approved by a second person, delivered, bounced, returned, and one found late."""

from datetime import date
from zoneinfo import ZoneInfo

from breach.files import open_sealed
from breach.jobs import enqueue
from breach.models import Obligation, Person
from breach.services import people as people_service
from notifications.demo import letter_texts
from notifications.demo.stage import ZONE, Stage
from notifications.models import Notice, PersonNotice, PrintRun
from notifications.queries.letters import letter_pdf
from notifications.services import notices, printing, returns
from notifications.states import Channel, Code, PersonState, RunState

LANGUAGES = ("de", "en", "es", "fr", "nl")


def write_letters(stage: Stage) -> None:
    stage.step("Letters in five languages are drafted, approved by another person and delivered")
    people = stage.people
    first, last = _days(stage)
    notice = notices.draft(
        actor=people.second_responder,
        incident=stage.incident,
        party=stage.party,
        now=stage.now(),
        texts_by_language=letter_texts.ALL,
        breach_from=first,
        breach_to=last,
        title="Notice to customers",
    )
    approval = notices.submit(
        actor=people.second_responder,
        notice=notice,
        approvers=[people.second_manager, people.deputy],
        now=stage.now(),
    )
    notices.decide(
        actor=people.second_manager, notice=notice, digest=approval.digest, approve=True, now=stage.now()
    )
    stage.memory["notice"] = notice
    stage.memory["approval"] = approval
    stage.say(
        f"submitted by {people.second_responder.name}, approved by {people.second_manager.name}; digest {approval.digest[:16]}…"
    )
    stage.say(f"by language {approval.summary['by_language']}, by channel {approval.summary['by_channel']}")
    notices.release(actor=people.manager, notice=notice, now=stage.now())
    _deliver(stage, notice)
    _bounce(stage)
    _deliver(stage, notice)
    _write_samples(stage, notice)
    _post(stage, notice)
    _return_one(stage, notice)
    _late_one(stage, notice)
    owed = Obligation.objects.filter(
        party=stage.party, to="individuals", state__in=("running", "provisional")
    )
    stage.check(not owed.exists(), "what was owed to the people is met by sending")


def _days(stage: Stage) -> tuple[date, date]:
    """The local days between which the breach lay."""
    zone = ZoneInfo(ZONE)
    return stage.times.broke_in.astimezone(zone).date(), stage.times.copied.astimezone(zone).date()


def _write_samples(stage: Stage, notice: Notice) -> None:
    """One finished letter per language, and the Californian form, for looking at."""
    told = notice.people.exclude(state=PersonState.UNREACHABLE).exclude(person__minor=True).order_by("pk")
    posted = told.filter(channel=Channel.POST)
    for language in LANGUAGES:
        row = posted.filter(language=language).exclude(person__region="US-CA").first()
        if row:
            stage.write(f"letters/{language}.pdf", letter_pdf(row, now=stage.now()))
    for row in told.filter(person__region="US-CA").select_related("person"):
        if "username_email_with_password" in row.person.kinds:
            stage.write("letters/en-california.pdf", letter_pdf(row, now=stage.now()))
            break
    wanted = [*(f"letters/{language}.pdf" for language in LANGUAGES), "letters/en-california.pdf"]
    stage.check(all(name in stage.paths for name in wanted), "one letter per language")


def _deliver(stage: Stage, notice: Notice) -> None:
    # The scheduler does this every half minute: letters whose channel changed wait for the sweep.
    enqueue("delivery.sweep")
    with stage.progress() as progress:
        bar = progress.add_task("delivering", total=notice.people.count())

        def handed_over() -> bool:
            waiting = notice.people.filter(
                state__in=[PersonState.LISTED, PersonState.PENDING, PersonState.CLAIMED]
            ).count()
            progress.update(bar, completed=notice.people.count() - waiting)
            return waiting == 0

        stage.wait_for(handed_over, "every letter is handed over or in a print file")


def _bounce(stage: Stage) -> None:
    stage.check(len(stage.post.bounces) == 1, "one message bounced")
    result = returns.record_bounce(raw=stage.post.bounces[0], now=stage.now())
    stage.check(result.matched, "the bounce is matched to its person")
    row = PersonNotice.objects.get(uid=result.row_uid)
    stage.check(row.channel == Channel.POST, "the bounced person goes to post")
    stage.memory["bounced"] = row
    stage.say("one e-mail bounced: the mailbox does not exist; that person goes to post")


def _post(stage: Stage, notice: Notice) -> None:
    """The print package: files and manifest, printed and posted as people record it."""
    for run in PrintRun.objects.filter(notice=notice, state=RunState.READY).order_by("pk"):
        _write_run(stage, run)
        run = printing.mark_printed(actor=stage.people.responder, run=run, now=stage.now())  # noqa: PLW2901 - the moved row
        now = stage.now()
        printing.mark_posted(
            actor=stage.people.responder, run=run, posted_at=now, depot="Lyon PIC", count=run.letters, now=now
        )
        stage.say(f"print run {run.number}: {run.letters} letters, {run.pages} pages, posted at Lyon PIC")


def _write_run(stage: Stage, run: PrintRun) -> None:
    base = f"print/notice-{run.notice.number}-run-{run.number}"
    for file in run.files.all():
        with open_sealed(file.file) as stream:
            stage.write(f"{base}-{file.window}.pdf", stream.read())
    stage.check(run.manifest is not None, "the run has a manifest")
    if run.manifest:
        with open_sealed(run.manifest) as stream:
            manifest = stream.read()
        stage.write(f"{base}-manifest.csv", manifest)
        stage.check(
            len(manifest.decode("utf-8-sig").strip().splitlines()) == run.letters + 1,
            "one manifest line per letter",
        )


def _return_one(stage: Stage, notice: Notice) -> None:
    row = (
        notice.people.filter(state=PersonState.POSTED)
        .exclude(pk=stage.memory["bounced"].pk)
        .order_by("pk")[0]
    )
    row = returns.record_returned(
        actor=stage.people.responder,
        incident=stage.incident,
        reference=row.reference,
        reason=Code.MOVED,
        now=stage.now(),
    )
    stage.memory["returned"] = row
    stage.say(f"one letter came back ({row.get_state_display()})")


def _late_one(stage: Stage, notice: Notice) -> None:
    people = stage.people
    notice.refresh_from_db()
    late: Person = people_service.add_person(
        actor=people.second_responder,
        incident=stage.incident,
        party=stage.party,
        values=letter_texts.LATE_PERSON,
        kinds=("name", "email", "postal_address", "password_hash_salted"),
        reason="Found in a backup of the old shop",
        now=stage.now(),
    )
    batch = notices.batch_for(
        actor=people.second_responder, notice=notice, people=[late.pk], title="Found late", now=stage.now()
    )
    approval = notices.submit(
        actor=people.second_responder, notice=batch, approvers=[people.second_manager], now=stage.now()
    )
    notices.decide(
        actor=people.second_manager, notice=batch, digest=approval.digest, approve=True, now=stage.now()
    )
    notices.release(actor=people.manager, notice=batch, now=stage.now())
    _deliver(stage, batch)
    _post(stage, batch)
    stage.say("one person was found late and got a small batch with its own approval")
