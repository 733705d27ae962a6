"""Forms for writing, sending and following letters."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from breach.forms.fields import DayField, MomentField, set_moments
from breach.models import Party, User
from breach.wording import language as language_name
from notifications.letters import library
from notifications.letters.values import NEXT_OF_KIN, Block, IncidentText, Wording
from notifications.models import Notice
from notifications.places import BLOCK_LABELS, OWN_LABELS, form_name
from notifications.states import RETURN_CODES, KeptFromEmail, Withheld

CHANNEL_ORDERS = [
    ("email,post", _("E-mail, then post")),
    ("post,email", _("Post, then e-mail")),
    ("post", _("Post only")),
    ("email", _("E-mail only")),
]
HOLDS = (Withheld.REMOVED, Withheld.TOLD_OTHERWISE, Withheld.SAFETY, Withheld.LAW_ENFORCEMENT)


class FrameForm(forms.Form):
    """What all letters of a notice share beside their texts."""

    title = forms.CharField(label=_("Working title"), max_length=120, required=False)
    policy = forms.ChoiceField(
        label=_("Channels, in the order in which they are tried"), choices=CHANNEL_ORDERS
    )
    breach_from = DayField(label=_("First day of the breach"), required=False)
    breach_to = DayField(
        label=_("Last day, if there were several"),
        required=False,
    )
    discovered_on = DayField(
        label=_("Day on which it was discovered"),
        required=False,
    )
    delayed_by_law_enforcement = forms.BooleanField(
        label=_("A law enforcement agency asked to delay these letters"), required=False
    )
    kept_from_email = forms.ChoiceField(
        label=_("No e-mail goes to"),
        choices=KeptFromEmail.choices,
        required=False,
        help_text=_("They are written to by the next channel."),
    )
    neutral_envelope = forms.BooleanField(
        label=_("Neutral envelope"),
        required=False,
        help_text=_(
            "The window shows our address without our name, where the name would tell of an illness, say."
        ),
    )

    @staticmethod
    def initial_of(notice: Notice) -> dict[str, Any]:
        return {
            "title": notice.title,
            "policy": ",".join(notice.policy),
            "breach_from": notice.breach_from,
            "breach_to": notice.breach_to,
            "discovered_on": notice.discovered_on,
            "delayed_by_law_enforcement": notice.delayed_by_law_enforcement,
            "kept_from_email": notice.kept_from_email,
            "neutral_envelope": notice.neutral_envelope,
        }

    def frame(self) -> dict[str, Any]:
        """Return the values as services take them."""
        return {**self.cleaned_data, "policy": str(self.cleaned_data["policy"]).split(",")}


class NewNoticeForm(FrameForm):
    """A new notice: for which party, in which languages."""

    party = forms.ModelChoiceField(label=_("In whose name"), queryset=Party.objects.none())
    languages = forms.MultipleChoiceField(
        label=_("Languages"),
        widget=forms.CheckboxSelectMultiple,
        help_text=_("The ones your people read are chosen."),
    )
    forms = forms.MultipleChoiceField(
        label=_("Statutory forms, and the letter to next of kin"),
        widget=forms.CheckboxSelectMultiple,
        required=False,
    )

    def __init__(self, *args: Any, parties: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["party"].queryset = parties  # type: ignore[attr-defined]
        self.fields["languages"].choices = [(tag, language_name(tag)) for tag in library.languages()]  # type: ignore[attr-defined]
        self.fields["forms"].choices = [  # type: ignore[attr-defined]
            *(
                (key, f"{form.name or form.title} ({', '.join(form.regions)})")
                for key, form in library.forms().items()
            ),
            (NEXT_OF_KIN, form_name(NEXT_OF_KIN)),
        ]
        self.order_fields(
            ["title", "party", "languages", "forms", "policy", "breach_from", "breach_to", "discovered_on"]
        )


class TextForm(forms.Form):
    """One wording with its blocks, and the house's own prose beside it."""

    title = forms.CharField(label=_("Title of the letter"), max_length=200)
    translator = forms.CharField(label=_("Translated by"), max_length=120, required=False)
    checker = forms.CharField(label=_("Checked by, somebody else"), max_length=120, required=False)
    compared = forms.BooleanField(
        label=_("Somebody compared the translation with the text it was made from, as that now stands"),
        required=False,
    )

    def __init__(
        self,
        *args: Any,
        wording: Wording,
        own: IncidentText,
        readers: Sequence[tuple[str, str]] = (),
        **kwargs: Any,
    ) -> None:
        """`readers` are the choices of whose letter is shown beside the text."""
        self.wording = wording
        kwargs["initial"] = _initial(wording, own)
        super().__init__(*args, **kwargs)
        if readers:
            self.fields["reader"] = forms.ChoiceField(
                label=_("As it reads for"), choices=readers, required=False
            )
        for name, label in OWN_LABELS.items():
            self.fields[f"own_{name}"] = _prose(label, required=False)
        for block in wording.blocks:
            heading = forms.CharField(label=_("Heading"), max_length=200, required=False)
            statute = library.statute(wording.form)
            heading.disabled = bool(statute and statute.headings)  # they are prescribed
            self.fields[f"heading_{block.key}"] = heading
            self.fields[f"text_{block.key}"] = _prose(BLOCK_LABELS[block.key], required=False)
        source = forms.ChoiceField(
            label=_("Own words translated from"),
            required=False,
            choices=[("", _("not translated")), *((tag, language_name(tag)) for tag in library.languages())],
        )
        self.fields["translated_from"] = source
        own_names = [f"own_{name}" for name in OWN_LABELS]
        for name, field in self.fields.items():
            field.widget.attrs["aria-describedby"] = f"lint-{name}"
        self.order_fields([*own_names, "translated_from", "translator", "checker", "compared", "title"])

    def new_wording(self) -> Wording:
        data = self.cleaned_data
        blocks = tuple(
            Block(block.key, data[f"heading_{block.key}"], clean_lines(data[f"text_{block.key}"]))
            for block in self.wording.blocks
        )
        old = self.wording
        return Wording(
            language=old.language,
            title=data["title"],
            blocks=blocks,
            form=old.form,
            translated_from=old.translated_from,
            translator=data["translator"] if old.translated_from else old.translator,
            checker=data["checker"] if old.translated_from else old.checker,
        )

    def new_own(self) -> IncidentText:
        data = self.cleaned_data
        prose = {name: clean_lines(data[f"own_{name}"]) for name in OWN_LABELS}
        translated = data["translated_from"]
        return IncidentText(
            self.wording.language,
            **prose,
            translated_from=translated,
            translator=data["translator"] if translated else "",
            checker=data["checker"] if translated else "",
        )


