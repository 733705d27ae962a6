import io
import re

import pypdfium2
import pytest
import segno
import zxingcpp
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image

from notifications.codes import new_code
from notifications.letters import qr
from notifications.letters.pdf import PdfFile

TEMPLATES = (
    "https://www.librairie-azur.example/verifier/#{}",
    "https://x.example/{}?lang=fr",
    "https://a-rather-long-name-of-a-house.example/a/page/for/checking/letters/with/a/long/path#{}",
)


def rows(link: str) -> list[list[bool]]:
    found = qr.picture(link)
    return [[found.is_dark(row, column) for column in range(found.side)] for row in range(found.side)]


def encoded(link: str) -> list[list[bool]]:
    """What the library itself makes of it, with the quiet zone around."""
    code = segno.make_qr(link, error="m", mode="byte", mask=3, boost_error=False)
    return [[bool(module) for module in row] for row in code.matrix_iter(border=qr.QUIET)]


@settings(max_examples=60, deadline=None)
@given(st.sampled_from(TEMPLATES), st.text("0123456789ABCDEFGHJKMNPQRSTVWXYZ-", min_size=16, max_size=16))
def test_sum_of_effects_is_the_code_itself(template: str, code: str) -> None:
    assert rows(template.format(code)) == encoded(template.format(code))


@settings(max_examples=40, deadline=None)
@given(st.text(st.characters(min_codepoint=0x21, max_codepoint=0x7E), min_size=1, max_size=40))
def test_any_text_is_encoded_like_by_the_library(text: str) -> None:
    assert rows(text) == encoded(text)


def picture_of(pdf: bytes) -> Image.Image:
    return pypdfium2.PdfDocument(pdf)[0].render(scale=4, grayscale=True).to_pil()  # type: ignore[no-any-return]


@pytest.mark.parametrize("template", TEMPLATES)
def test_stamped_code_is_read_back(template: str) -> None:
    link = template.format(new_code())
    out = io.BytesIO()
    file = PdfFile(out, sheet=(100.0, 100.0))
    file.add_page(resources=b"<<>>", content=qr.operators(link, 16, 16, 68))
    file.close(title="code", duplex=False)

    assert [code.text for code in zxingcpp.read_barcodes(picture_of(out.getvalue()))] == [link]


def test_picture_and_drawing_show_the_same_modules() -> None:
    link = TEMPLATES[0].format("K7QF2-M9PXT-7Q2M")
    png = Image.open(io.BytesIO(qr.png(link)))
    drawn = {(int(row), int(column)) for column, row in re.findall(r"M(\d+) (\d+)h", qr.svg(link).decode())}

    dark = {(y, x) for y, line in enumerate(rows(link)) for x, is_dark in enumerate(line) if is_dark}
    assert {(y, x) for y in range(png.height) for x in range(png.width) if not png.getpixel((x, y))} == dark
    assert drawn == dark
