"""Rows of the ledger. Only `breach.ledger.log` writes them; the database refuses to change them."""

import json
from typing import Any

from django.db import models
from django.utils.translation import gettext_lazy as _


class AppendOnly(models.Model):
    """A row that is written once. Triggers hold this against other ways in; this is the polite refusal."""

    class Meta:
        abstract = True

    def save(self, *args: Any, **kwargs: Any) -> None:
        if not self._state.adding:
            raise TypeError("a row of the ledger is never changed")
        super().save(*args, **kwargs)

    def delete(self, *_args: Any, **_kwargs: Any) -> tuple[int, dict[str, int]]:
        raise TypeError("a row of the ledger is never deleted")


class ChainHead(models.Model):
    """Where a chain stands. Locked while an entry is appended."""

    chain = models.CharField(_("chain"), max_length=60, unique=True)
    size = models.PositiveBigIntegerField(_("entries"))
    head = models.CharField(_("head"), max_length=64)

    class Meta:
        db_table = "ledger_head"

    def __str__(self) -> str:
        return f"{self.chain} {self.size}"


class Entry(AppendOnly):
    """One entry. `body` counts: canonical JSON whose UTF-8 bytes are hashed. The rest serves look-ups.

    Actors and chains are ids without foreign keys, so that nothing cascades into the ledger.
    """

    chain = models.CharField(_("chain"), max_length=60)
    seq = models.PositiveBigIntegerField(_("number"))
    at = models.DateTimeField(_("entered"))
    actor_id = models.BigIntegerField(null=True)
    actor_uid = models.CharField(_("who"), max_length=40)
    action = models.CharField(_("what"), max_length=80)
    subject = models.CharField(_("about"), max_length=120)
    body = models.TextField(_("content"))
    leaf_hash = models.CharField(max_length=64)
    head = models.CharField(max_length=64)

    class Meta:
        db_table = "ledger_entry"
        ordering = ["chain", "seq"]
        constraints = [models.UniqueConstraint(fields=["chain", "seq"], name="ledger_entry_place")]
        indexes = [
            models.Index(fields=["chain", "action"], name="ledger_entry_action"),
            models.Index(fields=["chain", "subject"], name="ledger_entry_subject"),
        ]

    def __str__(self) -> str:
        return f"{self.chain} {self.seq} {self.action}"

    @property
    def document(self) -> dict[str, Any]:
        """The whole entry, read from `body`."""
        document: dict[str, Any] = json.loads(self.body)
        return document

    @property
    def data(self) -> dict[str, Any]:
        """What the entry says beyond who, what and when."""
        data: dict[str, Any] = self.document["data"]
        return data


class Checkpoint(AppendOnly):
    """The heads of all chains at one moment, signed."""

    number = models.PositiveBigIntegerField(_("number"), unique=True)
    at = models.DateTimeField(_("signed"))
    body = models.TextField(_("content"))
    digest = models.CharField(_("digest"), max_length=64, unique=True)
    short = models.CharField(_("digest, short"), max_length=20)
    root = models.CharField(max_length=64)
    key_id = models.CharField(_("key"), max_length=16)
    signature = models.CharField(max_length=128)

    class Meta:
        db_table = "ledger_checkpoint"
        ordering = ["number"]

    def __str__(self) -> str:
        return f"{self.number} {self.short}"


class MarkedHead(models.Model):
    """Working notes: each chain's head at the last checkpoint, so that the next lists only what changed."""

    chain = models.CharField(max_length=60, unique=True)
    size = models.PositiveBigIntegerField()
    head = models.CharField(max_length=64)

    class Meta:
        db_table = "ledger_mark"

    def __str__(self) -> str:
        return f"{self.chain} {self.size}"
