"""What filings and letters say of a legal entity of the house: entered and changed by administrators."""

import hashlib
from collections.abc import Mapping
from datetime import datetime

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext as _

from breach.errors import BadInput
from breach.law.places import is_country
from breach.models import Organisation, User
from breach.permissions import require
from breach.services.record import record
from breach.vault import canonical_json

CAPABILITY = "settings.manage"
FIELDS = (
    "name",
    "legal_name",
    "street",
    "postcode",
    "city",
    "country",
    "registration",
    "sector",
    "website",
    "contact_name",
    "contact_email",
    "contact_phone",
    "dpo_name",
    "dpo_email",
    "dpo_phone",
)


def values_of(organisation: Organisation) -> dict[str, str]:
    return {name: getattr(organisation, name) for name in FIELDS}


def save_organisation(
    *, actor: User, organisation: Organisation | None, values: Mapping[str, str], now: datetime
) -> Organisation:
    """Add a legal entity (None) or change one. Drafts say the new details at once; what was submitted stays as it was.

    Raises BadInput naming the field. The ledger gets the names of the fields that changed and a digest of all: some name
    people.
    """
    require(actor, CAPABILITY)
    with transaction.atomic():
        old = organisation and Organisation.objects.select_for_update().get(pk=organisation.pk)
        before = values_of(old) if old else {}
        row = old or Organisation(created_at=now)
        for name in FIELDS:
            setattr(row, name, " ".join(values.get(name, "").split()))
        changed = [name for name, value in values_of(row).items() if before.get(name, "") != value]
        if not changed:
            return row
        _check(row)
        row.save()
        data = {"changed": changed, "old": _digest(before) if old else None, "new": _digest(values_of(row))}
        action = "organisation.changed" if old else "organisation.created"
        record(actor=actor, incident=None, action=action, subject=row.uid, data=data, now=now)
    return row


def _check(row: Organisation) -> None:
    try:
        row.full_clean()
    except ValidationError as error:
        field, messages = next(iter(error.message_dict.items()))
        raise BadInput(messages[0], place=field) from None
    if not is_country(row.country):
        raise BadInput(_("This is no country"), place="country", mend=_("Choose one of the list."))
    if row.website and not row.website.startswith("https://"):
        # The only link that a letter by e-mail carries.
        raise BadInput(
            _("Letters link to encrypted pages only"),
            place="website",
            mend=_("Give the address that begins with https://."),
        )
    namesakes = Organisation.objects.exclude(pk=row.pk).filter(name__iexact=row.name)
    if namesakes.exists():
        raise BadInput(_("Another organisation has this name"), place="name", mend=_("Tell them apart."))


def _digest(values: Mapping[str, str]) -> str:
    return hashlib.sha256(canonical_json(dict(values))).hexdigest()
