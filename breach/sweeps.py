"""Periodic jobs of the case side. Each asks "due and not done?" and claims before it acts."""

from datetime import timedelta

from breach import clock, files
from breach.approvals import escalate
from breach.jobs import enqueue, job
from breach.ledger import log
from breach.models import Approval, ApprovalState
from breach.services.affected import remind_silent
from breach.services.alarms import send_due
from breach.services.break_glass import end_due
from breach.services.keys import signer
from breach.services.law_changes import recompute_some
from breach.services.reminders import replan_outdated


@job("clocks.sweep")
def sweep_clocks() -> None:
    """Send the alarms that are due and not sent; first plan by the house's new marks, where it changed them."""
    now = clock.now()
    replan_outdated(now=now)
    send_due(now=now)


@job("law.sweep")
def sweep_law() -> None:
    """Compute the parties again that have not seen the newest switch or contract; the next run takes what is left."""
    if recompute_some(now=clock.now()):
        enqueue("law.sweep")


@job("approvals.sweep")
def sweep_approvals() -> None:
    """Ask the next approver where the last one let the time pass."""
    now = clock.now()
    for approval in Approval.objects.filter(state=ApprovalState.ASKED):
        escalate(approval=approval, now=now)


@job("clients.sweep")
def sweep_clients() -> None:
    """Tell the people in charge of clients that let their time to acknowledge a notice pass."""
    remind_silent(now=clock.now())


@job("files.sweep")
def sweep_files() -> None:
    """Remove sealed files whose transaction never committed."""
    files.sweep_orphans(older_than=clock.now() - timedelta(days=1))


@job("ledger.checkpoint")
def checkpoint_ledger() -> None:
    """Sign the heads of all chains into the house chain."""
    log.checkpoint(signer=signer(), now=clock.now())


@job("glass.sweep")
def sweep_glass() -> None:
    """Enter the end of emergency access that has run its time. The right itself ended at that instant."""
    end_due(now=clock.now())
