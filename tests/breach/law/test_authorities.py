# ruff: noqa: ANN001, ANN201 - arguments are the named columns of the table
import pytest

from breach.law import authorities
from breach.law.facts import Facts
from breach.law.places import eea


def test_every_country_of_the_eea_has_an_authority():
    found = {one.country for one in authorities.load().values()}
    assert eea() <= found
    assert {"GB", "CH"} <= found


def test_every_land_has_one_for_the_private_sector():
    lands = {one.land for one in authorities.load().values() if one.land and one.sector != "public"}
    assert len(lands) == 16


@pytest.mark.parametrize(
    ("facts", "keys"),
    [
        ({"main_establishment": "FR"}, ["fr"]),
        ({"established_in": ["FR", "US"]}, ["fr"]),
        ({"established_in": ["FR", "IE"]}, []),
        ({"established_in": ["FR", "IE"], "main_establishment": "IE"}, ["ie"]),
        ({"established_in": ["FR"], "lead_authority": "nl"}, ["nl"]),
        ({"established_in": ["DE"]}, []),
        ({"established_in": ["DE", "DE-BY"]}, ["de_by_private"]),
        ({"established_in": ["DE-BY"], "sectors": {"public_body": True}}, ["de_by_public"]),
        ({"established_in": ["DE"], "sectors": {"public_body": True}}, ["de_bund"]),
        ({"established_in": ["US"], "people_by_country": {"FR": 1, "IT": 2, "GB": 3}}, ["fr", "it"]),
        ({"people_by_country": {"FR": 1}}, []),
    ],
)
def test_competent_authority(facts, keys):
    assert [one.key for one in authorities.competent(Facts.from_json(facts))] == keys
