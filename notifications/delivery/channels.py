"""Which channel comes next for a person, under the notice's policy. Pure."""

from collections.abc import Collection, Iterable, Sequence

from breach.law import kinds
from notifications.states import Channel, KeptFromEmail

KNOWN = (Channel.EMAIL, Channel.POST)


def next_channel(
    policy: Sequence[str], *, has_email: bool, has_address: bool, tried: Iterable[str] = ()
) -> Channel | None:
    """Return the first channel of the policy that the person has and that was not used up, or None."""
    usable = {Channel.EMAIL: has_email, Channel.POST: has_address}
    done = set(tried)
    return next((Channel(name) for name in policy if usable[Channel(name)] and name not in done), None)


def may_email(kept_from: str, exposed: Collection[str]) -> bool:
    """Say whether an e-mail may go to somebody of whom these data kinds were exposed. `kept_from` is a word of
    `KeptFromEmail`.
    """
    if kept_from == KeptFromEmail.EVERYBODY:
        return False
    return kept_from != KeptFromEmail.PASSWORDS or not tells_password(exposed)


def tells_password(exposed: Collection[str]) -> bool:
    """Say whether these data kinds let somebody else sign in as the person, and perhaps to their mailbox."""
    return not kinds.group("credentials").isdisjoint(exposed)


def policy_told(policy: Sequence[str], kept_from: str) -> list[str]:
    """Return the channel policy as approval binds to it."""
    return [*policy, *([f"no e-mail: {kept_from}"] if kept_from else [])]


def usable(*, has_email: bool, has_address: bool, channel: str, channel_why: str) -> tuple[bool, bool]:
    """Return whether e-mail and post may be used for a person. A channel that somebody set by hand is
    obeyed.
    """
    if not channel_why:
        return has_email, has_address
    return has_email and channel == Channel.EMAIL, has_address and channel != Channel.NONE
