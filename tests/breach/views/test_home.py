import re
from datetime import datetime
from typing import Any

import pytest
from django.test import Client

from tests.house import House

pytestmark = pytest.mark.django_db
FORBIDDEN = re.compile(
    r"""<(?:script|style)>|<script(?![^>]*(?:\bsrc=|type="application/json"))|\sstyle=|\son\w+="""
)


def page(client: Client, user: Any, **headers: str) -> str:
    client.force_login(user)
    return client.get("/", headers=headers).content.decode()


def test_home_shows_the_incident_with_its_address_and_the_way_to_open_one(
    client: Client, house: House, now: datetime
) -> None:
    incident = house.open(now)
    said = page(client, house.responder)
    assert f"/incidents/{incident.uid}/" in said
    assert incident.reference in said
    assert "/incidents/new/" in said


def test_home_of_a_stranger_and_of_an_auditor(client: Client, house: House, now: datetime) -> None:
    incident = house.open(now)
    assert incident.reference not in page(client, house.stranger)
    auditor = page(client, house.auditor)
    assert incident.reference in auditor
    assert "/incidents/new/" not in auditor


def test_a_drill_is_marked(client: Client, house: House, now: datetime) -> None:
    house.open(now)
    assert "drill-mark" not in page(client, house.responder)
    house.open(now, drill=True)
    assert "drill-mark" in page(client, house.responder)


def test_home_asks_for_a_sign_in(client: Client, db: None) -> None:
    assert client.get("/").headers["Location"].startswith("/account/login/")


@pytest.mark.parametrize(
    "address", ["/", "/account/2fa/", "/account/password/change/", "/settings/sessions/"]
)
def test_pages_hold_no_inline_script_or_style(client: Client, house: House, address: str) -> None:
    client.force_login(house.responder)
    response = client.get(address)
    assert response.status_code == 200
    assert FORBIDDEN.findall(response.content.decode()) == []
    assert "unsafe-inline" not in response.headers["Content-Security-Policy"]


def test_the_sign_in_page_holds_no_inline_script_or_style(client: Client, db: None) -> None:
    assert FORBIDDEN.findall(client.get("/account/login/").content.decode()) == []


def test_health_answers_without_a_sign_in(client: Client, db: None) -> None:
    assert client.get("/health/").json() == {"ok": True}
