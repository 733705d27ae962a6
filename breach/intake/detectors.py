"""Tells by its form and checksum what a single value may be. Each detector answers yes or no and keeps
nothing.
"""

import ipaddress
import re
from collections.abc import Callable, Mapping

from stdnum import iban, luhn
from stdnum.exceptions import ValidationError

from breach.intake.contact import is_country, is_language, is_phone
from breach.intake.dates import looks_like_date
from breach.intake.identifiers import hash_scheme, identifier_of

_EMAIL = re.compile(r"^[^@\s,;]+@[^@\s,;]+\.[^@\s.,;]{2,}$")
_CARD = re.compile(r"^[2-6][\d -]{12,22}$")
_IP = re.compile(r"^\d{1,3}(?:\.\d{1,3}){3}$|^[0-9a-fA-F:]{3,39}$")
_POSTCODE = re.compile(
    r"^\d{4,5}(?:-\d{4})?$|^[A-Z]{1,2}\d[A-Z\d]? ?\d[A-Z]{2}$|^[A-Z]\d[A-Z] ?\d[A-Z]\d$|^\d{4} ?[A-Z]{2}$"
)
_STREET = re.compile(r"^(?=.*[^\W\d_]{3})(?=.*\d).{6,}$")
SHORTEST_IBAN = 15
_CARD_DIGITS = range(13, 20)


def _passes(check: Callable[[str], object], value: str) -> bool:
    try:
        check(value)
    except ValidationError:
        return False
    return True


def is_iban(value: str) -> bool:
    """ISO 13616 structure and checksum."""
    return len(value) >= SHORTEST_IBAN and _passes(iban.validate, value)


def is_card(value: str) -> bool:
    """ISO/IEC 7812 length, first digit and Luhn checksum."""
    if not _CARD.match(value):
        return False
    digits = value.replace(" ", "").replace("-", "")
    return len(digits) in _CARD_DIGITS and _passes(luhn.validate, digits)


def is_ip(value: str) -> bool:
    if not _IP.match(value):
        return False
    try:
        ipaddress.ip_address(value)
    except ValueError:
        return False
    return True


def is_national_id(value: str) -> bool:
    """A national identifier that passes the rules of a country that issues one."""
    return identifier_of(value) is not None


def is_salted_hash(value: str) -> bool:
    return (scheme := hash_scheme(value)) is not None and scheme[1]


def is_unsalted_hash(value: str) -> bool:
    return (scheme := hash_scheme(value)) is not None and not scheme[1]


# Order matters where a value passes several: the strictest test stands first.
DETECTORS: Mapping[str, Callable[[str], bool]] = {
    "email": lambda value: _EMAIL.match(value) is not None,
    "iban": is_iban,
    "password_hash_salted": is_salted_hash,
    "password_hash_unsalted": is_unsalted_hash,
    "ip_address": is_ip,
    "card_number": is_card,
    "birth_date": looks_like_date,
    "national_id": is_national_id,
    "country": is_country,
    "language": is_language,
    "phone": is_phone,
    "postcode": lambda value: _POSTCODE.match(value.upper()) is not None,
    "street": lambda value: _STREET.match(value) is not None,
}
# These stand on a checksum or an unmistakable form, and hold without a header that says so.
STRONG = frozenset(
    {"email", "iban", "password_hash_salted", "password_hash_unsalted", "ip_address", "card_number"}
)
