"""Keys as services see them."""

from breach.keys import incident_keys, keyring, signer, vault_for

__all__ = ["incident_keys", "keyring", "signer", "vault_for"]
