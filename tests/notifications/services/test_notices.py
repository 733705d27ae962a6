"""A notice from draft to release: two people, bound to exactly what is said, to whom, by which channels."""

import dataclasses
from datetime import datetime, timedelta

import pytest

from breach.approvals import escalate
from breach.errors import BadInput, Conflict, Forbidden
from breach.models import Approval, ApprovalState, Entry
from breach.services.people import add_person, correct_contact
from notifications.contents import current_texts, frozen_content, live_content
from notifications.letters.values import Wording
from notifications.models import Notice, PersonNotice
from notifications.queries.differences import late_people
from notifications.queries.notices import reconcile, summary_of, variants
from notifications.services import notices, texts
from notifications.services.prepare import prepare_some
from notifications.states import NoticeState, PersonState, Withheld
from notifications.totals import Totals
from tests.house import House
from tests.notifications import campaign


@pytest.fixture
def case(house: House, now: datetime) -> House:
    house.open(now)
    campaign.add_people(house, now)
    return house


def french(notice: Notice) -> Wording:
    return live_content(notice).wordings["fr"]


def edited(wording: Wording) -> Wording:
    first, *rest = wording.blocks
    return dataclasses.replace(
        wording, blocks=(dataclasses.replace(first, text=first.text + "\n\nEncore un mot."), *rest)
    )


def test_draft_takes_the_languages_that_the_people_speak(case: House, now: datetime) -> None:
    notice = notices.draft(actor=case.responder, incident=case.incident, party=case.party, now=now)
    assert [(text.part, text.language, text.form) for text in current_texts(notice)] == [
        ("wording", "de", ""),
        ("wording", "fr", ""),
    ]


def test_submission_freezes_one_row_per_person_and_names_who_cannot_be_reached(
    case: House, now: datetime
) -> None:
    notice = campaign.draft(case, now)
    approval = notices.submit(actor=case.responder, notice=notice, approvers=[case.manager], now=now)
    rows = list(notice.people.values_list("language", "channel", "state", "reason"))
    assert rows == [
        ("fr", "email", "listed", ""),
        ("de", "email", "listed", ""),
        ("fr", "post", "listed", ""),
        ("de", "email", "listed", ""),
        ("fr", "none", "unreachable", "no_channel"),
    ]
    assert approval.summary == {
        "recipients": 5,
        "to_send": 4,
        "by_language": {"de": 2, "fr": 2},
        "by_channel": {"email": 3, "post": 1},
        "by_country": {"DE": 2, "FR": 2},
        "left_out": {"no_channel": 1},
        "variants": 2,
        "languages": ["de", "fr"],
    }
    assert approval.digest == notice.digest
    assert frozen_content(notice) == live_content(notice)


def test_author_cannot_approve(case: House, now: datetime) -> None:
    notice = campaign.draft(case, now)
    approval = notices.submit(
        actor=case.manager, notice=notice, approvers=[case.manager, case.second_manager], now=now
    )
    with pytest.raises(Forbidden):
        notices.decide(actor=case.manager, notice=notice, digest=approval.digest, approve=True, now=now)
    assert notice.state == NoticeState.SUBMITTED


def test_release_refuses_what_nobody_approved(case: House, now: datetime) -> None:
    notice = campaign.draft(case, now)
    with pytest.raises(Conflict):
        notices.release(actor=case.manager, notice=notice, now=now)
    notices.submit(actor=case.responder, notice=notice, approvers=[case.manager], now=now)
    with pytest.raises(Conflict):
        notices.release(actor=case.manager, notice=notice, now=now)
    notice.refresh_from_db()
    assert notice.state == NoticeState.SUBMITTED


def test_approval_then_release(case: House, now: datetime) -> None:
    notice = campaign.released(case, now)
    assert (notice.state, notice.released_by, notice.recipients) == ("released", case.manager, 5)
    with pytest.raises(Forbidden):
        notices.release(actor=case.responder, notice=notice, now=now)


def test_an_edited_word_voids_the_approval(case: House, now: datetime) -> None:
    notice = campaign.approved(case, now)
    texts.edit_wording(actor=case.responder, notice=notice, wording=edited(french(notice)), now=now)
    notice.refresh_from_db()
    assert notice.state == NoticeState.DRAFT
    assert list(Approval.objects.values_list("state", flat=True)) == [ApprovalState.VOID]
    with pytest.raises(Conflict):
        notices.release(actor=case.manager, notice=notice, now=now)
    assert [text.version for text in current_texts(notice) if text.part == "wording"] == [1, 2]


