"""A file in, people out. The stages, in order, each taking the value of the one before:

`read` (bytes -> rows) -> `profile` (what each column holds) -> `mapping` (column -> field or data kind)
-> `normalise` (row -> record) -> `match` (records -> people). Loading into rows is the services' work.

Nothing here knows Django, reads the clock, fetches from a network or evaluates what a cell says. What does
not fit is a value (`refusals.Refusal`) when it is a row, and `BadInput` when it is the whole file, so that
rows read = rows accepted + rows refused, always.
"""
