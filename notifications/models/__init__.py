"""Rows of the outward side. Import models from here."""

from notifications.models.copies import AskedBy, LetterCopy
from notifications.models.filings import FILING_MOVES, OPEN_STATES, Filing, FilingState
from notifications.models.notices import (
    Attempt,
    Notice,
    NoticeRemark,
    NoticeText,
    PersonNotice,
    PrintFile,
    PrintRun,
)
from notifications.models.portal import PortalCount
from notifications.models.public import PublicNotice, PublicPlace
from notifications.models.reports import Reader, Report
from notifications.models.senders import SenderVersion
from notifications.models.trials import TransportTrial, TriedTransport

__all__ = [
    "FILING_MOVES",
    "OPEN_STATES",
    "AskedBy",
    "Attempt",
    "Filing",
    "FilingState",
    "LetterCopy",
    "Notice",
    "NoticeRemark",
    "NoticeText",
    "PersonNotice",
    "PortalCount",
    "PrintFile",
    "PrintRun",
    "PublicNotice",
    "PublicPlace",
    "Reader",
    "Report",
    "SenderVersion",
    "TransportTrial",
    "TriedTransport",
]
