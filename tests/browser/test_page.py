"""The page in a real browser: evidence, articles, explorer, themes, keyboard, accessibility."""

from __future__ import annotations

import csv
import io
from pathlib import Path

import pytest
from pypdf import PdfReader

pytestmark = pytest.mark.browser

WIDE, NARROW = {"width": 1440, "height": 900}, {"width": 380, "height": 800}


def test_nothing_is_asked_and_nothing_fails(open_page):
    page = open_page()
    page.wait_for_timeout(200)
    assert page.faults == []
    assert [a for a in page.asked if not a.startswith("data:")] == [page.url]
    page.reload(wait_until="load")
    loaded = page.evaluate(
        "document.fonts.ready.then(() => [...document.fonts].filter(f => f.status === 'loaded').map(f => f.family))"
    )
    assert any("Source Serif 4" in f for f in loaded) and any("Source Sans 3" in f for f in loaded)


def test_hostile_text_runs_nothing_anywhere(open_page, made_up):
    page = open_page("#sentences?article=courier_month,courier_vote,review_opinion", name="hostile")
    page.wait_for_timeout(200)
    while page.locator("#evidence-more").is_visible():
        page.click("#evidence-more")
    for details in page.locator("details.article summary").all():
        details.evaluate("e => e.click()")
    page.locator("#explorer-more").evaluate("e => e.click()")
    page.wait_for_timeout(200)
    assert page.evaluate("window.EVIL") is None
    assert page.faults == []
    assert [a for a in page.asked if not a.startswith("data:")] == [page.url.partition("#")[0]]
    shown = page.locator("#evidence-list .said").all_inner_texts()
    for text in made_up.HOSTILE[:4]:
        assert text in shown
    assert page.locator("#evidence-list img, #reader img, #explorer img, main script").count() == 0
    assert page.evaluate("document.documentElement.scrollWidth") <= WIDE["width"]


def test_a_link_opens_its_sentences_and_escape_gives_the_focus_back(open_page, follow):
    page = open_page()
    link = page.get_by_role("link", name="a third").first
    follow(link)
    panel = page.locator("#evidence")
    assert panel.is_visible()
    voices = page.locator("#evidence-list .meta").all_inner_texts()
    shown = page.evaluate(
        "JSON.parse(document.getElementById('data').textContent).rows.filter(r => r[7] === 'ines_valdrane').length"
    )
    assert len(voices) == shown > 3
    assert f"{shown} sentences in" in page.locator("#evidence-count").inner_text()
    assert all("Ines <b>Valdrane</b> (city government)" in v for v in voices)
    assert page.evaluate("document.activeElement.id") == "evidence-title"
    page.keyboard.press("Escape")
    assert not panel.is_visible()
    assert page.evaluate("document.activeElement.textContent") == "a third"
    assert "#" not in page.url
    follow(link)
    page.locator("#evidence-close").click()
    assert not panel.is_visible()
    follow(link)
    assert panel.is_visible()


@pytest.mark.parametrize(
    ("place", "test"),
    [
        ("voice=own", "r[5] === 'outlet'"),
        ("voice=quoted", "r[5] && r[5] !== 'outlet'"),
        ("target=mayor", "'mayor' in r[8]"),
        ("stance=-1&target=mayor", "r[8].mayor === -1"),
        ("stance=0,1", "r[8].mayor === 0 || r[8].mayor === 1"),
        (
            "article=courier_vote,review_opinion",
            "r[1] !== 0 && r[1] < 3 || r[0].startsWith('courier_vote')",
        ),
        ("segment=headline,body", "r[3] !== 'boilerplate'"),
        ("topic=0&voice=own", "r[11] === '0' && r[5] === 'outlet'"),
        ("q=HARBOUR", "r[4].toLowerCase().includes('harbour')"),
        ("frame=nosuch", "false"),
    ],
)
def test_filters_choose_the_sentences_that_they_name(open_page, place, test):
    page = open_page(f"#sentences?{place}")
    rows = "JSON.parse(document.getElementById('data').textContent)"
    if place.startswith("article"):
        test = "['courier_vote', 'review_opinion'].includes(d.articles[r[1]].id)"
    wanted = page.evaluate(
        f"(() => {{ const d = {rows}; return d.rows.filter(r => {test}).length; }})()"
    )
    while page.locator("#evidence-more").is_visible():
        page.click("#evidence-more")
    assert page.locator("#evidence-list > li").count() == wanted
    if place != "frame=nosuch":
        assert 0 < wanted < page.evaluate(f"{rows}.rows.length")


