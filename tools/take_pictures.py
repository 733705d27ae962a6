"""Take the pictures of docs/pictures/ from a served demo.

    python tools/take_pictures.py http://localhost:8000 manager@rivage.example PASSWORD

Opens the newest incident on the account's first page and photographs its pages at 1280 pixels, in the system's
Chromium. Needs what the tests need (extra `dev`); small files need Pillow, which WeasyPrint brings.
"""

import argparse
import io
import shutil
import sys
from pathlib import Path

from PIL import Image
from playwright.sync_api import Page, sync_playwright

FOLDER = Path(__file__).parent.parent / "docs" / "pictures"
SIZE = {"width": 1280, "height": 900}
TALLEST = 1800  # pixels: a picture shows how a page looks, not all of it
COLOURS = 128
TABS = {
    "overview": "Overview",
    "timeline": "Timeline",
    "playbook": "Playbook",
    "people": "People",
    "assessment": "Assessment",
    "obligations": "Obligations",
    "notifications": "Notifications",
    "filings": "Filings",
    "reports": "Reports",
    "ledger": "Ledger",
}


def main() -> int:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("base", help="address of the served demo")
    parser.add_argument("account", help="e-mail of the account to sign in with")
    parser.add_argument("password")
    parser.add_argument("--out", type=Path, default=FOLDER)
    given = parser.parse_args()
    chromium = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)
    if chromium is None:
        sys.stderr.write("Chromium is not installed. Debian: apt-get install chromium\n")
        return 2
    given.out.mkdir(parents=True, exist_ok=True)
    with sync_playwright() as driver:
        browser = driver.chromium.launch(executable_path=chromium, args=["--no-sandbox", "--disable-gpu"])
        options = {"base_url": given.base, "viewport": SIZE, "locale": "en-GB", "color_scheme": "light"}
        page = browser.new_page(**options, reduced_motion="reduce")
        take_all(page, given.account, given.password, given.out)
        browser.close()
    sys.stdout.write(f"{sum(path.stat().st_size for path in given.out.glob('*.png')) / 1e6:.1f} MB\n")
    return 0


def take_all(page: Page, account: str, password: str, out: Path) -> None:
    page.goto("/")
    take(page, out / "sign-in.png")
    page.fill('[name="login"]', account)
    page.fill('[name="password"]', password)
    page.locator('main form[action*="login"] button[type="submit"]').first.click()
    page.get_by_role("heading", name="My incidents").wait_for()
    page.reload()  # without the greeting
    take(page, out / "home.png")
    page.locator("article.incident-card a").first.click()
    for name, label in TABS.items():
        page.locator("nav.tabs").get_by_role("link", name=label, exact=True).click()
        page.locator("nav.tabs [aria-current=page]", has_text=label).wait_for()
        take(page, out / f"{name}.png")


def take(page: Page, path: Path) -> None:
    """Photograph the page from its top, and keep few colours: the pages have few."""
    page.wait_for_load_state("networkidle")
    height = min(TALLEST, page.evaluate("document.documentElement.scrollHeight"))
    clip = {"x": 0, "y": 0, "width": SIZE["width"], "height": height}
    raw = page.screenshot(full_page=True, clip=clip, animations="disabled")
    picture = Image.open(io.BytesIO(raw)).convert("RGB")
    picture.quantize(COLOURS, dither=Image.Dither.NONE).save(path, optimize=True)


if __name__ == "__main__":
    raise SystemExit(main())
