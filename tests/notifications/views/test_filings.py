"""The pages of filings: drafting, writing, approval, files, receipt, follow-up, and who may what."""

import re
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from breach import approvals, providers
from breach.models import Approval, Incident, User
from breach.models.ledger import Entry
from breach.services.keys import incident_keys
from notifications import provide_filings
from notifications.forms.filings import FollowUpForm
from notifications.models import Filing
from notifications.queries.filings import content_of
from notifications.services.filings import mark_to_follow, set_fields
from tests.house import House
from tests.notifications.views.case import AWARE, NOW, WRITTEN, decide, drafted, signed_in

STYLE = re.compile(r"<[^>]+\sstyle\s*=")


@pytest.fixture(autouse=True)
def _now(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("breach.clock.now", lambda: NOW)


@pytest.fixture
def case(house: House) -> House:
    return decide(house)


@pytest.fixture
def responder(case: House) -> Client:
    return signed_in(case.responder)


def url(name: str, of: Filing | Incident, *more: object) -> str:
    if isinstance(of, Incident):
        return reverse(name, args=[of.uid, *more])
    return reverse(name, args=[of.incident.uid, of.uid, *more])


def text_of(response: Any) -> str:
    return " ".join(re.sub(r"<[^>]+>", " ", response.content.decode()).split())


def typed(client: Client, address: str) -> dict[str, Any]:
    """What a browser would send from the form of a section, before anybody types."""
    form = client.get(address).context["form"]
    sent: dict[str, Any] = {}
    for field in form:
        value = field.value()
        if value is not None:
            sent[field.html_name] = value
    return sent


def asked(house: House, filing: Filing) -> Approval:
    client = signed_in(house.responder)
    answer = client.post(
        url("filing-submit", filing),
        {"approver0": house.manager.uid, "approver1": house.deputy.uid, "approver2": "", "patience": "60"},
    )
    assert answer.status_code == 302, text_of(answer)
    return Approval.objects.get(kind="filing", subject_uid=filing.uid, state="asked")


def approve(house: House, filing: Filing) -> None:
    approval = asked(house, filing)
    approvals.decide(
        actor=house.manager, approval=approval, digest=approval.digest, approve=True, reason="", now=NOW
    )


def submitted(house: House, filing: Filing) -> Filing:
    approve(house, filing)
    answer = signed_in(house.responder).post(
        url("filing-receipt", filing), {"receipt": "CNIL-7", "at": "now", "channel": "teleservice"}
    )
    assert answer.status_code == 302, text_of(answer)
    filing.refresh_from_db()
    return filing


# --- the list and a first draft --------------------------------------------------------------------------


def test_the_list_shows_the_owed_filing_with_its_clock_before_anything_is_drafted(
    case: House, responder: Client
) -> None:
    page = responder.get(url("filings", case.incident))
    assert page.status_code == 200
    (matter,) = page.context["matters"]
    assert (matter.name, matter.can_be_drafted, matter.phases) == (
        "CNIL (French data protection authority)",
        True,
        (),
    )
    assert matter.clocks[0].due == AWARE + timedelta(hours=72)
    assert "Draft the first phase" in text_of(page)


def test_a_draft_is_made_for_the_chosen_authority_and_language(case: House, responder: Client) -> None:
    answer = responder.post(
        url("filing-new", case.incident),
        {"party": case.party.pk, "authority": "", "language": "", "completeness": "incomplete"},
    )
    made = Filing.objects.get()
    assert answer.headers["Location"] == url("filing", made)
    assert (made.authority, made.language, made.completeness, made.author) == (
        "fr",
        "fr",
        "incomplete",
        case.responder,
    )


def test_a_second_first_phase_is_refused_beside_what_was_chosen(case: House, responder: Client) -> None:
    drafted(case)
    answer = responder.post(
        url("filing-new", case.incident),
        {"party": case.party.pk, "authority": "fr", "language": "en", "completeness": "complete"},
    )
    assert answer.status_code == 422
    assert "There is a filing to this authority already" in text_of(answer)
    assert answer.context["form"]["language"].value() == "en"
    assert Filing.objects.count() == 1


# --- writing ---------------------------------------------------------------------------------------------


def test_the_page_of_a_phase_shows_all_content_and_links_what_blocks_to_its_row(
    case: House, responder: Client
) -> None:
    filing = drafted(case, values={"people_text": "Clients de la boutique."})
    page = responder.get(url("filing", filing))
    html = page.content.decode()
    assert "Clients de la boutique." in html
    assert "Rivage Boutique SAS" in html
    assert f"{url('filing-section', filing, '2.1')}#row-14" in html
    assert url("filing-submit", filing) not in html
    answers = {key for key, value in content_of(filing).values.items() if value is not None}
    shown = {row.field.key for part in page.context["parts"] for row in part.rows if row.lines}
    assert shown >= answers


def test_every_section_shows_what_is_stored_and_saves_nothing_when_nothing_is_typed(
    case: House, responder: Client
) -> None:
    values = {
        "others_involved": "yes",
        "other_role": ["processor"],
        "other_name": ["Hébergeur SA"],
        "other_contact": ["1 rue\nLyon"],
        "cross_border": "yes",
        "people_countries": ["FR", "DE"],
        "people_by_country": {"FR": 1200, "DE": 3},
        "people_told": "planned",
        "telling_planned_at": {"at": "2026-11-27T17:00:00Z", "zone": "Europe/Paris"},
    }
    filing = drafted(case, values=values)
    for section in [part.key for part in responder.get(url("filing", filing)).context["parts"]]:
        address = url("filing-section", filing, section)
        answer = responder.post(address, typed(responder, address))
        assert answer.status_code == 302, (section, text_of(answer))
    after = Filing.objects.get(pk=filing.pk)
    assert (after.digest, after.version) == (filing.digest, filing.version)


def test_answers_of_every_kind_are_saved(case: House, responder: Client) -> None:
    filing = drafted(case, values={})
    typing: dict[str, dict[str, Any]] = {
        "2.1": {"sector": "private", "size": "sme"},
        "2.4": {
            "others_involved": "yes",
            "other_role-0": "processor",
            "other_name-0": "Hébergeur SA",
            "other_contact-0": "1 rue\r\nLyon",
            "other_role-1": "",
        },
        "3.1": {"when": "range", "began_at": "2026-11-23 19:00", "ended_at": "2026-11-23 23:30"},
        "3.3": {"people_precision": "approximate", "people_number": "1432", "people_text": "Clients"},
        "4.4": {"measures_preventive": ["audits"]},
        "5": {"people_told": "planned", "telling_planned_at": "2026-11-27T18:00"},
        "6.2": {
            "cross_border": "yes",
            "people_countries": "Germany\r\nfr",
            "people_by_country": "FR 1 200\r\nGermany: 32",
        },
    }
    for section, changes in typing.items():
        address = url("filing-section", filing, section)
        answer = responder.post(address, typed(responder, address) | changes)
        assert answer.status_code == 302, (section, text_of(answer))
    values = content_of(Filing.objects.get(pk=filing.pk)).values
    wanted = {
        "sector": "private",
        "other_role": ["processor"],
        "other_name": ["Hébergeur SA"],
        "other_contact": ["1 rue\nLyon"],
        "began_at": {"at": "2026-11-23T18:00:00Z", "zone": "Europe/Paris"},
        "people_number": 1432,
        "measures_preventive": ["audits"],
        "telling_planned_at": {"at": "2026-11-27T17:00:00Z", "zone": "Europe/Paris"},
        "people_countries": ["DE", "FR"],
        "people_by_country": {"DE": 32, "FR": 1200},
    }
    assert {key: values.get(key) for key in wanted} == wanted


@pytest.mark.parametrize(
    ("section", "changes", "field", "said"),
    [
        ("3.1", {"began_at": "sometime"}, "began_at", "time"),
        ("3.3", {"people_number": "many"}, "people_number", "whole number"),
        (
            "6.2",
            {"people_countries": "FR\r\nAtlantis"},
            "people_countries",
            "Line 2: “Atlantis” is no",
        ),
        ("6.2", {"people_by_country": "FR 3\r\nFrance 4"}, "people_by_country", "France stands twice"),
        ("6.2", {"people_by_country": "FR"}, "people_by_country", "Line 1: “FR” has no country and number"),
        ("2.4", {"other_name-0": "Hébergeur"}, "other_role-0", "Choose one"),
        ("5", {"telling_planned_at": "2026-03-29T02:30"}, "telling_planned_at", "does not exist"),
    ],
)
def test_a_bad_answer_is_refused_beside_its_field_with_everything_typed(
    case: House, responder: Client, section: str, changes: dict[str, str], field: str, said: str
) -> None:
    filing = drafted(case)
    address = url("filing-section", filing, section)
    answer = responder.post(address, typed(responder, address) | changes)
    assert answer.status_code == 422
    assert said in str(answer.context["form"].errors[field])
    for name, value in changes.items():
        assert answer.context["form"][name].value() == value
    assert Filing.objects.get(pk=filing.pk).version == filing.version


def test_what_somebody_else_saved_meanwhile_is_not_overwritten_unseen(case: House, responder: Client) -> None:
    filing = drafted(case)
    address = url("filing-section", filing, "6.1")
    mine = typed(responder, address) | {"police": "yes"}
    set_fields(actor=case.manager, filing=filing, values={"other_authorities": "unknown"}, now=NOW)
    answer = responder.post(address, mine)
    assert answer.status_code == 422
    assert "Somebody changed this filing" in text_of(answer)
    assert answer.context["form"]["police"].value() == "yes"
    again = typed_of(answer)
    assert responder.post(address, again).status_code == 302
    assert content_of(Filing.objects.get(pk=filing.pk)).values["police"] == "yes"


def typed_of(answer: Any) -> dict[str, Any]:
    return {f.html_name: f.value() for f in answer.context["form"] if f.value() is not None}


def test_a_condition_is_shown_with_the_row_it_asks_for(case: House, responder: Client) -> None:
    filing = drafted(case)
    page = text_of(responder.get(url("filing-section", filing, "2.1")))
    assert "only if “Sector” (row 14) is “Private”" in page
    assert "only if the controller is established outside the EEA · not asked for now" in page


def test_a_row_is_announced_changed_and_taken_back(case: House, responder: Client) -> None:
    filing = drafted(case)
    address = url("filing-promise", filing, "people_precision")
    sent = {"step": "announce", "by": "2026-11-27T18:00", "reason": "Fichiers en cours d'analyse."}
    answer = responder.post(address, sent)
    assert answer.headers["Location"] == url("filing-section", filing, "3.3") + "#row-67"
    promise = content_of(Filing.objects.get()).to_follow["people_precision"]
    assert (promise.by.isoformat(), promise.reason) == ("2026-11-27T17:00:00+00:00", sent["reason"])
    section = responder.get(url("filing-section", filing, "3.3"))
    assert "Fichiers en cours d&#x27;analyse." in section.content.decode()
    assert responder.get(address).context["form"]["by"].value() == "2026-11-27T18:00"
    section_address = url("filing-section", filing, "3.3")
    responder.post(section_address, typed(responder, section_address) | {"people_text": "Autres clients"})
    assert "people_precision" in content_of(Filing.objects.get()).to_follow
    responder.post(address, {"step": "drop"})
    assert content_of(Filing.objects.get()).to_follow == {}


@pytest.mark.parametrize(
    ("sent", "field"),
    [
        ({"by": "2026-11-23T18:00", "reason": "x"}, "by"),
        ({"by": "soon", "reason": "x"}, "by"),
        ({"by": "2026-11-27T18:00", "reason": ""}, "reason"),
    ],
)
def test_an_announcement_needs_a_time_ahead_and_a_reason(
    case: House, responder: Client, sent: dict[str, str], field: str
) -> None:
    filing = drafted(case)
    answer = responder.post(url("filing-promise", filing, "people_precision"), {"step": "announce"} | sent)
    assert answer.status_code == 422
    assert list(answer.context["form"].errors) == [field]
    assert content_of(Filing.objects.get()).to_follow == {}


def test_a_row_that_cannot_follow_has_no_page_for_it(case: House, responder: Client) -> None:
    assert responder.get(url("filing-promise", drafted(case), "aware_at")).status_code == 404


def test_facts_are_taken_over_and_a_draft_is_given_up_with_a_reason(case: House, responder: Client) -> None:
    filing = drafted(case)
    assert responder.post(url("filing-facts", filing)).status_code == 302
    refused = responder.post(url("filing-withdraw", filing), {"reason": ""})
    assert refused.status_code == 422
    assert Filing.objects.get().state == "draft"
    assert responder.post(url("filing-withdraw", filing), {"reason": "Mauvaise autorité"}).status_code == 302
    assert Filing.objects.get().state == "withdrawn"
    assert responder.get(url("filing-section", filing, "2.1")).status_code == 404


# --- approval, files, receipt ----------------------------------------------------------------------------


def test_approvers_are_asked_in_turn_and_the_author_is_not_among_them(case: House) -> None:
    filing = drafted(case, actor=case.manager)
    page = signed_in(case.manager).get(url("filing-submit", filing))
    offered = [name for _uid, name in page.context["form"].fields["approver0"].choices]
    assert offered == ["Samir Haddad", "Dora Nilsen (deputy)"]
    approval = asked(case, filing)
    assert [one.approver for one in approval.requests.order_by("position")] == [case.deputy]


def test_an_unready_filing_is_not_submitted(case: House, responder: Client) -> None:
    filing = drafted(case, values={})
    answer = responder.post(url("filing-submit", filing), {"approver0": case.manager.uid, "patience": "60"})
    assert answer.status_code == 422
    assert "The filing is not ready" in text_of(answer)
    assert not Approval.objects.exists()


def test_the_approver_reads_all_of_it_on_the_page_that_the_approval_names(case: House) -> None:
    provide_filings.register()
    filing = drafted(case)
    approval = asked(case, filing)
    assert providers.subject_url(approval) == url("filing", filing)
    page = signed_in(case.manager).get(providers.subject_url(approval))
    assert "Copie de tables de la base des clients." in text_of(page)
    assert reverse("approval", args=[case.incident.uid, approval.uid]) in page.content.decode()


def test_a_refusal_opens_the_draft_for_another_submission(case: House, responder: Client) -> None:
    filing = drafted(case)
    approval = asked(case, filing)
    approvals.decide(
        actor=case.manager,
        approval=approval,
        digest=approval.digest,
        approve=False,
        reason="Trop vague",
        now=NOW,
    )
    page = responder.get(url("filing", filing))
    assert page.context["phase"].state == "draft"
    assert "Trop vague" in text_of(page)
    assert asked(case, filing).state == "asked"


def test_from_approval_to_files_and_receipt(case: House, responder: Client) -> None:
    filing = drafted(case)
    approve(case, filing)
    page = responder.get(url("filing", filing))
    assert page.context["phase"].state == "approved"
    assert Filing.objects.get().state == "submitted_for_approval"  # reading a page writes nothing
    assert responder.post(url("filing-render", filing)).status_code == 302
    pdf, document = responder.get(url("filing-pdf", filing)), responder.get(url("filing-json", filing))
    assert pdf.content.startswith(b"%PDF-")
    assert filing.digest in document.content.decode()
    answer = responder.post(
        url("filing-receipt", filing), {"receipt": "CNIL-7", "at": "now", "channel": "teleservice"}
    )
    assert answer.headers["Location"] == url("filing", filing)
    after = Filing.objects.get()
    assert (after.state, after.receipt, after.submitted_at, after.lateness) == (
        "submitted",
        "CNIL-7",
        NOW,
        "on_time",
    )
    assert "the authority&#x27;s online service" in responder.get(url("filing", filing)).content.decode()


def test_a_receipt_before_approval_or_without_number_is_refused_with_what_was_typed(
    case: House, responder: Client
) -> None:
    filing = drafted(case)
    sent = {"receipt": "CNIL-7", "at": "now", "channel": "post"}
    early = responder.post(url("filing-receipt", filing), sent)
    assert (early.status_code, early.context["form"]["receipt"].value()) == (422, "CNIL-7")
    assert "This is not approved" in text_of(early)
    approve(case, filing)
    before = responder.post(url("filing-receipt", filing), sent | {"at": "09:00"})
    assert list(before.context["form"].errors) == ["at"]
    nameless = responder.post(url("filing-receipt", filing), sent | {"receipt": " "})
    assert list(nameless.context["form"].errors) == ["receipt"]
    assert Filing.objects.get().submitted_at is None


def test_downloads_are_attachments_and_are_noted(case: House, responder: Client) -> None:
    filing = submitted(case, drafted(case))
    for name, ending in (
        ("filing-pdf", "1.pdf"),
        ("filing-json", "1.json"),
        ("filing-preview", "preview.pdf"),
    ):
        answer = responder.get(url(name, filing))
        disposition = answer.headers["Content-Disposition"]
        assert disposition.startswith('attachment; filename="2026-')
        assert disposition.endswith(f'{ending}"')
    noted = Entry.objects.filter(chain=case.incident.access_chain).values_list("subject", flat=True)
    assert {f"filing/{filing.uid}/{kind}" for kind in ("pdf", "json", "preview")} <= set(noted)


def test_files_that_were_not_made_are_refused(case: House, responder: Client) -> None:
    assert responder.get(url("filing-pdf", drafted(case))).status_code == 400


def test_an_edit_after_approval_voids_it_and_the_page_says_so(case: House, responder: Client) -> None:
    filing = drafted(case)
    approve(case, filing)
    address = url("filing-section", filing, "6.1")
    assert "Any change voids the approval" in text_of(responder.get(address))
    responder.post(address, typed(responder, address) | {"police": "yes"})
    assert responder.get(url("filing", filing)).context["phase"].state == "draft"
    sent = {"receipt": "1", "at": "now", "channel": "post"}
    assert responder.post(url("filing-receipt", filing), sent).status_code == 422


def test_a_follow_up_says_what_changed(case: House, responder: Client) -> None:
    first = submitted(case, drafted(case))
    assert isinstance(responder.get(url("filing", first)).context["follow_up"], FollowUpForm)
    answer = responder.post(url("filing-follow-up", first), {"completeness": "incomplete"})
    second = Filing.objects.get(number=2)
    assert answer.headers["Location"] == url("filing", second)
    address = url("filing-section", second, "6.1")
    responder.post(address, typed(responder, address) | {"police": "yes"})
    page = responder.get(url("filing", second))
    changed = {(row.number, row.kind, row.before, row.after) for row in page.context["changes"]}
    assert (109, "Changed", ("No",), ("Yes",)) in changed
    again = responder.post(url("filing-follow-up", first), {"completeness": "complete"})
    assert again.status_code == 422
    assert "This filing has been followed up already" in text_of(again)


def test_after_erasure_the_page_says_what_is_gone(case: House, responder: Client) -> None:
    filing = drafted(case)
    incident_keys().destroy(case.incident.uid)
    page = responder.get(url("filing", filing))
    assert page.status_code == 200
    assert "erased with the incident's key" in page.content.decode()
    assert responder.get(url("filings", case.incident)).status_code == 200
    assert responder.get(url("filing-section", filing, "2.1")).status_code == 404


# --- next actions ----------------------------------------------------------------------------------------


def saying(house: House, user: User | None = None) -> list[str]:
    return [str(one.text) for one in provide_filings.next_actions(house.incident, user or house.responder)]


CNIL = "CNIL"


def test_next_actions_follow_the_filing(case: House) -> None:
    assert saying(case) == [f"{CNIL}: the first filing is due"]
    filing = drafted(case, values={})
    assert saying(case) == [f"{CNIL}: the filing waits for answers"]
    filing = set_fields(actor=case.responder, filing=filing, values=WRITTEN, now=NOW)
    assert saying(case) == [f"{CNIL}: the filing waits to be submitted for approval"]
    approval = asked(case, filing)
    assert saying(case) == [f"{CNIL}: the filing waits for its approver"]
    approvals.decide(
        actor=case.manager, approval=approval, digest=approval.digest, approve=True, reason="", now=NOW
    )
    assert saying(case) == [f"{CNIL}: file it and record the receipt"]
    signed_in(case.responder).post(
        url("filing-receipt", filing), {"receipt": "1", "at": "now", "channel": "teleservice"}
    )
    assert saying(case) == [f"{CNIL}: complete the filing with what was announced"]
    assert saying(case, case.auditor) == []


# --- who may, and how the pages are made -----------------------------------------------------------------

READING = ("filings", "filing", "filing-preview")
WRITING = ("filing-new", "filing-section", "filing-promise", "filing-submit", "filing-receipt")


@pytest.mark.parametrize(
    ("who", "reads", "writes"),
    [
        ("responder", 200, 200),
        ("manager", 200, 200),
        ("officer", 200, 200),
        ("auditor", 200, 403),
        ("stranger", 404, 404),
        ("admin", 404, 404),
    ],
)
def test_who_may_open_the_pages(case: House, who: str, reads: int, writes: int) -> None:
    filing = drafted(case)
    client = signed_in(getattr(case, who))
    more: dict[str, tuple[str, ...]] = {"filing-section": ("2.1",), "filing-promise": ("people_precision",)}

    def status(name: str) -> int:
        of: Filing | Incident = case.incident if name in ("filings", "filing-new") else filing
        return client.get(url(name, of, *more.get(name, ()))).status_code

    assert {name: status(name) for name in READING} == dict.fromkeys(READING, reads)
    assert {name: status(name) for name in WRITING} == dict.fromkeys(WRITING, writes)


ACTS = ["filing-facts", "filing-withdraw", "filing-render", "filing-follow-up", "filing-submit"]


@pytest.mark.parametrize("name", ACTS)
def test_auditors_and_strangers_change_nothing(case: House, name: str) -> None:
    filing = drafted(case)
    before = Entry.objects.filter(chain=case.incident.chain).count()
    assert signed_in(case.auditor).post(url(name, filing), {"reason": "x"}).status_code == 403
    assert signed_in(case.stranger).post(url(name, filing), {"reason": "x"}).status_code == 404
    assert Entry.objects.filter(chain=case.incident.chain).count() == before


def test_a_filing_of_another_incident_is_not_found(case: House, responder: Client) -> None:
    filing = drafted(case)
    other = case.open(NOW)
    assert responder.get(reverse("filing", args=[other.uid, filing.uid])).status_code == 404


def test_no_page_carries_inline_styles_or_scripts(case: House, responder: Client) -> None:
    filing = drafted(case)
    pages = [
        url("filings", case.incident),
        url("filing-new", case.incident),
        url("filing", filing),
        url("filing-submit", filing),
        url("filing-receipt", filing),
        url("filing-promise", filing, "people_precision"),
        *(url("filing-section", filing, key) for key in ("2.4", "3.1", "6.2")),
    ]
    for page in pages:
        html = responder.get(page).content.decode()
        assert not STYLE.search(html), page
        assert "<script>" not in html


def test_the_pages_speak_french(case: House) -> None:
    case.responder.language = "fr"
    case.responder.save()
    page = signed_in(case.responder).get(url("filing-section", drafted(case), "2.1"))
    assert "Secteur" in text_of(page)


def test_the_list_costs_the_same_queries_for_one_phase_and_for_three(case: House, responder: Client) -> None:
    submitted(case, drafted(case))
    responder.get(url("filings", case.incident))
    with CaptureQueriesContext(connection) as one:
        responder.get(url("filings", case.incident))
    for number in (1, 2):
        before = Filing.objects.get(number=number)
        responder.post(url("filing-follow-up", before), {"completeness": "incomplete"})
        submitted(case, Filing.objects.get(number=number + 1))
    with CaptureQueriesContext(connection) as three:
        responder.get(url("filings", case.incident))
    assert len(three) == len(one)


def test_a_promise_of_a_submitted_phase_stands_in_the_list(case: House, responder: Client) -> None:
    filing = drafted(case)
    mark_to_follow(
        actor=case.responder,
        filing=filing,
        key="people_precision",
        by=NOW.replace(day=27),
        reason="Fichiers en cours d'analyse.",
        now=NOW,
    )
    page = text_of(responder.get(url("filings", case.incident)))
    assert "1 row follows later, the first by Fri 27 Nov 2026, 10:00" in page
