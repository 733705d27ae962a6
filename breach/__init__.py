"""Tocsin's case side: the law, the vault, the ledger, people, decisions."""
