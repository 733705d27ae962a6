"""Letters without a database: one JSON document with the sender, what happened, and to whom it is written."""

from __future__ import annotations

import dataclasses
import datetime as dt
import json
import types
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from difflib import get_close_matches
from typing import Any, Literal, Union, get_args, get_origin, get_type_hints

from breach.errors import BadInput
from notifications.letters import library
from notifications.letters.syntax import parse
from notifications.letters.values import (
    NEXT_OF_KIN,
    Block,
    IncidentText,
    NoticeContent,
    Recipient,
    Sender,
    Wording,
)

_KEYS = (
    *(
        "sender",
        "recipients",
        "languages",
        "forms",
        "wordings",
        "texts",
        "date",
        "breach_from",
        "breach_to",
        "discovered_on",
    ),
    *("genuine_page", "delayed_by_law_enforcement", "drill"),
)
LARGEST = 50 * 1024 * 1024
"""Bytes of a document. A run of more letters belongs in the database."""


@dataclass(frozen=True, slots=True)
class Document:
    """What the document says: the content, its people, and the day that the letters carry, if it names one."""

    content: NoticeContent
    recipients: tuple[Recipient, ...]
    date: dt.date | None


def read_document(text: bytes) -> Document:
    """Read a document. Languages and forms that it does not name are those that its people need.

    Raises BadInput naming the key, as `recipients[0].country`, and what belongs there.
    """
    if len(text) > LARGEST:
        raise BadInput(f"the document is larger than {LARGEST:,} bytes", mend="Make it smaller.")
    try:
        data = json.loads(text.decode("utf-8-sig"))
    except UnicodeDecodeError:
        raise BadInput("the document is not UTF-8", mend="Save it as UTF-8.") from None
    except (json.JSONDecodeError, RecursionError) as error:
        at = f"line {error.lineno}" if isinstance(error, json.JSONDecodeError) else ""
        raise BadInput("the document is no JSON", place=at, mend="Mend the document.") from None
    return _document(_object(data, "document", _KEYS))


def _document(data: Mapping[str, Any]) -> Document:
    for key in ("sender", "recipients"):
        if key not in data:
            raise BadInput("the key is missing", place=key, mend=f"Give {key}.")
    recipients = tuple(
        _row(Recipient, row, f"recipients[{number}]")
        for number, row in enumerate(_list(data["recipients"], "recipients"))
    )
    if not recipients:
        raise BadInput("nobody is named", place="recipients", mend="Name at least one person.")
    _once([one.uid for one in recipients])
    own = [
        _wording(row, f"wordings[{n}]") for n, row in enumerate(_list(data.get("wordings", []), "wordings"))
    ]
    texts = _object(data.get("texts", {}), "texts")
    content = NoticeContent(
        sender=_row(Sender, data["sender"], "sender"),
        wordings={**_ready(data, recipients, own), **{wording.key: wording for wording in own}},
        texts={key: _text(key, row) for key, row in texts.items()},
        breach_from=_day(data, "breach_from"),
        breach_to=_day(data, "breach_to"),
        discovered_on=_day(data, "discovered_on"),
        genuine_page=_typed(data.get("genuine_page", ""), str, "genuine_page"),
        delayed_by_law_enforcement=_typed(
            data.get("delayed_by_law_enforcement", False), bool, "delayed_by_law_enforcement"
        ),
        drill=_typed(data.get("drill", False), bool, "drill"),
    )
    return Document(content, recipients, _day(data, "date"))


def _ready(
    data: Mapping[str, Any], recipients: Iterable[Recipient], own: Iterable[Wording]
) -> dict[str, Wording]:
    """Ready texts for the languages and forms that are named, else for those that the people need."""
    people, written = list(recipients), {wording.language for wording in own}
    known = library.languages()
    tags = [_typed(tag, str, "languages") for tag in _list(data.get("languages", []), "languages")]
    for tag in tags:
        library.phrases(tag)
    needed = {one.language.partition("-")[0] for one in people} - written
    keys = [_typed(key, str, "forms") for key in _list(data.get("forms", []), "forms")]
    for key in keys:
        if not key or not library.is_form(key):
            raise BadInput(
                f"unknown form {key!r}",
                place="forms",
                mend=f"Known: {', '.join((*library.forms(), NEXT_OF_KIN))}.",
            )
    owed = {form for one in people if (form := library.form_of_region(one.region))}
    owed |= {NEXT_OF_KIN for one in people if one.deceased}
    return library.ready_wordings(tags or sorted(needed & set(known)), keys or sorted(owed))


