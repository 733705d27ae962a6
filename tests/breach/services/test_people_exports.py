import csv
import io
import json
from datetime import timedelta

import pytest

from breach import approvals
from breach.errors import BadInput, Conflict, Forbidden
from breach.models import Approval, Entry, PeopleExport
from breach.queries.people import Filters
from breach.services import people, people_exports
from tests.breach.services.test_intake import load
from tests.breach.services.test_people import TABLE, find
from tests.conftest import NOW
from tests.house import House

COLUMNS = ["customer_number", "full_name", "email", "kinds", "minor"]


@pytest.fixture
def loaded(house: House) -> House:
    house.open(NOW)
    load(house, TABLE)
    return house


def ask(house: House, columns: list[str] | None = None, **filters: str) -> PeopleExport:
    return people_exports.ask(
        actor=house.manager,
        incident=house.incident,
        party=house.party,
        filters=Filters(**filters),  # type: ignore[arg-type]
        columns=COLUMNS if columns is None else columns,
        reason="The call centre",
        approvers=[house.manager, house.deputy],
        now=NOW,
    )


def approve(house: House, export: PeopleExport) -> None:
    approval = Approval.objects.get(kind="export", subject_uid=export.uid)
    approvals.decide(
        actor=house.deputy, approval=approval, digest=export.digest, approve=True, reason="", now=NOW
    )


def taken(house: House, export: PeopleExport) -> list[list[str]]:
    text = "".join(people_exports.take(actor=house.manager, export=export, now=NOW))
    assert text.startswith("\ufeff")
    return list(csv.reader(io.StringIO(text[1:]), delimiter=";"))


def test_an_approved_list_leaves_once_and_stands_in_the_ledger(loaded: House) -> None:
    export = ask(loaded, country="DE")
    assert (export.count, export.columns) == (2, ["full_name", "email", "minor", "customer_number", "kinds"])
    approve(loaded, export)

    rows = taken(loaded, export)

    kinds = "customer_number, date_of_birth, email, name, password_hash_salted, postal_address"
    assert rows == [
        ["full_name", "email", "minor", "customer_number", "kinds"],
        ["Ann Müller", "a@example.org", "no", "1", kinds],
        ["Ben Müller", "a@example.org", "yes", "2", kinds],
    ]
    entry = Entry.objects.filter(action="people.exported").get()
    approval = Approval.objects.get(kind="export")
    assert json.loads(entry.body)["data"] == {"approval": approval.uid, "count": 2, "digest": export.digest}
    read = Entry.objects.filter(chain=loaded.incident.access_chain).latest("seq")
    assert json.loads(read.body)["subject"] == f"people/export/{export.uid}"
    with pytest.raises(Conflict, match="taken already"):
        taken(loaded, export)


def test_nobody_takes_a_list_alone_or_one_that_changed(loaded: House) -> None:
    export = ask(loaded)
    with pytest.raises(Conflict, match="not approved"):
        taken(loaded, export)
    with pytest.raises(Forbidden):
        approvals.decide(
            actor=loaded.manager,
            approval=Approval.objects.get(kind="export"),
            digest=export.digest,
            approve=True,
            reason="",
            now=NOW,
        )
    approve(loaded, export)

    people.correct_contact(
        actor=loaded.responder,
        person=find(loaded, "4"),
        values={"email": "do@example.org"},
        reason="x",
        now=NOW,
    )

    with pytest.raises(Conflict, match="differs from what was approved"):
        taken(loaded, export)
    assert PeopleExport.objects.get().taken_at is None


def test_an_approval_that_nobody_used_for_a_day_ends(loaded: House) -> None:
    export = ask(loaded)
    approve(loaded, export)

    with pytest.raises(Conflict, match="older than a day"):
        people_exports.take(actor=loaded.manager, export=export, now=NOW + timedelta(hours=24, seconds=1))


@pytest.mark.parametrize(
    ("columns", "filters", "place"),
    [([], {}, "columns"), (["password"], {}, "columns"), (["email"], {"country": "JP"}, "filters")],
)
def test_an_empty_or_unknown_list_is_refused(
    loaded: House, columns: list[str], filters: dict[str, str], place: str
) -> None:
    with pytest.raises(BadInput) as refused:
        ask(loaded, columns, **filters)

    assert (refused.value.place, PeopleExport.objects.count()) == (place, 0)


def test_only_who_may_export_asks(loaded: House) -> None:
    for user in (loaded.responder, loaded.auditor, loaded.stranger):
        with pytest.raises(Forbidden):
            people_exports.ask(
                actor=user,
                incident=loaded.incident,
                party=loaded.party,
                filters=Filters(),
                columns=COLUMNS,
                reason="x",
                approvers=[loaded.manager],
                now=NOW,
            )


def test_formulas_do_not_leave_as_such(loaded: House) -> None:
    people.correct_contact(
        actor=loaded.responder,
        person=find(loaded, "4"),
        values={"street": "-3 rue du Port", "postcode": "75011", "city": "Paris", "country": "FR"},
        reason="x",
        now=NOW,
    )
    export = ask(loaded, ["address"], country="FR")
    approve(loaded, export)

    assert taken(loaded, export) == [["address"], ["'-3 rue du Port"]]
