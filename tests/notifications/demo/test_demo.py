"""The whole incident as `make demo` runs it: a process of its own, a worker, a private Redis, a mail server. Twice."""

import csv
import io
import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pikepdf
import pytest

ROOT = Path(__file__).parents[3]
SAMPLE = ROOT / "notifications" / "demo" / "data" / "customers.csv"
FOUR_POINTS = (  # Article 34(2) GDPR: nature; contact; consequences; measures
    "introduite dans notre boutique en ligne",
    "Délégué à la protection des données",
    "Des personnes malveillantes pourraient",
    "Nous avons fermé l’accès utilisé",
)


@pytest.fixture(scope="module")
def out(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The results of the second of two runs into the same folder."""
    base = tmp_path_factory.mktemp("demo")
    environment = {
        **os.environ,
        "TOCSIN_DATA": str(base / "data"),
        "DJANGO_SETTINGS_MODULE": "breach.settings",
    }
    command = [sys.executable, str(ROOT / "manage.py"), "demo", "--out", str(base / "out")]
    for _run in range(2):
        done = subprocess.run(
            command, env=environment, cwd=ROOT, capture_output=True, text=True, timeout=300, check=False
        )
        assert done.returncode == 0, done.stdout[-3000:] + done.stderr[-3000:]
    return base / "out"


@pytest.fixture(scope="module")
def summary(out: Path) -> dict[str, object]:
    found: dict[str, object] = json.loads((out / "summary.json").read_text(encoding="utf-8"))
    return found


@pytest.mark.queue
def test_it_writes_what_it_says_and_the_totals_reconcile(out: Path, summary: dict[str, object]) -> None:
    assert summary["reconciled"] is True
    assert set(summary["paths"]) == {str(path.relative_to(out)) for path in out.rglob("*") if path.is_file()}  # type: ignore[call-overload]
    wanted = {
        "report.age",
        "report.pdf",
        "filing.pdf",
        "filing.json",
        "filing-follow-up.pdf",
        "register.csv",
        "ledger.jsonl",
        "summary.json",
    }
    assert wanted <= set(summary["paths"])  # type: ignore[call-overload]


@pytest.mark.queue
def test_people_letters_and_clocks_come_out_as_told(summary: dict[str, object]) -> None:
    counts = summary["counts"]
    assert isinstance(counts, dict)
    assert counts["letters"] == {
        "approved": 1335,
        "delivered": 1327,
        "failed": 8,
        "pending": 0,
        "ambiguous": 0,
        "withheld": 0,
        "unreachable": 8,
        "reconciled": True,
    }
    assert counts["events"] == 8
    assert counts["awareness_steps"] == 3
    assert counts["filings"] == 2
    owed = {(one["regime"], one["to"], one["phase"]) for one in summary["deadlines"]}  # type: ignore[attr-defined]
    assert {
        ("eu_gdpr_controller", "authority", "initial"),
        ("uk_gdpr", "authority", "initial"),
        ("us_ca", "individuals", "initial"),
    } <= owed


@pytest.mark.queue
@pytest.mark.skipif(not shutil.which("pdftotext"), reason="poppler-utils is not installed")
def test_the_french_letter_holds_the_name_and_the_four_points(out: Path) -> None:
    text = subprocess.run(
        ["pdftotext", "-layout", str(out / "letters" / "fr.pdf"), "-"],
        capture_output=True,
        text=True,
        check=True,
    ).stdout
    rows = csv.DictReader(io.StringIO(SAMPLE.read_bytes().decode("cp1252", errors="replace")), delimiter=";")
    names = {f"{row['Prénom']} {row['Nom']}" for row in rows if row["Nom"] and row["Prénom"]}
    assert any(name in text for name in names)
    flat = " ".join(text.split())
    assert [point for point in FOUR_POINTS if point not in flat] == []


@pytest.mark.queue
def test_letters_are_tagged_with_language_and_title(out: Path) -> None:
    for language in ("de", "en", "es", "fr", "nl"):
        with pikepdf.open(out / "letters" / f"{language}.pdf") as pdf:
            assert str(pdf.Root.Lang).startswith(language)
            assert bool(pdf.Root.MarkInfo.Marked)
            assert str(pdf.docinfo.get("/Title", ""))


@pytest.mark.queue
def test_the_report_is_encrypted_and_the_ledger_names_nobody(out: Path) -> None:
    with pytest.raises(pikepdf.PasswordError):
        pikepdf.open(out / "report.pdf")
    assert (out / "report.age").read_bytes().startswith(b"age-encryption.org/v1\n")
    ledger = (out / "ledger.jsonl").read_text(encoding="utf-8")
    rows = csv.DictReader(io.StringIO(SAMPLE.read_bytes().decode("cp1252", errors="replace")), delimiter=";")
    personal = {value.casefold() for row in rows for value in (row["Courriel"],) if value and "@" in value}
    assert len(personal) > 500
    folded = ledger.casefold()
    assert [value for value in personal if value in folded] == []


@pytest.mark.queue
def test_the_verifier_finds_one_changed_byte(out: Path, tmp_path: Path) -> None:
    good = out / "ledger.jsonl"
    bad = tmp_path / "ledger.jsonl"
    bad.write_bytes(good.read_bytes().replace(b"approval.decided", b"approval.refused", 1))

    def verify(path: Path) -> int:
        command = [sys.executable, "-m", "breach.ledger.verify", str(path)]
        return subprocess.run(command, cwd=ROOT, capture_output=True, check=False).returncode

    assert (verify(good), verify(bad)) == (0, 1)
