"""Recording a notice in public."""

from collections.abc import Sequence

from django import forms
from django.utils.translation import gettext_lazy as _

from breach.forms.fields import DayField
from notifications.models import PublicPlace


class PublicForm(forms.Form):
    """Where and when people whom no letter reached were told in public."""

    about = forms.ChoiceField(label=_("Under which law"))
    place = forms.ChoiceField(label=_("Published in"), choices=PublicPlace.choices)
    at = forms.CharField(label=_("Address of the page, or names of the media"), max_length=300)
    published_on = DayField(label=_("Published on"))
    toll_free = forms.CharField(
        label=_("Telephone number that costs nothing to call"),
        max_length=40,
        required=False,
        help_text=_("Where the law wants one."),
    )

    def __init__(self, *args: object, laws: Sequence[tuple[str, str]], **kwargs: object) -> None:
        super().__init__(*args, **kwargs)  # type: ignore[arg-type]
        self.fields["about"].choices = laws  # type: ignore[attr-defined]
