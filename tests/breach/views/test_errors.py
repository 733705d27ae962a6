import re
from typing import Any

import pytest
from django.core.exceptions import PermissionDenied
from django.test import RequestFactory
from django.utils import translation

from breach.errors import Forbidden
from breach.views import errors

REFERENCE = re.compile(r"<code>([0-9A-Z]{4}-[0-9A-Z]{4})</code>")


@pytest.mark.parametrize(
    ("view", "status", "said"),
    [
        (errors.bad_request, 400, "Nothing was saved"),
        (errors.permission_denied, 403, "Ask a manager"),
        (errors.page_not_found, 404, "ask them to add you"),
        (errors.csrf_failure, 403, "Load the page again"),
        (errors.server_error, 500, "Try once more"),
    ],
)
def test_a_refusal_says_what_to_do_and_gives_a_reference(view: Any, status: int, said: str) -> None:
    response = view(RequestFactory().get("/nowhere/?name=Maria"))
    page = response.content.decode()
    assert response.status_code == status
    assert said in page
    assert REFERENCE.search(page)


def test_each_refusal_has_its_own_reference() -> None:
    assert errors.reference() != errors.reference()


def test_our_own_reason_is_repeated_and_a_librarys_is_not() -> None:
    ours = PermissionDenied("x")
    ours.__cause__ = Forbidden("You wrote this yourself.")
    request = RequestFactory().get("/")
    assert "You wrote this yourself." in errors.permission_denied(request, ours).content.decode()
    assert (
        "secret detail"
        not in errors.permission_denied(request, PermissionDenied("secret detail")).content.decode()
    )


def test_the_failure_page_names_the_language_it_is_in() -> None:
    with translation.override("fr"):
        assert '<html lang="fr">' in errors.server_error(RequestFactory().get("/")).content.decode()


def test_the_request_is_not_in_the_log(caplog: pytest.LogCaptureFixture) -> None:
    errors.page_not_found(RequestFactory().get("/people/maria-lopez/?q=maria"))
    assert "404" in caplog.text
    assert "maria" not in caplog.text
