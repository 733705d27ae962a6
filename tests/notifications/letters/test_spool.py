import io
from dataclasses import replace

import pikepdf
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from breach.errors import BadInput
from notifications.letters import fonts
from notifications.letters.compose import compose, letter_digest
from notifications.letters.render import render_pdf
from notifications.letters.spool import ManifestRow, SpoolBatch, SpoolLetter, manifest_csv, spool
from notifications.letters.values import Recipient
from tests.notifications.letters.examples import (
    CONTENT,
    DATE,
    ELOISE,
    JUERGEN,
    MARIA,
    PEOPLE,
    SALT,
    SIOBHAN,
    grey_pages,
    pdf_text,
)

ODD_NAMES = {
    "greek": "Αλέξανδρος Παπαδόπουλος",
    "cyrillic": "Иван Петров-Чайковский",
    "vietnamese": "Nguyễn Thị Ánh Tuyết",
    "kerning": "Fiona O'Flaherty-Fflint AVATAR To. fi",
    "combining": "E\u0301loi\u0308se",  # is composed on the way in
    "markup": "<b>{{ x }}</b> & \\(parens\\)",
    "arabic": "محمد الأمين",
    "hebrew": "אברהם כהן",
    "long": "Maximiliana " * 12 + "Schmidt",
}
ODD = tuple(replace(SIOBHAN, uid=f"odd-{key}", full_name=name) for key, name in ODD_NAMES.items())
WHOLE = {"odd-arabic", "odd-hebrew", "odd-long"}


def letters(*people: Recipient) -> list[SpoolLetter]:
    return [SpoolLetter(person, SALT) for person in people]


def pages(batch: SpoolBatch, row: ManifestRow) -> str:
    return pdf_text(batch.pdf, "-layout", "-f", str(row.first_page), "-l", str(row.last_page))


@pytest.mark.parametrize("people", [PEOPLE, ODD], ids=["languages", "odd names"])
def test_stamped_letter_equals_the_whole_one_in_text_and_picture(people: tuple[Recipient, ...]) -> None:
    by_uid = {person.uid: person for person in people}
    result = spool(CONTENT, letters(*people), date=DATE)

    assert {row.uid for row in result.rows} == set(by_uid)
    for batch in result.batches:
        for row in batch.rows:
            assert row.rendered == ("whole" if row.uid in WHOLE else "stamped")
            whole = render_pdf(compose(CONTENT, by_uid[row.uid], date=DATE), tagged=False)
            assert sorted(pages(batch, row).split()) == sorted(pdf_text(whole, "-layout").split())
            stamped_pixels = grey_pages(batch.pdf, first=row.first_page, last=row.last_page)
            for one, other in zip(stamped_pixels, grey_pages(whole, first=1, last=row.pages), strict=True):
                assert max((abs(a - b) for a, b in zip(one, other, strict=True) if a != b), default=0) < 64


def test_name_is_found_by_search() -> None:
    for batch in spool(CONTENT, letters(*PEOPLE), date=DATE).batches:
        for row in batch.rows:
            name = next(person for person in PEOPLE if person.uid == row.uid).full_name
            assert name in " ".join(pages(batch, row).split())


@settings(max_examples=6, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(
    st.lists(
        st.text(
            st.sampled_from([chr(c) for c in sorted(fonts.characters(fonts.MAIN)) if chr(c).isalpha()]),
            min_size=2,
            max_size=14,
        ),
        min_size=8,
        max_size=8,
    )
)
def test_any_name_in_the_font_comes_out_as_it_went_in(names: list[str]) -> None:
    people = [replace(SIOBHAN, uid=f"{n:02d}", full_name=f"A{name}Z") for n, name in enumerate(names)]
    result = spool(CONTENT, letters(*people), date=DATE)

    for row in result.rows:
        name = people[int(row.uid)].full_name
        assert name in pages(result.batches[0], row).split()


def test_manifest_has_one_row_per_letter_sorted_by_country_and_postcode() -> None:
    late = replace(ELOISE, uid="01FR0", postcode="01000")
    result = spool(CONTENT, letters(*PEOPLE, late), date=DATE)

    assert [row.uid for row in result.rows] == ["01BE", "01DE", "01ES", "01FR0", "01FR", "01GB", "01US"]
    assert [row.sequence for row in result.rows] == list(range(1, 8))
    eloise = next(row for row in result.rows if row.uid == "01FR")
    assert eloise.digest == letter_digest(compose(CONTENT, ELOISE, date=DATE), SALT)
    csv = manifest_csv(result.rows).splitlines()
    assert len(csv) == 8
    assert csv[0].startswith("sequence,batch,uid,reference")
    assert not any(person.full_name in manifest_csv(result.rows) for person in PEOPLE)


def test_files_hold_so_many_letters_and_one_kind_of_envelope() -> None:
    people = [replace(JUERGEN, uid=f"{n:02d}") for n in range(5)] + [MARIA]
    result = spool(CONTENT, letters(*people), date=DATE, letters_per_file=2)

    assert [(batch.window, len(batch.rows)) for batch in result.batches] == [
        ("din5008b", 2),
        ("din5008b", 2),
        ("din5008b", 1),
        ("us10", 1),
    ]
    with pikepdf.open(io.BytesIO(result.batches[-1].pdf)) as pdf:
        assert [round(float(v)) for v in pdf.pages[0].MediaBox] == [0, 0, 612, 792]


def test_duplex_pads_letters_to_whole_sheets() -> None:
    short = replace(
        CONTENT, wordings={"de": replace(CONTENT.wordings["de"], blocks=CONTENT.wordings["de"].blocks[:2])}
    )
    people = [replace(JUERGEN, uid=f"{n:02d}") for n in range(2)]

    padded = spool(short, letters(*people), date=DATE)
    single = spool(short, letters(*people), date=DATE, duplex=False)

    assert [(row.first_page, row.last_page, row.pages) for row in padded.rows] == [(1, 2, 1), (3, 4, 1)]
    assert [(row.first_page, row.last_page, row.pages) for row in single.rows] == [(1, 1, 1), (2, 2, 1)]
    assert padded.batches[0].pages == 4


def test_pages_share_their_content_and_one_font() -> None:
    people = [replace(JUERGEN, uid=f"{n:03d}") for n in range(50)]
    one, fifty = spool(CONTENT, letters(JUERGEN), date=DATE), spool(CONTENT, letters(*people), date=DATE)

    with pikepdf.open(io.BytesIO(fifty.batches[0].pdf)) as pdf:
        forms = {page.Resources.XObject.P.objgen for page in pdf.pages}
        faces = {page.Resources.Font.S.objgen for page in pdf.pages}
        assert pdf.check_pdf_syntax() == [] if hasattr(pdf, "check_pdf_syntax") else pdf.check() == []
    assert len(forms) == 2
    assert len(faces) == 1
    assert len(fifty.batches[0].pdf) - len(one.batches[0].pdf) < 50 * 4000


def test_language_without_wording_stops_the_run_before_anything_is_written() -> None:
    with pytest.raises(BadInput) as caught:
        spool(CONTENT, letters(ELOISE, replace(ELOISE, uid="01FI", language="fi")), date=DATE)

    assert caught.value.place == "01FI"
