"""The people of the story: found by their addresses, or made the first time."""

from collections.abc import Callable
from pathlib import Path

from django.conf import settings
from rich.console import Console

from breach import clock
from breach.models import Organisation, User
from breach.services.accounts import create_account, create_organisation
from breach.vault import new_passphrase
from notifications.demo.mailbox import Post
from notifications.demo.stage import People, Stage, Times
from notifications.demo.words import ACCOUNTS, ORGANISATION


def password() -> str:
    """The made-up accounts' password: random per installation, kept beside the keys so that a later start can show it."""
    path = settings.TOCSIN_KEYS / "demo_password"
    if not path.exists():
        path.touch(mode=0o600)
        path.write_text(new_passphrase(), encoding="ascii")
    return path.read_text(encoding="ascii").strip()


def stage(
    *, out: Path, console: Console, post: Post, wait_for: Callable[[Callable[[], bool], str], None]
) -> Stage:
    """Set the stage: organisation, accounts, times counted back from now."""
    now = clock.now()
    shop = Organisation.objects.filter(name=ORGANISATION["name"]).first() or create_organisation(
        actor=None, now=now, **ORGANISATION
    )
    admin: User | None = None
    made = {}
    for key, (name, email, role, language) in ACCOUNTS.items():
        user = User.objects.filter(email=email).first() or create_account(
            actor=admin,
            email=email,
            name=name,
            role=role,
            password=password(),
            now=now,
            language=language,
            zone="Europe/Paris",
        )
        admin = admin or user
        made[key] = user
    return Stage(
        out=out,
        console=console,
        post=post,
        people=People(**made),
        shop=shop,
        times=Times.before(now),
        wait_for=wait_for,
    )
