"""A notice in the browser's words: written, submitted, approved by somebody else, released, posted,
returned.
"""

from datetime import datetime
from pathlib import Path
from typing import Any

import pytest
from django.test import Client

from breach import clock
from breach.models import Entry, User
from breach.vault.readers import new_identity, open_as_reader
from notifications.delivery.post import print_some
from notifications.models import Notice
from notifications.queries.notices import reconcile
from notifications.services.prepare import prepare_some
from tests.house import House
from tests.notifications import campaign


@pytest.fixture
def case(house: House, now: datetime, monkeypatch: pytest.MonkeyPatch) -> House:
    monkeypatch.setattr(clock, "now", lambda: now)
    house.open(now)
    campaign.add_people(house, now)
    return house


def as_user(user: User) -> Client:
    client = Client()
    client.force_login(user, backend="allauth.account.auth_backends.AuthenticationBackend")
    return client


def page(case: House, path: str, user: User | None = None) -> Any:
    return as_user(user or case.responder).get(f"/incidents/{case.incident.uid}/{path}")


def post(case: House, path: str, user: User | None = None, **data: object) -> Any:
    return as_user(user or case.responder).post(f"/incidents/{case.incident.uid}/{path}", data)


def printed(case: House, now: datetime) -> Notice:
    notice = campaign.released(case, now)
    while prepare_some(notice=notice, now=now):
        pass
    print_some(notice=notice, now=now)
    return notice


def test_from_an_empty_list_to_released_letters(case: House) -> None:
    assert b"No letter is written yet" in page(case, "notices/").content
    form = page(case, "notices/new/").context["form"]
    assert form.initial["languages"] == ["de", "fr"]
    post(case, "notices/new/", **form.initial | {"party": case.party.pk, "breach_from": "2026-11-20"})
    notice = Notice.objects.get()
    for key, text in campaign.TEXTS.items():
        form = page(case, f"notices/{notice.uid}/texts/{key}/").context["form"]
        data = form.initial | {"own_incident": text.incident, "translated_from": text.translated_from}
        data |= {"translator": text.translator, "checker": text.checker}
        shown = post(case, f"notices/{notice.uid}/texts/{key}/", **data, show="1")
        assert text.incident in shown.content.decode()
        assert not notice.texts.filter(part="incident", language=key).exists()
        assert post(case, f"notices/{notice.uid}/texts/{key}/", **data, save="1").status_code == 302
    url = f"notices/{notice.uid}/"
    assert page(case, url).context["findings"] == []
    assert post(case, url, step="submit", first=case.manager.pk).status_code == 302
    answer = page(case, url, case.manager).context
    assert answer["may_answer"]
    assert not page(case, url).context["may_answer"]
    digest = answer["forms"]["decide"].initial["digest"]
    post(case, url, case.manager, step="decide", digest=digest, answer="approve", reason="")
    assert post(case, url, case.manager, step="release").status_code == 302
    notice.refresh_from_db()
    assert notice.state == "released"
    assert page(case, url).context["is_moving"]


def test_the_approver_sees_every_letter_and_who_is_left_out(case: House, now: datetime) -> None:
    notice = campaign.approved(case, now)
    shown = page(case, f"notices/{notice.uid}/", case.manager)
    assert [variant.people for _number, variant in shown.context["variants"]] == [2, 2]
    assert "No usable e-mail or postal address" in shown.content.decode()
    letter = page(case, f"notices/{notice.uid}/letters/1/", case.manager).content.decode()
    assert "Alex Example" in letter
    assert "aus unserem Shop kopiert" in letter
    pdf = page(case, f"notices/{notice.uid}/letters/1.pdf", case.manager)
    assert pdf.content.startswith(b"%PDF")
    assert "attachment" in pdf.headers["Content-Disposition"]
    assert page(case, f"notices/{notice.uid}/letters/9/").status_code == 404


