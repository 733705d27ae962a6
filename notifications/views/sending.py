"""A notice's own page: what stands, what speaks against it, who approves, release, progress, and what is
unclear.
"""

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any

from django.contrib import messages
from django.forms import Form
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods

from breach.errors import BadInput, TocsinError
from breach.figures import BarPlot, Count, bar_plot
from breach.forms.law import ApprovalForm
from breach.models import Incident, User
from breach.permissions import can, require
from breach.queries.approvals import approvers_of
from breach.services.person_rows import local_day
from breach.views.room import reader, refuse_into, room
from breach.wording import country, language
from notifications.contents import frozen_content
from notifications.forms.notices import ReasonForm, ResolveForm, SubmitForm, WithholdForm
from notifications.models import Notice, PersonNotice
from notifications.places import in_words
from notifications.queries import differences
from notifications.queries import notices as reading
from notifications.queries.findings import text_findings
from notifications.services import delivery, keeping, notices, pausing, recipients
from notifications.services.returns import find_letter
from notifications.states import Channel, Code, KeptFromEmail, NoticeState
from notifications.views.notices import TAB, found, text_keys
from notifications.views.standing import stopped_page

SHOWN = 50
TONES = {
    NoticeState.DRAFT: "neutral",
    NoticeState.SUBMITTED: "warn",
    NoticeState.APPROVED: "info",
    NoticeState.RELEASED: "info",
    NoticeState.FINISHED: "good",
    NoticeState.WITHDRAWN: "neutral",
}


@require_http_methods(["GET", "POST"])
def notice(request: HttpRequest, uid: str, row: str) -> HttpResponse:
    """Show a notice and take one step with it: submit, answer, release, withdraw, withhold, resolve, start
    a batch.
    """
    incident, context = room(request, uid, tab=TAB, capability="incident.view")
    user, now, one = reader(request), context["now"], found(incident, row)
    step = request.POST.get("step", "")
    if request.method == "POST":
        require(user, RIGHT_OF.get(step, "letters.draft"), incident)
    forms = _forms(request, incident, one, user, step)
    form = forms.get(step)
    if request.method == "POST" and step in STEPS and (form is None or form.is_valid()):
        try:
            going_to = STEPS[step](user, one, form, now)
        except TocsinError as refusal:
            if form is None:
                messages.error(request, str(refusal))
                return redirect("notice", uid, row)
            refuse_into(form, refusal)
        else:
            messages.success(request, DONE[step])
            return redirect("notice", uid, going_to.uid)
    context |= _page(incident, one, user, now) | {
        "forms": forms,
        "hidden": {name: {"step": name} for name in forms},
    }
    failed = any(form.errors for form in forms.values())
    return render(request, "notifications/notices/notice.html", context, status=422 if failed else 200)


def _forms(request: HttpRequest, incident: Incident, one: Notice, user: User, step: str) -> dict[str, Form]:
    def data(name: str) -> Any:
        return request.POST if name == step else None

    approval = reading.approval_of(one)
    return {
        "submit": SubmitForm(data("submit"), approvers=approvers_of(incident, user)),
        "decide": ApprovalForm(data("decide"), initial={"digest": approval.digest if approval else ""}),
        "withdraw": ReasonForm(data("withdraw")),
        "withhold": WithholdForm(data("withhold")),
        "resolve": ResolveForm(data("resolve")),
        "pause": ReasonForm(data("pause")),
        "resume": ReasonForm(data("resume")),
        "keep": ReasonForm(data("keep")),
    }


def _page(incident: Incident, one: Notice, user: User, now: datetime) -> dict[str, Any]:
    content, state, totals = frozen_content(one), NoticeState(one.state), reading.reconcile(one)
    is_draft, summary = state == NoticeState.DRAFT, reading.summary_of(one, content)
    approval = reading.approval_of(one)
    may = {name: can(user, right, incident) for name, right in RIGHTS.items()}
    return {
        "notice": one,
        "tone": TONES[state],
        "totals": totals,
        "is_draft": is_draft,
        "is_empty_draft": is_draft and not one.recipients and not one.people.exists(),
        "is_out": one.is_out,
        "is_moving": state == NoticeState.RELEASED and one.paused_at is None,
        "may_pause": may["record"] and state == NoticeState.RELEASED and one.paused_at is None,
        "may_keep": may["release"]
        and state == NoticeState.RELEASED
        and Channel.EMAIL in one.policy
        and one.kept_from_email != KeptFromEmail.EVERYBODY,
        "may_resume": may["release"] and one.paused_at is not None,
        "stopped": stopped_page(one, now) if one.submitted_at and state != NoticeState.WITHDRAWN else None,
        "channels": [Channel(name).label for name in one.policy],
        "texts": text_keys(one),
        "findings": in_words(text_findings(one, date=local_day(incident, now))) if one.is_editable else [],
        "variants": list(enumerate(reading.variants(one, content), start=1)),
        "summary": summary,
        "plots": _plots(summary),
        "left_out": reading.left_out(one)[:SHOWN],
        "unclear": reading.unclear(one)[:SHOWN],
        "came_back": [(Code(code).label, count) for code, count in reading.came_back(one).items()],
        "batches": one.batches.order_by("number"),
        "differences": [(kind.value, kind.label, count) for kind, count in differences.counts(one).items()],
        "again_count": differences.to_write_again(one).count() if one.is_out and one.parent_id is None else 0,
        "people_count": recipients.people_of(one).count() if is_draft else 0,
        "approval": approval,
        "asked": list(approval.requests.select_related("approver")) if approval else [],
        "may": may,
        "may_edit": may["draft"] and one.is_editable,
        "may_submit": may["submit"] and is_draft,
        "may_answer": may["approve"] and reading.waits_for(one, user),
        "may_release": may["release"] and (state == NoticeState.APPROVED or _is_approved(one, approval)),
        "may_withdraw": may["submit"] and one.is_editable,
        "may_withhold": may["submit"]
        and state not in (NoticeState.FINISHED, NoticeState.WITHDRAWN)
        and not is_draft,
    }


