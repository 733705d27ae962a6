"""Awareness, assessment, advice and decision as forms."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from breach.forms.fields import DayField, MomentField, set_moments
from breach.forms.standing import StandingForm
from breach.models import AwarenessState, Decision
from breach.models.facts import OUTCOMES, RISKS

DECIDING = [AwarenessState.DECIDED, AwarenessState.CORRECTED, AwarenessState.RULED_OUT]


class AwarenessForm(StandingForm):
    """When the party became aware, and why then (EDPB Guidelines 9/2022, II.A.2)."""

    state = forms.ChoiceField(label=_("Step"))
    instant = MomentField(label=_("Moment"))
    reasons = forms.CharField(label=_("Reasons"), widget=forms.Textarea(attrs={"rows": 3}))

    def __init__(self, *args: Any, now: Any, zone: str, may_decide: bool, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        steps = [AwarenessState.SUSPECTED, *(DECIDING if may_decide else [])]
        self.fields["state"].choices = [(step.value, step.label) for step in steps]  # type: ignore[attr-defined]
        set_moments(self, now, zone)


class AssessmentForm(StandingForm):
    conclusion = forms.ChoiceField(label=_("Your conclusion"), choices=RISKS)
    reasons = forms.CharField(label=_("Reasons"), widget=forms.Textarea(attrs={"rows": 4}))


class AdviceForm(StandingForm):
    recommends = forms.ChoiceField(label=_("Advice"), choices=OUTCOMES)
    text = forms.CharField(label=_("In words"), widget=forms.Textarea(attrs={"rows": 4}))


class DecisionForm(StandingForm):
    about = forms.ChoiceField(label=_("Who is told"), choices=Decision.ABOUT)
    outcome = forms.ChoiceField(label=_("Decision"), choices=OUTCOMES)
    reasons = forms.CharField(label=_("Reasons"), widget=forms.Textarea(attrs={"rows": 4}))
    why_not_followed = forms.CharField(
        label=_("Why the officer's advice is not followed"),
        required=False,
        widget=forms.Textarea(attrs={"rows": 2}),
    )
    review_on = DayField(label=_("Look at it again on"), required=False)


class ReviewForm(StandingForm):
    """Another day for the decision that stands, without deciding anew."""

    decision = forms.CharField(widget=forms.HiddenInput)
    review_on = DayField(label=_("Look at it again on"))


class ApprovalForm(forms.Form):
    """The digest is the one shown on the page: what the approver saw is what is approved."""

    digest = forms.CharField(widget=forms.HiddenInput)
    answer = forms.ChoiceField(
        label=_("Your answer"),
        choices=[("approve", _("Approve")), ("refuse", _("Refuse"))],
        widget=forms.RadioSelect,
    )
    reason = forms.CharField(
        label=_("Reason (needed for a refusal)"), required=False, widget=forms.Textarea(attrs={"rows": 3})
    )