class SubmitForm(forms.Form):
    """Who is asked, in which order."""

    first = forms.ModelChoiceField(label=_("Approved by"), queryset=User.objects.none())
    deputy = forms.ModelChoiceField(
        label=_("Asked next, when there is no answer"), queryset=User.objects.none(), required=False
    )

    def __init__(self, *args: Any, approvers: Sequence[User], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        people = User.objects.filter(pk__in=[user.pk for user in approvers])
        for name in ("first", "deputy"):
            self.fields[name].queryset = people  # type: ignore[attr-defined]

    def approvers(self) -> list[User]:
        found = (self.cleaned_data["first"], self.cleaned_data["deputy"])
        return list(dict.fromkeys(user for user in found if user))


class ReasonForm(forms.Form):
    reason = forms.CharField(label=_("Reason"), widget=forms.Textarea(attrs={"rows": 2}))


class WithholdForm(forms.Form):
    letter = forms.CharField(label=_("Reference of the letter"), max_length=40)
    reason = forms.ChoiceField(label=_("Reason"), choices=[(code.value, code.label) for code in HOLDS])


class ResolveForm(forms.Form):
    letter = forms.CharField(widget=forms.HiddenInput)
    left = forms.TypedChoiceField(
        label=_("Did it leave?"),
        choices=[("yes", _("Yes, it left")), ("no", _("No; send it"))],
        coerce=lambda value: value == "yes",
        widget=forms.RadioSelect,
    )
    reason = forms.CharField(label=_("What shows it"), max_length=500)


class PostedForm(forms.Form):
    posted_at = MomentField(label=_("Taken by the post at"))
    depot = forms.CharField(label=_("Depot or post office"), max_length=120)
    count = forms.IntegerField(label=_("Number of letters"), min_value=0)

    def __init__(self, *args: Any, now: datetime, zone: str, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        set_moments(self, now, zone)


class ReturnedForm(forms.Form):
    reference = forms.CharField(
        label=_("Reference on the letter"),
        max_length=40,
        widget=forms.TextInput(
            attrs={"autocomplete": "off", "autocapitalize": "characters", "spellcheck": "false"}
        ),
    )
    reason = forms.ChoiceField(
        label=_("What the post says"), choices=[(code.value, code.label) for code in RETURN_CODES]
    )


def clean_lines(text: str) -> str:
    """Browsers send CRLF; texts and their digests know only LF."""
    return "\n".join(line.rstrip() for line in text.replace("\r\n", "\n").split("\n")).strip()


def _prose(label: Any, *, required: bool) -> forms.CharField:
    return forms.CharField(label=label, required=required, widget=forms.Textarea(attrs={"rows": 5}))


def _initial(wording: Wording, own: IncidentText) -> dict[str, str]:
    found = {"title": wording.title, "translated_from": own.translated_from}
    found |= {"translator": own.translator or wording.translator, "checker": own.checker or wording.checker}
    found |= {f"own_{name}": getattr(own, name) for name in OWN_LABELS}
    for block in wording.blocks:
        found |= {f"heading_{block.key}": block.heading, f"text_{block.key}": block.text}
    return found
