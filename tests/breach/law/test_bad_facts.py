# ruff: noqa: ANN001, ANN201 - arguments are the named columns of the table
"""Every way to get a facts file wrong answers with one line that names the key and the mend, and exit 2."""

import json

import pytest
from django.core.management import call_command
from django.core.management.base import CommandError

DEEP = "[" * 100_000
CASES = [
    ("a.json", "", "a.json: the file is empty. Write at least {} (nothing is known)"),
    ("a.toml", " ", "a.toml: the file is empty. Write at least {} (nothing is known)"),
    ("a.json", "[]", "a.json, facts: not an object. Use a JSON object"),
    ("a.json", '{"role":"processor","role":"controller"}', "a.json, role: the key stands twice. Keep one"),
    ("a.toml", 'role="processor"\nrole="processor"', "a.toml: not TOML"),
    ("a.json", DEEP, "a.json: nested too deeply"),
    ("a.json", '{"contoller_aware":null}', "contoller_aware: unknown key. Did you mean controller_aware"),
    ("a.json", '{"sectors":{"telecom":true}}', "sectors.telecom: unknown key. Did you mean telecom_provider?"),
    ("a.json", '{"people_total":"12"}', "people_total: '12' is not a whole number"),
    ("a.json", '{"people_total":true}', "people_total: True is not a whole number"),
    ("a.json", '{"restore_hours":99999999999999999999}', "restore_hours: 99999999999999999999 is out of range"),
    ("a.json", '{"people_by_country":{"FRA":3}}', "people_by_country.FRA: 'FRA' is not a country"),
    ("a.json", '{"people_by_country":{"XX":3}}', "people_by_country.XX: 'XX' is not a country"),
    ("a.json", '{"data_kinds":["nam"]}', "data_kinds[0]: 'nam' is not a data kind. Did you mean name?"),
    ("a.json", '{"data_kinds":[["a"]]}', "data_kinds[0]: ['a'] is not a data kind"),
    ("a.json", '{"role":["controller"]}', "role: ['controller'] is not a known word."),
    ("a.json", '{"minors":"yes"}', "minors: 'yes' is not a yes or no. Use true, false or null"),
    ("a.json", '{"lead_authority":"xx"}', "lead_authority: 'xx' is not an authority. Use a key of"),
    ("a.json", '{"zone":"Berlin"}', "zone: 'Berlin' is not a time zone. Use an IANA name"),
    ("a.json", '{"detected":"2026-01-01T00:00:00"}', "detected: '2026-01-01T00:00:00' has no offset from UTC"),
    ("a.toml", "detected = 2026-01-01", "detected: 2026-01-01 is not a date with time"),
    ("a.json", '{"detected":"0001-01-01T00:00:00+14:00"}', "detected: the year of"),
    (
        "a.json",
        '{"occurred_from":"2026-02-01T00:00:00Z","controller_aware":"2026-01-01T00:00:00Z"}',
        "controller_aware: 2026-01-01T00:00:00+00:00 is before occurred_from",
    ),
]  # fmt: skip


@pytest.mark.parametrize(("name", "text", "message"), CASES)
def test_a_wrong_facts_file_is_refused_in_one_line(tmp_path, name, text, message):
    path = tmp_path / name
    path.write_text(text, encoding="utf-8")
    with pytest.raises(CommandError) as refusal:
        call_command("assess", facts=str(path), json=True)
    assert refusal.value.returncode == 2
    assert message in str(refusal.value)
    assert "\n" not in str(refusal.value)


def test_a_byte_order_mark_is_no_reason_to_refuse(tmp_path, capsys):
    path = tmp_path / "a.json"
    path.write_bytes(b'\xef\xbb\xbf{"role": "controller"}')
    call_command("assess", facts=str(path), json=True)
    assert json.loads(capsys.readouterr().out)["risk"]


def test_a_huge_file_is_not_read(tmp_path):
    path = tmp_path / "a.json"
    path.write_bytes(b" " * 5_000_001)
    with pytest.raises(CommandError, match="5000001 bytes are too many"):
        call_command("assess", facts=str(path), json=True)


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"regime": "eu_gdpr_controler"}, "no regime 'eu_gdpr_controler'. Did you mean eu_gdpr_controller"),
        (
            {"event": ["awarenes=2026-11-24T10:17:00+01:00"]},
            "no event is called 'awarenes'. Did you mean awareness?",
        ),
        ({"event": ["awareness"]}, "--event: 'awareness' has no instant"),
        ({"event": ["awareness=2026-11-24T10:17:00"]}, "has no offset from UTC"),
        (
            {"event": ["awareness=2026-11-24T10:17:00Z", "aware=2026-11-25T10:17:00Z"]},
            "awareness is given twice",
        ),
        ({"event": ["awareness=9999-12-31T10:00:00Z"]}, "the year of '9999-12-31T10:00:00Z' cannot be right"),
        ({"zone": "Berlin"}, "--zone: 'Berlin' is not a time zone"),
        ({"country": "XX"}, "--country: 'XX' is not a country"),
        ({"sector": ["bank"]}, "--sector: no sector 'bank'"),
    ],
)
def test_a_wrong_call_of_deadline_is_refused_in_one_line(options, message):
    with pytest.raises(CommandError) as refusal:
        call_command(
            "deadline", **{"regime": "eu_gdpr_controller", "zone": "Europe/Berlin", "json": True, **options}
        )
    assert refusal.value.returncode == 2
    assert message in str(refusal.value)
