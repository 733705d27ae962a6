"""What one authority does differently: names of its phases, words of severity, channel, its own notes.

A profile is a TOML file in `authorities/`; adding an authority touches nothing else. Profiles hold no
endpoint: filings leave by the authority's own channel, by a person's hand.
"""

from __future__ import annotations

import functools
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path

from breach.law import authorities
from notifications.filings.form import Field, Form, Option, load_form, read_option
from notifications.wording import LANGUAGES

PROFILES = Path(__file__).parent / "authorities"
GENERIC = "generic"
PHASES = ("initial", "follow_up")


@dataclass(frozen=True, slots=True)
class Note:
    phase: str
    text: Mapping[str, str]
    citation: str
    confidence: str


@dataclass(frozen=True, slots=True)
class Profile:
    """`authority` is a key of breach.law.authorities; `regime` one of breach.law.regimes, whose clock the
    filing answers; `language` the one the authority reads; `form` has the authority's own lists of options.
    `by` words the channels of breach/law/authorities, for authorities without a profile of their own.
    """

    key: str
    authority: str
    regime: str
    form: Form
    language: str
    name: Mapping[str, str]
    page: str
    channel: Mapping[str, str]
    phases: Mapping[str, Mapping[str, str]]
    notes: tuple[Note, ...]
    severity_from_enisa: Mapping[str, str]
    by: Mapping[str, Mapping[str, str]] = field(default_factory=dict)


@functools.cache
def load_profiles() -> Mapping[str, Profile]:
    """Return every shipped profile by key. Raises ValueError naming the file that does not hold together."""
    profiles = {}
    for path in sorted(PROFILES.glob("*.toml")):
        profile = _read(path)
        profiles[profile.key] = profile
    return profiles


def profile_for(authority: str) -> Profile:
    """Return the profile of an authority's key ("fr"), or the generic one with what is known of this authority."""
    own = next((one for one in load_profiles().values() if one.authority == authority), None)
    return own or profile_named(GENERIC, authority)


def profile_named(key: str, authority: str) -> Profile:
    """Return a profile by its own key. The generic one takes name, website and channel of the authority it is for."""
    profile = load_profiles()[key]
    known = authorities.load().get(authority)
    if key != GENERIC or known is None:
        return profile
    texts = {
        language: " ".join(
            text
            for text in (
                profile.by[known.channel][language],
                known.note.get(language),
                profile.channel[language],
            )
            if text
        )
        for language in LANGUAGES
    }
    names = dict.fromkeys(LANGUAGES, known.native_name)
    return replace(profile, authority=authority, name=names, page=known.website, channel=texts)


def _read(path: Path) -> Profile:
    raw = tomllib.loads(path.read_text("utf-8"))
    if path.stem != raw["key"]:
        raise ValueError(f"{path.name}: the key {raw['key']!r} is not the file's name")
    if set(raw["phase"]) != set(PHASES) or raw["language"] not in LANGUAGES:
        needs = f"the phases {', '.join(PHASES)} and a language of {', '.join(LANGUAGES)}"
        raise ValueError(f"{path.name}: needs {needs}")
    own = {entry["field"]: tuple(map(read_option, entry["options"])) for entry in raw.get("options", ())}
    return Profile(
        key=raw["key"],
        authority=raw["authority"],
        regime=raw["regime"],
        form=_with_options(load_form(raw["form"]), own),
        language=raw["language"],
        name=raw["name"],
        page=raw["page"],
        channel=raw["channel"],
        phases=raw["phase"],
        notes=tuple(map(_note, raw.get("note", ()))),
        severity_from_enisa=raw["severity_from_enisa"],
        by=raw.get("by", {}),
    )


def _note(raw: Mapping[str, str]) -> Note:
    texts = {language: raw[language] for language in LANGUAGES}
    return Note(raw["phase"], texts, raw["citation"], raw["confidence"])


def _with_options(form: Form, own: Mapping[str, tuple[Option, ...]]) -> Form:
    if unknown := set(own) - set(form.index):
        raise ValueError(f"{form.key}: no field {', '.join(sorted(unknown))}")
    sections = tuple(
        replace(section, fields=tuple(_with_own(field, own) for field in section.fields))
        for section in form.sections
    )
    return replace(form, sections=sections, index={f.key: f for section in sections for f in section.fields})


def _with_own(field: Field, own: Mapping[str, tuple[Option, ...]]) -> Field:
    return replace(field, options=own[field.key]) if field.key in own else field
