"""Every reason for refusing a time has its words, in every language of the pages."""

import json
from datetime import datetime
from pathlib import Path

import pytest
from django.utils import translation

from breach.forms.refused_times import REFUSALS, worded
from breach.timewords import UnreadableTime, read_moment

VECTORS = json.loads((Path(__file__).parents[2] / "vectors" / "timewords.json").read_text(encoding="utf-8"))
REFUSED = {case["refused"]: case["text"] for case in VECTORS["cases"] if "refused" in case}


def test_every_code_occurs_and_has_words() -> None:
    assert set(REFUSED) == set(REFUSALS)


@pytest.mark.parametrize("code", REFUSALS)
def test_a_refusal_is_worded_in_the_language_of_the_page(code: str) -> None:
    with pytest.raises(UnreadableTime) as refusal:
        read_moment(REFUSED[code], now=datetime.fromisoformat(VECTORS["now"]), zone=VECTORS["zone"])
    with translation.override("en"):
        english = worded(refusal.value)
    with translation.override("fr"):
        french = worded(refusal.value)
    assert english != french
    assert not [text for text in (english, french) if "%(" in text or not text.strip()]
