"""Placing the rows of one batch among the people there are, and storing them.

Most rows share no key with anybody: they become people as they come. The others are matched (breach/intake/match.py)
together with every source of the people they share a key with.
"""

import itertools
import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, cast

from breach.intake import match as matching
from breach.intake.addressee import SELF
from breach.intake.prepare import Prepared, word_of
from breach.intake.record import Record
from breach.models import (
    EvidenceState,
    IntakeFile,
    MergeEvidence,
    Person,
    PersonState,
    SourceOrigin,
    SourceRecord,
    new_uid,
)
from breach.queries.blind_keys import known_words
from breach.queries.marks import marks_of
from breach.services.bulk import insert_rows, instant_value, take_ids, update_rows
from breach.services.person_rows import FOLLOWS, INDEXES, absorb, open_sources, settle
from breach.vault import IncidentVault

Common = tuple[int, int, int | None, Any]
COMMON = ("incident", "party", "created_by", "created_at")
FROM_FILE = SourceOrigin.FILE.value
ACTIVE = PersonState.ACTIVE.value
PERSON_FIELDS = ("id", "uid", *COMMON, *FOLLOWS, "state", "merged_into", "sealed")
SOURCE_FIELDS = (
    *("id", "uid", *COMMON, "person", "file", "row", "origin", "kinds"),
    *("email_index", "customer_index", "name_index", "identifier_index", "sealed"),
)


@dataclass(slots=True)
class Placed:
    """How many people a batch made, how many rows joined one, how many joins wait for somebody."""

    new: int = 0
    merged: int = 0
    suggested: int = 0


class Seen:
    """The keys of the sources that this file has given so far, with the sources that have them.

    They go into the table of blind keys when the whole file is stored, in their order (models.BlindKey).
    """

    def __init__(self) -> None:
        # Nearly every key has one source; a list only where there are more.
        self._holders: dict[int, int | list[int]] = {}
        self._more = 0

    @classmethod
    def of_file(cls, file: IntakeFile) -> "Seen":
        """Return the keys of what is stored of a file already, when its load goes on after an interruption."""
        seen = cls()
        for pk, *indexes in file.sources.order_by().values_list("pk", *INDEXES.values()).iterator(10_000):
            for index in indexes:
                if index is not None:
                    seen.add(word_of(bytes(index)), pk)
        return seen

    def __contains__(self, word: int) -> bool:
        return word in self._holders

    @property
    def count(self) -> int:
        """How many keys there are; one that two sources have counts twice."""
        return len(self._holders) + self._more

    def add(self, word: int, pk: int) -> None:
        known = self._holders.setdefault(word, pk)
        if known is pk:
            return
        self._more += 1
        if isinstance(known, list):
            known.append(pk)
        else:
            self._holders[word] = [known, pk]

    def add_all(self, words: Sequence[tuple[int, ...]], pks: Sequence[int]) -> None:
        holders = self._holders
        for three, pk in zip(words, pks, strict=True):
            for word in three:
                if word in holders:
                    self.add(word, pk)
                else:
                    holders[word] = pk

    def holders(self, word: int) -> Sequence[int]:
        found = self._holders[word]
        return found if isinstance(found, list) else (found,)

    def in_order(self) -> Iterator[tuple[int, int]]:
        """Yield (word, source) sorted: the same after an interruption as before."""
        for word in sorted(self._holders):
            for pk in sorted(self.holders(word)):
                yield word, pk


@dataclass(slots=True)
class Fresh:
    """A row of the batch that is matched, with what is asked of a `SourceRecord`: a model's object costs far more."""

    pk: int
    uid: str
    kinds: list[str]
    email_index: bytes | None
    customer_index: bytes | None
    name_index: bytes | None
    identifier_index: bytes | None
    sealed: bytes
    person_id: int | None = None

    @property
    def context(self) -> str:
        return f"source-record/{self.uid}"


