import importlib.util
import re
import shutil
import sys
from pathlib import Path
from types import ModuleType

import pytest

ROOT = Path(__file__).resolve().parents[2]
HOST = re.compile(r"(?:https?:)//[^\s\"')]+")


@pytest.fixture(scope="module")
def tool() -> ModuleType:
    spec = importlib.util.spec_from_file_location("vendor_assets", ROOT / "tools" / "vendor_assets.py")
    assert spec
    assert spec.loader
    module = importlib.util.module_from_spec(spec)
    sys.modules["vendor_assets"] = module
    spec.loader.exec_module(module)
    return module


def test_vendored_files_are_as_recorded(tool: ModuleType) -> None:
    tool.check()


def test_a_changed_and_an_added_file_are_named(tool: ModuleType, tmp_path: Path) -> None:
    folder = tmp_path / "vendor"
    shutil.copytree(tool.TARGET, folder)
    (folder / "htmx-2.0.11" / "htmx.min.js").write_text("alert(1)", encoding="utf-8")
    (folder / "new.js").write_text("", encoding="utf-8")
    with pytest.raises(tool.Refused, match=r"htmx-2\.0\.11/htmx\.min\.js, new\.js"):
        tool.check(folder)


def test_every_package_ships_its_licence(tool: ModuleType) -> None:
    assert all((tool.TARGET / package.folder / "LICENSE").stat().st_size > 0 for package in tool.packages())


@pytest.mark.parametrize(
    "content",
    [b"a{}\n/*# sourceMappingURL=tabler.min.css.map */", b"f()\n//# sourceMappingURL=x.js.map\n"],
)
def test_a_reference_to_an_unshipped_map_is_dropped(tool: ModuleType, content: bytes) -> None:
    assert b"sourceMappingURL" not in tool.shipped(content, "x.css")


def test_own_assets_name_no_other_host() -> None:
    own = ROOT / "breach" / "static" / "breach"
    texts = {path.name: path.read_text(encoding="utf-8") for path in own.iterdir()}
    named = {
        name: HOST.findall(text.replace("http://www.w3.org/2000/svg", "")) for name, text in texts.items()
    }
    assert named == {name: [] for name in texts}
