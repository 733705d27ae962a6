"""Forms around a filing: starting a phase, announcing a row, asking approvers, recording the receipt."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from breach.forms.fields import MomentField, set_moments
from breach.law import authorities
from breach.models import Incident, Membership, Party, User
from breach.wording import language as language_name
from notifications.forms.ahead import AheadField
from notifications.models import Filing
from notifications.services.filing_submission import LONGEST_RECEIPT
from notifications.wording import LANGUAGES

INCOMPLETE = ("incomplete", _("Incomplete: more follows (Article 33(4))"))
COMPLETE = ("complete", _("Complete"))
WITHDRAW = ("withdraw", _("Withdrawal: there was no breach to notify"))
# How long an approver has before the next one is asked: a matter of attention, not of law.
PATIENCE = [("30", _("30 minutes")), ("60", _("1 hour")), ("120", _("2 hours")), ("240", _("4 hours"))]
USUAL_PATIENCE = "60"
MOST_APPROVERS = 3
CHANNELS = {
    "teleservice": _("the authority's online service"),
    "email": _("e-mail"),
    "post": _("post"),
    "telephone": _("telephone"),
    "in_person": _("handed over in person"),
    "other": _("another way"),
}


class DraftForm(forms.Form):
    """A first phase: in whose name, to which authority, in which language."""

    party = forms.ModelChoiceField(label=_("In whose name"), queryset=Party.objects.none(), empty_label=None)
    authority = forms.ChoiceField(label=_("Authority"), required=False)
    language = forms.ChoiceField(label=_("Language of the filing"), required=False)
    completeness = forms.ChoiceField(
        label=_("This phase is"), choices=[INCOMPLETE, COMPLETE], initial="incomplete"
    )

    def __init__(self, *args: Any, incident: Incident, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["party"] = _PartyField(
            label=_("In whose name"),
            queryset=incident.parties.select_related("organisation").order_by("pk"),
            empty_label=None,
        )
        named = sorted((f"{one.country} {one.name}", key) for key, one in authorities.load().items())
        choices = [("", _("the lead authority of the party")), *((key, name) for name, key in named)]
        self.fields["authority"].choices = choices  # type: ignore[attr-defined]
        tongues = [("", _("the one the authority reads")), *((tag, language_name(tag)) for tag in LANGUAGES)]
        self.fields["language"].choices = tongues  # type: ignore[attr-defined]
        self.order_fields(["party", "authority", "language", "completeness"])


class _PartyField(forms.ModelChoiceField):  # type: ignore[type-arg]
    def label_from_instance(self, obj: Any) -> str:
        return f"{obj.organisation.name} ({obj.get_role_display()})"


class FollowUpForm(forms.Form):
    """The next phase after one that was submitted."""

    completeness = forms.ChoiceField(label=_("The next phase is"), choices=[COMPLETE, INCOMPLETE, WITHDRAW])


class PromiseForm(forms.Form):
    """One row that comes later (Article 33(4))."""

    by = AheadField(label=_("To follow by"))
    reason = forms.CharField(
        label=_("Reason"),
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=_("The authority reads it, in the language of the filing."),
    )

    def __init__(self, *args: Any, now: datetime, zone: str, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["by"].set_place(now, zone)  # type: ignore[attr-defined]


class ApproversForm(forms.Form):
    """Whom to ask, in turn. The next one is asked when the one before stays silent."""

    patience = forms.ChoiceField(label=_("Ask the next one after"), choices=PATIENCE, initial=USUAL_PATIENCE)

    def __init__(self, *args: Any, candidates: Sequence[Membership], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.candidates = {member.user.uid: member.user for member in candidates}
        choices = [(member.user.uid, _named(member)) for member in candidates]
        for place in range(min(MOST_APPROVERS, max(1, len(candidates)))):
            usual = choices[place][0] if place < len(choices) else ""
            self.fields[f"approver{place}"] = forms.ChoiceField(
                label=_("First asked") if place == 0 else _("Then, if nobody answers"),
                choices=choices if place == 0 else [("", _("nobody")), *choices],
                required=place == 0,
                initial=usual,
            )
        self.order_fields([*(name for name in self.fields if name != "patience"), "patience"])

    def approvers(self) -> list[User]:
        """The chosen people in turn, each once."""
        chosen = (self.cleaned_data[name] for name in self.fields if name.startswith("approver"))
        return [self.candidates[uid] for uid in dict.fromkeys(chosen) if uid]

    def answer_within(self) -> timedelta:
        return timedelta(minutes=int(self.cleaned_data["patience"]))


def _named(member: Membership) -> str:
    return f"{member.user.name} ({_('deputy')})" if member.is_deputy else member.user.name


class ReceiptForm(forms.Form):
    """That a person filed it by the authority's own channel, and what the authority answered."""

    receipt = forms.CharField(label=_("Receipt number"), max_length=LONGEST_RECEIPT)
    at = MomentField(label=_("Filed at"))
    channel = forms.ChoiceField(label=_("Channel"), choices=list(CHANNELS.items()))

    def __init__(self, *args: Any, now: datetime, zone: str, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        set_moments(self, now, zone)


class WithdrawForm(forms.Form):
    reason = forms.CharField(label=_("Why this draft is given up"), max_length=300)


def channel_label(filing: Filing) -> Any:
    """Name the channel a filing left by; a channel written in other words stays as it is."""
    return CHANNELS.get(filing.channel, filing.channel)
