"""One contract for every way out: return on success, raise on failure, say whether trying again could
help.
"""

from dataclasses import dataclass
from typing import Protocol

from notifications.letters.values import EmailValue
from notifications.states import Code


@dataclass(frozen=True, slots=True)
class Handover:
    """One message for one person: `token` is the attempt's uid, `to` the address, `sender_name`, `reply_to` and `sender` ours;
    without a `sender` the machine's own address is it. `attachment` is a PDF by its file name, where the person asked.
    """

    token: str
    to: str
    email: EmailValue
    sender_name: str
    reply_to: str = ""
    sender: str = ""
    attachment: tuple[str, bytes] | None = None

    def __repr__(self) -> str:
        return f"<Handover {self.token}>"  # an address must not reach a log by way of a trace


class DeliveryFailure(Exception):  # noqa: N818
    """A hand-over that did not succeed. Carries a word of `Code` and perhaps a status, never the other side's
    text.
    """

    def __init__(self, code: Code, status: str = "") -> None:
        self.code, self.status = code, status
        super().__init__(code.value)


class TemporaryFailure(DeliveryFailure):
    """Nothing left; trying again later could help."""


class PermanentFailure(DeliveryFailure):
    """Nothing left, and nothing will by this channel."""


class Ambiguous(DeliveryFailure):
    """Nobody can say whether it left. It is never repeated without a person's word."""


class Transport(Protocol):
    """A channel's way out. One is made per batch; `close` ends its connection."""

    name: str

    def deliver(self, message: Handover) -> Code:
        """Hand over one message. Returns the word for the success, raises a `DeliveryFailure`."""

    def close(self) -> None: ...
