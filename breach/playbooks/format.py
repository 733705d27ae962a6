"""The format of a playbook, checked as it is read: BadInput names file, key and mend."""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from difflib import get_close_matches
from functools import cache
from typing import Any, NoReturn

from breach.errors import BadInput
from breach.law import facts

LANGUAGES = ("en", "fr")
ROLES = ("responder", "manager", "dpo")
COUNTS_FROM = ("awareness", "start")
UNITS = {"min": timedelta(minutes=1), "h": timedelta(hours=1), "d": timedelta(days=1)}
# Facts of the party itself, beside those of the facts document.
PARTY_FLAGS = {"party.role": str, "party.establishment": str, "party.drill": bool}

_KEY = re.compile(r"^[a-z][a-z0-9_]{1,39}$")
_OFFSET = re.compile(r"^\+(\d{1,4})(min|h|d)$")
_TESTS = ("is", "any_of", "over")
_PLAYBOOK_KEYS = frozenset({"key", "version", "title", "summary", "include", "phase", "task"})
_PLAYBOOK_NEEDS = ("key", "version", "title", "summary", "phase", "task")
_TASK_KEYS = frozenset({"key", "phase", "role", "due", "from", "depends_on", "when", "title", "guide"})
_TASK_NEEDS = ("key", "phase", "role", "due", "title", "guide")
_CONDITION_KEYS = frozenset({"fact", "unknown", *_TESTS})


@dataclass(frozen=True, slots=True)
class Condition:
    """A task stands when `fact` passes `test` against `values`.

    `is`: equal; `any_of`: the fact, or a member of it, is among the values; `over`: greater than the number.
    While the fact is unknown, the task stands when `if_unknown`.
    """

    fact: str
    test: str
    values: tuple[Any, ...]
    if_unknown: bool = True


@dataclass(frozen=True, slots=True)
class Phase:
    key: str
    title: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class TaskSpec:
    """A task as the playbook has it. `offset` counts from awareness or from the start of the playbook."""

    key: str
    phase: str
    role: str
    offset: timedelta
    counts_from: str
    depends_on: tuple[str, ...]
    when: tuple[Condition, ...]
    title: Mapping[str, str]
    guide: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Playbook:
    """A checked playbook. `document` is what it was read from, to be kept with a run."""

    key: str
    version: str
    title: Mapping[str, str]
    summary: Mapping[str, str]
    phases: tuple[Phase, ...]
    tasks: tuple[TaskSpec, ...]
    document: Mapping[str, Any]

    def task(self, key: str) -> TaskSpec:
        return next(task for task in self.tasks if task.key == key)


def read_playbook(document: Mapping[str, Any], *, place: str) -> Playbook:
    """Check a parsed playbook (shared parts merged in) and return it. `place` is the file's name."""
    _check_keys(document, _PLAYBOOK_KEYS, _PLAYBOOK_NEEDS, place)
    key = _key(document["key"], f"{place}: key")
    phases = tuple(
        _phase(item, f"{place}: phase {number}") for number, item in _items(document, "phase", place)
    )
    names = {phase.key for phase in phases}
    tasks = tuple(_task(item, names, place) for _, item in _items(document, "task", place))
    _no_twins([phase.key for phase in phases], f"{place}: phase")
    _no_twins([task.key for task in tasks], f"{place}: task")
    _check_order(tasks, place)
    order = {phase.key: number for number, phase in enumerate(phases)}
    return Playbook(
        key=key,
        version=_text(document["version"], f"{place}: version"),
        title=_words(document["title"], f"{place}: title"),
        summary=_words(document["summary"], f"{place}: summary"),
        phases=phases,
        # Stable: inside a phase the file's own order stands.
        tasks=tuple(sorted(tasks, key=lambda task: order[task.phase])),
        document=document,
    )


