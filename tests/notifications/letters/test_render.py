import io
import re
from dataclasses import replace

import pikepdf
import pytest

from breach.errors import BadInput
from notifications.letters import engine, render
from notifications.letters.address import windows
from notifications.letters.compose import compose
from notifications.letters.values import Recipient
from tests.notifications.letters.examples import (
    CONTENT,
    DATE,
    ELOISE,
    JUERGEN,
    MARIA,
    PEOPLE,
    SIOBHAN,
    pdf_text,
)

MM = 72 / 25.4


def test_french_letter_holds_the_name_and_the_points_of_article_34() -> None:
    text = " ".join(pdf_text(render.render_pdf(compose(CONTENT, ELOISE, date=DATE))).split())

    assert "Éloïse Lefèvre-Dubœuf" in text
    assert "se sont introduites dans l’un de nos systèmes" in text  # nature
    assert "Claire Fontaine, dpo@librairie-azur.example" in text  # contact
    assert "faire prélever de l’argent" in text  # consequences
    assert "Nous avons fermé l’accès utilisé" in text  # measures
    assert "Page 1 sur 2" in text
    assert "1er décembre 2026" in text


def test_single_letter_is_tagged_with_language_and_title() -> None:
    with pikepdf.open(io.BytesIO(render.render_pdf(compose(CONTENT, JUERGEN, date=DATE)))) as pdf:
        assert pdf.Root.MarkInfo.Marked
        assert str(pdf.Root.Lang) == "de"
        assert "Sicherheitsvorfall" in str(pdf.docinfo["/Title"])
        assert b"pdfuaid" in pdf.Root.Metadata.read_bytes()


@pytest.mark.parametrize("person", PEOPLE, ids=lambda person: person.uid)
def test_address_stands_inside_the_window(person: Recipient) -> None:
    letter = compose(CONTENT, person, date=DATE)
    left, top, width, height = (value * MM for value in windows()[letter.window].address)
    words = pdf_text(render.render_pdf(letter), "-bbox", "-f", "1", "-l", "1")

    boxes = {
        match[5]: tuple(float(match[number]) for number in range(1, 5))
        for match in re.finditer(r'xMin="(.*?)" yMin="(.*?)" xMax="(.*?)" yMax="(.*?)">(.*?)<', words)
    }
    x0, y0, x1, y1 = boxes[person.postcode.split()[0]]
    assert left <= x0 + 0.1
    assert x1 <= left + width
    assert top <= y0 + 1
    assert y1 <= top + height


def test_california_letter_has_no_type_below_ten_points() -> None:
    with pikepdf.open(io.BytesIO(render.render_pdf(compose(CONTENT, MARIA, date=DATE)))) as pdf:
        sizes = [
            float(size) * 0.75  # WeasyPrint draws in CSS pixels
            for page in pdf.pages
            for size in re.findall(rb"/\w+ ([\d.]+) Tf", page.Contents.read_bytes())
        ]

    assert sizes
    assert min(sizes) > 9.99


def test_hostile_texts_are_printed_literally_and_fetch_nothing() -> None:
    odd = replace(SIOBHAN, full_name='<img src="http://x.example/a.png"> {{ x }}')
    text = pdf_text(render.render_pdf(compose(CONTENT, odd, date=DATE)))

    assert '<img src="http://x.example/a.png"> {{ x }}' in " ".join(text.split())


@pytest.mark.parametrize(
    "url", ["http://x.example/a.png", "file:///etc/passwd", "data:text/css,x", "letter:../x"]
)
def test_fetcher_refuses_everything_but_what_is_shipped(url: str) -> None:
    with pytest.raises(engine.refusal()):
        engine.fetcher({})(url)


def test_fetcher_knows_the_shipped_fonts() -> None:
    assert engine.fetcher({})("letter:NotoSans-Regular.ttf").read(4) == b"\x00\x01\x00\x00"


@pytest.mark.parametrize(
    ("message", "package"),
    [
        ("cannot load library 'libpango-1.0-0'", "libpango-1.0-0"),
        ("cannot load library 'libpangoft2-1.0-0'", "libpangoft2-1.0-0"),
        ("cannot load library 'libgobject-2.0-0'", "libglib2.0-0"),
        ("cannot load library 'libharfbuzz-subset-0'", "libharfbuzz-subset0"),
    ],
)
def test_missing_library_names_the_debian_package(message: str, package: str) -> None:
    found = engine.missing_library(message)

    assert isinstance(found, BadInput)
    assert package in str(found)


def test_address_that_fits_no_window_is_refused_with_the_uid() -> None:
    endless = replace(ELOISE, address_lines=("Résidence " * 60,))

    with pytest.raises(BadInput) as caught:
        render.render_pdf(compose(CONTENT, endless, date=DATE))

    assert caught.value.place == ELOISE.uid
    assert caught.value.code == "unprintable"


def test_name_outside_the_fonts_is_never_drawn_as_boxes() -> None:
    with pytest.raises(BadInput) as caught:
        render.render_pdf(compose(CONTENT, replace(ELOISE, full_name="王小明"), date=DATE))

    assert (caught.value.place, caught.value.code) == (ELOISE.uid, "unprintable")


def test_drill_is_marked_on_every_page() -> None:
    text = pdf_text(render.render_pdf(compose(replace(CONTENT, drill=True), JUERGEN, date=DATE)))

    assert text.count("ÜBUNG") >= 2
