# ruff: noqa: ANN001, ANN201 - arguments are the named columns of the table
import json
from collections import Counter
from pathlib import Path

import pytest

from breach.law import authorities, calendars
from breach.law.facts import Facts
from breach.law.places import eea

VECTORS = json.loads((Path(__file__).parents[2] / "vectors" / "authorities.json").read_text(encoding="utf-8"))


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


def test_there_are_fifty_authorities_and_no_other():
    assert [row["key"] for row in VECTORS] == list(dict.fromkeys(row["key"] for row in VECTORS))
    assert set(authorities.load()) == {row["key"] for row in VECTORS}
    assert len(VECTORS) == 50
    assert Counter(one.channel for one in authorities.load().values()) == {
        "online_form": 33,
        "online_portal": 7,
        "email_form": 7,
        "government_portal": 3,
    }


@pytest.mark.parametrize("row", VECTORS, ids=[row["key"] for row in VECTORS])
def test_authority_is_as_its_source_has_it(row):
    found = authorities.load()[row["key"]]
    assert {
        "key": found.key,
        "country": found.country,
        "land": found.land,
        "name": found.name,
        "native_name": found.native_name,
        "website": found.website,
        "email": found.email,
        "languages": list(found.languages),
        "channel": found.channel,
        "eea": found.is_eea,
        "one_stop_shop": found.is_one_stop_shop,
        "website_confidence": found.confidence["website"],
        "channel_confidence": found.confidence["channel"],
    } == row


@pytest.mark.parametrize("row", VECTORS, ids=[row["key"] for row in VECTORS])
def test_authority_has_a_calendar_of_its_own_place(row):
    place = row["land"] or row["country"]
    calendar = calendars.load(place)
    assert calendar.code == place
    assert calendar.holidays or place == "EU"  # the institutions' own holidays are not kept: weekends only


@pytest.mark.parametrize(
    ("key", "words"),
    [
        ("fr", "complementary"),
        ("dk", "virk.dk"),
        ("no", "Altinn"),
        ("pl", "biznes.gov.pl"),
        ("ie", "forms.dataprotection.ie"),
        ("it", "mandatory"),
        ("es", "apdcat.gencat.cat"),
        ("be", "Vlaamse Toezichtcommissie"),
        ("de_bund", "Churches"),
        ("nl", "receipt number"),
        ("gb", "telephone line"),
    ],
)
def test_note_says_what_the_channel_leaves_out(key, words):
    assert words in authorities.load()[key].note["en"]


def test_every_note_is_in_both_languages():
    assert {tuple(one.note) for one in authorities.load().values()} == {(), ("en", "fr")}