@dataclass(frozen=True, slots=True)
class Entangled:
    """The rows that are matched: stored sources first, then those rows of the batch that share a key."""

    rows: list[SourceRecord | Fresh]
    records: list[Record]
    known: int
    places: list[int]

    def place(self, ref: int) -> int:
        """Return where in the batch a row stands that is not stored yet."""
        return self.places[ref - self.known]


class Placing:
    """Stores one prepared batch of a file, inside the caller's transaction."""

    def __init__(self, vault: IncidentVault, file: IntakeFile, seen: Seen, now: datetime) -> None:
        self.vault, self.file, self.seen, self.now = vault, file, seen, now
        self.done = Placed()

    def store(self, batch: Prepared) -> Placed:
        pks = take_ids(SourceRecord, len(batch.rows))
        matched = self._entangled(batch, pks)
        found = self._match(matched)
        # The person of each row: their primary key once known.
        owners: list[int | None] = [None] * len(batch.rows)
        groups = self._join_known(found.group, matched, owners)
        self._store_people(batch, owners, groups, matched)
        self._store_sources(batch, pks, owners)
        for ref in range(matched.known, len(matched.rows)):
            matched.rows[ref].person_id = owners[matched.place(ref)]
        self._settle_grown(found.group, matched)
        self._explain(found, matched.rows)
        self.seen.add_all(batch.words, pks)
        return self.done

    def _sharing(self, batch: Prepared) -> tuple[list[int], set[int]]:
        """Return the places of rows that share a key with another row or a stored source, and those sources."""
        stored = known_words(itertools.chain.from_iterable(batch.words), self.file.party_id)
        seen, first = self.seen, dict[int, int]()
        places: set[int] = set()
        sources: set[int] = set()
        for place, three in enumerate(batch.words):
            for word in three:
                other = first.setdefault(word, place)
                if other != place:
                    places.update((place, other))
                if word in seen:
                    places.add(place)
                    sources.update(seen.holders(word))
                if word in stored:
                    places.add(place)
                    sources.update(stored[word])
        return sorted(places), sources

    def _entangled(self, batch: Prepared, pks: Sequence[int]) -> Entangled:
        places, sources = self._sharing(batch)
        known = self._known(sources)
        fresh = [
            Fresh(
                pk=pks[place],
                uid=batch.source_uids[place],
                kinds=json.loads(batch.kinds[place]),
                email_index=batch.email_index[place],
                customer_index=batch.customer_index[place],
                name_index=batch.name_index[place],
                identifier_index=batch.identifier_index[place],
                sealed=batch.sources[place],
            )
            for place in places
        ]
        rows: list[SourceRecord | Fresh] = [*known, *fresh]
        return Entangled(rows, open_sources(self.vault, rows), len(known), places)

    def _known(self, sources: set[int]) -> list[SourceRecord]:
        """Return all sources of every active person that has one of `sources`, the oldest person first."""
        if not sources:
            return []
        people = SourceRecord.objects.filter(pk__in=sources).values_list("person_id", flat=True)
        return list(
            SourceRecord.objects.filter(person__in=set(people), person__state=PersonState.ACTIVE)
            .select_related("person")
            .order_by("person_id", "pk")
        )

    def _match(self, matched: Entangled) -> matching.Match:
        pairs = zip(matched.rows, matched.records, strict=True)
        sources = [_source(ref, row, record) for ref, (row, record) in enumerate(pairs)]
        return matching.match(sources, self._apart(matched.rows[: matched.known]))

    def _apart(self, rows: Sequence[SourceRecord | Fresh]) -> Iterable[frozenset[int]]:
        """Return the pairs among stored rows that somebody has taken apart or declined to join."""
        refs = {row.pk: ref for ref, row in enumerate(rows)}
        if not refs:
            return ()
        decided = MergeEvidence.objects.filter(
            source__in=refs, other__in=refs, state__in=[EvidenceState.UNDONE, EvidenceState.DECLINED]
        )
        return [
            frozenset((refs[source], refs[other]))
            for source, other in decided.values_list("source_id", "other_id")
        ]

    def _join_known(
        self, group: Mapping[int, int], matched: Entangled, owners: list[int | None]
    ) -> dict[int, list[int]]:
        """Give rows that join a stored person that person; return the others, by the place of their first row."""
        fresh: dict[int, list[int]] = {}
        for ref in range(matched.known, len(matched.rows)):
            root = group[ref]
            if root < matched.known:
                owners[matched.place(ref)] = matched.rows[root].person_id
                self.done.merged += 1
            else:
                fresh.setdefault(matched.place(root), []).append(ref)
        return fresh

    def _store_people(
        self, batch: Prepared, owners: list[int | None], groups: Mapping[int, list[int]], matched: Entangled
    ) -> None:
        """Store the new people in the order of their first rows."""
        first_of = {matched.place(ref): first for first, refs in groups.items() for ref in refs}
        firsts = [
            place
            for place, owner in enumerate(owners)
            if owner is None and first_of.get(place, place) == place
        ]
        pks = dict(zip(firsts, take_ids(Person, len(firsts)), strict=True))
        for place, owner in enumerate(owners):
            if owner is None:
                owners[place] = pks[first_of.get(place, place)]
        self.done.new += len(firsts)
        self.done.merged += sum(len(refs) - 1 for refs in groups.values())
        several = {place for place, refs in groups.items() if len(refs) > 1}
        alone = [place for place in firsts if place not in several]
        common = self._common()
        insert_rows(
            Person,
            PERSON_FIELDS,
            itertools.chain(
                _alone(batch, alone, [pks[place] for place in alone], common),
                (
                    self._joined(batch, place, pks[place], common, matched, groups[place])
                    for place in firsts
                    if place in several
                ),
            ),
        )

    def _joined(
        self, batch: Prepared, place: int, pk: int, common: Common, matched: Entangled, refs: Sequence[int]
    ) -> tuple[Any, ...]:
        """Return the row of a person whom several rows of this batch tell of."""
        person = Person(uid=batch.person_uids[place])
        kinds = {kind for ref in refs for kind in matched.rows[ref].kinds}
        settle(self.vault, person, [matched.records[ref] for ref in refs], kinds, self.file.ages_on)
        return (pk, person.uid, *common, *_following(person), ACTIVE, None, person.sealed)

    def _common(self) -> Common:
        return self.file.incident_id, self.file.party_id, self.file.accepted_by_id, instant_value(self.now)

    def _store_sources(self, batch: Prepared, pks: Sequence[int], owners: Sequence[int | None]) -> None:
        common, file = self._common(), self.file.pk
        rows = zip(
            *(pks, batch.source_uids, *map(itertools.repeat, common), owners, itertools.repeat(file)),
            *(batch.rows, itertools.repeat(FROM_FILE), batch.kinds),
            *(batch.email_index, batch.customer_index, batch.name_index, batch.identifier_index),
            batch.sources,
            strict=False,  # what is the same in all of them has no end
        )
        insert_rows(SourceRecord, SOURCE_FIELDS, rows)

    def _settle_grown(self, group: Mapping[int, int], matched: Entangled) -> None:
        """Unite people that a new source has shown to be one, and work out again all who got sources."""
        rows, records, known = matched.rows, matched.records, matched.known
        stored = cast("list[SourceRecord]", rows[:known])
        grown: dict[int, list[int]] = {}
        for ref, root in group.items():
            if root < known:
                grown.setdefault(root, []).append(ref)
        growing = []
        for root, refs in grown.items():
            keeper = stored[root].person
            others = {
                stored[ref].person_id: stored[ref].person
                for ref in refs
                if ref < known and stored[ref].person_id != keeper.pk
            }
            for other in others.values():
                absorb(keeper, other)
            self.done.merged += len(others)
            if others or max(refs) >= known:
                growing.append((keeper, sorted(refs, key=lambda ref: rows[ref].pk)))
        marks = marks_of(self.vault, [keeper.pk for keeper, _refs in growing])
        changed = []
        for keeper, refs in growing:
            kinds = {kind for ref in refs for kind in rows[ref].kinds}
            marked = marks.get(keeper.pk, {})
            settle(self.vault, keeper, [records[ref] for ref in refs], kinds, self.file.ages_on, marked)
            changed.append((*_following(keeper), keeper.sealed, keeper.pk))
        update_rows(Person, (*FOLLOWS, "sealed"), changed)

    def _explain(self, found: matching.Match, rows: Sequence[SourceRecord | Fresh]) -> None:
        """Keep why rows were joined, and which might have to be."""
        if not found.joins and not found.suggestions:
            return
        waiting: set[frozenset[int | None]] = {*self._known_suggestions(rows)}
        suggested = []
        for join in found.suggestions:
            pair = frozenset((rows[join.ref].person_id, rows[join.other].person_id))
            if pair not in waiting:
                waiting.add(pair)
                suggested.append(join)
        self.done.suggested += len(suggested)
        states = [(join, EvidenceState.JOINED) for join in found.joins]
        states += [(join, EvidenceState.SUGGESTED) for join in suggested]
        now = instant_value(self.now)
        insert_rows(
            MergeEvidence,
            ("uid", "created_at", "incident", "source", "other", "key", "state"),
            (
                (
                    new_uid(),
                    now,
                    self.file.incident_id,
                    rows[join.ref].pk,
                    rows[join.other].pk,
                    join.kind,
                    state.value,
                )
                for join, state in states
            ),
        )

    def _known_suggestions(self, rows: Sequence[SourceRecord | Fresh]) -> set[frozenset[int]]:
        """Return the pairs of people for whom somebody has been asked before, whatever the answer was."""
        pks = [row.pk for row in rows]
        asked = MergeEvidence.objects.filter(source__in=pks, other__in=pks).exclude(
            state=EvidenceState.JOINED
        )
        return {frozenset(pair) for pair in asked.values_list("source__person_id", "other__person_id")}