def test_pages_of_letters_name_nobody(case: House, now: datetime) -> None:
    notice = printed(case, now)
    run = notice.print_runs.get()
    for path in (
        "notices/",
        f"notices/{notice.uid}/",
        f"notices/{notice.uid}/letters/1/",
        f"print/{run.uid}/",
    ):
        assert "Durand" not in page(case, path).content.decode()


def test_a_page_that_asks_what_it_may_not_is_refused(case: House, now: datetime) -> None:
    notice = printed(case, now)
    run = notice.print_runs.get()
    url = f"notices/{notice.uid}/"
    assert post(case, url, step="release").status_code == 403
    assert page(case, f"print/{run.uid}/files/1/", case.auditor).status_code == 403
    assert page(case, "notices/new/", case.auditor).status_code == 403
    assert page(case, url, case.stranger).status_code == 404
    assert page(case, url, case.auditor).status_code == 200


def test_an_unknown_placeholder_is_shown_beside_the_text_and_nothing_typed_is_lost(
    case: House, now: datetime
) -> None:
    notice = campaign.draft(case, now)
    url = f"notices/{notice.uid}/texts/fr/"
    data = page(case, url).context["form"].initial | {"title": "Salaire {salary}", "save": "1"}
    answer = post(case, url, **data)
    assert answer.status_code == 422
    assert "unknown placeholder" in answer.content.decode()
    assert "Salaire {salary}" in answer.content.decode()


def test_print_run_from_download_to_return(case: House, now: datetime) -> None:
    notice = printed(case, now)
    run = notice.print_runs.get()
    url = f"print/{run.uid}/"
    file = page(case, f"{url}files/1/")
    assert b"".join(file.streaming_content).startswith(b"%PDF")
    assert page(case, f"{url}manifest/").headers["Content-Type"] == "text/csv"
    assert Entry.objects.filter(chain=case.incident.access_chain, action="read").count() == 2
    assert post(case, url, step="posted", posted_at="now", depot="Lyon", count=7).status_code == 422
    answer = post(case, url, step="posted", posted_at="2026-11-24 10:00", depot="Lyon", count=1)
    assert answer.status_code == 302
    assert reconcile(notice).delivered == 1
    reference = run.people.get().reference
    post(case, "notices/", reference=reference.lower(), reason="moved")
    assert run.people.get().state == "unreachable"
    assert post(case, "notices/", reference="XXXX", reason="moved").status_code == 422


def test_downloads_are_sealed_for_the_registered_printer(
    case: House, now: datetime, settings: Any, tmp_path: Path
) -> None:
    secret, public = new_identity()
    settings.TOCSIN_PRINTER_KEYS = str(tmp_path / "printer.pub")
    (tmp_path / "printer.pub").write_text(public)
    url = f"print/{printed(case, now).print_runs.get().uid}/"

    assert "age" in page(case, url).content.decode()
    for path, start in (("files/1/", b"%PDF"), ("manifest/", b"sequence,")):
        file = page(case, url + path)
        assert file.headers["Content-Disposition"].endswith('.age"')
        assert open_as_reader(b"".join(file.streaming_content), secret).startswith(start)


def test_a_letter_is_held_back_by_its_reference(case: House, now: datetime) -> None:
    notice = campaign.approved(case, now)
    row = notice.people.order_by("pk")[0]
    post(case, f"notices/{notice.uid}/", step="withhold", letter=row.reference, reason="safety")
    row.refresh_from_db()
    assert row.state == "withheld"


def test_list_costs_the_same_for_one_and_three_notices(
    case: House, now: datetime, django_assert_max_num_queries: Any
) -> None:
    campaign.released(case, now)
    client = as_user(case.responder)
    url = f"/incidents/{case.incident.uid}/notices/"
    with django_assert_max_num_queries(60) as one:
        client.get(url)
    for _ in range(2):
        campaign.released(case, now)
    with django_assert_max_num_queries(60) as three:
        client.get(url)
    assert len(three) == len(one)
