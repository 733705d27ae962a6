"""Changes the house's keys, or the passphrase that protects them."""

import os
from dataclasses import asdict
from typing import Any

from django.core.management.base import CommandParser

from breach import clock
from breach.commands import TocsinCommand
from breach.errors import BadInput
from breach.services.rotation import change_passphrase, rotate_keys

NEW_PASSPHRASE = "TOCSIN_NEW_KEYRING_PASSPHRASE"  # noqa: S105 - the variable's name


class Command(TocsinCommand):
    help = "Put new keys first in the keyring and wrap every incident's key anew."

    def add_arguments(self, parser: CommandParser) -> None:
        super().add_arguments(parser)
        parser.add_argument("--keep-signer", action="store_true", help="keep the key that signs checkpoints")
        parser.add_argument(
            "--retire",
            action="store_true",
            help="forget the old wrapping keys; incident keys in old backups can then not be read any more",
        )
        parser.add_argument(
            "--change-passphrase",
            action="store_true",
            help=f"keep all keys; protect the keyring by the passphrase in {NEW_PASSPHRASE}",
        )

    def run(self, **options: Any) -> dict[str, Any]:
        if options["change_passphrase"]:
            return _change_passphrase()
        new_signer, retire = not options["keep_signer"], options["retire"]
        return asdict(rotate_keys(actor=None, new_signer=new_signer, retire=retire, now=clock.now()))

    def show(self, document: Any) -> None:
        for name, value in document.items():
            self.stdout.write(f"{name.replace('_', ' ')}: {value}")


def _change_passphrase() -> dict[str, Any]:
    # From the environment: on the command line every account of the machine could read it.
    passphrase = os.environ.get(NEW_PASSPHRASE, "")
    if not passphrase:
        raise BadInput("No new passphrase was given", place=NEW_PASSPHRASE, mend="Set it in the environment.")
    change_passphrase(actor=None, passphrase=passphrase, now=clock.now())
    return {"passphrase": "changed; set TOCSIN_KEYRING_PASSPHRASE to it before the next start"}