def _wording(data: Any, place: str) -> Wording:
    row = dict(_object(data, place, [field.name for field in dataclasses.fields(Wording)]))
    blocks = _list(row.pop("blocks", []), f"{place}.blocks")
    row["blocks"] = ()
    found: Wording = _row(Wording, row, place)
    made = tuple(_row(Block, block, f"{place}.blocks[{number}]") for number, block in enumerate(blocks))
    return library.check(dataclasses.replace(found, blocks=made))


def _text(key: str, data: Any) -> IncidentText:
    language = key.partition("@")[0]
    found: IncidentText = _row(
        IncidentText, {"language": language, **_object(data, f"texts.{key}")}, f"texts.{key}"
    )
    for name in ("incident", "measures", "consequences"):
        parse(getattr(found, name), place=f"texts.{key}.{name}", terms=library.data_kinds())
    return found


def _row(kind: type[Any], data: Any, place: str) -> Any:
    """A value of the dataclass `kind` from a JSON object with its field names as keys."""
    fields = {field.name: field for field in dataclasses.fields(kind)}
    row = _object(data, place, list(fields))
    hints = get_type_hints(kind)
    missing = [
        name for name, field in fields.items() if field.default is dataclasses.MISSING and name not in row
    ]
    if missing:
        raise BadInput(
            "the key is missing", place=f"{place}.{missing[0]}", mend=f"Give {', '.join(missing)}."
        )
    return kind(**{name: _typed(value, hints[name], f"{place}.{name}") for name, value in row.items()})


def _typed(value: Any, hint: Any, place: str) -> Any:
    """The value as the field holds it: text, yes or no, a word of a list, a list of texts."""
    if get_origin(hint) is tuple:
        return tuple(_typed(one, str, f"{place}[{number}]") for number, one in enumerate(_list(value, place)))
    if get_origin(hint) is Literal:
        if value not in get_args(hint):
            words = ", ".join(repr(word) for word in get_args(hint))
            raise BadInput("the value is not on the list", place=place, mend=f"Give one of {words}.")
        return value
    allowed = get_args(hint) if get_origin(hint) in (Union, types.UnionType) else (hint,)
    if type(value) not in allowed:
        wanted = " or ".join(_NAMES[one] for one in allowed)
        raise BadInput("the value has the wrong type", place=place, mend=f"Give {wanted}.")
    return value


_NAMES = {str: "text", bool: "true or false", type(None): "null", int: "a whole number"}


def _object(data: Any, place: str, known: Sequence[str] = ()) -> Mapping[str, Any]:
    if not isinstance(data, dict):
        raise BadInput("an object is expected", place=place, mend="Write {…}.")
    for key in data if known else ():
        if key not in known:
            near = get_close_matches(key, known, 1)
            mend = f"Did you mean {near[0]}?" if near else f"Known: {', '.join(known)}."
            raise BadInput(f"unknown key {key!r}", place=place, mend=mend)
    return data


def _list(data: Any, place: str) -> list[Any]:
    if not isinstance(data, list):
        raise BadInput("a list is expected", place=place, mend="Write […].")
    return data


def _day(data: Mapping[str, Any], key: str) -> dt.date | None:
    if data.get(key) is None:
        return None
    try:
        return dt.date.fromisoformat(_typed(data[key], str, key))
    except ValueError:
        raise BadInput("this is no day", place=key, mend="Write it as 2026-11-20.") from None


def _once(uids: Sequence[str]) -> None:
    seen: set[str] = set()
    for uid in uids:
        if uid in seen:
            raise BadInput(f"the uid {uid!r} is there twice", place="recipients", mend="Give each its own.")
        seen.add(uid)
