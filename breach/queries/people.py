"""Reading people: opened values, counts, exact search, pages. Callers ask `permissions` first and note reads
with `services.record.record_read`; nothing here writes.
"""

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from itertools import islice

from django.db.models import Count, Q, QuerySet

from breach.intake.contact import email_address, email_key
from breach.intake.identifiers import IdentifierKeys
from breach.intake.match import CUSTOMER_NUMBER, EMAIL, NAME_BIRTH_POSTCODE, NATIONAL_ID, name_key
from breach.intake.record import Record
from breach.keys import vault_for
from breach.models import (
    Addressee,
    Incident,
    IntakeFile,
    Party,
    Person,
    PersonChannel,
    PersonState,
    Relation,
    SourceOrigin,
)
from breach.queries.blind_keys import holders
from breach.vault import IncidentVault

CHUNK = 1_000
PAGE = 50


@dataclass(frozen=True, slots=True)
class PersonValue:
    """One person, opened. Empty text means: not known. Country ISO 3166-1, region ISO 3166-2, language
    ISO 639-1.
    """

    uid: str
    given_name: str
    family_name: str
    full_name: str
    email: str
    phone: str
    address_lines: tuple[str, ...]
    postcode: str
    city: str
    region: str
    country: str
    language: str
    birth_date: date | None
    minor: bool | None
    guardian: str
    customer_number: str
    kinds: tuple[str, ...]
    channel: str
    relation: str = ""
    addressee: str = "self"

    @property
    def relation_label(self) -> str:
        return str(Relation(self.relation).label) if self.relation else ""

    @property
    def channel_label(self) -> str:
        return str(PersonChannel(self.channel).label)

    @property
    def addressee_label(self) -> str:
        return str(Addressee(self.addressee).label)


@dataclass(frozen=True, slots=True)
class SourceValue:
    """One source record of a person, opened: which file and row said what."""

    uid: str
    origin: str
    file_uid: str
    row: int | None
    kinds: tuple[str, ...]
    record: Record

    @property
    def origin_label(self) -> str:
        return str(SourceOrigin(self.origin).label)


@dataclass(frozen=True, slots=True)
class PeopleCounts:
    """How many active people, and of which kind. Codes as in `PersonValue`; "" stands for not known."""

    total: int = 0
    by_country: Mapping[str, int] = field(default_factory=dict)
    by_region: Mapping[str, int] = field(default_factory=dict)
    by_language: Mapping[str, int] = field(default_factory=dict)
    by_kind: Mapping[str, int] = field(default_factory=dict)
    minors: int = 0
    with_email: int = 0
    with_address: int = 0
    unreachable: int = 0
    by_channel: Mapping[str, int] = field(default_factory=dict)
    by_relation: Mapping[str, int] = field(default_factory=dict)
    by_addressee: Mapping[str, int] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Filters:
    """What a list of people is narrowed to; empty means all. `state` is active unless asked otherwise."""

    country: str = ""
    region: str = ""
    language: str = ""
    kind: str = ""
    channel: str = ""
    relation: str = ""
    addressee: str = ""
    minor: bool | None = None
    state: str = PersonState.ACTIVE


@dataclass(frozen=True, slots=True)
class Page:
    """A page of people in the order they were taken in; `after` leads to the next one, None at the end."""

    people: tuple[PersonValue, ...]
    after: int | None


def open_people(incident: Incident, ids: Iterable[int]) -> Iterator[PersonValue]:
    """Yield the people with these primary keys, opened, in the order of `ids`, in bounded memory.

    Raises KeyError for an id that is not a person of the incident.
    """
    vault = vault_for(incident)
    stream = iter(ids)
    while part := list(islice(stream, CHUNK)):
        found = Person.objects.filter(incident=incident).in_bulk(part)
        yield from _opened(vault, [found[pk] for pk in part])


def open_person(person: Person) -> PersonValue:
    return _opened(vault_for(person.incident), [person])[0]


def contact_of(person: Person) -> dict[str, str]:
    """Return what stands of a contact, by the names of the fields that correct it."""
    value = open_person(person)
    return {
        "given_name": value.given_name,
        "family_name": value.family_name,
        "email": value.email,
        "street": "\n".join(value.address_lines),
        "postcode": value.postcode,
        "city": value.city,
        "region": value.region,
        "country": value.country,
        "language": value.language,
        "birth_date": value.birth_date.isoformat() if value.birth_date else "",
        "guardian": value.guardian,
        "relation": value.relation,
    }


def _opened(vault: IncidentVault, people: Sequence[Person]) -> list[PersonValue]:
    blobs = vault.open_many((person.context, bytes(person.sealed)) for person in people)
    return [_value(person, Record.from_bytes(blob)) for person, blob in zip(people, blobs, strict=True)]


def _value(person: Person, view: Record) -> PersonValue:
    return PersonValue(
        uid=person.uid,
        given_name=view.given_name,
        family_name=view.family_name,
        full_name=view.name,
        email=view.email,
        phone=view.phone,
        address_lines=tuple(line for line in (view.street, view.address_extra) if line),
        postcode=view.postcode,
        city=view.city,
        region=person.region,
        country=person.country,
        language=person.language,
        birth_date=view.born,
        minor=person.minor,
        guardian=view.guardian,
        customer_number=view.customer_number,
        kinds=tuple(person.kinds),
        channel=person.channel,
        relation=person.relation,
        addressee=person.addressee,
    )


