from importlib import import_module

import pytest
from django.apps import apps
from django.db import connection

from breach.models import BlindKey
from breach.queries.blind_keys import holders
from breach.services.people import add_person
from tests.conftest import NOW
from tests.house import House

migration = import_module("breach.migrations.0003_blind_keys_of_stored_sources")


@pytest.mark.django_db
def test_stored_sources_get_the_keys_they_would_have_been_given(house: House) -> None:
    house.open(NOW)
    person = add_person(
        actor=house.responder,
        incident=house.incident,
        party=house.party,
        values={"full_name": "Odile Vandamme", "email": "odile@example.org", "customer_number": "C1"},
        kinds=["name"],
        reason="found late",
        now=NOW,
    )
    source = person.sources.get()
    before = sorted(BlindKey.objects.values_list("value", "source_id"))
    assert len(before) == 2

    migration.take_keys(apps, connection.schema_editor())
    assert list(holders(house.incident, "email_index", bytes(source.email_index))) == []
    migration.give_keys(apps, connection.schema_editor())

    assert sorted(BlindKey.objects.values_list("value", "source_id")) == before
    assert list(holders(house.incident, "email_index", bytes(source.email_index))) == [source]