def _alone(
    batch: Prepared, places: Sequence[int], pks: Sequence[int], common: Common
) -> Iterator[tuple[Any, ...]]:
    """Yield the rows of people whom one row each tells of: all of it is in the batch. Column by column, which takes a
    third as long.
    """
    columns: tuple[Sequence[Any], ...] = (
        *(batch.person_uids, batch.country, batch.region, batch.language, batch.kinds, batch.minor),
        *(batch.relation, batch.channel, batch.has_email, batch.has_address, batch.people),
    )
    if len(places) < len(batch.rows):
        columns = tuple([column[place] for place in places] for column in columns)
    uids, country, region, language, kinds, minor, relation, channel, has_email, has_address, sealed = columns
    return zip(
        *(pks, uids, *map(itertools.repeat, common), country, region, language, kinds, minor, relation),
        *(itertools.repeat(SELF), channel, itertools.repeat(""), has_email, has_address),
        *(itertools.repeat(ACTIVE), itertools.repeat(None), sealed),
        strict=False,  # what is the same in all of them has no end
    )


def _following(person: Person) -> tuple[Any, ...]:
    """Return the values of `FOLLOWS`, the kinds as JSON."""
    return tuple(json.dumps(person.kinds) if name == "kinds" else getattr(person, name) for name in FOLLOWS)


def _source(ref: int, row: SourceRecord | Fresh, each: Record) -> matching.Source:
    keys = tuple(
        matching.Key(kind, bytes(value))
        for kind, name in INDEXES.items()
        if (value := getattr(row, name)) is not None
    )
    return matching.Source(ref, keys, matching.identity_of(each), row.person_id)
