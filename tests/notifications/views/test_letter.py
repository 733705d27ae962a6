"""A person's letter in the browser's words: found by its reference, saved as PDF, sent once more."""

from datetime import datetime

import pytest
from django.core import mail

from breach import clock
from breach.models import Entry
from notifications.delivery.post import print_some
from notifications.models import LetterCopy, PersonNotice
from notifications.services.prepare import prepare_some
from tests.house import House
from tests.notifications import campaign
from tests.notifications.views.test_notices import page, post

pytestmark = pytest.mark.django_db


@pytest.fixture
def row(house: House, now: datetime, monkeypatch: pytest.MonkeyPatch) -> PersonNotice:
    """Am\u00e9lie's letter, prepared and not sent yet."""
    monkeypatch.setattr(clock, "now", lambda: now)
    house.open(now)
    campaign.add_people(house, now)
    notice = campaign.released(house, now)
    while prepare_some(notice=notice, now=now):
        pass
    print_some(notice=notice, now=now)
    return PersonNotice.objects.filter(notice=notice, language="fr", person__has_email=True).get()


def test_reference_leads_to_the_letter(house: House, row: PersonNotice) -> None:
    answer = post(house, "letters/", reference=row.reference.lower().replace("-", " "))
    assert (answer.status_code, answer["Location"]) == (
        302,
        f"/incidents/{house.incident.uid}/letters/{row.uid}/",
    )
    wrong = post(house, "letters/", reference="7K3M-Q9TX-2HFA")
    assert wrong.status_code == 422
    assert "reference" in wrong.context["form"].errors

    shown = page(house, f"letters/{row.uid}/").content.decode()
    assert all(
        words in shown
        for words in ("Am\u00e9lie Durand", "amelie@mail.example", row.reference, "Waiting to leave")
    )
    assert Entry.objects.filter(chain=house.incident.access_chain, subject=f"letter/{row.uid}").count() == 1


def test_person_page_leads_to_their_letters(house: House, row: PersonNotice) -> None:
    shown = page(house, f"people/{row.person.uid}/").content.decode()
    assert f"/incidents/{house.incident.uid}/letters/{row.uid}/" in shown
    assert f"letter {row.reference}" in shown


def test_pdf_is_a_file_without_a_name_in_it(house: House, row: PersonNotice) -> None:
    usual = page(house, f"letters/{row.uid}/letter.pdf")
    assert usual.content.startswith(b"%PDF")
    assert (
        usual["Content-Disposition"]
        == f'attachment; filename="{house.incident.reference}-{row.reference}.pdf"'
    )
    assert len(page(house, f"letters/{row.uid}/large.pdf").content) > 1000
    assert page(house, f"letters/{row.uid}/huge.pdf").status_code == 404


def test_copy_is_sent_and_listed(house: House, row: PersonNotice) -> None:
    refused = post(house, f"letters/{row.uid}/", large_print="on")
    assert refused.status_code == 422
    mail.outbox.clear()
    post(house, f"letters/{row.uid}/", asked_by="phone", large_print="on")

    (message,) = mail.outbox
    copy = LetterCopy.objects.get()
    assert (message.to, copy.asked_by, copy.large_print) == (["amelie@mail.example"], "phone", True)
    shown = page(house, f"letters/{row.uid}/").content.decode()
    assert "By telephone" in shown
    again = post(house, f"letters/{row.uid}/", asked_by="phone")
    assert "a moment ago" in again.content.decode()
    assert len(mail.outbox) == 1


def test_letters_of_other_incidents_and_drafts_are_not_found(
    house: House, row: PersonNotice, now: datetime
) -> None:
    draft = campaign.draft(house, now)
    assert page(house, f"letters/{draft.uid}/").status_code == 404
    assert page(house, f"letters/{row.uid}/", house.auditor).status_code == 403
    assert page(house, f"letters/{row.uid}/letter.pdf", house.auditor).status_code == 403
