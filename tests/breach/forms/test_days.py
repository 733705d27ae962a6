"""A day stays in the form in every language: the browser's calendar knows ISO 8601 only."""

import datetime as dt

import pytest
from django import forms
from django.utils.translation import override

from breach.forms.fields import DayField


class Form(forms.Form):
    day = DayField(label="Day")


@pytest.mark.parametrize("language", ["en", "fr"])
def test_a_day_is_shown_and_read_in_iso_form(language: str) -> None:
    with override(language):
        assert 'value="2026-11-24"' in str(Form(initial={"day": dt.date(2026, 11, 24)})["day"])
        form = Form({"day": "2026-11-24"})
        assert form.is_valid()
        assert form.cleaned_data == {"day": dt.date(2026, 11, 24)}
