"""Playbooks: what to do for a kind of breach, as data (`library/*.toml`), and a pure engine that plans it.

Times in a playbook are working targets of the house, not law: legal clocks come from `breach/law`.
docs/adding-a-playbook.md describes the format.
"""

from breach.playbooks.engine import PlannedTask, Situation, due_of, plan
from breach.playbooks.format import Condition, Phase, Playbook, TaskSpec, read_playbook
from breach.playbooks.library import get, load

__all__ = [
    "Condition",
    "Phase",
    "PlannedTask",
    "Playbook",
    "Situation",
    "TaskSpec",
    "due_of",
    "get",
    "load",
    "plan",
    "read_playbook",
]
