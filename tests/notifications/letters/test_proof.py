"""Stamped letters equal those laid out whole, whoever the person is; and the proof sees when they do not."""

from dataclasses import replace

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from notifications.letters import fonts, proof, qr, stamp
from notifications.letters.compose import compose
from notifications.letters.spool import SpoolLetter, spool
from notifications.letters.values import Recipient
from tests.notifications.letters.examples import CONTENT, DATE, ELOISE, JUERGEN, PEOPLE, SALT

LETTERS = sorted(chr(code) for code in fonts.characters(fonts.MAIN) if chr(code).isalpha())
NAMES = st.text(st.sampled_from(LETTERS), min_size=1, max_size=18)
SIGNS = st.text(
    st.sampled_from("0123456789 .,'’\"-–/()&<>{}[]\\%#=+@$€_:;!?*|~^`ffiflTAVWLÁĄJŁ"), max_size=24
)


@st.composite
def people(draw: st.DrawFn) -> Recipient:
    """Names and addresses as lists have them, and as they should not have them, in every language."""
    base = draw(st.sampled_from(PEOPLE))
    return replace(
        base,
        full_name=f"{draw(NAMES)} {draw(SIGNS)} {draw(NAMES)}",
        address_lines=tuple(draw(st.lists(SIGNS.filter(str.strip), max_size=3))),
        city=draw(NAMES),
        postcode=draw(st.text("0123456789ABCD ", min_size=1, max_size=8)) or "1",
        minor=draw(st.sampled_from([None, True, False])),
        guardian=draw(st.sampled_from(["", "Zoë Ångström"])),
        large_print=draw(st.booleans()),
    )


def prove(person: Recipient) -> str:
    """Spool this one letter, prove it, and say how it was made."""
    (batch,) = spool(CONTENT, [SpoolLetter(person, SALT)], date=DATE).batches
    (row,) = batch.rows
    letter = compose(CONTENT, person, date=DATE)
    proof.prove(letter, batch.pdf, first_page=row.first_page, pages=row.pages)
    return row.rendered


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(people())
def test_zoo_of_letters_is_proven(person: Recipient) -> None:
    assert prove(person) in ("stamped", "whole")


@pytest.mark.parametrize("person", PEOPLE, ids=lambda person: person.uid)
@pytest.mark.parametrize("large_print", [False, True], ids=["usual", "large"])
def test_usual_letters_are_stamped_and_proven(person: Recipient, large_print: bool) -> None:
    assert prove(replace(person, large_print=large_print)) == "stamped"


def test_proof_sees_another_name() -> None:
    (batch,) = spool(CONTENT, [SpoolLetter(JUERGEN, SALT)], date=DATE).batches
    other = compose(CONTENT, replace(JUERGEN, full_name="Jürgen Großmaun"), date=DATE)

    with pytest.raises(proof.StampingError) as caught:
        proof.prove(other, batch.pdf, first_page=1, pages=2)

    assert (caught.value.uid, caught.value.what) == (JUERGEN.uid, "page 1: other words")


def test_proof_sees_a_line_out_of_place(monkeypatch: pytest.MonkeyPatch) -> None:
    drop = stamp.drop
    monkeypatch.setattr(stamp, "drop", lambda points, leading: drop(points, leading) + 1.5)

    with pytest.raises(proof.StampingError) as caught:
        prove(ELOISE)

    assert caught.value.what == "page 1: another picture"


def test_proof_sees_a_code_that_is_not_the_persons(monkeypatch: pytest.MonkeyPatch) -> None:
    right = qr.drawn_as_number
    monkeypatch.setattr(qr, "drawn_as_number", lambda link: right(link[:-1] + "0"))

    with pytest.raises(proof.StampingError) as caught:
        prove(ELOISE)

    assert caught.value.what == "the code cannot be read"