def _items(document: Mapping[str, Any], key: str, place: str) -> Iterable[tuple[int, Mapping[str, Any]]]:
    items = document[key]
    if not isinstance(items, list) or not items or not all(isinstance(item, dict) for item in items):
        _refuse(f"there is no [[{key}]]", f"{place}: {key}", f"Write at least one [[{key}]] table.")
    return enumerate(items, start=1)


def _phase(item: Mapping[str, Any], place: str) -> Phase:
    _check_keys(item, frozenset({"key", "title"}), ("key", "title"), place)
    return Phase(_key(item["key"], f"{place}: key"), _words(item["title"], f"{place}: title"))


def _task(item: Mapping[str, Any], phases: set[str], file: str) -> TaskSpec:
    place = f"{file}: task {item.get('key', '?')}"
    _check_keys(item, _TASK_KEYS, _TASK_NEEDS, place)
    return TaskSpec(
        key=_key(item["key"], f"{place}: key"),
        phase=_one_of(item["phase"], phases, f"{place}: phase"),
        role=_one_of(item["role"], ROLES, f"{place}: role"),
        offset=_offset(item["due"], f"{place}: due"),
        counts_from=_one_of(item.get("from", "awareness"), COUNTS_FROM, f"{place}: from"),
        depends_on=_keys(item.get("depends_on", []), f"{place}: depends_on"),
        when=tuple(
            _condition(one, f"{place}: when") for one in _list(item.get("when", []), f"{place}: when")
        ),
        title=_words(item["title"], f"{place}: title"),
        guide=_words(item["guide"], f"{place}: guide"),
    )


def _condition(item: Any, place: str) -> Condition:
    if not isinstance(item, dict):
        _refuse("a condition is a table", place, 'Write { fact = "minors", is = true }.')
    _check_keys(item, _CONDITION_KEYS, ("fact",), place)
    tests = [test for test in _TESTS if test in item]
    if len(tests) != 1:
        _refuse("a condition has exactly one test", place, f"Use one of {', '.join(_TESTS)}.")
    test = tests[0]
    fact = _text(item["fact"], f"{place}: fact")
    values = tuple(_list(item[test], f"{place}: {test}")) if test == "any_of" else (item[test],)
    _check_values(fact, test, values, place)
    unknown = _one_of(item.get("unknown", "include"), ("include", "leave_out"), f"{place}: unknown")
    return Condition(fact, test, values, unknown == "include")


@cache
def _fact_schemas() -> Mapping[str, Mapping[str, Any]]:
    """Return the schema of every fact a condition may name; parts of an object as `sectors.public_body`."""
    found: dict[str, Mapping[str, Any]] = {}
    for key, one in facts.schema()["properties"].items():
        found[key] = one
        for part, inner in one.get("properties", {}).items():
            found[f"{key}.{part}"] = inner
    kinds: dict[type, str] = {str: "string", bool: "boolean"}
    return found | {key: {"type": [kinds[kind], "null"]} for key, kind in PARTY_FLAGS.items()}


def _check_values(fact: str, test: str, values: Sequence[Any], place: str) -> None:
    known = _fact_schemas()
    if fact not in known:
        near = get_close_matches(fact, known, n=3)
        mend = f"Did you mean {' or '.join(near)}?" if near else "See `manage.py facts --schema`."
        _refuse(f"“{fact}” is no fact", f"{place}: fact", mend)
    schema = known[fact]
    allowed = schema.get("enum") or schema.get("items", {}).get("enum")
    for value in values:
        if allowed is not None and value not in allowed:
            near = get_close_matches(str(value), [str(one) for one in allowed], n=3)
            _refuse(
                f"“{value}” is no value of {fact}",
                f"{place}: {test}",
                f"Perhaps {' or '.join(near) or allowed[0]}.",
            )
        if test == "over" and (
            isinstance(value, bool) or not isinstance(value, int) or "integer" not in schema.get("type", ())
        ):
            _refuse(
                "only numbers can be over something",
                f"{place}: over",
                "Use a whole number and a counted fact.",
            )
        if "boolean" in schema.get("type", ()) and not isinstance(value, bool):
            _refuse(f"{fact} is yes or no", f"{place}: {test}", "Use true or false.")


