"""What an account was told, where each notice leads, and that it is marked as seen."""

from datetime import datetime

import pytest
from django.test import Client
from django.urls import reverse

from breach.models import InAppNotice, User
from breach.queries.told import WORDS, count_new, told
from tests.house import House

BACKEND = "allauth.account.auth_backends.AuthenticationBackend"


@pytest.mark.parametrize("kind", sorted(WORDS))
def test_every_kind_leads_to_a_page_that_its_reader_may_open(house: House, now: datetime, kind: str) -> None:
    incident = house.open(now)
    alone = {"new_device", "account_locked", "factor_reset", "suspicion_reported"}
    ours = incident if kind not in alone else None
    values = {"approval": "0" * 20} if kind == "approval_asked" else {}
    InAppNotice.objects.create(user=house.manager, incident=ours, kind=kind, values=values, created_at=now)
    (line,) = told(house.manager)
    assert (line.text, line.is_new) == (str(WORDS[kind]), True)
    assert line.reference == (incident.reference if ours else "")
    client = Client()
    client.force_login(house.manager, backend=BACKEND)
    # The approval is made up here; its address is that of a page all the same.
    assert client.get(line.url).status_code == (404 if kind == "approval_asked" else 200)


def test_they_are_counted_in_the_top_bar_until_they_are_seen(house: House, now: datetime) -> None:
    for user in (house.manager, house.manager, house.stranger):
        InAppNotice.objects.create(user=user, kind="new_device", created_at=now)
    client = Client()
    client.force_login(house.manager, backend=BACKEND)
    page = client.get(reverse("told"))
    assert b'<span class="tab-count">2' in page.content
    client.post(reverse("told"))
    assert (count_new(house.manager), count_new(house.stranger)) == (0, 1)
    assert b"tab-count" not in client.get(reverse("told")).content


def test_a_guests_task_leads_to_what_they_were_asked(house: House, now: datetime) -> None:
    incident = house.open(now)
    InAppNotice.objects.create(user=house.guest, incident=incident, kind="task_assigned", created_at=now)
    (line,) = told(User.objects.get(pk=house.guest.pk))
    assert line.url == reverse("asked", args=[incident.uid])
