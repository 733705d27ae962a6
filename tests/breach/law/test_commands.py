# ruff: noqa: ANN001, ANN002, ANN201, ANN202 - fixtures are asked for by name
import json
from io import StringIO

import pytest
from django.core.management import CommandError, call_command

from breach.law.regimes import load


def run(*arguments):
    out = StringIO()
    call_command(*arguments, "--json", stdout=out)
    return json.loads(out.getvalue())


@pytest.fixture
def facts_file(tmp_path):
    def write(document, name="facts.json"):
        path = tmp_path / name
        path.write_text(document if isinstance(document, str) else json.dumps(document), encoding="utf-8")
        return str(path)

    return write


def test_deadline_shows_both_ends_with_their_working():
    found = run(
        "deadline", "--regime", "eu_gdpr_controller", "--event", "awareness=2026-11-27T18:40:00+01:00",
        "--zone", "Europe/Paris",
    )  # fmt: skip
    first = found["phases"][0]
    assert (first["phase"], first["to"]) == ("initial", "authority")
    assert first["due"] == "2026-11-30T17:40:00+00:00"
    assert first["due_local"] == "2026-11-30T18:40:00+01:00"
    assert first["outer"] == "2026-11-30T18:00:00+00:00"
    assert first["standard"] == "without undue delay"
    assert "Monday 30 November 2026, 18:40" in " ".join(first["working"])
    assert found["rule_version"] == load()["eu_gdpr_controller"].version


@pytest.mark.parametrize("key", sorted(load()))
def test_deadline_takes_the_trigger_word_of_every_regime(key):
    word = load()[key].trigger_word
    found = run("deadline", "--regime", key, "--event", f"{word}=2026-11-24T10:00:00Z")
    assert found["regime"] == key
    assert found["citation"]
    assert found["confidence"]
    assert all(phase["due"] or phase["standard"] or phase["working"] for phase in found["phases"])


@pytest.mark.parametrize(
    ("arguments", "place"),
    [
        (["--regime", "nowhere"], "--regime"),
        (["--regime", "us_ca", "--event", "discovery"], "--event"),
        (["--regime", "us_ca", "--event", "discovery=soon"], "--event discovery"),
        (["--regime", "us_ca", "--event", "moonrise=2026-11-24T10:00:00Z"], "event"),
        (["--regime", "us_ca", "--zone", "Nowhere/Land"], "--zone"),
    ],
)
def test_bad_deadline_question_exits_2_with_one_line(arguments, place):
    with pytest.raises(CommandError) as refusal:
        run("deadline", *arguments)
    assert refusal.value.returncode == 2
    assert str(refusal.value).startswith(place)
    assert "\n" not in str(refusal.value)


def test_facts_schema_and_check(facts_file):
    assert run("facts", "--schema")["additionalProperties"] is False
    assert run("facts", "--check", facts_file('role = "processor"', "f.toml"))["role"] == "processor"


@pytest.mark.parametrize("command", [["assess"], ["obligations", "--now", "2026-11-24T10:00:00Z"]])
def test_bad_facts_file_exits_2_naming_the_key(command, facts_file):
    with pytest.raises(CommandError) as refusal:
        run(*command, "--facts", facts_file({"roel": "controller"}))
    assert refusal.value.returncode == 2
    assert str(refusal.value) == "facts.json, roel: unknown key. Did you mean role?"


def test_missing_facts_file_is_named():
    with pytest.raises(CommandError, match=r"no-such-file\.json"):
        run("assess", "--facts", "no-such-file.json")


def test_assess_gives_figures_risk_and_sources(facts_file):
    document = {
        "data_kinds": ["name", "date_of_birth", "email"],
        "confidentiality": True,
        "integrity": False,
        "availability": False,
        "recipients": "public",
        "cause": "external_malicious",
        "people_total": 101,
    }
    found = run("assess", "--facts", facts_file(document))
    score = {key: found["enisa"][key] for key in ("dpc", "ei", "cb", "se", "level", "flags")}
    assert score == {"dpc": 1.0, "ei": 1.0, "cb": 1.0, "se": 2.0, "level": "medium", "flags": [">100"]}
    assert (found["risk"], found["notify_authority"], found["notify_individuals"]) == (
        "high_risk",
        True,
        True,
    )
    assert all(reason["source"] and reason["text"] for reason in found["reasons"])


def test_obligations_answers_for_every_regime(facts_file):
    document = {"role": "controller", "established_in": ["FR"], "controller_aware": "2026-11-20T22:10:00Z"}
    found = run(
        "obligations", "--facts", facts_file(document), "--now", "2026-11-24T10:00:00Z", "--language", "fr"
    )
    named = {row["regime"] for part in ("obligations", "ruled_out", "undecided") for row in found[part]}
    assert named == set(load())
    gdpr = next(row for row in found["obligations"] if row["regime"] == "eu_gdpr_controller")
    assert gdpr["due"] == "2026-11-23T22:10:00+00:00"
    assert gdpr["standard"] == "dans les meilleurs délais"


@pytest.mark.parametrize("command", ["deadline", "obligations", "assess"])
def test_people_get_lines_instead_of_json(command, facts_file, capsys):
    arguments = {
        "deadline": ["--regime", "us_ca"],
        "obligations": ["--facts", facts_file({}), "--now", "2026-11-24T10:00:00Z"],
        "assess": ["--facts", facts_file({})],
    }[command]
    call_command(command, *arguments)
    assert len(capsys.readouterr().out.splitlines()) > 3