def _check_order(tasks: Sequence[TaskSpec], place: str) -> None:
    """Refuse unknown or circular dependencies, and a task that is due before what it waits for."""
    table = {task.key: task for task in tasks}
    for task in tasks:
        here = f"{place}: task {task.key}: depends_on"
        for key in task.depends_on:
            if key not in table:
                near = get_close_matches(key, table, n=3)
                _refuse(
                    f"“{key}” is no task",
                    here,
                    f"Did you mean {' or '.join(near)}?" if near else "Remove it.",
                )
            before = table[key]
            if before.counts_from == task.counts_from and before.offset > task.offset:
                _refuse(
                    f"{task.key} is due before {key}, on which it depends", here, "Give it a later due time."
                )
        if task.key in _all_before(task.key, table):
            _refuse(f"{task.key} depends on itself", here, "Cut the circle.")


def _all_before(key: str, table: Mapping[str, TaskSpec]) -> set[str]:
    seen: set[str] = set()
    ahead = list(table[key].depends_on)
    while ahead:
        one = ahead.pop()
        if one in table and one not in seen:
            seen.add(one)
            ahead.extend(table[one].depends_on)
    return seen


def _offset(value: Any, place: str) -> timedelta:
    match = _OFFSET.match(value) if isinstance(value, str) else None
    if match is None:
        _refuse(f"“{value}” is no offset", place, "Write +30min, +4h or +7d.")
    return int(match[1]) * UNITS[match[2]]


def _words(value: Any, place: str) -> Mapping[str, str]:
    if not isinstance(value, dict):
        _refuse("words are given per language", place, 'Write { en = "…", fr = "…" }.')
    for language in LANGUAGES:
        if not isinstance(value.get(language), str) or not value[language].strip():
            _refuse(f"the wording in “{language}” is missing", place, f"Add {language}.")
    # Lines are joined; the no-break spaces of French punctuation stay.
    return {language: re.sub(r"[ \t\n]+", " ", str(text)).strip() for language, text in value.items()}


def _keys(value: Any, place: str) -> tuple[str, ...]:
    return tuple(_key(item, place) for item in _list(value, place))


def _list(value: Any, place: str) -> list[Any]:
    if not isinstance(value, list):
        _refuse("a list is needed", place, "Write it in brackets.")
    return value


def _key(value: Any, place: str) -> str:
    if not isinstance(value, str) or not _KEY.match(value):
        _refuse(f"“{value}” is no key", place, "Use 2 to 40 small letters, digits and underscores.")
    return value


def _text(value: Any, place: str) -> str:
    if not isinstance(value, str) or not value.strip():
        _refuse("text is needed", place, "Write it in quotes.")
    return value


def _one_of(value: Any, allowed: Iterable[str], place: str) -> str:
    if value not in allowed:
        _refuse(f"“{value}” is not known here", place, f"Use one of {', '.join(sorted(allowed))}.")
    return str(value)


def _check_keys(item: Mapping[str, Any], known: frozenset[str], needed: Iterable[str], place: str) -> None:
    for key in item:
        if key not in known:
            near = get_close_matches(str(key), known, n=1)
            _refuse(f"“{key}” is no key here", place, f"Did you mean {near[0]}?" if near else "Remove it.")
    for key in needed:
        if key not in item:
            _refuse(f"“{key}” is missing", place, f"Add {key}.")


def _no_twins(keys: Sequence[str], place: str) -> None:
    for key in keys:
        if keys.count(key) > 1:
            _refuse(f"“{key}” stands twice", place, "Rename one of them.")


def _refuse(message: str, place: str, mend: str) -> NoReturn:
    raise BadInput(message, place=place, mend=mend, code="playbook")
