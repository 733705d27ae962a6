"""Starting playbooks and moving tasks."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from breach.forms.standing import StandingForm
from breach.models import Incident, Party, TaskState, User
from breach.playbooks import load
from breach.queries.playbooks import possible_owners

LONGEST_NOTE = 5_000


class StartForm(forms.Form):
    """Which playbook is started, for which party."""

    key = forms.ChoiceField(choices=lambda: [(key, key) for key in load()])
    party = forms.ModelChoiceField(queryset=Party.objects.none(), to_field_name="uid")

    def __init__(self, *args: Any, incident: Incident, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["party"].queryset = incident.parties.all()  # type: ignore[attr-defined]


def stands_for_move(state: str, moves: int, note: str) -> dict[str, Any]:
    """Return what a move of a task is made over: its state, how often it moved, and the last note."""
    return {"to": str(state), "moves": moves, "note": note}


def stands_for_owner(owner: User | None) -> dict[str, Any]:
    return {"owner": owner.pk if owner else None}


class MoveForm(StandingForm):
    """One move of a task."""

    to = forms.ChoiceField(label=_("State"), choices=TaskState.choices)
    note = forms.CharField(
        label=_("Note"),
        required=False,
        max_length=LONGEST_NOTE,
        widget=forms.Textarea(attrs={"rows": 2}),
        help_text=_(
            "Sealed. Needed when a task is set aside, opened again, or done before what it depends on."
        ),
    )


class OwnerForm(StandingForm):
    """Whose task it is."""

    owner = forms.ModelChoiceField(
        label=_("Owner"), queryset=User.objects.none(), required=False, empty_label=_("nobody yet")
    )

    def __init__(self, *args: Any, incident: Incident, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        keys = [user.pk for user in possible_owners(incident)]
        self.fields["owner"].queryset = User.objects.filter(pk__in=keys)  # type: ignore[attr-defined]

    def in_words(self, name: str, value: Any) -> str:
        """Say the name; who has left since may still be the owner."""
        if name != "owner" or not str(value or "").isdecimal():
            return super().in_words(name, value)
        return User.objects.filter(pk=int(value)).values_list("name", flat=True).first() or ""
