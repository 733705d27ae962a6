"""E-mail goes to nobody whose mailbox, or our own, is not safe; a law that wants post gets it."""

from datetime import datetime

import pytest

from breach.errors import BadInput, Conflict
from breach.models import Entry, Obligation
from breach.services.facts import update_facts
from breach.services.people import add_person
from notifications.delivery.outbox import send_some
from notifications.delivery.sink import DrillSink
from notifications.models import Notice, PersonNotice
from notifications.queries.findings import text_findings
from notifications.services import notices, texts
from notifications.services.delivery import claim, due
from notifications.services.keeping import keep_from_email
from notifications.services.prepare import prepare_some
from notifications.states import Channel
from tests.house import House
from tests.notifications import campaign
from tests.notifications.views.case import decide


@pytest.fixture
def case(house: House, now: datetime) -> House:
    house.open(now)
    campaign.add_people(house, now)
    return house


def add_somebody(case: House, now: datetime, kinds: list[str]) -> None:
    add_person(
        actor=case.responder,
        incident=case.incident,
        party=case.party,
        values={"full_name": "Paul Passe", "email": "paul@mail.example", "language": "fr", **campaign.PARIS},
        kinds=kinds,
        reason="named by the shop",
        now=now,
    )


def channels(notice: Notice) -> list[str]:
    return list(notice.people.order_by("pk").values_list("channel", flat=True))


def codes(notice: Notice, now: datetime) -> set[tuple[str, str]]:
    return {(finding.level, finding.code) for finding in text_findings(notice, date=now.date())}


def released(case: House, now: datetime, **frame: str) -> Notice:
    notice = campaign.released(case, now, campaign.draft(case, now, **frame))
    while prepare_some(notice=notice, now=now):
        pass
    return notice


def test_whose_password_leaked_is_written_to_by_post(case: House, now: datetime) -> None:
    add_somebody(case, now, ["email", "password_clear"])
    notice = campaign.draft(case, now)
    assert ("style", "email_not_safe") in codes(notice, now)

    kept = campaign.draft(case, now, kept_from_email="passwords")
    assert ("style", "email_not_safe") not in codes(kept, now)
    campaign.approved(case, now, kept)
    assert channels(kept) == ["email", "email", "post", "email", "none", "post"]


def test_the_bar_is_a_part_of_what_is_approved(case: House, now: datetime) -> None:
    notice = campaign.approved(case, now, campaign.draft(case, now, kept_from_email="passwords"))
    Notice.objects.filter(pk=notice.pk).update(kept_from_email="")

    with pytest.raises(Conflict, match="differs"):
        notices.release(actor=case.manager, notice=Notice.objects.get(pk=notice.pk), now=now)


def test_no_more_email_leaves_once_our_mail_is_not_safe(case: House, now: datetime) -> None:
    notice = released(case, now)
    assert channels(notice) == ["email", "email", "post", "email", "none"]
    (first, *_rest) = due(notice, Channel.EMAIL, now)

    notice = keep_from_email(actor=case.manager, notice=notice, reason="Forwarding rule found", now=now)

    # Who has an address is written to by post; who has none cannot be reached.
    assert channels(notice) == ["post", "post", "post", "email", "none"]
    states = list(notice.people.order_by("pk").values_list("state", "reason"))
    assert states[3] == ("unreachable", "no_channel_left")
    assert claim(row=first, transport="smtp", letter_date=now.date(), now=now) is None
    assert send_some(notice=notice, transport=DrillSink(), now=now, limit=10).total == 0
    entry = Entry.objects.filter(chain=case.incident.chain, action="delivery.kept_from_email").get()
    assert "Forwarding" not in entry.body
    with pytest.raises(Conflict, match="No e-mail leaves"):
        keep_from_email(actor=case.manager, notice=notice, reason="again", now=now)


def test_a_worker_killed_after_the_mark_sends_nothing(case: House, now: datetime) -> None:
    notice = released(case, now)
    Notice.objects.filter(pk=notice.pk).update(kept_from_email="everybody")
    notice.refresh_from_db()

    assert send_some(notice=notice, transport=DrillSink(), now=now, limit=10).total == 0
    assert not PersonNotice.objects.filter(notice=notice, state="pending", channel="email").exists()


def test_hipaa_gets_its_letters_by_post(case: House, now: datetime) -> None:
    decide(case)
    changes = {
        "role": "controller",
        "cause": "external_malicious",
        "zone": "America/New_York",
        "people_by_region": {"US-OH": 900},
        "sectors": {"hipaa_entity": True},
        "established_in": ["US-OH"],
        "people_total": 900,
        "people_by_country": {"US": 900},
        "data_kinds": ["name", "health"],
        "recipients": "unknown",
        "exfiltration": "confirmed",
        "confidentiality": True,
        "discovered": now.isoformat(),
    }
    update_facts(
        actor=case.responder, incident=case.incident, party=case.party, changes=changes, reason="x", now=now
    )
    assert Obligation.objects.filter(party=case.party, regime="us_hipaa", to="individuals").exists()
    assert notices.policy_needed(case.party) == ["post"]

    notice = campaign.draft(case, now)
    assert ("legal", "post_first") in codes(notice, now)
    with pytest.raises(BadInput, match="wants letters by post"):
        notices.submit(actor=case.responder, notice=notice, approvers=[case.manager], now=now)
    notice = texts.edit_frame(
        actor=case.responder,
        notice=Notice.objects.get(pk=notice.pk),
        policy=["post", "email"],
        breach_from=notice.breach_from,
        breach_to=None,
        delayed_by_law_enforcement=False,
        title="",
        now=now,
    )
    assert {code for _level, code in codes(notice, now)} & {"post_first", "email_if_agreed"} == {
        "email_if_agreed"
    }
