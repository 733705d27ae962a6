import json

import pytest

from breach.errors import BadInput, Forbidden
from breach.intake.mapping import ColumnMapping
from breach.models import Entry, Person, RefusedCell
from breach.services import intake
from breach.services.intake_preview import preview
from tests.breach.services.test_intake import upload
from tests.conftest import NOW
from tests.house import House

TABLE = (
    "Nom;E-mail;Pays;Né le\nLéa Roy;lea@example.org;FR;2014-05-06\nLéo Roy;leo@;Atlantis;\nLou Roy;lou@;;\n"
)
MAPPING = ColumnMapping.from_json(
    {
        "columns": {
            "Nom": {"field": "full_name", "kind": "name"},
            "E-mail": {"field": "email", "kind": "email"},
            "Pays": {"field": "country", "kind": None},
            "Né le": {"field": "birth_date", "kind": None},
        },
        "country": "BE",
    }
)


def test_the_first_rows_are_shown_as_they_would_become(house: House) -> None:
    house.open(NOW)
    file = upload(house, TABLE)
    intake.profile(actor=house.responder, file=file, now=NOW)
    before = file.mapping

    seen = preview(actor=house.responder, file=file, mapping=MAPPING, now=NOW)

    assert [(one.row, one.record.name if one.record else "", one.kinds, one.minor) for one in seen] == [
        (2, "Léa Roy", ("email", "name"), True),
        (3, "", (), None),
        (4, "Lou Roy", ("email", "name"), None),
    ]
    assert (seen[1].refusal and seen[1].refusal.reason, [one.reason for one in seen[2].aside]) == (
        "country_unknown",
        ["email_unusable"],
    )
    file.refresh_from_db()
    assert (file.mapping, file.state, RefusedCell.objects.count(), Person.objects.count()) == (
        before,
        "profiled",
        0,
        0,
    )
    entry = Entry.objects.filter(chain=house.incident.access_chain).latest("seq")
    assert (json.loads(entry.body)["subject"], json.loads(entry.body)["data"]) == (
        f"intake/{file.uid}",
        {"count": 3},
    )


def test_a_mapping_that_does_not_fit_and_a_stranger_are_refused(house: House) -> None:
    house.open(NOW)
    file = upload(house, TABLE)

    with pytest.raises(BadInput, match="no such column"):
        preview(
            actor=house.responder,
            file=file,
            mapping=ColumnMapping.from_json({"columns": {"X": {"field": "email"}}}),
            now=NOW,
        )
    with pytest.raises(Forbidden):
        preview(actor=house.auditor, file=file, mapping=MAPPING, now=NOW)
