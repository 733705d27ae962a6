"""Every address, every role, GET and POST: what each may see and do stands in one table, and nothing is left out.

A cell is one letter: o shown or done (2xx), r done and sent on (3xx), v refused with the form (422), b refused
(400 or 409), f forbidden (403), n not found (404), m method not allowed (405), s sent to the sign-in.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import pytest
from django.db import transaction
from django.http import HttpResponse
from django.test import Client
from django.urls import Resolver404, URLPattern, URLResolver, get_resolver, resolve, reverse

from breach import clock
from breach.middleware import OPEN_PREFIXES, OPEN_TO_SIGN_IN
from breach.models import User
from breach.services.report_links import token_of
from tests.house import House
from tests.world import World, build_world

# Columns of the table. All of the first four see the incident; the officer is a manager who is a member as such.
ROLES = ("responder", "manager", "officer", "auditor", "outsider", "admin", "anonymous", "guest")
# A row of seven letters says nothing about guests, and so denies them; `for_guests` adds their letter.
DENIED = {"n", "m", "f"}
SEEN = "oooonns"  # whoever sees the incident
EDIT = "ooofnns"  # who works on it; not the auditor
NO = "mmmmmms"  # no such method, for nobody

# name of the address: (GET, POST with the data below, or with none)
ROOM: dict[str, tuple[str, str]] = {
    "overview": (SEEN, NO),
    "incident-live": (SEEN, NO),
    "members": (SEEN, "vvvfnns"),
    "access": (SEEN, "fvvfnns"),
    "asked": ("ffffnnso", "ffffnnsr"),
    "asked-file": ("ffffnnso", NO),
    "incident-move": (EDIT, "vvvfnns"),
    "facts": (SEEN, "vvvfnns"),
    "facts-upload": (NO, "vvvfnns"),
    "facts-version": (SEEN, NO),
    "facts-document": (SEEN, NO),
    "awareness": (NO, "vvvfnns"),
    "obligations": (SEEN, NO),
    "holds": (SEEN, "vvvfnns"),
    "hold": (SEEN, "vvvfnns"),
    "what-if": (SEEN, NO),
    "obligation": (SEEN, "vvvfnns"),
    "assessment": (SEEN, "vvvfnns"),
    "approval": (SEEN, "fvffnns"),
    "people": (SEEN, "vvvfnns"),
    "people-upload": (EDIT, "vvvfnns"),
    "people-file": (EDIT, "ooofnns"),
    "people-refused": (EDIT, NO),
    "people-archive": (EDIT, NO),
    "people-suggestions": (EDIT, "nnnfnns"),
    "people-add": (EDIT, "vvvfnns"),
    "people-mark": (EDIT, "vvvfnns"),
    "people-exports": ("foofnns", "fvvfnns"),
    "people-export": (NO, "frrfnns"),
    "person": (EDIT, "vvvfnns"),
    "affected-clients": (SEEN, "vvvfnns"),
    "affected-choose": (EDIT, "vvvfnns"),
    "affected-client": (SEEN, "vvvfnns"),
    "affected-export": (SEEN, NO),
    "ledger": (SEEN, NO),
    "ledger-export": (NO, "fooonns"),
    "timeline": (SEEN, NO),
    "timeline-add": (NO, "vvvfnns"),
    "evidence-download": (SEEN, NO),
    "timeline-entry": (SEEN, NO),
    "timeline-correct": (NO, "vvvfnns"),
    "evidence-attach": (NO, "vvvfnns"),
    "playbook": (SEEN, NO),
    "playbook-start": (NO, "rrrfnns"),
    "playbook-replan": (NO, "rrrfnns"),
    "task-move": (NO, "vvvfnns"),
    "task-assign": (NO, "rrrfnns"),
    "notices": (SEEN, "vvvfnns"),
    "notice-new": (EDIT, "vvvfnns"),
    "notice": (SEEN, "vvvfnns"),
    "notice-differences": (SEEN, NO),
    "letter-find": (EDIT, "vvvfnns"),
    "letter": (EDIT, "vvvfnns"),
    "letter-pdf": ("bbbfnns", NO),  # law enforcement holds these letters
    "reach": (SEEN, "vvvfnns"),
    "public-draft": (SEEN, NO),
    "notice-frame": (EDIT, "vvvfnns"),
    "notice-text": (EDIT, "vvvfnns"),
    "notice-text-version": (EDIT, NO),
    "notice-variant": (SEEN, NO),
    "notice-variant-pdf": (SEEN, NO),
    "print-run": (SEEN, "rrrfnns"),
    "print-file": (EDIT, NO),
    "print-manifest": (EDIT, NO),
    "filings": (SEEN, NO),
    "filing-new": (EDIT, "vvvfnns"),
    "filing": (SEEN, NO),
    "filing-section": (EDIT, "vvvfnns"),
    "filing-promise": (EDIT, "vvvfnns"),
    "filing-facts": (NO, "rrrfnns"),
    "filing-withdraw": (NO, "vvvfnns"),
    "filing-preview": (SEEN, NO),
    "filing-submit": (EDIT, "vvvfnns"),
    "filing-render": (NO, "rrrfnns"),
    "filing-pdf": ("bbbbnns", NO),  # not made yet
    "filing-json": ("bbbbnns", NO),
    "filing-receipt": (EDIT, "vvvfnns"),
    "filing-follow-up": (NO, "vvvfnns"),
    "reports": (SEEN, "vvvfnns"),
    "report-age": (EDIT, NO),
    "report-pdf": (EDIT, NO),
}
HOUSE: dict[str, tuple[str, str]] = {
    "home": ("oooooosr", NO),
    "health": ("oooooooo", "mmmmmmmm"),
    "set_language": ("rrrrrrrr", "rrrrrrrr"),  # on GET it only leads back
    "join": ("oooooooo", "vvvvvvvv"),
    "join-account": ("rrrrrrrr", "rrrrrrrr"),  # without a code it leads to where one is entered
    "break-glass": ("ooofofsf", "vvvfvfsf"),
    "users": ("fffffosf", "fffffvsf"),
    "user": ("fffffosf", "fffffvsf"),
    "factor-resets": ("foofoosf", "fnnfnnsf"),
    "told": ("ooooooso", "rrrrrrsr"),
    "sessions": ("ooooooso", "rrrrrrsr"),
    "incident-new": ("ooofofs", "vvvfvfs"),
    "settings": ("ooooooso", NO),
    "settings-feeds": ("oooooosf", "oooooosf"),
    "settings-feed-revoke": (NO, "rnnnnnsf"),
    "clock-feed": ("oooooooo", "mmmmmmmm"),  # asks for its token, not for an account
    "clocks": ("oooooos", NO),
    "incidents": ("oooooos", NO),
    "portfolio": ("foooofsf", NO),
    "client-register": ("oooooosf", "fvvfvvsf"),
    "client-new": ("foofoosf", "fvvfvvsf"),
    "client-edit": ("foofoosf", "fvvfvvsf"),
    "client-table": ("foofoosf", "foofoosf"),
    "client-export": ("oooooosf", NO),
    "settings-organisations": ("oooooosf", NO),
    "settings-organisation-new": ("fffffosf", "fffffvsf"),
    "settings-organisation": ("fffffosf", "fffffvsf"),
    "settings-contracts": ("oooooosf", NO),
    "settings-contract": ("oooooosf", "fvvfvvsf"),
    "settings-contract-new": ("foofoosf", "fvvfvvsf"),
    "settings-contract-edit": ("foofoosf", "fvvfvvsf"),
    "settings-law": ("oooooosf", NO),
    "settings-regime": ("oooooosf", "fvvfvvsf"),
    "report": ("oooooosf", "vvvvvvsf"),
    "report-receipt": ("oooooooo", "vvvvvvvv"),  # asks for a code
    "report-by-link": ("oooooooo", "vvvvvvvv"),  # asks for its token
    "triage": ("ooooofsf", NO),
    "suspicion": ("ooooofsf", "fvvfvfsf"),
    "suspicion-incident": ("ooofofsf", "vvvfvfsf"),
    "settings-report-link": ("fffffosf", "fffffrsf"),
    "settings-senders": ("oooooosf", NO),
    "settings-sender": ("fffffosf", "fffffrsf"),
    "settings-transports": ("fffffosf", "fffffrsf"),
    "settings-alarms": ("fffffos", "fffffrs"),
    "settings-webhooks": ("fffffos", "fffffvs"),
    "settings-webhook-try": (NO, "fffffrs"),
    "settings-webhook-retire": (NO, "fffffrs"),
    "readers": ("foofofs", "fvvfvfs"),
    "reader-retire": (NO, "frrfrfs"),
    "register": ("foooffs", NO),
    "register-csv": (NO, "foooffs"),
}


def for_guests(name: str, row: str) -> str:
    """Return a row with its letter for guests: no method stays none, a case is not found, a house page is refused."""
    if len(row) == len(ROLES):
        return row
    return row + ("m" if row[0] == "m" else "n" if name in ROOM else "f")


TABLE = {
    name: (for_guests(name, shown), for_guests(name, posted))
    for name, (shown, posted) in (ROOM | HOUSE).items()
}
# Pages of ours that ask for no account.
OPEN = {"health", "set_language", "join", "join-account", "clock-feed", "report-receipt", "report-by-link"}
# An address that nobody but these may read without signing in; the rest of allauth's asks for the sign-in.
OPEN_ACCOUNT = {
    "account_login",
    "account_logout",
    "account_inactive",
    "account_reauthenticate",
    "account_reset_password",
    "account_reset_password_done",
    "account_reset_password_from_key",
    "account_reset_password_from_key_done",
    "mfa_authenticate",
    "mfa_login_webauthn",
    "openid_connect_login",
    "openid_connect_callback",
}
POSTED: dict[str, dict[str, Any]] = {
    "assessment": {"form": "assess"},
    "person": {"step": "remove"},
    "notice": {"step": "withdraw"},
    "print-run": {"step": "printed"},
    "filing-promise": {"step": "announce"},
    "asked": {"step": "begin"},
    "affected-client": {"step": "told"},
    "factor-resets": {"step": "confirm"},
    "suspicion": {"step": "no_breach"},
    "settings-report-link": {"step": "make"},
    "settings-transports": {"step": "email"},
}
TOKEN = {"csrfmiddlewaretoken": "x"}  # a form of a browser is never quite empty
FILLED = {"uidb36": "1", "key": "x-y", "provider_id": "house", "pk": 1}
OUTCOMES = {422: "v", 400: "b", 409: "b", 403: "f", 404: "n", 405: "m"}


@dataclass(frozen=True)
class Address:
    """One pattern of the URLconf."""

    name: str
    route: str
    parameters: tuple[str, ...]

    @property
    def is_allauth(self) -> bool:
        return self.route.startswith("account/")


def walk(patterns: Any, before: str = "", outer: tuple[str, ...] = ()) -> Iterator[Address]:
    for one in patterns:
        route = before + str(one.pattern)
        names = (*outer, *one.pattern.regex.groupindex, *getattr(one.pattern, "converters", {}))
        if isinstance(one, URLResolver):
            yield from walk(one.url_patterns, route, names)
        elif isinstance(one, URLPattern):
            yield Address(one.name or "", route, tuple(dict.fromkeys(names)))


ADDRESSES = tuple(walk(get_resolver().url_patterns))


def said(response: HttpResponse) -> str:
    """Return the outcome of an answer as a letter of the table."""
    status, target = response.status_code, response.headers.get("Location", "")
    if 300 <= status < 400:
        return "s" if target.startswith(reverse("account_login")) else "r"
    return "o" if 200 <= status < 300 else OUTCOMES.get(status, f"[{status}]")


def keywords(name: str, world: World) -> dict[str, Any]:
    """Return what stands in an address of the incident room."""
    version = world.obligation.party.factsversion_rows.first()
    rows: dict[str, Any] = {
        "facts-version": version,
        "facts-document": version,
        "obligation": world.obligation,
        "hold": world.hold,
        "approval": world.approval,
        "people-file": world.intake_file,
        "people-refused": world.intake_file,
        "people-archive": world.intake_file.archive,
        "people-export": world.people_export,
        "person": world.person,
        "evidence-download": world.attachment,
        "timeline-entry": world.event,
        "timeline-correct": world.event,
        "evidence-attach": world.event,
        "playbook-replan": world.run,
        "task-move": world.task,
        "task-assign": world.task,
        "notice-frame": world.draft,
        "notice-text": world.draft,
        "notice-text-version": world.draft,
        "print-run": world.print_run,
        "print-file": world.print_run,
        "print-manifest": world.print_run,
        "report-age": world.report,
        "report-pdf": world.report,
        "reader-retire": world.reader,
        "asked-file": world.shared,
        "user": world.house.stranger,
        "affected-client": world.affected,
        "client-edit": world.client,
        "client-table": world.client_table,
        "settings-webhook-try": world.endpoint,
        "settings-webhook-retire": world.endpoint,
        "settings-sender": world.house.shop,
        "settings-organisation": world.house.shop,
        "settings-contract": world.contract,
        "settings-contract-edit": world.contract,
        "settings-feed-revoke": world.feed.feed,
        "suspicion": world.suspicion,
        "suspicion-incident": world.suspicion,
    }
    found: dict[str, Any] = {"uid": world.house.incident.uid}
    if name == "filing" or (name in ROOM and name.startswith("filing-")):
        found["row"] = world.filing.uid
    elif name == "public-draft":
        found |= {"row": world.house.party.uid, "regime": "eu_gdpr_controller", "tag": "fr", "form": "html"}
    elif name in ("letter", "letter-pdf"):
        found["row"] = world.print_run.people.all()[0].uid
    elif name.startswith("notice"):
        found["row"] = rows.get(name, world.notice).uid
    elif name in rows:
        found["row"] = rows[name].uid
    found["number"], found["kind"], found["way"], found["size"] = 1, "json", "late", "letter"
    found["token"] = token_of(world.report_link) if name == "report-by-link" else world.feed.token
    found["part"], found["version"] = "wording", 1
    keys = {
        "notice-text": "fr",
        "notice-text-version": "fr",
        "filing-section": SECTION,
        "filing-promise": PROMISED,
    } | {"settings-regime": "eu_gdpr_controller"}
    found["key"] = keys.get(name, "")
    return found


SECTION, PROMISED = "2.1", "nature_text"


def posted(name: str, world: World) -> dict[str, Any]:
    return POSTED.get(name, {}) | ({"task": world.guests_task.uid} if name == "asked" else {})


def path_of(address: Address, world: World, **changes: Any) -> str:
    known = keywords(address.name, world) | changes
    return reverse(address.name, kwargs={name: known[name] for name in address.parameters})


def ask(client: Client, method: str, path: str, data: Any = None) -> HttpResponse:
    """Ask, and take back whatever the answer changed."""
    with transaction.atomic():
        response: Any = client.post(path, TOKEN | (data or {})) if method == "POST" else client.get(path)
        transaction.set_rollback(True)
    return response


@pytest.fixture
def world(house: House, now: datetime, monkeypatch: pytest.MonkeyPatch) -> World:
    monkeypatch.setattr(clock, "now", lambda: now)
    return build_world(house, now)


@pytest.fixture
def clients(world: World, now: datetime) -> dict[str, Client]:
    house = world.house
    outsider = User.objects.create_user(
        email="oscar@example.org", password=None, name="Oscar Lind", role="manager", joined_at=now
    )
    users = {role: getattr(house, role, None) for role in ROLES} | {"outsider": outsider, "anonymous": None}
    found = {}
    for role in ROLES:
        found[role] = Client(raise_request_exception=False)
        if user := users[role]:
            found[role].force_login(user, backend="allauth.account.auth_backends.AuthenticationBackend")
    return found


def test_every_address_has_its_row_and_every_row_an_address() -> None:
    there = {one.name for one in ADDRESSES if not one.is_allauth}
    assert "" not in there, "an address without a name cannot stand in the table"
    assert there == set(TABLE)
    for row in TABLE.values():
        assert [len(cells) for cells in row] == [len(ROLES), len(ROLES)]


def test_every_address_answers_every_role_as_the_table_says(world: World, clients: dict[str, Client]) -> None:
    wrong = []
    for address in ADDRESSES:
        if address.is_allauth:
            continue
        path = path_of(address, world)
        for method, cells in zip(("GET", "POST"), TABLE[address.name], strict=True):
            answers = {}
            for role in ROLES:
                answers[role] = said(ask(clients[role], method, path, posted(address.name, world)))
            if "".join(answers.values()) != cells:
                wrong.append(f"{method} {address.route}: table {cells}, answers {''.join(answers.values())}")
    assert not wrong, "\n".join(wrong)


def test_deny_by_default_is_what_the_table_says() -> None:
    column = {role: index for index, role in enumerate(ROLES)}
    for name in ROOM:
        for row in TABLE[name]:
            if name not in {"asked", "asked-file"}:
                assert row[column["guest"]] in DENIED, name
            assert {row[column["outsider"]], row[column["admin"]]} <= {"n", "m"}, name
    for name, (shown, posted) in TABLE.items():
        # Taking a copy of the ledger or the register is an auditor's work, and changes no case.
        if name not in {
            "ledger-export",
            "register-csv",
            "set_language",
            "join",
            "join-account",
            "sessions",
            "told",
            "settings-feeds",
            "report",
            "report-receipt",
            "report-by-link",
        }:
            assert posted[column["auditor"]] in "fnm", name
        if name not in OPEN:
            assert (shown[column["anonymous"]], posted[column["anonymous"]]) == ("s", "s"), name


def test_accounts_pages_answer_a_stranger_only_where_one_signs_in(clients: dict[str, Client]) -> None:
    answered, failed = set(), []
    for address in ADDRESSES:
        if not address.is_allauth:
            continue
        # allauth leaves the addresses that it redirects without a name.
        path = f"/{address.route}"
        if address.parameters:
            path = reverse(address.name, kwargs={name: FILLED[name] for name in address.parameters})
        for method in ("GET", "POST"):
            if said(ask(clients["anonymous"], method, path)) != "s":
                answered.add(address.name or path)
            answers = {role: ask(clients[role], method, path) for role in ("responder", "auditor", "admin")}
            failed += [f"{method} {path}: {role}" for role, one in answers.items() if one.status_code >= 500]
    assert not failed, "\n".join(failed)
    assert answered <= OPEN_ACCOUNT


def test_nobody_signs_up(clients: dict[str, Client]) -> None:
    before = User.objects.count()
    sent = {"email": "new@example.org", "password1": "korrekt-pferd-9", "password2": "korrekt-pferd-9"}
    for role in ("anonymous", "responder"):
        assert clients[role].post("/account/signup/", sent).status_code in (302, 404)
    assert User.objects.count() == before


def test_what_is_open_is_a_short_list() -> None:
    """A prefix opens everything below it: each has to be a path of its own, and none that of a case."""
    for prefix in OPEN_PREFIXES + OPEN_TO_SIGN_IN:
        assert not any(f"/{one.route}".startswith(prefix) for one in ADDRESSES if one.name in ROOM)
    opened = {
        one.name
        for one in ADDRESSES
        if not one.is_allauth and f"/{one.route}".startswith(OPEN_PREFIXES + OPEN_TO_SIGN_IN)
    }
    # The page of reports is below the same prefix, and sends a stranger to the sign-in by itself: see the table.
    assert opened == OPEN | {"report"}


def test_an_object_is_found_in_its_own_incident_only(
    world: World, clients: dict[str, Client], now: datetime
) -> None:
    """The same people work on two incidents; an id of the one opens nothing under the address of the other."""
    house, own = world.house, world.house.incident
    other = house.open(now, title="Another one")
    found = []
    for address in ADDRESSES:
        if address.name not in ROOM or "row" not in address.parameters:
            continue
        house.incident = own
        path = path_of(address, world, uid=other.uid)
        for method in ("GET", "POST"):
            who = "guest" if address.name.startswith("asked") else "manager"
            answer = said(ask(clients[who], method, path, posted(address.name, world)))
            if answer not in "nm":
                found.append(f"{method} {address.route}: {answer}")
    assert not found, "\n".join(found)


@pytest.mark.django_db(transaction=True)
def test_pages_open_their_own_transactions(world: World, clients: dict[str, Client]) -> None:
    """Outside of a test's transaction, as in service: nothing relies on one that a view did not open."""
    failed = []
    for method in ("GET", "POST"):
        for address in ADDRESSES:
            if address.is_allauth:
                continue
            client, path = clients["manager"], path_of(address, world)
            response: Any = (
                client.get(path)
                if method == "GET"
                else client.post(path, TOKEN | POSTED.get(address.name, {}))
            )
            b"".join(response.streaming_content) if response.streaming else response.content
            if response.status_code >= 500:
                failed.append(f"{method} {address.route}: {response.status_code}")
    assert not failed, "\n".join(failed)


def test_somebody_who_left_the_incident_or_the_house_is_shut_out(
    world: World, clients: dict[str, Client]
) -> None:
    house, page = world.house, reverse("overview", args=[world.house.incident.uid])
    assert clients["responder"].get(page).status_code == 200
    house.incident.members.filter(user=house.responder).delete()
    assert clients["responder"].get(page).status_code == 404
    User.objects.filter(pk=house.auditor.pk).update(is_active=False)
    assert said(clients["auditor"].get(page)) == "s"


def test_the_public_process_has_two_pages_and_none_of_ours(world: World) -> None:
    public = "notifications.portal.urls"
    assert {one.name for one in walk(get_resolver(public).url_patterns)} == {"check", "portal-health"}
    shared = {reverse("home"), reverse("health")}
    for address in ADDRESSES:
        path = "/account/login/" if address.is_allauth else path_of(address, world)
        if path not in shared:
            with pytest.raises(Resolver404):
                resolve(path, urlconf=public)
