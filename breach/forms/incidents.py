"""Opening an incident and staffing it."""

from typing import Any

from django import forms
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from breach.forms.fields import MomentField, countries, set_moments
from breach.forms.standing import StandingForm
from breach.law import authorities
from breach.models import Incident, Organisation, PartyRole, Phase, User
from breach.models.base import zone_validator
from breach.playbooks import library


def kinds() -> list[tuple[str, str]]:
    """Kinds of incident are those that a playbook exists for."""
    language = (get_language() or "en")[:2]
    return [(key, book.title.get(language, book.title["en"])) for key, book in library.load().items()]


class IncidentForm(forms.Form):
    """What is known in the first minute. Everything else can follow."""

    title = forms.CharField(
        label=_("What happened"),
        max_length=200,
        help_text=_("A few words, without names of people concerned."),
    )
    kind = forms.ChoiceField(label=_("Kind"))
    organisation = forms.ModelChoiceField(label=_("Whose data"), queryset=Organisation.objects.all())
    role = forms.ChoiceField(label=_("Role"), choices=PartyRole.choices)
    establishment = forms.ChoiceField(label=_("Established in"))
    authority = forms.ChoiceField(label=_("Lead supervisory authority"), required=False)
    zone = forms.CharField(label=_("Time zone"), max_length=64, validators=[zone_validator])
    reported = MomentField(label=_("First report or alert"))
    why = forms.CharField(label=_("What was reported"), widget=forms.Textarea(attrs={"rows": 3}))
    drill = forms.BooleanField(label=_("This is a drill"), required=False)

    def __init__(self, *args: Any, user: User, now: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["kind"].choices = kinds()  # type: ignore[attr-defined]
        self.fields["establishment"].choices = countries()  # type: ignore[attr-defined]
        named = [(key, f"{one.country}: {one.native_name}") for key, one in authorities.load().items()]
        self.fields["authority"].choices = [("", _("not settled yet")), *named]  # type: ignore[attr-defined]
        self.fields["zone"].initial = user.zone
        # Most houses have one legal entity: it and its country stand there already.
        first = Organisation.objects.first()
        if first is not None:
            self.fields["organisation"].initial = first
            self.fields["establishment"].initial = first.country
            self.fields["authority"].initial = (
                first.country.lower() if first.country.lower() in authorities.load() else ""
            )
        zone = self.data.get("zone") or user.zone
        set_moments(self, now, zone)


class MemberForm(forms.Form):
    user = forms.ModelChoiceField(label=_("Person"), queryset=User.objects.none())
    is_dpo = forms.BooleanField(label=_("Data protection officer: advises, does not decide"), required=False)
    is_deputy = forms.BooleanField(label=_("Deputy: is asked when an approver is silent"), required=False)

    def __init__(self, *args: Any, incident: Incident, may_name: bool, **kwargs: Any) -> None:
        """`may_name`: whether the reader may name the officer and deputies, which is for managers."""
        super().__init__(*args, **kwargs)
        if not may_name:
            del self.fields["is_dpo"], self.fields["is_deputy"]
        free = (
            User.objects.filter(is_active=True).exclude(role="admin").exclude(memberships__incident=incident)
        )
        self.fields["user"].queryset = free  # type: ignore[attr-defined]


class PhaseForm(StandingForm):
    """A move of the whole incident."""

    phase = forms.ChoiceField(label=_("Move to"), choices=Phase.choices)
    reasons = forms.CharField(label=_("Reasons"), widget=forms.Textarea(attrs={"rows": 3}))
