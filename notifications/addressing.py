"""From sealed people to what letters are addressed to. The code is opened here and nowhere else."""

from collections.abc import Sequence
from dataclasses import dataclass

from breach.models import Incident
from breach.queries.people import PersonValue, open_people
from breach.services.keys import vault_for
from breach.vault import IncidentVault
from notifications.letters.values import Recipient
from notifications.models import Notice, PersonNotice

SALT_LABEL = "letter-salt"  # frozen: it is part of every letter's digest


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
    coded = [row for row in rows if row.sealed_code]
    opened = vault_for(incident).open_many(
        [(code_context(incident, row.uid), bytes(row.sealed_code or b"")) for row in coded]
    )
    codes = {row.pk: code.decode() for row, code in zip(coded, opened, strict=True)}
    return [
        Addressed(row, person, recipient_of(row, person, codes.get(row.pk, "")))
        for row, person in zip(rows, people, strict=True)
    ]


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
