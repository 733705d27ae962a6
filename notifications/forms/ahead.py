"""A field for an instant that lies ahead, such as a promise. What has happened is said in words instead."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from breach.timewords.moment import UnreadableTime, instant_of

WRITTEN = "%Y-%m-%dT%H:%M"
FORMATS = (WRITTEN, "%Y-%m-%dT%H:%M:%S", "%Y-%m-%d %H:%M")


class AheadField(forms.CharField):
    """Day and clock of a wall in `zone`; cleans to an aware UTC instant after `now`, or to None.

    The form sets `now` and `zone` by `set_place`. A time that the change of clocks skips or repeats is
    refused.
    """

    now: datetime
    zone: str = "UTC"

    def __init__(self, *, must_lie_ahead: bool = True, **kwargs: Any) -> None:
        kwargs.setdefault("widget", forms.DateTimeInput(attrs={"type": "datetime-local"}, format=WRITTEN))
        kwargs.setdefault("max_length", 25)
        super().__init__(**kwargs)
        self.must_lie_ahead = must_lie_ahead

    def set_place(self, now: datetime, zone: str) -> None:
        """Say at which moment and in which zone the field is filled in."""
        self.now, self.zone = now, zone
        self.help_text = gettext_lazy("Local time of %(zone)s, such as 2026-11-27T18:00.") % {"zone": zone}

    def said(self, at: datetime) -> str:
        """Write an instant as this field reads it."""
        return at.astimezone(ZoneInfo(self.zone)).strftime(WRITTEN)

    def clean(self, value: Any) -> datetime | None:
        text = super().clean(value)
        if not text:
            return None
        local = _read(text)
        try:
            at = instant_of(local.date(), local.time(), ZoneInfo(self.zone))
        except UnreadableTime as refusal:
            raise ValidationError(str(refusal)) from None
        if self.must_lie_ahead and at <= self.now:
            raise ValidationError(_("This time has passed. Give one that lies ahead."))
        return at


def _read(text: str) -> datetime:
    for form in FORMATS:
        try:
            return datetime.strptime(text, form)  # noqa: DTZ007 - the wall's clock; the zone comes with `instant_of`
        except ValueError:
            continue
    raise ValidationError(_("This is no time. Write it as 2026-11-27T18:00."))
