"""As whom an organisation writes: what is set comes out of drafts, is part of what is approved, and leaves with the letter."""

from dataclasses import replace
from datetime import datetime

import pytest
from django.test import Client

from breach.models import Entry
from notifications.contents import content_from_json, live_content
from notifications.letters.address import return_line
from notifications.letters.compose import canonical
from notifications.letters.values import MailSender
from notifications.models import Notice, SenderVersion
from tests.house import House
from tests.notifications import campaign

pytestmark = pytest.mark.django_db
PAGE = "/settings/senders/"
TYPED = {
    "from_email": "data@rivage.example",
    "reply_to": "answers@rivage.example",
    "return_lines": "BP 70\r\n69901 Lyon CEDEX\r\n",
    "name_fr": "Rivage, protection des données",
    "name_de": "",
}


@pytest.fixture
def admin(client: Client, house: House) -> Client:
    client.force_login(house.admin)
    return client


@pytest.fixture
def draft(house: House, now: datetime) -> Notice:
    house.open(now)
    campaign.add_people(house, now)
    return campaign.draft(house, now)


def test_drafts_take_it_and_its_digest_changes(admin: Client, house: House, draft: Notice) -> None:
    before = live_content(draft)
    assert "mail_sender" not in canonical(before)
    assert "return_lines" not in canonical(before)["sender"]
    assert admin.post(f"{PAGE}{house.shop.uid}/", TYPED).status_code == 302
    content = live_content(draft)
    assert content.mail_sender == MailSender(
        "data@rivage.example", "answers@rivage.example", {"fr": "Rivage, protection des données"}
    )
    assert return_line(content.sender) == "Rivage Boutique SAS · BP 70 · 69901 Lyon CEDEX"
    assert [content.display_name(tag) for tag in ("fr", "fr-CA", "de")] == [
        "Rivage, protection des données",
        "Rivage, protection des données",
        "Rivage",
    ]
    assert canonical(content) != canonical(before)
    assert content_from_json(canonical(content)) == content
    assert replace(content, mail_sender=MailSender(), sender=before.sender) == before


def test_versions_stay_and_the_ledger_has_both(admin: Client, house: House) -> None:
    address = f"{PAGE}{house.shop.uid}/"
    admin.post(address, TYPED)
    admin.post(address, TYPED)
    admin.post(address, TYPED | {"from_email": ""})
    assert list(SenderVersion.objects.values_list("number", "from_email")) == [
        (1, "data@rivage.example"),
        (2, ""),
    ]
    data = Entry.objects.filter(action="sender.set").latest("pk").data
    assert (data["organisation"], data["number"]) == (house.shop.uid, 2)
    assert data["old"] | {"from_email": ""} == data["new"]


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("from_email", "nobody"),
        ("reply_to", "a@b@c"),
        ("return_lines", "one\ntwo\nthree\nfour"),
        ("return_lines", "x" * 61),
        ("name_pl", "x" * 79),
    ],
)
def test_what_does_not_fit_stays_in_the_form(admin: Client, house: House, field: str, value: str) -> None:
    answer = admin.post(f"{PAGE}{house.shop.uid}/", TYPED | {field: value})
    assert answer.status_code == 422
    assert list(answer.context["form"].errors) == [field]
    assert "answers@rivage.example" in answer.content.decode() or field == "reply_to"
    assert not SenderVersion.objects.exists()


def test_a_line_break_in_a_name_starts_no_header(admin: Client, house: House) -> None:
    admin.post(f"{PAGE}{house.shop.uid}/", TYPED | {"name_fr": "Rivage\r\nBcc: x@evil.example"})
    assert SenderVersion.objects.get().names == {"fr": "Rivage Bcc: x@evil.example"}


def test_a_domain_that_is_not_that_of_bounces_is_pointed_out(
    admin: Client, house: House, settings: object
) -> None:
    settings.DEFAULT_FROM_EMAIL = "incident@rivage.example"  # type: ignore[attr-defined]
    assert "DMARC" not in admin.get(PAGE).content.decode()
    admin.post(f"{PAGE}{house.shop.uid}/", TYPED | {"from_email": "data@elsewhere.example"})
    assert "DMARC" in admin.get(PAGE).content.decode()