def test_altered_copies_are_marked_and_outlets_narrow_the_list(open_page):
    page = open_page("#sentences?voice=own")
    for item in page.locator("#evidence-list > li").all():
        altered = "Copy is altered: not a verbatim quotation." in item.inner_text()
        identity = item.locator("a").get_attribute("href")
        assert altered == identity.startswith("#s-courier_month")
    chip = page.get_by_role("button", name="Saltmarsh Review")
    chip.click()
    assert chip.get_attribute("aria-pressed") == "true"
    assert {
        t.split("·")[0].strip() for t in page.locator("#evidence-list .meta").all_inner_texts()
    } == {"Saltmarsh Review"}
    chip.click()
    assert chip.get_attribute("aria-pressed") == "false"


@pytest.mark.parametrize("size", [WIDE, NARROW], ids=["wide", "narrow"])
def test_a_sentence_is_shown_in_its_article(open_page, follow, size):
    page = open_page("#sentences?voice=own", size=size)
    link = page.locator("#evidence-list a").nth(2)
    said = page.locator("#evidence-list .said").nth(2).inner_text()
    identity = link.get_attribute("href")[1:]
    follow(link)
    sentence = page.locator(f"[id='{identity}']")
    assert said in sentence.inner_text()
    assert "on" in sentence.get_attribute("class").split()
    assert page.evaluate("document.activeElement.id") == identity
    box = sentence.bounding_box()
    assert 0 <= box["y"] < size["height"]
    assert page.locator("#evidence").is_visible() == (size is WIDE)


def test_articles_hold_every_sentence_in_order(open_page):
    page = open_page()
    for details in page.locator("details.article summary").all():
        details.click()
    shown = page.locator("#reader .s").evaluate_all("all => all.map(e => e.id.slice(2))")
    assert shown == page.evaluate(
        "JSON.parse(document.getElementById('data').textContent).rows.map(r => r[0])"
    )
    assert page.locator("#reader .s.boilerplate").count() > 0


def test_the_explorer_filters_counts_and_keeps_its_state_in_the_address(open_page):
    page = open_page()
    page.select_option("#filters [name=voice]", "quoted")
    page.select_option("#filters [name=stance]", "-1")
    assert page.url.endswith("#explorer?stance=-1&voice=quoted")
    count = page.locator("#explorer-rows tr").count()
    assert page.locator("#explorer-count").inner_text().startswith(f"{count} sentence")
    assert count > 0
    again = open_page("#" + page.url.partition("#")[2])
    assert again.locator("#explorer-rows tr").count() == count
    assert again.locator("#filters [name=stance]").input_value() == "-1"
    again.fill("#filters [name=q]", "no such words at all")
    assert again.locator("#explorer-rows tr").count() == 0
    again.click("#explorer-clear")
    assert again.locator("#explorer-rows tr").count() == 40
    assert again.url.endswith("#explorer")


def test_the_panel_hands_its_filters_to_the_explorer(open_page, follow):
    page = open_page("#sentences?speaker=ines_valdrane")
    count = page.locator("#evidence-list > li").count()
    follow(page.locator("#evidence-all"))
    assert not page.locator("#evidence").is_visible()
    assert page.locator("#explorer-rows tr").count() == count
    assert "Ines <b>Valdrane</b>" in page.locator("#explorer-count").inner_text()


def test_downloads_are_csv_that_no_spreadsheet_runs(open_page):
    page = open_page("#explorer?voice=own", name="hostile")
    with page.expect_download() as caught:
        page.click("#explorer-csv")
    text = Path(caught.value.path()).read_text("utf-8-sig")
    rows = list(csv.DictReader(io.StringIO(text)))
    assert len(rows) == int(page.locator("#explorer-count").inner_text().split()[0])
    assert {r["voice"] for r in rows} == {"outlet"}
    assert not [v for r in rows for k, v in r.items() if v[:1] in "=+@" and v]
    page.goto(page.url.partition("#")[0] + "#explorer")
    with page.expect_download() as caught:
        page.click("#explorer-csv")
    assert "'=HYPERLINK(1)" in Path(caught.value.path()).read_text("utf-8-sig")
    with page.expect_download() as caught:
        page.get_by_role("button", name="estimates.csv").click()
    assert caught.value.suggested_filename == "estimates.csv"
    assert "'=1+1" in Path(caught.value.path()).read_text("utf-8-sig")


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_figures_follow_the_theme_of_the_system_and_of_the_switch(open_page, theme):
    page = open_page(theme=theme)
    fill = "getComputedStyle([...document.querySelectorAll('#fig-shape .wide text')].find(e => e.textContent === 'A label')).fill"
    colours = {"light": "rgb(255, 255, 255)", "dark": "rgb(20, 24, 29)"}
    other = "dark" if theme == "light" else "light"
    assert page.evaluate(fill) == colours[theme]
    assert page.evaluate("getComputedStyle(document.body).backgroundColor") == colours[theme]
    page.get_by_role("button", name=other.capitalize()).click()
    assert page.evaluate(fill) == colours[other]
    page.emulate_media(media="print")
    assert page.evaluate(fill) == colours["light"]


