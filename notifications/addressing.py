"""From sealed people to what letters are addressed to. The code is opened here and nowhere else."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import NamedTuple

from django.db import connection

from breach.intake.addressee import seen_through
from breach.intake.record import Record
from breach.models import Addressee, Incident
from breach.queries.marks import contacts_of
from breach.queries.people import PersonValue, open_people
from breach.services.keys import vault_for
from breach.vault import IncidentVault
from notifications.letters.spool import SpoolLetter
from notifications.letters.values import Recipient
from notifications.models import Notice, PersonNotice

SALT_LABEL = "letter-salt"  # frozen: it is part of every letter's digest


class _Columns(NamedTuple):
    """What a letter needs of its row and of its person."""

    pk: int
    uid: str
    reference: str
    language: str
    country: str
    sealed_code: bytes | None
    person_uid: str
    sealed: bytes
    person_country: str
    region: str
    kinds: list[str]
    minor: bool | None
    person_id: int
    addressee: str


_COLUMNS = (
    *("pk", "uid", "reference", "language", "country", "sealed_code"),
    *("person__uid", "person__sealed", "person__country", "person__region", "person__kinds", "person__minor"),
    *("person_id", "person__addressee"),
)


@dataclass(frozen=True, slots=True)
class Addressed:
    """A row with its opened person. Never log or store it."""

    row: PersonNotice
    person: PersonValue
    recipient: Recipient

    def __repr__(self) -> str:
        return f"<Addressed {self.row.uid}>"


def code_context(incident: Incident, row_uid: str) -> str:
    return f"letter-code/{incident.uid}/{row_uid}"


def letter_salt(vault: IncidentVault, row_uid: str) -> bytes:
    """Return the 32 bytes that salt a letter's digest; they follow from the incident's key and die with
    it.
    """
    return vault.sign_off(row_uid.encode(), label=SALT_LABEL)


def address(notice: Notice, rows: Sequence[PersonNotice]) -> list[Addressed]:
    """Open the people and codes of some rows of one notice, in the order of the rows."""
    incident = notice.incident
    people = open_people(incident, [row.person_id for row in rows])
    contacts = contacts_of(vault_for(incident), {row.person_id for row in rows})
    coded = [row for row in rows if row.sealed_code]
    opened = vault_for(incident).open_many(
        [(code_context(incident, row.uid), bytes(row.sealed_code or b"")) for row in coded]
    )
    codes = {row.pk: code.decode() for row, code in zip(coded, opened, strict=True)}
    return [
        _addressed(row, person, contacts.get(row.person_id), codes.get(row.pk, ""))
        for row, person in zip(rows, people, strict=True)
    ]


def _addressed(row: PersonNotice, person: PersonValue, contact: Record | None, code: str) -> Addressed:
    addressee = person.addressee
    if contact:
        person = reached_through(person, contact)
    recipient = recipient_of(row, person, code)
    return Addressed(row, person, _named(recipient, addressee, contact))


def _named(recipient: Recipient, addressee: str, contact: Record | None) -> Recipient:
    """Say in whose hands the letter goes: a guardian's, or those of the next of kin."""
    if contact is None:
        return recipient
    if addressee == Addressee.NEXT_OF_KIN:
        return replace(recipient, deceased=True, next_of_kin=contact.name)
    return replace(recipient, guardian=contact.name)


def addressed_as(person: PersonValue, contact: Record | None, language: str) -> Recipient:
    """Return to whom a letter goes that is on no notice yet: without code and reference."""
    addressee = person.addressee
    if contact:
        person = reached_through(person, contact)
    row = PersonNotice(uid=person.uid, language=language, country=person.country)
    return _named(recipient_of(row, person, ""), addressee, contact)


def reached_through(person: PersonValue, contact: Record) -> PersonValue:
    """Return the person as whoever is written to instead reaches them; region and language stay the row's."""
    lives = contact.street != ""
    return replace(
        person,
        email=contact.email,
        address_lines=(contact.street, contact.address_extra) if lives else person.address_lines,
        postcode=contact.postcode if lives else person.postcode,
        city=contact.city if lives else person.city,
        country=contact.country if lives else person.country,
    )


