"""Rows of the case side. Import models from here."""

from breach.models.approvals import Approval, ApprovalRequest, ApprovalState
from breach.models.base import Row, new_uid
from breach.models.facts import (
    Advice,
    Assessment,
    Awareness,
    AwarenessState,
    Decision,
    FactsVersion,
    InAppNotice,
    Obligation,
    ObligationState,
    RegimeAnswer,
    Reminder,
)
from breach.models.files import SealedFile
from breach.models.incidents import Incident, Membership, Organisation, Party, PartyRole, Phase, PhaseChange
from breach.models.ledger import ChainHead, Checkpoint, Entry, MarkedHead
from breach.models.playbooks import PlaybookRun, Task, TaskMove, TaskRole, TaskState
from breach.models.timeline import Attachment, Event, EventKind
from breach.models.users import Role, User

__all__ = [
    "Advice",
    "Approval",
    "ApprovalRequest",
    "ApprovalState",
    "Assessment",
    "Attachment",
    "Awareness",
    "AwarenessState",
    "ChainHead",
    "Checkpoint",
    "Decision",
    "Entry",
    "Event",
    "EventKind",
    "FactsVersion",
    "InAppNotice",
    "Incident",
    "MarkedHead",
    "Membership",
    "Obligation",
    "ObligationState",
    "Organisation",
    "Party",
    "PartyRole",
    "Phase",
    "PhaseChange",
    "PlaybookRun",
    "RegimeAnswer",
    "Reminder",
    "Role",
    "Row",
    "SealedFile",
    "Task",
    "TaskMove",
    "TaskRole",
    "TaskState",
    "User",
    "new_uid",
]