RIGHTS = {
    "draft": "letters.draft",
    "submit": "letters.submit",
    "approve": "approve",
    "release": "release",
    "record": "delivery.record",
}


def _is_approved(one: Notice, approval: Any) -> bool:
    """Say whether the approval was given on the page of all approvals and the notice has not followed yet."""
    return one.state == NoticeState.SUBMITTED and approval is not None and approval.state == "approved"


def _submit(user: User, one: Notice, form: Any, now: datetime) -> Notice:
    notices.submit(actor=user, notice=one, approvers=form.approvers(), now=now)
    return one


def _decide(user: User, one: Notice, form: Any, now: datetime) -> Notice:
    data = form.cleaned_data
    notices.decide(
        actor=user,
        notice=one,
        digest=data["digest"],
        approve=data["answer"] == "approve",
        reason=data["reason"],
        now=now,
    )
    return one


def _release(user: User, one: Notice, _form: Any, now: datetime) -> Notice:
    return notices.release(actor=user, notice=one, now=now)


def _withdraw(user: User, one: Notice, form: Any, now: datetime) -> Notice:
    return notices.withdraw(actor=user, notice=one, reason=form.cleaned_data["reason"], now=now)


def _batch(user: User, one: Notice, _form: Any, now: datetime) -> Notice:
    return notices.batch_for(actor=user, notice=one, now=now)


def _again(user: User, one: Notice, _form: Any, now: datetime) -> Notice:
    people = differences.to_write_again(one).values_list("pk", flat=True)
    return notices.batch_for(actor=user, notice=one, people=people, now=now)


def _withhold(user: User, one: Notice, form: Any, now: datetime) -> Notice:
    row = _letter(one, form.cleaned_data["letter"])
    notices.withhold_person(actor=user, row=row, reason=form.cleaned_data["reason"], now=now)
    return one


def _resolve(user: User, one: Notice, form: Any, now: datetime) -> Notice:
    data = form.cleaned_data
    row = _letter(one, data["letter"])
    delivery.resolve(actor=user, row=row, left=data["left"], reason=data["reason"], now=now)
    return one


def _pause(user: User, one: Notice, form: Any, now: datetime) -> Notice:
    return pausing.pause(actor=user, notice=one, reason=form.cleaned_data["reason"], now=now)


def _resume(user: User, one: Notice, form: Any, now: datetime) -> Notice:
    return pausing.resume(actor=user, notice=one, reason=form.cleaned_data["reason"], now=now)


def _letter(one: Notice, typed: str) -> PersonNotice:
    """Find a letter by the uid that a finding names or by its reference. Raises BadInput when it is of no
    notice.
    """
    rows = one.people.select_related("notice__incident", "person")
    row = rows.filter(uid=typed.strip()).first() or find_letter(one.incident, typed)
    if row.notice_id != one.pk:
        raise BadInput("That letter belongs to another notice", place="letter", mend="Open that notice.")
    return row


def _keep(user: User, one: Notice, form: Any, now: datetime) -> Notice:
    return keeping.keep_from_email(actor=user, notice=one, reason=form.cleaned_data["reason"], now=now)


Step = Callable[[User, Notice, Any, datetime], Notice]
STEPS: dict[str, Step] = {
    "submit": _submit,
    "decide": _decide,
    "release": _release,
    "withdraw": _withdraw,
    "batch": _batch,
    "again": _again,
    "withhold": _withhold,
    "resolve": _resolve,
    "pause": _pause,
    "resume": _resume,
    "keep": _keep,
}
RIGHT_OF = {
    "submit": "letters.submit",
    "decide": "approve",
    "release": "release",
    "withdraw": "letters.submit",
    "batch": "letters.draft",
    "again": "letters.draft",
    "withhold": "letters.submit",
    "resolve": "delivery.record",
    "pause": "delivery.record",
    "resume": "release",
    "keep": "release",
}
BATCH_STARTED = gettext_lazy("A small batch was started. It needs its own approval.")
DONE = {
    "submit": gettext_lazy("Submitted. The approver was told."),
    "decide": gettext_lazy("Your answer is recorded."),
    "release": gettext_lazy("Released. The letters are on their way out."),
    "withdraw": gettext_lazy("Withdrawn."),
    "batch": BATCH_STARTED,
    "again": BATCH_STARTED,
    "withhold": gettext_lazy("Held back. The approval stands."),
    "resolve": gettext_lazy("Recorded."),
    "pause": gettext_lazy("Delivery stands still. What a server already has cannot be called back."),
    "resume": gettext_lazy("Delivery goes on."),
    "keep": gettext_lazy("No e-mail leaves any more. These people are written to by the next channel."),
}


def _plots(summary: Mapping[str, Any]) -> list[BarPlot]:
    counted: list[tuple[str, str, Callable[[str], str]]] = [
        (_("By language"), "by_language", language),
        (_("By channel"), "by_channel", lambda code: str(Channel(code).label)),
        (_("By country"), "by_country", country),
    ]
    return [
        bar_plot(title, [Count(word(key) if key else "—", count) for key, count in summary[name].items()])
        for title, name, word in counted
    ]
