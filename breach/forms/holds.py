"""Requests of law enforcement: entered, extended or put in writing, ended."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from django import forms
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from breach.forms.fields import LocalTimeField, set_moments
from breach.forms.timeline import FilesField, SpokenTimeField
from breach.law import words
from breach.law.facts_parts import LEGAL_RECIPIENTS
from breach.models import Incident, LawHold, Party
from breach.models.law import HOLD_FORMS
from breach.queries.holds import Choices
from breach.services.evidence import Upload
from breach.services.holds import ASK_AGAIN, Request


class _Papers(forms.Form):
    """What every step may bring along."""

    attachments = FilesField(
        label=_("The document"),
        required=False,
        help_text=_("Sealed as evidence on the timeline. Choose it again after an error."),
    )

    def uploads(self) -> list[Upload]:
        return [Upload(one, one.name) for one in self.cleaned_data["attachments"]]


class _Ends(_Papers):
    """How it was asked, and how long it lasts."""

    form = forms.ChoiceField(label=_("How it was asked"), choices=HOLD_FORMS)
    document = forms.CharField(
        label=_("Authority and reference of the document"),
        max_length=200,
        help_text=_("Shown beside every clock: no name of a person."),
    )
    until = LocalTimeField(
        label=_("Ends on"), required=False, help_text=_("Empty while the document names no end.")
    )
    review_at = LocalTimeField(
        label=_("Without an end: ask again on"),
        required=False,
        help_text=_("Everybody in charge is reminded to ask whether the request still stands."),
    )


class HoldForm(_Ends):
    """A new request."""

    party = forms.ModelChoiceField(label=_("Party"), queryset=Party.objects.none(), empty_label=None)
    official = forms.CharField(
        label=_("Official who asked"), max_length=200, help_text=_("Sealed; not shown beside the clocks.")
    )
    basis = forms.CharField(label=_("Legal basis"), max_length=200)
    jurisdiction = forms.CharField(
        label=_("Country or state whose law allows it"),
        max_length=10,
        help_text=_("A code such as FR, DE, US or US-CA. It concerns the laws of that place."),
    )
    since = SpokenTimeField(
        label=_("Date of the document"), help_text=_("For example: 2026-11-20 18:40, yesterday.")
    )
    scope = forms.MultipleChoiceField(
        label=_("Notices to"),
        required=False,
        widget=forms.CheckboxSelectMultiple,
        help_text=_("None ticked: all that the law lets be held back."),
    )
    people_in = forms.CharField(
        label=_("Only letters to people in these countries"),
        required=False,
        max_length=200,
        help_text=_("Codes such as FR, DE. Empty: no letter of this party leaves while the request stands."),
    )
    regimes = forms.MultipleChoiceField(
        label=_("Only under these laws"),
        required=False,
        widget=forms.CheckboxSelectMultiple,
        help_text=_("None ticked: every law of the place."),
    )
    field_order = (
        "party", "jurisdiction", "official", "document", "basis", "form", "since", "until", "review_at",
        "scope", "people_in", "regimes", "attachments",
    )  # fmt: skip

    def __init__(
        self, *args: Any, incident: Incident, regimes: Choices, now: datetime, **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        self._one_party(incident)
        language = (get_language() or "en")[:2]
        named = [(key, words.name("to", key, language)) for key in LEGAL_RECIPIENTS]
        self.fields["scope"].choices = named  # type: ignore[attr-defined]
        self.fields["regimes"].choices = regimes  # type: ignore[attr-defined]
        if not regimes:
            del self.fields["regimes"]
        self.fields["review_at"].initial = now + ASK_AGAIN
        set_moments(self, now, incident.zone)

    def _one_party(self, incident: Incident) -> None:
        parties = incident.parties.order_by("pk").select_related("organisation")
        self.fields["party"].queryset = parties  # type: ignore[attr-defined]
        self.fields["party"].initial = parties[0]
        if len(parties) == 1:
            self.fields["party"].required = False
            self.fields["party"].widget = forms.HiddenInput()

    def request(self) -> Request:
        """Return what the service takes, of a valid form."""
        data = self.cleaned_data
        return Request(
            jurisdiction=data["jurisdiction"].strip().upper(),
            form=data["form"],
            official=data["official"],
            basis=data["basis"],
            document=data["document"],
            since=data["since"].occurred_from,
            until=data["until"],
            scope=data["scope"] or None,
            regimes=data.get("regimes") or None,
            people_in=[code.upper() for code in data["people_in"].replace(",", " ").split()] or None,
            review_at=data["review_at"],
        )


class ExtendForm(_Ends):
    """Another end, or an oral request put in writing."""

    reasons = forms.CharField(
        label=_("Who said so, and how"), widget=forms.Textarea(attrs={"rows": 2}), help_text=_("Sealed.")
    )
    field_order = ("form", "document", "until", "review_at", "reasons", "attachments")

    def __init__(self, *args: Any, hold: LawHold, now: datetime, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        said = {"form": hold.form, "document": hold.document, "until": hold.until}
        for name, value in (said | {"review_at": now + ASK_AGAIN}).items():
            self.fields[name].initial = value
        set_moments(self, now, hold.zone)

    def changes(self) -> dict[str, Any]:
        names: Sequence[str] = ("form", "document", "until", "review_at", "reasons")
        return {name: self.cleaned_data[name] for name in names} | {"uploads": self.uploads()}


class EndForm(_Papers):
    """The request ends early, or has ended."""

    at = SpokenTimeField(label=_("Ended"), help_text=_("For example: 14:05, yesterday 18:40."))
    reasons = forms.CharField(
        label=_("Who ended it, and how"), widget=forms.Textarea(attrs={"rows": 2}), help_text=_("Sealed.")
    )
    field_order = ("at", "reasons", "attachments")

    def __init__(self, *args: Any, hold: LawHold, now: datetime, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        set_moments(self, now, hold.zone)
