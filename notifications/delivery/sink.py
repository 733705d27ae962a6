"""Where the letters of a drill end: nothing leaves, everything is recorded as if it had."""

from notifications.delivery.transport import Handover
from notifications.states import Code


class DrillSink:
    name = "drill"

    def deliver(self, message: Handover) -> Code:  # noqa: ARG002 - the message ends here
        return Code.DRILL

    def close(self) -> None:
        """Nothing was opened."""