def sources_of(person: Person) -> list[SourceValue]:
    """Return the records a person rests on, the first taken in first."""
    rows = list(person.sources.select_related("file").order_by("pk"))
    blobs = vault_for(person.incident).open_many((row.context, bytes(row.sealed)) for row in rows)
    return [
        SourceValue(
            row.uid,
            row.origin,
            row.file.uid if row.file else "",
            row.row,
            tuple(row.kinds),
            Record.from_json(json.loads(blob)["record"]),
        )
        for row, blob in zip(rows, blobs, strict=True)
    ]


def active(incident: Incident, party: Party | None = None) -> QuerySet[Person]:
    """Return everybody who is affected, of one party or of all."""
    people = Person.objects.filter(incident=incident, state=PersonState.ACTIVE)
    return people.filter(party=party) if party else people


def counts(incident: Incident, party: Party | None = None) -> PeopleCounts:
    """Count the active people of a party (or of the incident) in one query."""
    single = ("country", "region", "language", "channel", "relation", "addressee")
    names = (*single, "kinds", "minor", "has_email", "has_address")
    tally: dict[str, dict[str, int]] = {name: {} for name in (*single, "kind")}
    total = minors = with_email = with_address = 0
    for group in active(incident, party).order_by().values(*names).annotate(people=Count("pk")):
        people = group["people"]
        total += people
        minors += people if group["minor"] else 0
        with_email += people if group["has_email"] else 0
        with_address += people if group["has_address"] else 0
        for name in single:
            tally[name][group[name]] = tally[name].get(group[name], 0) + people
        for kind in group["kinds"]:
            tally["kind"][kind] = tally["kind"].get(kind, 0) + people
    return PeopleCounts(
        total=total,
        by_country=_ranked(tally["country"]),
        by_region=_ranked({name: count for name, count in tally["region"].items() if name}),
        by_language=_ranked(tally["language"]),
        by_kind=_ranked(tally["kind"]),
        minors=minors,
        with_email=with_email,
        with_address=with_address,
        unreachable=tally["channel"].get("none", 0),
        by_channel=_ranked(tally["channel"]),
        by_relation=_ranked(tally["relation"]),
        by_addressee=_ranked(tally["addressee"]),
    )


def _ranked(tally: Mapping[str, int]) -> dict[str, int]:
    return dict(sorted(tally.items(), key=lambda item: (-item[1], item[0])))


def search(incident: Incident, text: str) -> list[Person]:
    """Return the people who have exactly this e-mail address, customer number or national identifier, merged and
    removed ones included.

    A name cannot be searched alone: names are sealed. See `search_by_name`.
    """
    vault = vault_for(incident)
    wanted = text.strip()
    number = vault.blind(wanted.casefold(), kind=CUSTOMER_NUMBER)
    found = set(holders(incident, "customer_index", number).values_list("person", flat=True))
    if address := email_address(wanted):
        index = vault.blind(email_key(address), kind=EMAIL)
        found.update(holders(incident, "email_index", index).values_list("person", flat=True))
    if identifier := IdentifierKeys()(wanted):
        index = vault.blind(identifier, kind=NATIONAL_ID)
        found.update(holders(incident, "identifier_index", index).values_list("person", flat=True))
    return _people_of(found)


def search_by_name(incident: Incident, *, name: str, birth_date: date, postcode: str) -> list[Person]:
    """Return the people of exactly this name (words in any order), birth date and postcode."""
    key = name_key(name, birth_date.isoformat(), postcode)
    index = vault_for(incident).blind(key, kind=NAME_BIRTH_POSTCODE)
    return _people_of(holders(incident, "name_index", index).values_list("person", flat=True))


def _people_of(keys: Iterable[int]) -> list[Person]:
    return list(Person.objects.filter(pk__in=list(keys)).select_related("incident", "party"))


def people_page(
    incident: Incident,
    party: Party | None = None,
    filters: Filters | None = None,
    *,
    after: int = 0,
    size: int = PAGE,
) -> Page:
    """Return one page of people, opened. Pages are found by key, so that the last is as quick as the
    first.
    """
    people = filtered(incident, party, filters or Filters()).filter(pk__gt=after).order_by("pk")
    rows = list(people[: size + 1])
    shown = rows[:size]
    return Page(tuple(_opened(vault_for(incident), shown)), shown[-1].pk if len(rows) > size else None)


def filtered(incident: Incident, party: Party | None, filters: Filters) -> QuerySet[Person]:
    """Return the people that `filters` leaves."""
    people = Person.objects.filter(incident=incident, state=filters.state)
    if party:
        people = people.filter(party=party)
    for name in ("country", "region", "language", "channel", "relation", "addressee"):
        if value := getattr(filters, name):
            people = people.filter(**{name: value})
    if filters.minor is not None:
        people = people.filter(minor=filters.minor)
    return _with_kind(people, filters.kind) if filters.kind else people


def _with_kind(people: QuerySet[Person], kind: str) -> QuerySet[Person]:
    # SQLite cannot ask whether a JSON list contains a value. There are few distinct lists, so they are named.
    lists = [kinds for kinds in people.order_by().values_list("kinds", flat=True).distinct() if kind in kinds]
    wanted = Q(pk__in=[])
    for kinds in lists:
        wanted |= Q(kinds=kinds)
    return people.filter(wanted)


def files_of(incident: Incident) -> QuerySet[IntakeFile]:
    """Return the files taken in, the first first."""
    return IntakeFile.objects.filter(incident=incident).select_related(
        "file", "party", "created_by", "accepted_by"
    )
