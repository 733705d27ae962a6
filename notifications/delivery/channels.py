"""Which channel comes next for a person, under the notice's policy. Pure."""

from collections.abc import Iterable, Sequence

from notifications.states import Channel

KNOWN = (Channel.EMAIL, Channel.POST)


def next_channel(
    policy: Sequence[str], *, has_email: bool, has_address: bool, tried: Iterable[str] = ()
) -> Channel | None:
    """Return the first channel of the policy that the person has and that was not used up, or None."""
    usable = {Channel.EMAIL: has_email, Channel.POST: has_address}
    done = set(tried)
    return next((Channel(name) for name in policy if usable[Channel(name)] and name not in done), None)


def usable(*, has_email: bool, has_address: bool, channel: str, channel_why: str) -> tuple[bool, bool]:
    """Return whether e-mail and post may be used for a person. A channel that somebody set by hand is
    obeyed.
    """
    if not channel_why:
        return has_email, has_address
    return has_email and channel == Channel.EMAIL, has_address and channel != Channel.NONE