def test_a_changed_sender_makes_release_refuse(case: House, now: datetime) -> None:
    notice = campaign.approved(case, now)
    case.shop.contact_phone = "+33 4 11 11 11 11"
    case.shop.save()
    with pytest.raises(Conflict, match="differs"):
        notices.release(actor=case.manager, notice=Notice.objects.get(pk=notice.pk), now=now)


def test_an_added_row_makes_release_refuse_and_a_removed_person_does_not(case: House, now: datetime) -> None:
    notice = campaign.approved(case, now)
    row = notice.people.order_by("pk")[0]
    notices.withhold_person(actor=case.responder, row=row, reason=Withheld.SAFETY, now=now)
    late = campaign.add_people(case, now, {"full_name": "Late Latour", "language": "fr", **campaign.PARIS})
    smuggled = PersonNotice.objects.create(
        notice=notice, person=late[0], reference="X", language="fr", channel="post", created_at=now
    )
    with pytest.raises(Conflict, match="differs"):
        notices.release(actor=case.manager, notice=notice, now=now)
    smuggled.delete()
    notices.release(actor=case.manager, notice=Notice.objects.get(pk=notice.pk), now=now)
    row.refresh_from_db()
    assert (row.state, row.reason) == ("withheld", "safety")


def test_people_who_come_after_submission_are_not_added(case: House, now: datetime) -> None:
    notice = campaign.approved(case, now)
    campaign.add_people(case, now, {"full_name": "Late Latour", "language": "fr", **campaign.PARIS})
    notice = notices.release(actor=case.manager, notice=notice, now=now)
    assert notice.people.count() == 5
    assert [person.pk for person in late_people(notice)] == [
        person.pk for person in case.party.person_rows.order_by("-pk")[:1]
    ]


def test_late_people_get_a_small_batch_with_its_own_approval(case: House, now: datetime) -> None:
    notice = campaign.released(case, now)
    campaign.add_people(case, now, {"full_name": "Late Latour", "language": "fr", **campaign.PARIS})
    batch = notices.batch_for(actor=case.responder, notice=notice, now=now)
    assert (batch.parent, batch.people.count(), batch.state) == (notice, 1, "draft")
    with pytest.raises(Conflict):
        notices.release(actor=case.manager, notice=batch, now=now)
    batch = campaign.released(case, now, batch)
    assert (batch.recipients, notice.people.count()) == (1, 5)
    with pytest.raises(BadInput, match="Nobody is left"):
        notices.batch_for(actor=case.responder, notice=notice, now=now)


def test_a_batch_for_a_corrected_address_supersedes_the_first_row(case: House, now: datetime) -> None:
    notice = campaign.released(case, now)
    row = notice.people.get(state=PersonState.UNREACHABLE)
    correct_contact(
        actor=case.responder, person=row.person, values=campaign.PARIS, reason="called us", now=now
    )
    batch = notices.batch_for(actor=case.responder, notice=notice, people=[row.person_id], now=now)
    batch = campaign.released(case, now, batch)
    row.refresh_from_db()
    assert (row.state, row.superseded_by) == ("superseded", batch.people.get())
    assert reconcile(notice) == Totals(approved=5, pending=4, withheld=1)
    assert reconcile(batch) == Totals(approved=1, pending=1)


def test_a_missing_text_is_refused_with_its_place(case: House, now: datetime) -> None:
    notice = campaign.draft(case, now, texts_by_language={"fr": campaign.TEXTS["fr"]})
    with pytest.raises(BadInput) as refusal:
        notices.submit(actor=case.responder, notice=notice, approvers=[case.manager], now=now)
    assert (refusal.value.code, refusal.value.place) == ("untranslated", "de/incident")
    notice.refresh_from_db()
    assert (notice.state, Approval.objects.count()) == ("draft", 0)


def test_an_unchecked_translation_is_refused(case: House, now: datetime) -> None:
    alone = dataclasses.replace(campaign.TEXTS["de"], checker="")
    notice = campaign.draft(case, now, texts_by_language=campaign.TEXTS | {"de": alone})
    with pytest.raises(BadInput) as refusal:
        notices.submit(actor=case.responder, notice=notice, approvers=[case.manager], now=now)
    assert refusal.value.code == "unchecked_translation"


