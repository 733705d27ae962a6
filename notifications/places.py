"""Where in a notice a finding stands, in the reader's words, and which field of the drafting page that is."""

from collections.abc import Callable, Mapping
from typing import Any

from django.utils.translation import get_language, gettext_lazy
from django.utils.translation import gettext as _

from breach.wording import language as language_name
from notifications.letters import findings, library
from notifications.letters.prose import PLACE_OF
from notifications.letters.values import NEXT_OF_KIN, Finding

OWN_LABELS = {
    "incident": gettext_lazy("What happened, in your own words"),
    "measures": gettext_lazy("What you did and will do, in your own words"),
    "consequences": gettext_lazy("What may follow, in your own words"),
}
BLOCK_LABELS = {
    "what_happened": gettext_lazy("What happened"),
    "what_information": gettext_lazy("What information was involved"),
    "consequences": gettext_lazy("What this may mean"),
    "what_we_do": gettext_lazy("What we are doing"),
    "what_you_can_do": gettext_lazy("What you can do"),
    "contact": gettext_lazy("Where to ask"),
}
FRAME = "frame"
"""Places of findings about channels and days begin with it."""


def form_name(form: str) -> str:
    """What pages call the form of a wording: the title that a statute prescribes, or ours."""
    if form == NEXT_OF_KIN:
        return _("To the next of kin of somebody who has died")
    statute = library.statute(form)
    return statute.name or statute.title if statute else ""


def text_name(key: str) -> str:
    """Name a wording by its key: `French`, `English: Notice of Data Breach`."""
    language, _at, form = key.partition("@")
    name = form_name(form) or form
    return f"{language_name(language)}: {name}" if name else language_name(language)


def field_of(place: str) -> str:
    """The field of the drafting page at this place of a wording (`fr/contact`), or "" for the whole text."""
    name = place.partition("/")[2]
    if name == "title":
        return "title"
    own = next((key for key, said in PLACE_OF.items() if said == name), "")
    if own:
        return f"own_{own}"
    return f"text_{name}" if name in BLOCK_LABELS else ""


def place_name(place: str) -> str:
    """`French, What you can do`; a place that is no text of ours (a uid) stays as it is."""
    key, _slash, name = place.partition("/")
    if key == FRAME:
        return _("Channels and days")
    if key.partition("@")[0] not in library.languages():
        return _("the whole notice") if place == "notice" else form_name(place) or place
    own = next((OWN_LABELS[key] for key, said in PLACE_OF.items() if said == name), "")
    label = BLOCK_LABELS.get(name) or own or (_("Title") if name == "title" else "")
    return f"{text_name(key)}, {label}" if label else text_name(key)


def in_words(found: list[Finding]) -> list[dict[str, Any]]:
    """Findings as pages show them, in the active language."""
    return [_said(finding) for finding in found]


def _shown(values: Mapping[str, str]) -> dict[str, str]:
    """Tags, keys and names of forms as a reader calls them."""
    names: dict[str, Callable[[str], str]] = {
        "language": language_name,
        "languages": lambda keys: ", ".join(text_name(key) for key in keys.split(", ")),
        "name": lambda name: str(OWN_LABELS.get(name, name)),
        "form": lambda form: form_name(form) or form,
    }
    return {key: names[key](value) for key, value in values.items() if key in names}


def _said(finding: Finding) -> dict[str, Any]:
    message, mend = findings.worded(finding, get_language() or "en", _shown(finding.values))
    key = finding.place.partition("/")[0]
    return {
        "blocks": finding.level == "legal",
        "place": place_name(finding.place),
        "key": key if key.partition("@")[0] in library.languages() else "",
        "is_frame": key == FRAME,
        "field": field_of(finding.place),
        "message": message,
        "mend": mend,
    }
