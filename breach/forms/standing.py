"""Forms over something that stands already: what stood when the form was made goes with it, and nothing is overwritten
unseen.

A form that changes something takes `standing`, the values that stand now by the names of its fields. It carries a
digest of them. When they have moved by the time it comes back, it is refused once: `both` then holds what stands
beside what was typed, all that was typed stays in the fields, and the next sending is for what stands now.
Whoever stores something reads `standing` and writes under `services.standing.one_writer`.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django import forms
from django.core.serializers.json import DjangoJSONEncoder
from django.utils.crypto import constant_time_compare, salted_hmac
from django.utils.translation import gettext as _

from breach.vault.canonical import canonical_json

STOOD = "stood"
_SALT = "tocsin.standing"


@dataclass(frozen=True, slots=True)
class Both:
    """One field in words: what stands now, and what was typed."""

    label: str
    theirs: str
    mine: str


class StandingForm(forms.Form):
    """A form that changes what stands."""

    both: tuple[Both, ...] = ()

    def __init__(self, *args: Any, standing: Mapping[str, Any], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.standing = standing
        self.fields[STOOD] = forms.CharField(
            required=False,
            initial=digest_of(standing),
            max_length=64,
            widget=forms.HiddenInput(attrs={"id": False}),  # a page may hold many such forms
        )

    def clean(self) -> dict[str, Any] | None:
        cleaned = super().clean()
        seen = str(self[STOOD].value() or "")
        if seen and not constant_time_compare(seen, digest_of(self.standing)):
            self._show_both()
        self.cleaned_data.pop(STOOD, None)
        return cleaned

    def in_words(self, name: str, value: Any) -> str:
        """Say a value of the field `name` as a reader knows it."""
        field = self.fields[name]
        if isinstance(field, forms.BooleanField):
            return _("yes") if value else _("no")
        if value in (None, ""):
            return ""
        if isinstance(field, forms.ChoiceField):
            options: Any = field.choices
            return next((str(label) for key, label in options if str(key) == str(value)), str(value))
        return str(value)

    def _show_both(self) -> None:
        rows = [
            Both(
                str(self[name].label),
                self.in_words(name, value),
                self.in_words(name, self[name].value()),
            )
            for name, value in self.standing.items()
            if name in self.fields
        ]
        self.both = tuple(row for row in rows if row.theirs != row.mine) or tuple(rows)
        data: Any = self.data
        self.data = data.copy()
        self.data[self.add_prefix(STOOD)] = digest_of(self.standing)  # type: ignore[index]
        self.add_error(
            None, _("Somebody changed this while you were typing. Nothing of yours is stored yet.")
        )


def digest_of(standing: Mapping[str, Any]) -> str:
    """Return what a form carries of `standing`: keyed, since few values are easily guessed from a plain hash."""
    plain = {name: DjangoJSONEncoder().encode(value) for name, value in standing.items()}
    return salted_hmac(_SALT, canonical_json(plain), algorithm="sha256").hexdigest()
