"""What came back to the bounce mailbox: parts -> report, prose or notice -> kind, addresses, hard or soft. Pure."""

from notifications.delivery.bounces.kinds import MAX_BYTES, ComeBack, Kind
from notifications.delivery.bounces.reader import read

__all__ = ["MAX_BYTES", "ComeBack", "Kind", "read"]
