"""Who is written to about a person, from what is marked about them. Pure.

The GDPR does not cover the data of the dead (recital 27), but the letter that would reach a household in mourning is
written for the next of kin or not at all. A minor's letter goes to a guardian only where somebody verified who that is.
"""

from collections.abc import Mapping
from dataclasses import replace

from breach.intake.record import ADDRESS, LANGUAGE, Record

SELF, NEXT_OF_KIN, REPRESENTATIVE, GUARDIAN = "self", "next_of_kin", "representative", "guardian"
NO_KIN, NOBODY = "no_kin", "nobody"
DECEASED, DO_NOT_WRITE, REPRESENTED, WITH_GUARDIAN = "deceased", "do_not_write", "represented", "guardian"
_TAKEN = ("email", "phone", *ADDRESS, *LANGUAGE)


def addressee_of(marks: Mapping[str, Record | None], *, minor: bool | None) -> tuple[str, Record | None]:
    """Return who is written to, and their record where it is not the person.

    `marks` has the newest open mark of each kind with the contact given for it. Whoever is not to be written to is
    not, whatever else is known; death comes before representation, which ends with it.
    """
    if DO_NOT_WRITE in marks:
        return NOBODY, None
    if DECEASED in marks:
        kin = marks[DECEASED]
        return (NEXT_OF_KIN, kin) if kin else (NO_KIN, None)
    if contact := marks.get(REPRESENTED):
        return REPRESENTATIVE, contact
    if minor and (contact := marks.get(WITH_GUARDIAN)):
        return GUARDIAN, contact
    return SELF, None


def seen_through(view: Record, contact: Record) -> Record:
    """Return `view` reached through `contact`: their e-mail, address and language; the names stay the person's.

    A contact without an address of their own lives with the person (a widow, a parent): the person's stands in.
    An e-mail account of the dead or of a child is nobody else's, so it never does.
    """
    shared = (
        contact if contact.street else replace(contact, **{name: getattr(view, name) for name in ADDRESS})
    )
    taken = {name: getattr(shared, name) for name in _TAKEN}
    if not contact.language:
        taken |= {name: getattr(view, name) for name in LANGUAGE}
    return replace(view, **taken)
