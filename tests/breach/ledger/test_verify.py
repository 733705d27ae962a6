"""The stand-alone verifier on a recorded export, changed in each way that matters."""

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from breach.errors import BadInput
from breach.ledger import verify as command
from breach.ledger.reading import verify

VECTORS = json.loads(
    (Path(__file__).parents[2] / "vectors" / "chain_export.json").read_text(encoding="utf-8")
)
KEYS = VECTORS["public_keys"]


def edited(edits: list[list[Any]]) -> list[str]:
    """Apply the recorded edits; lines are numbered from 1, as in the export."""
    lines: list[str] = list(VECTORS["lines"])
    for verb, number, *rest in edits:
        at = number - 1
        if verb == "drop":
            del lines[at]
        elif verb == "repeat":
            lines.insert(at, lines[at])
        elif verb == "swap":
            lines[at], lines[rest[0] - 1] = lines[rest[0] - 1], lines[at]
        elif verb == "set":
            lines[at] = rest[0]
        else:
            assert verb == "replace"
            assert rest[0] in lines[at]
            lines[at] = lines[at].replace(rest[0], rest[1], 1)
    return lines


def as_bytes(lines: list[str]) -> list[bytes]:
    return [line.encode() + b"\n" for line in lines]


def options(case: dict[str, Any]) -> dict[str, Any]:
    pinned = [bytes.fromhex(KEYS[case["public_key"]])] if "public_key" in case else []
    return {"pinned": pinned, "noted": case.get("noted", [])}


@pytest.mark.parametrize("case", VECTORS["cases"], ids=lambda case: case["name"])
def test_each_change_is_found_and_named(case: dict[str, Any]) -> None:
    lines = as_bytes(edited(case["edits"]))
    if case["codes"] == "bad_input":
        with pytest.raises(BadInput) as refusal:
            verify(lines, **options(case))
        assert refusal.value.place == "line 1"
        assert refusal.value.mend
    else:
        report = verify(lines, **options(case))
        assert [finding.code for finding in report.findings.kept] == case["codes"]
        assert report.is_intact == (case["codes"] == [])


def test_an_untouched_export_is_counted_whole() -> None:
    report = verify(as_bytes(VECTORS["lines"]), pinned=[bytes.fromhex(KEYS["newest"])])
    assert report.to_json() | {"chains": {}} == {
        "intact": True,
        "entries": 9,
        "chains": {},
        "checkpoints": 2,
        "last_checkpoint": {
            "number": 2,
            "at": "2026-11-21T10:00:00.000000Z",
            "digest": VECTORS["digests"][1],
            "short": report.last_checkpoint["short"] if report.last_checkpoint else "",
        },
        "public_keys": [KEYS["newest"], KEYS["oldest"]],
        "pinned": True,
        "complete": True,
        "exported_at": "2026-11-21T12:00:00.000000Z",
        "finding_count": 0,
        "findings": [],
    }
    assert {name: size for name, (size, _) in report.heads.items()} == {
        "house": 3,
        "incident/7w3k9d2m5h8r4t6v1n0p": 5,
        "incident/bbbbbbbbbbbbbbbbbbbb": 1,
    }


def test_a_finding_names_the_line() -> None:
    report = verify(as_bytes(edited([["replace", 9, '"n":1', '"n":7']])))
    (finding,) = report.findings.kept
    assert finding.place == "line 10"
    assert "entry 3" in finding.message


def test_bytes_that_are_no_text_are_damage() -> None:
    lines = as_bytes(VECTORS["lines"])
    lines[8] = b"\xff" + lines[8]
    assert [finding.code for finding in verify(lines).findings.kept] == ["damaged", "gap"]
    lines[0] = b"\xff\n"
    with pytest.raises(BadInput):
        verify(lines)


def test_an_export_that_continues_an_earlier_one_is_intact() -> None:
    earlier = verify(as_bytes(VECTORS["lines"]))
    assert verify(as_bytes(VECTORS["lines"]), earlier=earlier).is_intact


def test_an_export_that_tells_another_story_than_an_earlier_one_is_found() -> None:
    earlier = verify(as_bytes(VECTORS["lines"]))
    earlier.heads["incident/7w3k9d2m5h8r4t6v1n0p"] = (3, "00" * 32)
    report = verify(as_bytes(VECTORS["lines"]), earlier=earlier)
    # A checkpoint vouches for the same entry: their quarrel and the entry itself are both named.
    assert [finding.code for finding in report.findings.kept] == ["diverged", "diverged"]


def test_an_export_that_lost_what_an_earlier_one_had_is_found() -> None:
    earlier = verify(as_bytes(VECTORS["lines"]))
    earlier.heads["incident/7w3k9d2m5h8r4t6v1n0p"] = (9, "00" * 32)
    earlier.heads["incident/zzzzzzzzzzzzzzzzzzzz"] = (1, "00" * 32)
    report = verify(as_bytes(VECTORS["lines"]), earlier=earlier)
    assert [finding.code for finding in report.findings.kept] == ["missing_chain", "shrunk"]


def test_many_findings_are_counted_and_the_first_are_kept() -> None:
    lines = [*VECTORS["lines"][:7], *["{}"] * 1000]
    report = verify(as_bytes(lines))
    assert report.findings.count > 1000
    assert len(report.findings.kept) == 200


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "ledger.jsonl"
    path.write_bytes(b"".join(as_bytes(VECTORS["lines"])))
    return path


def run(*arguments: object) -> subprocess.CompletedProcess[str]:
    words = [sys.executable, "-m", "breach.ledger.verify", *map(str, arguments)]
    return subprocess.run(words, capture_output=True, text=True, check=False, env={"PYTHONUTF8": "1"})


def test_the_program_runs_alone_and_says_intact(file: Path) -> None:
    done = run(file, "--public-key", KEYS["newest"], "--noted", VECTORS["digests"][0])
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.splitlines()[-1] == "INTACT"
    assert "9 entries in 3 chains, 2 checkpoints" in done.stdout


def test_the_program_says_what_is_not_intact_and_exits_1(
    file: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file.write_bytes(b"".join(as_bytes(edited([["drop", 9]]))))
    assert command.main([str(file)]) == 1
    shown = capsys.readouterr().out
    assert "line 9: entries are missing, repeated or out of order" in shown
    assert "NOT INTACT: 1 findings" in shown
    assert "taken from the file itself" in shown


def test_the_program_prints_one_json_document(file: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert command.main([str(file), "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["intact"] is True


def test_the_program_takes_a_key_from_a_file_and_an_earlier_export(file: Path, tmp_path: Path) -> None:
    key = tmp_path / "house.pub"
    key.write_text(KEYS["oldest"] + "\n")
    assert command.main([str(file), "--public-key", str(key), "--earlier", str(file)]) == 0


@pytest.mark.parametrize(
    "arguments",
    [["absent.jsonl"], ["FILE", "--public-key", "nonsense"], ["FILE", "--earlier", "BROKEN"], ["BROKEN2"]],
)
def test_the_program_refuses_bad_input_in_one_line(
    file: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str], arguments: list[str]
) -> None:
    broken, other = tmp_path / "broken", tmp_path / "other"
    broken.write_bytes(b"".join(as_bytes(edited([["drop", 9]]))))
    other.write_text("name,email\n")
    places = {"FILE": str(file), "BROKEN": str(broken), "BROKEN2": str(other)}
    assert command.main([places.get(word, word) for word in arguments]) == 2
    said = capsys.readouterr()
    assert said.out == ""
    assert len(said.err.splitlines()) == 1
