"""A password may not be made of words that everybody guesses here first: the product's, the field's, the house's."""

import re
import unicodedata
from typing import Any

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from breach.models import Organisation

OWN_WORDS = (
    "tocsin", "breach", "incident", "violation", "privacy", "gdpr", "rgpd", "dsgvo", "password", "motdepasse",
    "passwort", "responder", "manager", "auditor", "admin", "security", "securite", "notification", "letter",
)  # fmt: skip
LEFT = 8  # characters that must remain when those words and what decorates them are gone
SHORTEST_WORD = 4


class NotOurOwnWords:
    """Validator for AUTH_PASSWORD_VALIDATORS: what is left without our words must still be a password."""

    def validate(self, password: str, user: Any = None) -> None:
        left = _plain(password)
        for word in sorted(_words(user), key=len, reverse=True):
            left = left.replace(word, "")
        if len(left) < LEFT:
            raise ValidationError(
                _("This password is made of words that are guessed first here. Take other ones."),
                code="password_of_our_words",
            )

    def get_help_text(self) -> str:
        return _("Not made of the words of this house, of your name or of incidents.")


def _words(user: Any) -> set[str]:
    names = [*Organisation.objects.values_list("name", flat=True)]
    names += [getattr(user, "name", ""), getattr(user, "email", "").partition("@")[0]]
    parts = {_plain(part) for name in names for part in re.split(r"[\W_]+", name)}
    return {*OWN_WORDS, *(part for part in parts if len(part) >= SHORTEST_WORD)}


def _plain(text: str) -> str:
    """Letters only, without accents and case; digits that stand for letters are read as such."""
    text = unicodedata.normalize("NFKD", text.casefold().translate(str.maketrans("013457@$", "oleastas")))
    return "".join(char for char in text if char.isalpha())
