"""Posting alarms: signed as the receiver can check, bounded in time, nothing followed, bad addresses refused."""

import hashlib
import hmac
from collections.abc import Iterator
from datetime import UTC, datetime

import pytest

from breach import webhook
from breach.errors import BadInput
from breach.vault.mac import message_mac, new_token, token_hash
from tests.breach.hooks import Hook, hook_server

AT = datetime(2026, 11, 24, 9, 0, tzinfo=UTC)
KEY = bytes(range(32))


@pytest.fixture
def hook() -> Iterator[Hook]:
    with hook_server() as server:
        yield server


def post(url: str) -> int:
    return webhook.post(webhook.Target(webhook.parse_target(url), KEY), {"reference": "2026-0001"}, at=AT)


def test_the_receiver_can_check_the_signature(hook: Hook) -> None:
    assert post(hook.url) == 204
    _path, headers, body = hook.taken[0]
    assert body == b'{"reference":"2026-0001"}'
    expected = hmac.new(KEY, b"1795510800." + body, hashlib.sha256).hexdigest()
    assert headers["Tocsin-Signature"] == f"t=1795510800,v1={expected}"
    assert headers["Content-Type"] == "application/json"


def test_the_code_is_that_of_rfc_4231() -> None:
    """Test case 2 of RFC 4231 has a short key; case 6 has one long enough for ours."""
    found = message_mac(b"\xaa" * 131, b"Test Using Larger Than Block-Size Key - Hash Key First")
    assert found.hex() == "60e431591ee0b67f0d8a26aacbf5b77f8e0bc6213728c5140546040f0ee37f54"
    with pytest.raises(ValueError, match="32 bytes"):
        message_mac(b"Jefe", b"")


def test_a_redirect_is_not_followed(hook: Hook) -> None:
    hook.status = 302
    assert post(hook.url) == 302
    assert [path for path, _headers, _body in hook.taken] == ["/"]


def test_a_server_that_drips_its_answer_does_not_hold_us(hook: Hook, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(webhook, "TIMEOUT", 1.0)
    hook.drip = True
    with pytest.raises(webhook.NoAnswer) as failure:
        post(hook.url)
    assert (failure.value.kind, failure.value.sent) == ("TimeoutError", True)


def test_a_closed_port_is_no_answer_and_nothing_was_sent() -> None:
    with pytest.raises(webhook.NoAnswer) as failure:
        post("http://127.0.0.1:1/")
    assert (failure.value.kind, failure.value.sent) == ("ConnectionRefusedError", False)


@pytest.mark.parametrize(
    "url",
    [
        "",
        "pager",
        "ftp://pager.example.org/",
        "http://pager.example.org/",
        "http://localhost.example.org/",
        "https://user:secret@pager.example.org/",
        "https://pager.example.org/#x",
        "https://pager.example.org/a b",
        "https://pager.example.org/\r\nX: y",
        "https://pager.example.org:99999/",
        "https://pager.example.org/" + "x" * 500,
        "https:///path",
    ],
)
def test_an_address_that_does_not_fit_is_refused(url: str) -> None:
    with pytest.raises(BadInput) as refusal:
        webhook.parse_target(url)
    assert refusal.value.place == "url"
    assert refusal.value.mend


@pytest.mark.parametrize("url", ["https://pager.example.org/x?y=1", "http://localhost:9/", "http://[::1]:9/"])
def test_https_is_taken_and_http_on_this_machine(url: str) -> None:
    assert webhook.parse_target(url).geturl() == url


def test_a_token_is_kept_as_its_hash_only() -> None:
    token = new_token()
    assert len(token) == 43
    assert len(token_hash(token)) == 64
    assert token_hash(token) == token_hash(token) != token_hash(token + "x")
