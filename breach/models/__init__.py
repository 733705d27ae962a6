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
from breach.models.people import (
    EvidenceState,
    IntakeFile,
    IntakeState,
    MergeEvidence,
    Person,
    PersonChange,
    PersonChannel,
    PersonState,
    RefusedCell,
    SourceOrigin,
    SourceRecord,
)
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
    "EvidenceState",
    "FactsVersion",
    "InAppNotice",
    "Incident",
    "IntakeFile",
    "IntakeState",
    "MarkedHead",
    "Membership",
    "MergeEvidence",
    "Obligation",
    "ObligationState",
    "Organisation",
    "Party",
    "PartyRole",
    "Person",
    "PersonChange",
    "PersonChannel",
    "PersonState",
    "Phase",
    "PhaseChange",
    "PlaybookRun",
    "RefusedCell",
    "RegimeAnswer",
    "Reminder",
    "Role",
    "Row",
    "SealedFile",
    "SourceOrigin",
    "SourceRecord",
    "Task",
    "TaskMove",
    "TaskRole",
    "TaskState",
    "User",
    "new_uid",
]