def recipient_of(row: PersonNotice, person: PersonValue, code: str) -> Recipient:
    return Recipient(
        uid=row.uid,
        full_name=person.full_name,
        language=row.language,
        country=person.country or row.country,
        kinds=tuple(person.kinds),
        address_lines=tuple(person.address_lines),
        postcode=person.postcode,
        city=person.city,
        region=person.region,
        minor=person.minor,
        guardian=person.guardian,
        family_name=person.family_name,
        code=code,
        reference=row.reference,
    )


@dataclass(frozen=True, slots=True)
class NoticeLetters:
    """The letters of one notice by the keys of their rows, for the press: plain columns instead of models,
    since a print run opens a million of them. Travels to other processes, and finds the same database there.
    """

    notice_id: int
    database: str

    @classmethod
    def of(cls, notice: Notice) -> "NoticeLetters":
        return cls(notice.pk, str(connection.settings_dict["NAME"]))

    def recipients(self, ids: Sequence[int]) -> list[Recipient]:
        """Return the people with the keys of these rows, in this order, without codes."""
        incident = self._incident()
        opened = self._opened(incident, ids)
        contacts = _contacts(incident, opened)
        return [_recipient(row, blob, contacts.get(row.person_id)) for row, blob in opened]

    def letters(self, ids: Sequence[int]) -> list[SpoolLetter]:
        """Return their letters with codes and salts, in this order."""
        incident = self._incident()
        opened, vault = self._opened(incident, ids), vault_for(incident)
        coded = {row.uid: bytes(row.sealed_code) for row, _blob in opened if row.sealed_code}
        codes = vault.open_many((code_context(incident, uid), blob) for uid, blob in coded.items())
        code_of = {uid: code.decode() for uid, code in zip(coded, codes, strict=True)}
        contacts = _contacts(incident, opened)
        return [
            SpoolLetter(
                _recipient(row, blob, contacts.get(row.person_id), code_of.get(row.uid, "")),
                letter_salt(vault, row.uid),
            )
            for row, blob in opened
        ]

    def _incident(self) -> Incident:
        if str(connection.settings_dict["NAME"]) != self.database:  # a process of its own
            connection.close()
            connection.settings_dict["NAME"] = self.database
        return Notice.objects.select_related("incident").get(pk=self.notice_id).incident

    def _opened(self, incident: Incident, ids: Sequence[int]) -> list[tuple[_Columns, bytes]]:
        rows = PersonNotice.objects.filter(notice_id=self.notice_id, pk__in=ids)
        found = {row[0]: _Columns(*row) for row in rows.values_list(*_COLUMNS)}
        ordered = [found[pk] for pk in ids]
        blobs = vault_for(incident).open_many((f"person/{row.person_uid}", row.sealed) for row in ordered)
        return list(zip(ordered, blobs, strict=True))


def _contacts(incident: Incident, opened: Sequence[tuple[_Columns, bytes]]) -> dict[int, Record]:
    chosen = {row.person_id for row, _blob in opened if row.addressee != Addressee.SELF}
    return contacts_of(vault_for(incident), chosen) if chosen else {}


def _recipient(row: _Columns, blob: bytes, contact: Record | None, code: str = "") -> Recipient:
    view, country = Record.from_bytes(blob), row.person_country
    if contact:
        view = seen_through(view, contact)
        country = view.country
    recipient = Recipient(
        uid=row.uid,
        full_name=view.name,
        language=row.language,
        country=country or row.country,
        kinds=tuple(row.kinds),
        address_lines=(view.street, view.address_extra),
        postcode=view.postcode,
        city=view.city,
        region=row.region,
        minor=row.minor,
        guardian=view.guardian,
        family_name=view.family_name,
        code=code,
        reference=row.reference,
    )
    return _named(recipient, row.addressee, contact)
