import dataclasses

import pytest

from breach.intake.mapping import ColumnMapping
from breach.models import IntakeFile, KnownMapping
from breach.services import intake, known_mappings
from tests.breach.services.test_intake import load, upload
from tests.conftest import NOW
from tests.house import House

FIRST = "Nom;Code\nLéa Roy;1\n"
SECOND = "Nom;Code\nLéo Roy;2\n"
OTHER = "Code;Nom\n3;Lou Roy\n"


@pytest.fixture
def opened(house: House) -> House:
    house.open(NOW)
    return house


def taken(house: House, text: str, name: str) -> IntakeFile:
    file = upload(house, text, name)
    intake.profile(actor=house.responder, file=file, now=NOW)
    return file


def corrected(house: House) -> IntakeFile:
    """Load the first table with a mapping that nobody would propose."""
    file = taken(house, FIRST, "a.csv")
    rules = {
        "Nom": {"field": "full_name", "kind": None},
        "Code": {"field": "customer_number", "kind": "order_history"},
    }
    mapping = dataclasses.replace(
        ColumnMapping.from_json({"columns": rules, "country": "FR"}), relation="employee", kinds=("name",)
    )
    intake.set_mapping(actor=house.responder, file=file, mapping=mapping, now=NOW)
    intake.dry_run(actor=house.responder, file=file, now=NOW)
    intake.accept(actor=house.responder, file=file, now=NOW)
    return file


def test_an_accepted_mapping_is_offered_for_the_next_table_with_that_header(opened: House) -> None:
    first = corrected(opened)

    second = taken(opened, SECOND, "b.csv")
    other = taken(opened, OTHER, "c.csv")

    assert second.mapping == first.mapping
    assert (known_mappings.row_for(second), known_mappings.row_for(other)) == (
        KnownMapping.objects.get(),
        None,
    )
    assert other.mapping != first.mapping


def test_only_accepted_mappings_are_kept_and_the_last_one_counts(opened: House) -> None:
    taken(opened, SECOND, "b.csv")
    assert not KnownMapping.objects.exists()
    load(opened, FIRST.replace("Léa", "Ada"), "d.csv")
    before = KnownMapping.objects.get().mapping

    corrected(opened)

    assert KnownMapping.objects.get().mapping != before
    assert "Nom" not in str(KnownMapping.objects.get().mapping)


def test_a_kept_mapping_that_fits_no_more_is_not_offered(opened: House) -> None:
    corrected(opened)
    row = KnownMapping.objects.get()
    row.mapping["columns"][1][2] = "no_such_kind"
    row.save()

    assert known_mappings.known_for(["Nom", "Code"]) is None
    assert taken(opened, SECOND, "b.csv").state == "profiled"
