import io
import json
from dataclasses import replace

import pikepdf

from breach.law.steps import Step
from notifications.filings.document import Approver, CheckpointMark, Print, Seals, filing_json
from notifications.filings.render import filing_page, filing_pdf

from .samples import NOW, follow_up, initial

SEALS = Seals(
    prepared_at=NOW,
    digest="9f" * 32,
    approvers=(Approver("Hélène Martin", NOW),),
    checkpoint=CheckpointMark(7, "ab" * 32, "ABCD-EFGH-IJKL-MNOP", NOW),
)


def word_step(step: Step, language: str) -> str:
    return f"{language}:{step.code}"


def test_the_document_lists_rows_promises_changes_and_seals() -> None:
    document = json.loads(filing_json(Print(follow_up(), SEALS, initial()), word_step))
    assert document["schema"] == "tocsin/filing/1"
    assert document["form"] == {"key": "edpb_2026", "version": "2026 v1.0", "status": "draft"}
    assert (document["phase"], document["phase_number"], document["completeness"]) == (
        "follow_up",
        2,
        "complete",
    )
    assert document["checkpoint"]["digest"] == "ab" * 32
    assert document["approval"] == {
        "digest": "9f" * 32,
        "approvers": [{"name": "Hélène Martin", "at": "2026-11-21T09:00:00Z"}],
    }
    people = next(field for field in document["fields"] if field["row"] == 68)
    assert people == {
        "row": 68,
        "key": "people_number",
        "section": "3.3",
        "label": "Nombre de personnes",
        "type": "number",
        "value": 1432,
        "text": ["1\u202f432"],
        "to_follow": None,
    }
    completed = next(change for change in document["changes"] if change["row"] == 67)
    assert completed == {
        "kind": "completed",
        "row": 67,
        "key": "people_precision",
        "old": {
            "by": "2026-11-24T11:00:00Z",
            "reason": "Les fichiers copiés sont encore en cours d'analyse.",
        },
        "new": "exact",
    }


def test_a_page_says_drill_or_draft_until_it_is_approved_and_real() -> None:
    content = initial()
    assert filing_page(Print(content, SEALS), word_step)["mark"] == ""
    assert filing_page(Print(content, Seals(NOW)), word_step)["mark"] == "PROJET, non approuvé"
    drill = replace(content, drill=True)
    assert filing_page(Print(drill, SEALS), word_step)["mark"] == "EXERCICE : ne pas déposer"


def test_an_unanswered_row_that_is_asked_shows_as_missing() -> None:
    form = Print(initial(), SEALS).form
    page = filing_page(Print(initial().with_value(form, "systems", None), SEALS), word_step)
    rows = {row["row"]: row for section in page["sections"] for row in section["rows"]}
    assert rows[63]["missing"]
    assert not rows[62]["missing"]
    assert 5 not in rows  # a withdrawal's reason is not asked


def test_the_pdf_is_tagged_and_names_its_language_and_title() -> None:
    pdf = filing_pdf(Print(initial(language="fr"), SEALS), word_step)
    with pikepdf.open(io.BytesIO(pdf)) as document:
        assert str(document.Root.Lang) == "fr"
        assert document.Root.MarkInfo.Marked
        assert str(document.docinfo["/Title"]) == "Notification initiale 2026-001"
        fonts = {str(font.BaseFont) for page in document.pages for font in page.Resources.Font.values()}
        assert all("Noto-Sans" in font or "NotoSans" in font for font in fonts), fonts


def test_values_are_escaped_not_interpreted() -> None:
    form = Print(initial(), SEALS).form
    content = initial().with_value(form, "systems", '<img src="http://example.com/x.png"> & <b>')
    assert filing_pdf(Print(content, SEALS), word_step).startswith(b"%PDF-")
