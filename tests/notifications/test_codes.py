"""Codes that people type: a slip is found, what is meant is read."""

import pytest

from notifications.codes import ALPHABET, mark_of, new_code, new_reference, read_code, read_reference


def test_codes_are_read_as_people_type_them() -> None:
    code = new_code()
    assert [len(part) for part in code.split("-")] == [5, 5, 4]
    typed = code.lower().replace("-", " ").replace("0", "o").replace("1", "l")
    assert read_code(f"  {typed} ") == code
    assert mark_of(typed, b"k" * 32) == mark_of(code, b"k" * 32) != mark_of(code, b"j" * 32)


def test_every_single_slip_is_found() -> None:
    code = new_code().replace("-", "")
    for place, right in enumerate(code):
        for wrong in set(ALPHABET) - {right}:
            assert read_code(code[:place] + wrong + code[place + 1 :]) is None


@pytest.mark.parametrize("text", ["", "A", "U" * 14, "é" * 14, "0" * 13, "x" * 10_000])
def test_what_is_no_code_is_none(text: str) -> None:
    assert read_code(text) is None


def test_a_reference_is_no_code() -> None:
    reference = new_reference()
    assert read_reference(reference.lower()) == reference
    assert read_code(reference) is None
