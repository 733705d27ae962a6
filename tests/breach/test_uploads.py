"""Uploads lie sealed while they arrive; one over the limit is answered, not broken off."""

import io
from datetime import datetime
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse

from breach.uploads import SealedUpload, SealingUploadHandler
from breach.vault.transit import TransitSeal
from tests.house import House


def test_what_was_uploaded_comes_back_and_its_file_is_not_in_clear() -> None:
    file = io.BytesIO()
    seal = TransitSeal(file)
    for chunk in (b"Zoe Lefevre;", b"zoe@example.org\n" * 5000):
        seal.write(chunk)
    seal.finish()
    upload = SealedUpload(seal, "people.csv", "text/csv", 80012)
    assert upload.read() == b"Zoe Lefevre;" + b"zoe@example.org\n" * 5000
    assert b"zoe@example.org" not in file.getvalue()
    upload.seek(0)
    assert upload.read(12) == b"Zoe Lefevre;"


def test_the_handler_is_the_only_one(settings: Any) -> None:
    assert [f"breach.uploads.{SealingUploadHandler.__name__}"] == settings.FILE_UPLOAD_HANDLERS


@pytest.mark.django_db
def test_a_file_over_the_limit_is_refused_beside_its_field(
    house: House, now: datetime, settings: Any
) -> None:
    house.open(now)
    settings.TOCSIN_MAX_UPLOAD = 1000
    client = Client()
    client.force_login(house.responder, backend="allauth.account.auth_backends.AuthenticationBackend")
    table = SimpleUploadedFile("people.csv", b"Name;E-mail\n" + b"Zoe;zoe@example.org\n" * 200)
    answer = client.post(reverse("people-upload", args=[house.incident.uid]), {"table": table})
    assert answer.status_code == 422
    assert "larger than 1,000 bytes" in answer.content.decode()
