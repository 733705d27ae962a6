"""The words of time, English and French, without accents and in lower case."""

import re
from collections.abc import Iterable

WEEKDAYS = {
    **dict.fromkeys(("monday", "mon", "lundi", "lun"), 0),
    **dict.fromkeys(("tuesday", "tue", "tues", "mardi", "mar"), 1),
    **dict.fromkeys(("wednesday", "wed", "mercredi", "mer"), 2),
    **dict.fromkeys(("thursday", "thu", "thur", "thurs", "jeudi", "jeu"), 3),
    **dict.fromkeys(("friday", "fri", "vendredi", "ven"), 4),
    **dict.fromkeys(("saturday", "sat", "samedi", "sam"), 5),
    **dict.fromkeys(("sunday", "sun", "dimanche", "dim"), 6),
}
# "mar" is March only beside a day of the month; French people write "mars" in full.
MONTHS = {
    **dict.fromkeys(("january", "jan", "janvier", "janv"), 1),
    **dict.fromkeys(("february", "feb", "fevrier", "fevr", "fev"), 2),
    **dict.fromkeys(("march", "mar", "mars"), 3),
    **dict.fromkeys(("april", "apr", "avril", "avr"), 4),
    **dict.fromkeys(("may", "mai"), 5),
    **dict.fromkeys(("june", "jun", "juin"), 6),
    **dict.fromkeys(("july", "jul", "juillet", "juil"), 7),
    **dict.fromkeys(("august", "aug", "aout"), 8),
    **dict.fromkeys(("september", "sep", "sept", "septembre"), 9),
    **dict.fromkeys(("october", "oct", "octobre"), 10),
    **dict.fromkeys(("november", "nov", "novembre"), 11),
    **dict.fromkeys(("december", "dec", "decembre"), 12),
}
DAYS_BACK = {
    "today": 0,
    "aujourd'hui": 0,
    "yesterday": 1,
    "hier": 1,
    "day before yesterday": 2,
    "avant-hier": 2,
    "avant hier": 2,
}
# Part of a day -> local hours from and to; hours of 24 and more lie on the next day.
PARTS = {
    **dict.fromkeys(("morning", "matin", "matinee"), (5, 12)),
    **dict.fromkeys(("afternoon", "apres-midi", "apres midi"), (12, 18)),
    **dict.fromkeys(("evening", "soir", "soiree"), (18, 24)),
    **dict.fromkeys(("night", "nuit"), (18, 30)),
}
# Whole phrases -> how many days back, and the part.
PHRASES = {
    "last night": (1, "night"),
    "la nuit derniere": (1, "night"),
    "nuit derniere": (1, "night"),
    "cette nuit": (1, "night"),
    "tonight": (0, "evening"),
    "ce soir": (0, "evening"),
    "ce matin": (0, "morning"),
    "cet apres-midi": (0, "afternoon"),
    "cet apres midi": (0, "afternoon"),
    "this morning": (0, "morning"),
    "this afternoon": (0, "afternoon"),
    "this evening": (0, "evening"),
}
UNITS = {
    **dict.fromkeys(("s", "sec", "secs", "second", "seconds", "seconde", "secondes"), "seconds"),
    **dict.fromkeys(("min", "mins", "mn", "minute", "minutes"), "minutes"),
    **dict.fromkeys(("h", "hr", "hrs", "hour", "hours", "heure", "heures"), "hours"),
    **dict.fromkeys(("d", "day", "days", "j", "jour", "jours"), "days"),
}
ONE = frozenset({"a", "an", "one", "un", "une"})
NOW = frozenset({"now", "just now", "right now", "maintenant", "a l'instant"})
ABOUT = (
    "approximately", "aux alentours de", "autour de", "aux environs de", "environ", "approx", "around",
    "about", "circa", "vers", "ca", "~",
)  # fmt: skip
FILLERS = frozenset({"at", "on", "the", "in", "of", "le", "la", "a", "l'", "du", "de", "dans"})
MIDNIGHT = frozenset({"midnight", "minuit"})
NOON = ("noon", "midi")


def any_of(words: Iterable[str]) -> str:
    """Return a pattern that matches any of the words whole, the longest first."""
    listed = sorted(words, key=len, reverse=True)
    return r"(?<![\w'])(?:" + "|".join(re.escape(word) for word in listed) + r")(?![\w'])"
