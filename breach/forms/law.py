"""Awareness, facts, assessment, advice and decision as forms."""

from typing import Any
from zoneinfo import ZoneInfo

from django import forms
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from breach.forms.fields import MomentField, YesNoUnknown, set_moments
from breach.law import facts_fields, kinds
from breach.law.facts import Facts
from breach.models import AwarenessState, Decision
from breach.models.facts import OUTCOMES, RISKS
from breach.queries.fact_labels import GROUPS, choice_label, fact_label, sector_keys, sector_label

OWN_FIELDS = ("reason", "sectors_yes", "sectors_rest")
DECIDING = [AwarenessState.DECIDED, AwarenessState.CORRECTED, AwarenessState.RULED_OUT]


class AwarenessForm(forms.Form):
    """When the party became aware, and why then (EDPB Guidelines 9/2022, II.A.2)."""

    state = forms.ChoiceField(label=_("Step"))
    instant = MomentField(label=_("Moment"))
    reasons = forms.CharField(label=_("Reasons"), widget=forms.Textarea(attrs={"rows": 3}))

    def __init__(self, *args: Any, now: Any, zone: str, may_decide: bool, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        steps = [AwarenessState.SUSPECTED, *(DECIDING if may_decide else [])]
        self.fields["state"].choices = [(step.value, step.label) for step in steps]  # type: ignore[attr-defined]
        set_moments(self, now, zone)


class FactsForm(forms.Form):
    """The facts that people enter, built from the facts document itself, so that the page cannot drift from the law."""

    reason = forms.CharField(label=_("Where this is known from"), max_length=300)

    def __init__(self, *args: Any, facts: Facts, now: Any, zone: str, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.facts = facts
        shapes = {item.name: facts_fields.shape_of(item) for item in facts_fields.described(Facts)}
        for _title, keys in GROUPS:
            for key in keys:
                self.fields[key] = _field(key, shapes[key], getattr(facts, key), zone)
        self.fields["sectors_yes"] = forms.MultipleChoiceField(
            label=_("The organisation is"),
            choices=[(key, sector_label(key)) for key in sector_keys()],
            initial=[key for key in sector_keys() if facts.sectors and getattr(facts.sectors, key)],
            widget=forms.CheckboxSelectMultiple,
            required=False,
        )
        self.fields["sectors_rest"] = forms.BooleanField(
            label=_("and none of the others in this list"),
            initial=bool(facts.sectors)
            and all(getattr(facts.sectors, key) is not None for key in sector_keys()),
            required=False,
        )
        self.order_fields([key for _title, keys in GROUPS for key in keys] + ["reason"])
        set_moments(self, now, zone)

    def groups(self) -> list[tuple[Any, list[Any]]]:
        shown = [(title, [self[key] for key in keys]) for title, keys in GROUPS]
        return [*shown, (_("What the organisation is"), [self["sectors_yes"], self["sectors_rest"]])]

    def changes(self) -> dict[str, Any]:
        """The changed facts as values of the facts document."""
        found = {}
        for key, value in self.cleaned_data.items():
            if key in OWN_FIELDS:
                continue
            if isinstance(self.fields[key], MomentField):
                found[key] = value.occurred_from.isoformat() if value else None
            else:
                found[key] = value or None if isinstance(value, list | str) else value
        found["sectors"] = self._sectors()
        old = self.facts.to_json()
        return {key: value for key, value in found.items() if value != old.get(key)}

    def _sectors(self) -> dict[str, bool | None] | None:
        """Flags that are ticked are yes; the others are no only when somebody says so."""
        yes, rest = self.cleaned_data["sectors_yes"], self.cleaned_data["sectors_rest"]
        if not yes and not rest:
            return None
        return {key: True if key in yes else (False if rest else None) for key in sector_keys()}


def _field(key: str, shape: Any, value: Any, zone: str) -> forms.Field:
    label = fact_label(key)
    common: dict[str, Any] = {"label": label, "required": False}
    if isinstance(shape, facts_fields.Flag):
        return YesNoUnknown(label=label, initial=value)
    if isinstance(shape, facts_fields.Choice):
        choices = [("", _("not known")), *((one, choice_label(one)) for one in shape.words)]
        return forms.ChoiceField(choices=choices, initial=value, **common)
    if isinstance(shape, facts_fields.ListOf):
        boxes = forms.CheckboxSelectMultiple
        return forms.MultipleChoiceField(
            choices=_choices_of(shape.of), initial=list(value or ()), widget=boxes, **common
        )
    if isinstance(shape, facts_fields.Instant):
        return MomentField(initial=_said(value, zone), **common)
    return forms.IntegerField(min_value=0, initial=value, **common)


def _choices_of(shape: Any) -> list[tuple[str, str]]:
    if isinstance(shape, facts_fields.KindKey):
        language = (get_language() or "en")[:2]
        return [(one.key, one.label(language)) for one in kinds.load().values()]
    return [(one, choice_label(one)) for one in shape.words]


def _said(value: Any, zone: str) -> str:
    return value.astimezone(ZoneInfo(zone)).strftime("%Y-%m-%d %H:%M") if value else ""


class AssessmentForm(forms.Form):
    conclusion = forms.ChoiceField(label=_("Your conclusion"), choices=RISKS)
    reasons = forms.CharField(label=_("Reasons"), widget=forms.Textarea(attrs={"rows": 4}))


class AdviceForm(forms.Form):
    recommends = forms.ChoiceField(label=_("Advice"), choices=OUTCOMES)
    text = forms.CharField(label=_("In words"), widget=forms.Textarea(attrs={"rows": 4}))


class DecisionForm(forms.Form):
    about = forms.ChoiceField(label=_("Who is told"), choices=Decision.ABOUT)
    outcome = forms.ChoiceField(label=_("Decision"), choices=OUTCOMES)
    reasons = forms.CharField(label=_("Reasons"), widget=forms.Textarea(attrs={"rows": 4}))
    why_not_followed = forms.CharField(
        label=_("Why the officer's advice is not followed"),
        required=False,
        widget=forms.Textarea(attrs={"rows": 2}),
    )
    review_on = forms.DateField(
        label=_("Look at it again on"), required=False, widget=forms.DateInput(attrs={"type": "date"})
    )


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