def test_an_unprintable_name_is_refused_by_the_uid_of_its_row(case: House, now: datetime) -> None:
    campaign.add_people(case, now, {"full_name": "王小明", "email": "wang@mail.example", "country": "FR"})
    notice = campaign.draft(case, now)
    with pytest.raises(BadInput) as refusal:
        notices.submit(actor=case.responder, notice=notice, approvers=[case.manager], now=now)
    row = notice.people.get(reference=notice.people.order_by("-pk")[0].reference)
    assert (refusal.value.code, refusal.value.place) == ("unprintable", row.uid)
    notices.withhold_person(actor=case.responder, row=row, reason=Withheld.TOLD_OTHERWISE, now=now)
    notices.submit(actor=case.responder, notice=notice, approvers=[case.manager], now=now)


def test_an_unknown_placeholder_is_refused_at_once(case: House, now: datetime) -> None:
    notice = campaign.draft(case, now)
    bad = edited(french(notice))
    bad = dataclasses.replace(bad, title="{salary}")
    with pytest.raises(BadInput, match="placeholder"):
        texts.edit_wording(actor=case.responder, notice=notice, wording=bad, now=now)
    assert notice.texts.filter(part="wording", language="fr").count() == 1


def test_a_refusal_opens_the_text_again(case: House, now: datetime) -> None:
    notice = campaign.draft(case, now)
    approval = notices.submit(actor=case.responder, notice=notice, approvers=[case.manager], now=now)
    notices.decide(
        actor=case.manager, notice=notice, digest=approval.digest, approve=False, reason="too long", now=now
    )
    assert (notice.state, notice.digest, notice.content) == ("draft", "", {})
    notices.submit(actor=case.responder, notice=notice, approvers=[case.manager], now=now)


def test_a_silent_approver_is_followed_by_the_deputy(case: House, now: datetime) -> None:
    notice = campaign.draft(case, now)
    approval = notices.submit(
        actor=case.responder, notice=notice, approvers=[case.manager, case.deputy], now=now
    )
    later = now + timedelta(hours=5)
    with pytest.raises(Forbidden):
        notices.decide(actor=case.deputy, notice=notice, digest=approval.digest, approve=True, now=later)
    escalate(approval=approval, now=later)
    notices.decide(actor=case.deputy, notice=notice, digest=approval.digest, approve=True, now=later)
    assert notice.state == NoticeState.APPROVED


def test_preparation_gives_every_row_its_code_and_may_be_repeated(case: House, now: datetime) -> None:
    notice = campaign.released(case, now)
    assert [prepare_some(notice=notice, now=now, limit=3) for _ in range(3)] == [3, 1, 0]
    rows = notice.people.filter(state=PersonState.PENDING)
    assert rows.count() == 4
    assert len({bytes(row.code_mark or b"") for row in rows}) == 4
    assert reconcile(notice) == Totals(approved=5, pending=4, failed=1, unreachable=1)


def test_preparation_refuses_a_notice_that_was_released_by_hand_in_the_database(
    case: House, now: datetime
) -> None:
    notice = campaign.draft(case, now)
    notices.submit(actor=case.responder, notice=notice, approvers=[case.manager], now=now)
    Notice.objects.update(state=NoticeState.RELEASED)
    notice.refresh_from_db()
    with pytest.raises(Conflict):
        prepare_some(notice=notice, now=now)


def test_nothing_personal_reaches_the_ledger(case: House, now: datetime) -> None:
    notice = campaign.released(case, now)
    while prepare_some(notice=notice, now=now):
        pass
    text = "\n".join(Entry.objects.values_list("body", flat=True))
    assert notice.uid in text
    said = [
        "Durand",
        "amelie",
        "mail.example",
        "Paix",
        "copié",
        *notice.people.values_list("reference", flat=True),
    ]
    assert [word for word in said if word in text] == []


def test_counts_open_nothing_sealed(case: House, now: datetime, monkeypatch: pytest.MonkeyPatch) -> None:
    notice = campaign.approved(case, now)
    monkeypatch.setattr("notifications.addressing.vault_for", lambda _incident: pytest.fail("opened"))
    assert [(str(one.key).split()[0], one.people) for one in variants(notice)] == [("de", 2), ("fr", 2)]
    assert summary_of(notice, frozen_content(notice))["to_send"] == 4


def test_only_people_of_the_party_are_written_to(case: House, now: datetime) -> None:
    with pytest.raises(BadInput):
        add_person(
            actor=case.responder,
            incident=case.incident,
            party=case.party,
            values={"full_name": "X"},
            kinds=[],
            reason="",
            now=now,
        )
    notice = campaign.draft(case, now)
    notices.submit(actor=case.responder, notice=notice, approvers=[case.manager], now=now)
    assert notice.people.count() == case.party.person_rows.count() == 5
