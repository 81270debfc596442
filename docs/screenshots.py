"""Pictures of the built report for a reviewer: `make screenshots`.

They go to build/screenshots; the picture of the README, docs/report.png, is renewed too.
Needs Chromium and pdftoppm (poppler-utils).
"""

from __future__ import annotations

import io
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

from PIL import Image
from playwright.sync_api import Browser, Page, sync_playwright

ROOT = Path(__file__).parents[1]
BUILD = ROOT / "build"
OUT = BUILD / "screenshots"
WIDE, TABLET, PHONE = (1440, 900), (768, 1024), (380, 800)
SIZES = {"wide": WIDE, "tablet": TABLET, "phone": PHONE}
BROWSERS = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")


def open_report(browser: Browser, size: tuple[int, int], place: str = "", **options: Any) -> Page:
    """Open the built report at a place and a size in pixels."""
    width, height = size
    page = browser.new_page(viewport={"width": width, "height": height}, **options)
    page.goto((BUILD / "report.html").as_uri() + place)
    page.evaluate("document.fonts.ready")
    page.wait_for_timeout(200)
    return page


def shoot_first_screens(browser: Browser) -> None:
    """The first screen at three widths, light and dark."""
    for name, size in SIZES.items():
        for theme in ("light", "dark"):
            page = open_report(browser, size, color_scheme=theme)
            page.screenshot(path=OUT / f"first-{name}-{theme}.png")
            page.close()


def shoot_readme(browser: Browser) -> None:
    """The picture of the README, in 256 colours."""
    page = open_report(browser, (1440, 1180))
    picture = Image.open(io.BytesIO(page.screenshot())).convert("RGB")
    picture.quantize(256, dither=Image.Dither.NONE).save(
        ROOT / "docs" / "report.png", optimize=True
    )
    page.close()


def shoot_chapters(browser: Browser) -> None:
    """Each chapter from top to end, at three widths, light and dark."""
    for size_name, size in SIZES.items():
        for theme in ("light", "dark"):
            page = open_report(browser, size, color_scheme=theme)
            for chapter in page.locator("main > section.chapter").all():
                name = chapter.get_attribute("id")
                if name not in ("articles", "explorer"):
                    name = name.removeprefix("chapter-")
                    chapter.screenshot(path=OUT / f"chapter-{name}-{size_name}-{theme}.png")
            page.close()


def shoot_panel(browser: Browser) -> None:
    """The sentences behind the first number of the first finding."""
    for name, size in (("wide", WIDE), ("phone", PHONE)):
        page = open_report(browser, size)
        page.locator("#glance a.evidence").first.click()
        page.wait_for_timeout(100)
        page.screenshot(path=OUT / f"panel-{name}.png")
        page.close()


def shoot_reader(browser: Browser) -> None:
    """The longest article with each highlight, light and dark."""
    for theme in ("light", "dark"):
        page = open_report(browser, WIDE, "#articles", color_scheme=theme)
        data = page.evaluate("JSON.parse(document.getElementById('data').textContent)")
        places = [row[1] for row in data["rows"]]
        longest = max(set(places), key=lambda k: (places.count(k), -k))
        page.locator("details.article > summary").nth(longest).click()
        page.locator("details.article").nth(longest).evaluate("e => e.scrollIntoView()")
        for k in range(page.locator("input[name=highlight]").count()):
            choice = page.locator("input[name=highlight]").nth(k)
            choice.check()
            name = str(choice.get_attribute("value")).replace(" ", "-")
            page.screenshot(path=OUT / f"reader-{name}-{theme}.png")
        page.close()


def shoot_explorer(browser: Browser) -> None:
    """The table of all sentences: what quoted voices say against somebody."""
    page = open_report(browser, WIDE, "#explorer?voice=quoted&stance=-1&sort=voice")
    page.screenshot(path=OUT / "explorer-filtered.png")
    page.close()


def shoot_pages() -> None:
    """Each page of the PDFs that are there."""
    for path in sorted(BUILD.glob("*.pdf")):
        subprocess.run(
            ["pdftoppm", "-r", "70", "-png", str(path), str(OUT / f"pdf-{path.stem}")],
            check=True,
            stderr=subprocess.DEVNULL,
        )


def main() -> int:
    """Take all pictures and return the exit status."""
    browser_path = next(filter(None, map(shutil.which, BROWSERS)), None)
    missing = [] if browser_path else ["chromium"]
    missing += [] if shutil.which("pdftoppm") else ["poppler-utils"]
    if missing:
        print(f"Not installed: {', '.join(missing)}. Try apt-get install.", file=sys.stderr)
        return 2
    shutil.rmtree(OUT, ignore_errors=True)
    OUT.mkdir(parents=True)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=browser_path, args=["--no-sandbox", "--disable-dev-shm-usage"]
        )
        for shoot in (
            shoot_readme,
            shoot_first_screens,
            shoot_chapters,
            shoot_panel,
            shoot_reader,
            shoot_explorer,
        ):
            shoot(browser)
        browser.close()
    shoot_pages()
    print(
        f"{len(list(OUT.iterdir()))} pictures in {OUT.relative_to(ROOT)}; docs/report.png renewed."
    )
    return 0


if __name__ == "__main__":
    sys.exit(main())
