"""Why a time in words was refused, in the reader's language; the grammar itself is pure and speaks codes."""

from collections.abc import Callable

from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from breach.timewords import UnreadableTime

EXAMPLE = _("Write it like 14:05 yesterday, about 14:00, Fri 18:40 or 2026-11-20 18:40.")
REFUSALS: dict[str, Callable[[dict[str, str]], str]] = {
    "time_empty": lambda _values: gettext("No time was given."),
    "time_unknown": lambda values: (
        gettext("“%(word)s” is not understood as a time.") % {"word": values.get("word", "")} + f" {EXAMPLE}"
    ),
    "time_zone": lambda values: gettext("“%(word)s” is no time zone. Write it as Europe/Paris.") % values,
    "time_future": lambda values: (
        gettext("This time is still to come. If you mean the day before, write %(clock)s yesterday.") % values
        if values.get("clock")
        else gettext("This time is still to come. Only what has happened is logged.")
    ),
    "time_nonexistent": lambda values: (
        gettext("%(said)s does not exist in %(zone)s: the clocks went forward over it.") % values
    ),
    "time_ambiguous": lambda values: (
        gettext(
            "%(said)s came twice in %(zone)s: the clocks went back. "
            "Add %(first)s for the first or %(second)s for the second."
        )
        % values
    ),
    "time_order": lambda _values: gettext("It ends before it begins. Write the earlier end first."),
    "time_weekday": lambda values: (
        gettext("%(day)s is not the weekday “%(word)s”. Correct the day or the weekday.") % values
    ),
    "time_midnight": lambda _values: gettext(
        "Midnight belongs to two days. Write 00:00 with the day that begins then."
    ),
}


def worded(refusal: UnreadableTime) -> str:
    """Return reason and mend of a refused time."""
    return REFUSALS[refusal.code](refusal.values)
