"""Reasons in people's own words: they may name somebody, so they are sealed and the ledger gets a salted digest."""

import json
from functools import cached_property
from typing import Any, ClassVar

from django.db import models

from breach.keys import house_vault, vault_for
from breach.vault import IncidentVault, canonical_json, new_salt, salted_digest


class SealedTexts(models.Model):
    """Mixin for rows of an incident with free text. The subclass names its frozen `text_label`."""

    text_label: ClassVar[str]
    sealed_texts = models.BinaryField()
    texts_digest = models.CharField(max_length=64)

    class Meta:
        abstract = True

    def seal_texts(self, **texts: str) -> None:
        """Seal `texts` before saving; the salt of their digest dies with the incident's key."""
        row: Any = self
        salt = new_salt()
        clean = {name: text.strip() for name, text in texts.items()}
        self.texts_digest = salted_digest(self.text_label, canonical_json(clean), salt)
        blob = canonical_json({"texts": clean, "salt": salt.hex()})
        self.sealed_texts = self._texts_vault().seal(blob, context=f"{self.text_label}/{row.uid}")

    @cached_property
    def texts(self) -> dict[str, str]:
        return self.texts_under(self._texts_vault())

    def texts_under(self, vault: IncidentVault) -> dict[str, str]:
        """Open the texts with a vault that is open already; lists open it once for all their rows."""
        row: Any = self
        blob = vault.open(bytes(self.sealed_texts), context=f"{self.text_label}/{row.uid}")
        return dict(json.loads(blob)["texts"])

    def _texts_vault(self) -> IncidentVault:
        row: Any = self
        return vault_for(row.incident)

    @property
    def reasons(self) -> str:
        return self.texts.get("reasons", "")


class HouseTexts(SealedTexts):
    """The same for rows that belong to no incident (yet): sealed under the house's own key."""

    class Meta:
        abstract = True

    def _texts_vault(self) -> IncidentVault:
        return house_vault()
