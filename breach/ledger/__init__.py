"""The ledger: what happened, in order, so that nobody can change it afterwards without it showing.

Nothing is imported here: `verify` runs alone, without Django and without the database.
"""
