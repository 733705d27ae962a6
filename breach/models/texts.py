"""Reasons in people's own words: they may name somebody, so they are sealed and the ledger gets a salted digest."""

import json
from functools import cached_property
from typing import Any, ClassVar

from django.db import models

from breach.keys import vault_for
from breach.vault import canonical_json, new_salt, salted_digest


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
        self.sealed_texts = vault_for(row.incident).seal(blob, context=f"{self.text_label}/{row.uid}")

    @cached_property
    def texts(self) -> dict[str, str]:
        row: Any = self
        blob = vault_for(row.incident).open(bytes(self.sealed_texts), context=f"{self.text_label}/{row.uid}")
        return dict(json.loads(blob)["texts"])

    @property
    def reasons(self) -> str:
        return self.texts.get("reasons", "")
