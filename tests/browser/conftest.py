"""Pages of the report, opened in a real browser."""

from __future__ import annotations

import importlib.util
import sys
from pathlib import Path
from types import ModuleType

import pytest

from encuadre.build.render import render_html

WIDE, NARROW = {"width": 1440, "height": 900}, {"width": 380, "height": 800}


def load_fixture() -> ModuleType:
    spec = importlib.util.spec_from_file_location(
        "report_fixture", Path(__file__).parents[1] / "report_fixture.py"
    )
    assert spec and spec.loader
    module = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = module
    spec.loader.exec_module(module)
    return module


@pytest.fixture(scope="session")
def made_up() -> ModuleType:
    """The module that makes a small run to render."""
    return load_fixture()


@pytest.fixture(scope="session")
def addresses(tmp_path_factory, harbour_study, read_sentences, made_up):
    """Addresses of two invented pages, plain and hostile, and of the built report if there is one."""
    found = {}
    for name in ("plain", "hostile"):
        folder = tmp_path_factory.mktemp(name)
        articles, sentences = read_sentences(harbour_study)
        report = made_up.make_report(
            folder, harbour_study, articles, sentences, hostile=name == "hostile"
        )
        out = folder / "report.html"
        render_html(
            report.notebooks, out, tables=report.tables, study=report.study, meta=report.meta,
            work=folder,
        )  # fmt: skip
        found[name] = out.as_uri()
    return found


@pytest.fixture
def open_page(browser, addresses):
    """A function that opens the page; every message, error and request of it is collected."""
    opened = []

    def run(place="", *, name="plain", size=WIDE, theme="light", address="", **options):
        page = browser.new_page(viewport=size, color_scheme=theme, **options)
        opened.append(page)
        page.faults, page.asked = [], []
        page.on("console", lambda m: page.faults.append(m.text))
        page.on("pageerror", lambda e: page.faults.append(str(e)))
        page.on("request", lambda r: page.asked.append(r.url))
        page.goto((address or addresses[name]) + place)
        return page

    yield run
    for page in opened:
        page.close()


@pytest.fixture
def follow():
    """A function that clicks a link to a new place of the page, and waits until the page is there."""
    arrival = """window.ARRIVAL = new Promise(
        (done) => addEventListener("hashchange", () => setTimeout(done), { once: true }));"""

    def run(link):
        link.page.evaluate(f"() => {{ {arrival} }}")
        link.click()
        link.page.evaluate("window.ARRIVAL")

    return run


@pytest.fixture
def find_faults():
    """A function that returns what axe finds wrong with a page, by the rules of WCAG 2.2 AA."""
    from axe_playwright_python.sync_playwright import Axe

    rules = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]

    def run(page):
        page.wait_for_timeout(100)
        result = Axe().run(page, options={"runOnly": {"type": "tag", "values": rules}})
        return [
            (v["id"], [n["html"][:160] + " " + n.get("failureSummary", "")[:200] for n in v["nodes"][:3]])
            for v in result.response["violations"]
        ]  # fmt: skip

    return run
