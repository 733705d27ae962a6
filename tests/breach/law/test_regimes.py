# ruff: noqa: ANN001, ANN003, ANN201, ANN202 - arguments are the named columns of the vectors
import copy
import tomllib
from collections import Counter

import pytest

from breach.errors import BadInput
from breach.law import events, regimes
from breach.law.datafiles import HERE, names, read
from breach.law.regimes import load, regime_from

FILE = "regimes/eu_gdpr_controller.toml"


def changed(**changes):
    row = copy.deepcopy(read(FILE))
    for path, value in changes.items():
        *way, last = path.split("__")
        node = row
        for key in way:
            node = node[int(key)] if key.isdigit() else node[key]
        if value is None:
            del node[last]
        else:
            node[last] = value
    return row


def test_all_127_regimes_load():
    assert len(load()) == 127
    assert Counter(regime.covered is not None for regime in load().values())[True] == 51


def test_every_regime_says_where_each_part_comes_from():
    for regime in load().values():
        covers = {part for source in regime.sources for part in source.covers}
        assert "citation" in covers, regime.key
        assert "trigger" in covers, regime.key


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"citation": None}, "citation is missing"),
        ({"source": None}, "source is missing"),
        ({"source__0__text": ""}, "text is missing"),
        ({"duty__0__period": {"value": 72}}, "value = 72 has no unit"),
        ({"duty__0__period": {"value": 72, "unit": "fortnights"}}, "period.unit is 'fortnights'"),
        ({"duty__0__period": {"value": 0, "unit": "hours"}}, "period.value"),
        ({"duty__0__from": None}, "a period that starts nowhere"),
        ({"duty__0__from": "full_moon"}, "event is 'full_moon'"),
        ({"duty__2__standard": None}, "neither a period nor a standard"),
        ({"duty__0__when": [{"test": "luck"}]}, "test is 'luck'"),
        ({"duty__0__when": [{"test": "count", "operator": ">", "number": 500}]}, "number = 500 has no of"),
        ({"duty__0__to": "everybody"}, "to is 'everybody'"),
        ({"scope__territory": ["Atlantis"]}, "'Atlantis' is not a place"),
        ({"confidence": "certain"}, "confidence is 'certain'"),
        ({"applies_from": "2018-05-25"}, "applies_from is not a date"),
        ({"key": "gdpr"}, "the key is 'gdpr'"),
        ({"aplies_from": "x"}, "aplies_from is not a known key"),
        ({"duty__0__limmit": {"value": 15, "unit": "calendar_days"}}, "duty.limmit is not a known key"),
        ({"duty__0__period": 72}, "duty.period is not a table"),
        (
            {"duty__0__period": {"value": 72, "unit": "hours", "after": "awareness"}},
            "duty.period.after is not a known key",
        ),
        ({"scope__teritory": ["FR"]}, "scope.teritory is not a known key"),
        ({"source__0__covers": []}, "covers is missing"),
        ({"source__0__covers": ["luck"]}, "covers is 'luck'"),
        ({"duty__0__when": [{"test": "risk", "level": "some"}]}, "level is 'some'"),
        ({"duty__0__when": [{"test": "risk", "least": "risk"}]}, "a key of the test risk is 'least'"),
        ({"duty__0__when": [{"test": "fact", "name": "moon"}]}, "name is 'moon'"),
        ({"duty__0__when": [{"test": "sector", "name": "moon"}]}, "name is 'moon'"),
        ({"duty__0__when": [{"test": "any", "of": []}]}, "any holds no conditions"),
        ({"duty__0__when": [{"test": "count", "of": "people", "operator": ">"}]}, "a count without a number"),
        (
            {"duty__0__when": [{"test": "count", "of": "people", "operator": "=", "number": 5}]},
            "operator is '='",
        ),
        ({"duty__0__when": [{"test": "count", "of": "dogs", "operator": ">", "number": 5}]}, "of is 'dogs'"),
    ],
)
def test_broken_file_is_refused_by_name(changes, message):
    with pytest.raises(BadInput) as refusal:
        regime_from(changed(**changes), FILE)
    assert message in refusal.value.message
    assert refusal.value.place.startswith(FILE)


def test_misspelt_key_gets_the_nearest_known_one():
    with pytest.raises(BadInput) as refusal:
        regime_from(changed(duty__0__standart="promptly"), FILE)
    assert refusal.value.mend == "Did you mean standard?"
    assert refusal.value.place == f"{FILE}, duty 1"


def test_confidence_of_a_duty_is_that_of_its_sources():
    def found(**changes):
        return [duty.confidence for duty in regime_from(changed(**changes), FILE).duties]

    row = read(FILE)
    people = [
        {**one, "covers": [part for part in one["covers"] if part != "people_duty"]} for one in row["source"]
    ]
    assert found() == ["verified"] * 3
    assert found(source=people) == ["verified", "verified", "from memory"]
    assert found(confidence="partly verified") == ["partly verified"] * 3
    assert found(duty__0__confidence="from memory") == ["from memory", "verified", "verified"]


def test_whole_file_is_accepted_unchanged():
    assert regime_from(changed(), FILE) == load()["eu_gdpr_controller"]


def test_no_two_general_duties_share_recipient_and_phase():
    for regime in load().values():
        general = Counter((duty.by, duty.to, duty.phase) for duty in regime.duties if not duty.only_for)
        assert max(general.values()) == 1, regime.key


def test_files_carry_no_note_of_another_file_form():
    for name in names("regimes"):
        row = tomllib.loads((HERE / name).read_text(encoding="utf-8"))
        assert not {"trigger_text", "who", "threshold_authority", "to_authority", "covered_data"} & set(row)


@pytest.mark.parametrize(
    ("key", "to", "phase", "operator", "number"),
    [
        ("us_ca", "authority", "initial", ">", 500),
        ("us_tx", "authority", "initial", ">=", 250),
        ("us_co", "authority", "initial", ">=", 500),
        ("us_hipaa", "authority", "initial", ">=", 500),
        ("us_hipaa", "authority", "annual", "<", 500),
        ("us_hipaa", "media", "initial", ">", 500),
        ("my_pdpa", "authority", "initial", ">", 1000),
        ("sg_pdpa", "authority", "initial", ">=", 500),
    ],
)
def test_threshold_has_its_exact_operator(key, to, phase, operator, number):
    duty = next(duty for duty in load()[key].duties if (duty.to, duty.phase) == (to, phase))
    counts = [one for row in duty.when for one in (row, *row.of) if one.test == "count"]
    assert (counts[-1].values["operator"], counts[-1].values["number"]) == (operator, number)


def test_events_have_unique_words_and_reachable_stand_ins():
    words = Counter()
    for key, row in read("data/events.toml")["event"].items():
        words.update({word.lower().replace("_", " ") for word in (key, *row["means"])})
        assert set(row["stands_in"]) <= set(events.load())
    assert [word for word, number in words.items() if number > 1] == []


def test_unknown_event_names_the_known_ones():
    with pytest.raises(BadInput, match="awareness"):
        events.event_named("full moon")


def test_regimes_are_read_only():
    with pytest.raises(TypeError):
        regimes.load()["x"] = None
