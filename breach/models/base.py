"""What every row has in common."""

import secrets

from django.core.validators import RegexValidator
from django.db import models
from django.utils.translation import gettext_lazy as _

ALPHABET = "0123456789abcdefghjkmnpqrstvwxyz"  # Crockford's: no i, l, o, u to misread
UID_LENGTH = 20  # 100 bits

zone_validator = RegexValidator(
    r"^[A-Za-z_]+(/[A-Za-z0-9_+\-]+)*$", _("Give an IANA time zone such as Europe/Paris.")
)


def new_uid() -> str:
    """Return a random identifier for URLs and associated data; it says nothing about the row."""
    return "".join(ALPHABET[byte & 31] for byte in secrets.token_bytes(UID_LENGTH))


class Row(models.Model):
    """A row with an integer key inside and a random `uid` outside. `created_at` is set by the service (UTC)."""

    uid = models.CharField(max_length=26, unique=True, default=new_uid, editable=False)
    created_at = models.DateTimeField()

    class Meta:
        abstract = True
