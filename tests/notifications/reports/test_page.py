import io
from dataclasses import replace

import pikepdf
import pytest

from breach.law.steps import Step
from notifications.reports.page import report_page, short_name
from notifications.reports.plots import Bar, Mark, bars, line_of_time
from notifications.reports.render import report_pdf
from notifications.reports.values import People

from .samples import AWARE, EARLIER, MADE, report


def word_step(step: Step, language: str) -> str:
    return f"{language}:{step.code}"


def test_the_glance_names_the_most_urgent_open_deadline_and_says_when_it_passed() -> None:
    glance = dict(report_page(report(), word_step)["glance"])
    assert glance["Next deadline"] == "23 November 2026, 16:40 (overdue), ICO: first notification"
    assert glance["Letters delivered"] == "1,426 of 1,432"


def test_superseded_awareness_stays_with_its_own_deadline() -> None:
    steps = report_page(report(), word_step)["awareness"]
    assert [(step["state"], step["stands"], step["due"]) for step in steps] == [
        ("Decided", False, "23 November 2026, 18:40 (Europe/Paris, UTC+01:00)"),
        ("Corrected", True, "23 November 2026, 16:40 (Europe/Paris, UTC+01:00)"),
    ]


def test_every_plot_has_its_numbers_in_a_table_largest_first() -> None:
    tables = report_page(report("fr"), word_step)["people"]["tables"]
    assert [table["title"] for table in tables] == ["Par pays", "Par type de données", "Par langue"]
    assert [row["label"] for row in tables[0]["rows"]] == [
        "France",
        "Allemagne",
        "Belgique",
        "Espagne",
        "Royaume-Uni",
        "États-Unis",
    ]
    assert tables[0]["rows"][0] == {"label": "France", "count": "1\u202f012", "share": "71\xa0%"}


def test_regimes_that_differ_in_the_place_alone_share_a_sentence() -> None:
    steps = (("Texas", Step("nobody", {"place": "US-TX"})), ("Alaska", Step("nobody", {"place": "US-AK"})))
    own = (("Chile", Step("not_before", {"day": "2026-12-01"})),)
    page = report_page(
        replace(report(), ruled_out=steps + own), lambda step, _: f"{step.code} {dict(step.values)}"
    )
    assert page["ruled_out"] == [
        {"regime": "Chile", "reason": "not_before {'day': '2026-12-01'}"},
        {"regime": "", "reason": "nobody {'place': 'US-AK,US-TX'}"},
    ]


def test_people_who_are_only_stated_are_not_shown_as_none() -> None:
    stated = replace(report(), people=People(0, 0, 0, {}, {}, {}, stated=1500))
    assert dict(report_page(stated, word_step)["glance"])["People affected"] == "1,500 stated, none loaded"


def test_totals_that_do_not_add_up_are_said_aloud() -> None:
    assert report_page(report(), word_step)["reconciled"]
    broken = report().letters[0].__class__("x", MADE, 10, 1, 1, 1, 1, 1, {})
    assert not broken.reconciled


@pytest.mark.parametrize("language", ["en", "fr"])
def test_the_pdf_is_tagged_in_its_language_with_figures_that_have_words(language: str) -> None:
    pdf = report_pdf(report(language), word_step)
    with pikepdf.open(io.BytesIO(pdf)) as document:
        assert str(document.Root.Lang) == language
        figures = [
            item
            for item in document.objects
            if isinstance(item, pikepdf.Dictionary) and item.get("/S") == pikepdf.Name.Figure
        ]
        assert len(figures) == 4
        assert all(str(figure.Alt) for figure in figures)


def test_the_document_of_a_report_is_canonical_and_the_same_every_time() -> None:
    document = report().to_json()
    assert document == report().to_json()
    assert document["schema"] == "tocsin/report/1"
    assert document["assessment"]["enisa"]["se"] == {"low": "3.25", "high": "3.5"}


def test_bars_escape_their_labels_and_carry_title_and_description() -> None:
    svg = bars("By <country>", "Two & more", [Bar("<b>", 3, "3")])
    assert "<title>By &lt;country&gt;</title><desc>Two &amp; more</desc>" in svg
    assert "&lt;b&gt;" in svg


def test_no_label_covers_another_on_the_line_of_time() -> None:
    marks = [Mark(AWARE, f"Something long {n}", "due") for n in range(3)] + [Mark(EARLIER, "First", "event")]
    svg = line_of_time("t", "d", marks, [(EARLIER, "a"), (AWARE, "b")])
    heights = [part.split('"')[3] for part in svg.split("<text ")[1:] if "Something" in part]
    assert len(set(heights)) == 3


def test_an_authority_is_named_by_the_abbreviation_it_ends_with() -> None:
    assert short_name("Commission nationale de l'informatique et des libertés (CNIL)") == "CNIL"
    assert short_name("Autorité") == "Autorité"
