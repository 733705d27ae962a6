# ruff: noqa: ANN001, ANN201 - arguments are the named columns of the vectors
import re
import string
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest

from breach.law import events, kinds, regime_file
from breach.law.datafiles import HERE, read
from breach.law.facts import Facts
from breach.law.facts_fields import described
from breach.law.facts_parts import PHASES, RECIPIENTS, Sectors
from breach.law.facts_words import ROLES
from breach.law.regimes import load
from breach.law.severity import _table as enisa_table
from breach.law.steps import Step, local, step
from breach.law.words import LANGUAGES, moment, name, period, word

EN, FR = (read(f"data/words/{language}.toml") for language in LANGUAGES)
QUOTED = re.compile(r'"((?:clock|authority|scope|reason|covered|risk|enisa)\.[a-z_.]+)"')


def codes_in_the_code():
    found = set()
    for path in HERE.glob("*.py"):
        if path.name != "regime_file.py":  # keys of files, not codes
            found |= set(QUOTED.findall(path.read_text(encoding="utf-8")))
    for risk in ("unlikely", "risk", "high_risk"):
        found |= {f"risk.authority.{risk}", f"risk.individuals.{risk}"}
    for path in HERE.glob("*.py"):
        causes = re.findall(r'yield "([a-z_]+)"', path.read_text(encoding="utf-8"))
        found |= {f"risk.enisa_why.{cause}" for cause in causes} if path.name == "risk.py" else set()
    found.add("risk.enisa_why.sum")
    for depth in ("none", "little", "detailed"):
        found |= {f"risk.depth_{depth}", f"enisa.dpc.depth_{depth}"}
    for element, words in enisa_table()["circumstance"].items():
        found |= {f"enisa.cb.{element}.{one}" for one in (*words, "unknown")}
    for row in enisa_table()["class"].values():
        found |= {f"enisa.dpc.{factor}" for factor in row["factor"]}
    return found


def places_in(sentence):
    return {field for _, field, _, _ in string.Formatter().parse(sentence) if field}


def test_every_code_is_worded_in_both_languages_and_no_word_is_idle():
    assert codes_in_the_code() == set(EN["sentence"]) == set(FR["sentence"])


@pytest.mark.parametrize("code", sorted(EN["sentence"]))
def test_both_wordings_have_the_same_places(code):
    assert places_in(EN["sentence"][code]) == places_in(FR["sentence"][code])


@pytest.mark.parametrize("table", [key for key in EN if key not in ("sentence", "dates", "version")])
def test_vocabularies_have_the_same_codes(table):
    assert set(EN[table]) == set(FR[table])


def test_every_code_that_a_step_can_carry_has_a_word():
    assert set(EN["event"]) == set(events.load())
    assert set(EN["fact"]) == {item.name for item in described(Facts)}
    assert set(EN["sector"]) == {item.name for item in described(Sectors)}
    assert set(EN["standard"]) == set(regime_file.STANDARDS)
    assert set(EN["to"]) == set(RECIPIENTS)
    assert set(EN["phase"]) == set(PHASES)
    assert set(EN["role"]) == set(ROLES)
    assert set(EN["act"]) == set(regime_file.ACTS)
    assert {unit.partition(".")[0] for unit in EN["unit"]} == set(regime_file.UNITS)
    elements = {one for kind in kinds.load().values() for one in kind.us}
    covered = [regime.covered for regime in load().values() if regime.covered]
    elements |= {one for table in covered for one in (*table.name_plus, *table.alone)}
    assert elements <= set(EN["element"])


def test_instant_is_said_in_its_zone():
    text = "2026-11-01T18:40:00+01:00[Europe/Paris]"
    assert moment(text, "en") == "Sunday 1 November 2026, 18:40 (Europe/Paris, UTC+01:00)"
    assert moment(text, "fr") == "dimanche 1er novembre 2026 à 18:40 (Europe/Paris, UTC+01:00)"
    assert moment("2026-12-01", "fr") == "mardi 1er décembre 2026"


def test_sentence_is_filled_with_words_not_codes():
    found = step(
        "clock.starts_instead", event="discovery", other_event="awareness", at="2026-11-01T18:40:00+01:00"
    )
    assert "controller's awareness" in word(found, "en")
    assert "la prise de connaissance" in word(found, "fr-BE")
    assert word(step("clock.period", value=1, unit="months"), "en") == "The period is 1 month."
    assert word(step("risk.large_scale", number=1400), "fr").endswith("1\u202f400.")
    assert word(step("covered.only_hash", kinds=["password_hash_salted"]), "de") == word(
        Step("covered.only_hash", {"kinds": "password_hash_salted"}), "en"
    )


def test_names_and_periods():
    assert name("to", "individuals", "fr") == "personnes concernées"
    assert name("kind", "iban", "en") == "IBAN"
    assert name("place", "US-CA", "fr") == "Californie"
    assert name("fact", "sectors.public_body", "en") == "public body"
    assert name("phase", "unheard_of", "en") == "unheard_of"
    assert period(72, "hours", "fr") == "72 heures"


def test_step_survives_storing():
    one = step("clock.hours", at=local(datetime(2026, 1, 1, tzinfo=UTC), ZoneInfo("UTC")))
    assert Step.from_json(one.to_json()) == one
