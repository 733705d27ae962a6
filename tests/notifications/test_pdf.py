import importlib
import io

import pikepdf
import pytest

from breach.errors import BadInput
from notifications import pdf


@pytest.mark.parametrize(
    "address", ["http://127.0.0.1:9/x.png", "file:///etc/hostname", "packaged:../pdf.py"]
)
def test_the_renderer_fetches_nothing_but_packaged_files(address: str) -> None:
    with pytest.raises(ValueError, match="not a packaged file"):
        pdf.render_pdf(f'<p>a</p><img src="{address}" alt="x">', title="t", language="en")


def test_a_missing_system_library_names_its_debian_package(monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(name: str) -> None:
        raise OSError("cannot load library 'libpangoft2-1.0-0': error 0x2")

    monkeypatch.setattr(importlib, "import_module", fail)
    with pytest.raises(BadInput, match=r"apt-get install libpangoft2-1\.0-0"):
        pdf.renderer()


def test_an_encrypted_pdf_opens_only_with_its_passphrase() -> None:
    plain = pdf.render_pdf("<p>a</p>", title="t", language="en")
    closed = pdf.encrypt(plain, passphrase="correct horse")
    with pytest.raises(pikepdf.PasswordError):
        pikepdf.open(io.BytesIO(closed))
    with pikepdf.open(io.BytesIO(closed), password="correct horse") as document:
        assert (document.encryption.R, document.encryption.bits) == (6, 256)
