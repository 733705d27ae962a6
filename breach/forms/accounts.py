"""Getting in: coming in by a code, resetting a password by mail, and what administrators do with accounts."""

from typing import Any

from allauth.account import forms as allauth_forms
from django import forms
from django.conf import settings
from django.contrib.auth.password_validation import password_validators_help_texts
from django.utils.translation import gettext_lazy as _

from breach.models import Role, User
from breach.proof import holds_factor


class ResetPasswordForm(allauth_forms.ResetPasswordForm):  # type: ignore[misc]
    """A link by mail is for accounts in use that still need their second factor afterwards.

    Mail may be read by the attacker: for an account without a factor the link would be the whole way in.
    Where no factor is required (one machine), accounts without one get the link.
    """

    def clean_email(self) -> str:
        email: str = super().clean_email()
        required = settings.TOCSIN_SECOND_FACTOR == "required"
        self.users: list[User] = [
            user for user in self.users if user.joined_at and (not required or holds_factor(user))
        ]
        return email


class CodeForm(forms.Form):
    email = forms.EmailField(label=_("E-mail"), widget=forms.EmailInput(attrs={"autocomplete": "username"}))
    code = forms.CharField(
        label=_("Code"),
        max_length=20,
        help_text=_(
            "Eight letters and digits, as they were read to you. Capitals and hyphens do not matter."
        ),
        widget=forms.TextInput(attrs={"autocomplete": "one-time-code", "autocapitalize": "characters"}),
    )


class JoinForm(forms.Form):
    name = forms.CharField(
        label=_("Your name"), max_length=120, widget=forms.TextInput(attrs={"autocomplete": "name"})
    )
    password = forms.CharField(
        label=_("Password"), widget=forms.PasswordInput(attrs={"autocomplete": "new-password"})
    )
    again = forms.CharField(
        label=_("Password, once more"), widget=forms.PasswordInput(attrs={"autocomplete": "new-password"})
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["password"].help_text = " ".join(password_validators_help_texts())

    def clean(self) -> dict[str, Any]:
        data: dict[str, Any] = super().clean() or {}
        if data.get("password") and data.get("again") and data["password"] != data["again"]:
            self.add_error("again", _("The two do not match."))
        return data


class InviteForm(forms.Form):
    name = forms.CharField(label=_("Name"), max_length=120)
    email = forms.EmailField(
        label=_("E-mail"), help_text=_("It is the name to sign in with; mail need not work.")
    )
    role = forms.ChoiceField(label=_("Role of the account"), choices=Role.choices)
    language = forms.ChoiceField(label=_("Language"), choices=settings.LANGUAGES)
    by_mail = forms.BooleanField(
        label=_("Tell them by e-mail that a code waits for them"),
        required=False,
        help_text=_("The mail does not hold the code. Read it to them by telephone, or hand it over."),
    )


class RoleForm(forms.Form):
    role = forms.ChoiceField(label=_("Role of the account"), choices=Role.choices)
