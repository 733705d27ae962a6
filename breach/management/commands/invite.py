"""Makes an account and a code at the machine: the first administrator, or the way back when nobody comes in."""

from typing import Any

from django.core.management.base import CommandParser
from django.db import transaction

from breach import clock
from breach.commands import TocsinCommand
from breach.errors import BadInput
from breach.models import Role, User
from breach.services.accounts import forget_factors
from breach.services.invitations import Invited, invite, issue
from breach.services.sign_in import forget_failures


class Command(TocsinCommand):
    help = "Make an account and print the code that opens it, or (--again) let an account come in anew."

    def add_arguments(self, parser: CommandParser) -> None:
        super().add_arguments(parser)
        parser.add_argument("email")
        parser.add_argument("--name", default="")
        parser.add_argument("--role", choices=Role.values, default=Role.RESPONDER)
        parser.add_argument("--language", default="en")
        parser.add_argument(
            "--again",
            action="store_true",
            help="the account is there: remove its password, factors, sessions and lock, and make a new code",
        )

    def run(self, **options: Any) -> dict[str, Any]:
        made = _again(options["email"]) if options["again"] else _new(options)
        return {"account": made.user.email, "code": made.code, "ends": made.ends_at.isoformat()}

    def show(self, document: Any) -> None:
        self.stdout.write(f"{document['account']}: {document['code']} (until {document['ends']})")


def _new(options: dict[str, Any]) -> Invited:
    if not options["name"]:
        raise BadInput("The account has no name", place="--name", mend="Give the person's name.")
    fields = {name: options[name] for name in ("email", "name", "role", "language")}
    return invite(actor=None, now=clock.now(), **fields)


def _again(email: str) -> Invited:
    user = User.objects.filter(email=email.strip().lower(), is_active=True).first()
    if user is None:
        raise BadInput("There is no open account with this address", place="email", mend="Look it up.")
    now = clock.now()
    with transaction.atomic():
        forget_factors(actor=None, user=user, now=now)
        forget_failures(user.email)
        return issue(actor=None, user=user, now=now)
