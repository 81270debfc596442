"""What several tests share: the two studies, a study to spoil, and the browser."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import settings

from encuadre.articles import read_articles
from encuadre.sentences import split_sentences
from encuadre.study import Study, read_study

ROOT = Path(__file__).parents[1]
HARBOUR = ROOT / "tests" / "studies" / "harbour"
BROWSERS = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")

settings.register_profile("encuadre", deadline=None, derandomize=True)
settings.load_profile("encuadre")


def find_browser() -> str | None:
    """Return the path of an installed Chromium, the environment variable CHROMIUM first."""
    named = os.environ.get("CHROMIUM", "")
    return next(filter(None, map(shutil.which, filter(None, (named, *BROWSERS)))), None)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Skip the tests marked `browser` where no Chromium is installed."""
    if find_browser():
        return
    skip = pytest.mark.skip(reason="Chromium is not installed: apt-get install chromium")
    for item in items:
        if item.get_closest_marker("browser"):
            item.add_marker(skip)


@pytest.fixture(scope="session")
def browser() -> Iterator[Any]:
    """A running Chromium, driven by Playwright; `browser.new_page()` opens a page."""
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        running = playwright.chromium.launch(
            executable_path=find_browser(), args=["--no-sandbox", "--disable-dev-shm-usage"]
        )
        yield running
        running.close()


@pytest.fixture(scope="session")
def root() -> Path:
    """The folder of the project."""
    return ROOT


@pytest.fixture(scope="session")
def default_study() -> Study:
    """The study of the project: five articles, five outlets."""
    return read_study(ROOT / "data")


@pytest.fixture(scope="session")
def harbour_study() -> Study:
    """The second study: invented, another policy, several articles an outlet."""
    return read_study(HARBOUR)


@pytest.fixture(scope="session")
def read_sentences() -> Callable[[Study], Any]:
    """A function from a study to its tables `articles` and `sentences`."""

    def read(study: Study) -> Any:
        articles, texts = read_articles(study)
        sentences = split_sentences(articles, texts)
        counts = articles["article_id"].map(sentences["article_id"].value_counts())
        return articles.assign(sentences=counts), sentences

    return read


@pytest.fixture
def spoilt(tmp_path: Path) -> Path:
    """A copy of the second study that a test may spoil."""
    return shutil.copytree(HARBOUR, tmp_path / "study")
