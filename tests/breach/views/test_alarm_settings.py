"""An administrator sets the marks and the endpoints; keys are shown once, addresses never."""

from collections.abc import Iterator
from datetime import datetime

import pytest
from django.test import Client

from breach.models import Entry, Reminder, ReminderPlan, WebhookEndpoint
from breach.services import webhooks
from breach.services.reminder_plans import standing_marks
from tests.breach.hooks import Hook, hook_server
from tests.breach.services.clocked import begin
from tests.house import House

pytestmark = pytest.mark.django_db
SECRET_PATH = "services/T000/wXyZ-secret"


@pytest.fixture
def hook() -> Iterator[Hook]:
    with hook_server() as server:
        yield server


@pytest.fixture
def admin(client: Client, house: House) -> Client:
    client.force_login(house.admin)
    return client


def test_marks_are_read_as_people_write_them(admin: Client) -> None:
    answer = admin.post("/settings/alarms/", {"shares": "25 %, 50; 90", "hours_before": "24 1"})
    assert answer.status_code == 302
    marks = standing_marks()
    assert (marks.shares, marks.hours_before) == ((25, 50, 90), (1, 24))
    assert 'value="25, 50, 90"' in admin.get("/settings/alarms/").content.decode()


@pytest.mark.parametrize("shares", ["half", "50, 50", "120", "50.5"])
def test_marks_that_do_not_fit_come_back_with_what_was_typed(admin: Client, shares: str) -> None:
    answer = admin.post("/settings/alarms/", {"shares": shares, "hours_before": "1"})
    assert answer.status_code == 422
    assert f'value="{shares}"' in answer.content.decode()
    assert not ReminderPlan.objects.exists()


def test_the_key_of_an_endpoint_is_shown_once_and_its_address_never(admin: Client, hook: Hook) -> None:
    answer = admin.post("/settings/webhooks/", {"name": "Pager", "url": hook.url + SECRET_PATH})
    key = answer.context["added"].key
    assert len(key) == 64
    assert key in answer.content.decode()
    row = WebhookEndpoint.objects.get()
    page = admin.get("/settings/webhooks/").content.decode()
    assert key not in page
    for place in (page, answer.content.decode(), str(list(Entry.objects.values_list("body", flat=True)))):
        assert SECRET_PATH not in place
    assert SECRET_PATH.encode() not in bytes(row.sealed)


def test_an_address_that_does_not_fit_is_refused_beside_its_field(admin: Client) -> None:
    answer = admin.post("/settings/webhooks/", {"name": "Pager", "url": "http://pager.example.org/"})
    assert answer.status_code == 422
    assert list(answer.context["form"].errors) == ["url"]
    assert not WebhookEndpoint.objects.exists()


def test_the_test_button_posts_a_made_up_alarm_and_says_how_it_went(admin: Client, hook: Hook) -> None:
    admin.post("/settings/webhooks/", {"name": "Pager", "url": hook.url})
    row = WebhookEndpoint.objects.get()
    page = admin.post(f"/settings/webhooks/{row.uid}/try/", follow=True).content.decode()
    assert "took the test (HTTP 204)" in page
    assert hook.documents[0]["reference"] == "TEST"
    assert hook.documents[0]["test"] is True
    hook.status = 500
    page = admin.post(f"/settings/webhooks/{row.uid}/try/", follow=True).content.decode()
    assert "did not take the test: HTTP 500" in page
    row.refresh_from_db()
    assert row.outcome == "HTTP 500"


def test_a_retired_endpoint_is_told_nothing_more(house: House, hook: Hook, now: datetime) -> None:
    begin(house)
    added = webhooks.add_endpoint(actor=house.admin, name="Pager", url=hook.url, now=now)
    assert Reminder.objects.filter(endpoint=added.endpoint, state="planned").exists()
    webhooks.retire_endpoint(actor=house.admin, endpoint=added.endpoint, now=now)
    assert not Reminder.objects.filter(endpoint=added.endpoint, state="planned").exists()
    page = Client()
    page.force_login(house.admin)
    assert page.post(f"/settings/webhooks/{added.endpoint.uid}/try/").status_code == 302
    assert hook.taken == []