def test_narrow_screens_get_the_narrow_figure_and_no_sideways_scroll(open_page):
    for size, visible, hidden in ((WIDE, ".wide", ".narrow"), (NARROW, ".narrow", ".wide")):
        page = open_page(size=size)
        figure = page.locator("#fig-shape")
        assert figure.locator(visible).is_visible() and not figure.locator(hidden).is_visible()
        assert page.evaluate("document.documentElement.scrollWidth") <= size["width"]
        assert figure.get_by_role("img").get_attribute("aria-labelledby")


def test_code_is_hidden_until_asked_for(open_page):
    page = open_page()
    code = page.locator("pre.source").first
    assert not code.is_visible()
    page.get_by_role("button", name="Show code").click()
    assert code.is_visible() and "show_findings()" in code.inner_text()
    page.get_by_role("button", name="Hide code").click()
    assert not code.is_visible()


def test_the_keyboard_reaches_the_report_and_stays_in_the_panel_on_a_phone(open_page):
    page = open_page(size=NARROW)
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.textContent") == "Skip to the report"
    page.keyboard.press("Enter")
    page.wait_for_function("document.activeElement.id === 'main'")
    page.get_by_role("link", name="a third").first.focus()
    page.keyboard.press("Enter")
    page.locator("#evidence").wait_for()
    for _ in range(60):
        page.keyboard.press("Tab")
        inside = page.evaluate(
            "document.activeElement === document.body || document.getElementById('evidence').contains(document.activeElement)"
        )
        assert inside
    page.keyboard.press("Escape")
    assert page.evaluate("document.activeElement.textContent") == "a third"


def test_contents_follow_the_reader(open_page):
    page = open_page()
    page.locator("#chapter-9").scroll_into_view_if_needed()
    page.evaluate("document.getElementById('chapter-9').scrollIntoView()")
    page.wait_for_timeout(100)
    assert page.locator(".contents [aria-current]").all_inner_texts() == ["9\nMethod"]


def test_motion_is_never_smooth(open_page):
    page = open_page(reduced_motion="reduce")
    assert page.evaluate("getComputedStyle(document.documentElement).scrollBehavior") == "auto"
    assert page.evaluate("document.getAnimations().length") == 0


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize(
    ("size", "place"),
    [(WIDE, "#sentences?target=mayor"), (NARROW, "#sentences?target=mayor"), (NARROW, "")],
)
def test_axe_finds_no_fault(open_page, find_faults, theme, size, place):
    page = open_page(place, theme=theme, size=size)
    page.get_by_role("button", name="Show code").evaluate("e => e.click()")
    for details in page.locator("details.article").all():
        details.evaluate("e => { e.open = true; }")
    assert find_faults(page) == []


def test_the_page_prints_without_what_only_a_screen_can_use(open_page, tmp_path):
    page = open_page("#sentences?voice=own")
    page.pdf(path=tmp_path / "page.pdf", prefer_css_page_size=True)
    pages = PdfReader(tmp_path / "page.pdf").pages
    text = "\n".join(p.extract_text() for p in pages)
    assert abs(float(pages[0].mediabox.width) - 595.3) < 1
    for shown in ("Three articles, one harbour", "At a glance", "Tentative", "Figure 1.", "Method"):
        assert shown in text, shown
    for hidden in ("Show code", "Close", "See the sentences", "Download", "Every sentence"):
        assert hidden not in text, hidden


def test_every_heading_figure_and_table_has_an_address_of_its_own(open_page, follow):
    page = open_page()
    headings = page.locator("main :is(h2, h3)[id]")
    assert headings.count() > 4
    for heading in headings.all():
        assert heading.locator("a.anchor").count() == 1, heading.inner_text()
    assert page.locator("#h-a-part > a.anchor").get_attribute("href") == "#h-a-part"
    assert page.locator("#fig-shape a.self").get_attribute("href") == "#fig-shape"
    assert page.locator("#tbl-share a.self").get_attribute("href") == "#tbl-share"
    follow(page.locator("#h-a-part > a.anchor"))
    assert page.url.endswith("#h-a-part")


def test_a_table_can_be_downloaded_as_it_stands(open_page):
    page = open_page(name="hostile")
    with page.expect_download() as caught:
        page.locator("button[data-table=tbl-share]").click()
    assert caught.value.suggested_filename == "share.csv"
    rows = list(csv.reader(io.StringIO(Path(caught.value.path()).read_text("utf-8-sig"))))
    assert rows[0] == ["Outlet", "Share"]
    assert [row[1] for row in rows[1:]] == ["40%", "−7.5%"]
