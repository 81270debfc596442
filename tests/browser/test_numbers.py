"""Every number of the built report against the sentences that its link opens in the browser."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from encuadre.build.filters import find_sentences, list_sentences, parse_filters

pytestmark = pytest.mark.browser

REPORT = Path(__file__).parents[2] / "build" / "report.html"
WORDS = "no one two three four five six seven eight nine ten eleven twelve".split()
# a sentence has one of each of these; topics share it, so that their shares are not counts
FIELDS = ("stance", "frame", "function", "event", "voice")


@pytest.fixture(scope="module")
def built():
    """The address of the report that `make report` built."""
    if not REPORT.exists():
        pytest.skip("build/report.html is not there: make report")
    return REPORT.as_uri()


@pytest.fixture
def links(open_page, built):
    """Of each evidence link of the report: its text, its address, and how many sentences it opens."""
    page = open_page(address=built)
    assert page.faults == []
    opened = page.evaluate(
        """() => {
          const counts = new Map();
          return [...document.querySelectorAll('main a.evidence:not(.button)')].map(link => {
            const href = link.getAttribute('href');
            if (!counts.has(href)) {
              history.replaceState(null, '', href);
              dispatchEvent(new HashChangeEvent('hashchange'));
              const said = document.getElementById('evidence-count').textContent;
              counts.set(href, parseInt(said.replace(',', ''), 10));
            }
            const copy = link.cloneNode(true);
            copy.querySelectorAll('.sr').forEach(e => e.remove());
            return [copy.textContent, href, counts.get(href)];
          });
        }"""
    )
    data = page.evaluate("JSON.parse(document.getElementById('data').textContent)")
    return data, opened


def read_count(text: str) -> int | None:
    """The number of sentences that a link's text states, or None."""
    if re.fullmatch(r"[\d,]+", text):
        return int(text.replace(",", ""))
    stated = re.fullmatch(r"([\w,]+)( of the)? sentences?", text)
    if stated:
        word = stated[1].lower()
        return WORDS.index(word) if word in WORDS else int(word.replace(",", ""))
    stated = re.search(r"\((\d+) of \d+\)$", text)
    return int(stated[1]) if stated else 0 if text in ("none", "0") else None


def check_link(text: str, link: str, shown: int, data: dict) -> tuple[str, str]:
    """What kind of number a link states, and what is wrong with it (empty if nothing is)."""
    sentences, filters = list_sentences(data), parse_filters(link)

    def find(chosen):
        return find_sentences(sentences, chosen, own=data["own"], targets=data["targets"])

    found = find(filters)
    if len(found) != shown:
        return "", f"the page opens {shown}, the PDF {len(found)}"
    stated = read_count(text)
    if re.fullmatch(r"(19|20)\d\d", text) and "ids" in filters:
        stated = None  # the year of an event
    if "ids" in filters and stated is not None and stated != shown:
        # a figure that the article gives, not a count of ours
        inside = " ".join(s["text"] for s in found).replace(",", "")
        stated = shown if shown and text.replace(",", "") in inside else stated
    if stated is not None:
        return "count", "" if stated == shown else f"opens {shown}"
    field = next((f for f in FIELDS if f in filters), "")
    if re.fullmatch(r"\d+%", text) and field:
        whole = find({k: v for k, v in filters.items() if k != field})
        whole = [s for s in whole if s["segment"] != "boilerplate"]
        if field in ("frame", "function", "voice"):
            whole = [s for s in whole if s[field]]
        right = abs(100 * shown / max(len(whole), 1) - int(text[:-1])) <= 0.51
        return "share", "" if right else f"opens {shown} of {len(whole)}"
    if re.fullmatch(r"[+−]?\d\.\d\d", text) and "target" in filters:
        values = [s["stance"][filters["target"][0]] for s in found]
        mean = sum(values) / max(len(values), 1)
        right = abs(mean - float(text.replace("−", "-"))) <= 0.0051
        return "mean", "" if right else f"mean {mean:.3f}"
    return "", "" if shown else "opens nothing"


def test_every_number_is_borne_out_by_the_sentences_that_it_opens(links):
    data, opened = links
    checked = [(text, link, *check_link(text, link, n, data)) for text, link, n in opened]
    assert [c for c in checked if c[3]] == []
    assert {"count", "share", "mean"} <= {c[2] for c in checked}


def test_the_built_report_has_no_fault(open_page, find_faults, built):
    for theme in ("light", "dark"):
        page = open_page("#sentences?voice=own", address=built, theme=theme)
        assert find_faults(page) == []
        assert page.faults == []


def test_the_built_report_fits_a_phone(open_page, built):
    page = open_page(address=built, size={"width": 380, "height": 800})
    for details in page.locator("details.article > summary").all():
        details.click()
    page.check("input[value=voice]")
    assert page.evaluate("document.documentElement.scrollWidth") <= 380
    assert REPORT.stat().st_size < 5_000_000
