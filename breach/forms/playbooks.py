"""Starting playbooks and moving tasks."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

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


class MoveForm(forms.Form):
    """One move of a task. `seen` is the state that stood on the page."""

    to = forms.ChoiceField(choices=TaskState.choices)
    seen = forms.ChoiceField(choices=TaskState.choices, widget=forms.HiddenInput)
    note = forms.CharField(
        label=_("Note"),
        required=False,
        max_length=LONGEST_NOTE,
        widget=forms.Textarea(attrs={"rows": 2}),
        help_text=_(
            "Sealed. Needed when a task is set aside, opened again, or done before what it depends on."
        ),
    )


class OwnerForm(forms.Form):
    """Whose task it is."""

    owner = forms.ModelChoiceField(
        label=_("Owner"), queryset=User.objects.none(), required=False, empty_label=_("nobody yet")
    )

    def __init__(self, *args: Any, incident: Incident, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        keys = [user.pk for user in possible_owners(incident)]
        self.fields["owner"].queryset = User.objects.filter(pk__in=keys)  # type: ignore[attr-defined]
