"""The evidence panel, the article reader and the explorer, used as a person would."""

from __future__ import annotations

import pytest

pytestmark = pytest.mark.browser

WIDE, NARROW = {"width": 1440, "height": 900}, {"width": 380, "height": 800}
ROWS = "JSON.parse(document.getElementById('data').textContent).rows"


# ---------------------------------------------------------------- panel


def test_each_sentence_of_the_panel_has_its_place_and_its_neighbours(open_page):
    page = open_page("#sentences?article=review_opinion&voice=own")
    rows = [r for r in page.evaluate(ROWS) if r[0].startswith("review_opinion")]
    for item in page.locator("#evidence-list > li").all():
        identity = item.locator("a").get_attribute("href")[3:]
        at = next(k for k, r in enumerate(rows) if r[0] == identity)
        assert f"sentence {at + 1} of {len(rows)}" in item.locator(".meta").inner_text()
        around = [rows[k][4] for k in (at - 1, at + 1) if 0 <= k < len(rows)]
        shown = [text.split(": ", 1)[1] for text in item.locator(".near").all_text_contents()]
        assert shown == around


def test_the_neighbours_can_be_left_out(open_page):
    page = open_page("#sentences?voice=own")
    button = page.get_by_role("button", name="Sentences before and after")
    assert page.locator(".near").first.is_visible()
    button.click()
    assert button.get_attribute("aria-pressed") == "false"
    assert not page.locator(".near").first.is_visible()


def test_the_article_shows_what_the_panel_asked_for(open_page, follow):
    for place, mode in (
        ("voice=quoted", "voice"),
        ("target=mayor&voice=own", "stance mayor"),
        ("frame=" + "housing", "frame"),
    ):
        page = open_page("#sentences?voice=own")
        frame = next(r[9] for r in page.evaluate(ROWS) if r[9])
        page = open_page("#sentences?" + place.replace("housing", frame))
        follow(page.locator("#evidence-list a").first)
        assert page.locator(f"input[value='{mode}']").is_checked(), mode


# ---------------------------------------------------------------- reader


def open_articles(page):
    for summary in page.locator("details.article summary").all():
        summary.click()


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize(
    ("mode", "test"),
    [
        ("voice", "r[5] && r[5] !== 'outlet'"),
        ("stance mayor", "r[8].mayor"),
        ("frame", "r[9] && r[9] !== 'none'"),
    ],
)
def test_one_highlight_at_a_time_marks_what_it_names(open_page, find_faults, mode, test, theme):
    page = open_page(theme=theme)
    open_articles(page)
    page.check(f"input[value='{mode}']")
    assert page.locator("input[name=highlight]:checked").count() == 1
    marked = page.locator("#reader mark").evaluate_all("all => all.map(e => e.id.slice(2))")
    assert marked == page.evaluate(f"{ROWS}.filter(r => {test}).map(r => r[0])")
    assert page.locator("#legend li").count() >= 2
    assert find_faults(page) == []


def test_marks_do_not_rest_on_colour_alone(open_page):
    page = open_page()
    open_articles(page)
    for mark in page.locator("#reader mark").all():
        assert mark.locator("small").inner_text().strip()[-1] in "+−"
    page.check("input[value=voice]")
    labels = page.locator("#reader mark small").all_inner_texts()
    assert labels and all("city government" in label for label in labels)
    assert (
        page.locator("#reader mark").first.evaluate("e => getComputedStyle(e).borderBottomStyle")
        == "dashed"
    )


def test_one_frame_can_be_picked_out(open_page):
    page = open_page()
    open_articles(page)
    page.check("input[value=frame]")
    every = page.locator("#reader mark").count()
    buttons = page.locator("#legend button")
    assert buttons.first.get_attribute("aria-pressed") == "true"
    buttons.nth(1).click()
    assert page.evaluate("document.activeElement.getAttribute('aria-pressed')") == "true"
    assert 0 < page.locator("#reader mark.only").count() <= every
    assert page.locator("#reader mark.only").count() == page.locator("#reader mark").count()


def test_the_keyboard_changes_the_highlight(open_page):
    page = open_page()
    page.locator("input[name=highlight]:checked").focus()
    before = page.locator("input[name=highlight]:checked").get_attribute("value")
    page.keyboard.press("ArrowDown")
    after = page.locator("input[name=highlight]:checked").get_attribute("value")
    assert after != before
    assert page.evaluate("document.activeElement.value") == after


def test_a_change_of_highlight_keeps_the_sentence_in_view(open_page):
    page = open_page("#s-review_opinion-003")
    sentence = page.locator("#s-review_opinion-003")
    assert "on" in sentence.get_attribute("class").split()
    page.check("input[value=voice]")
    assert "on" in sentence.get_attribute("class").split()


def test_an_article_has_an_address(open_page):
    page = open_page("#article-review_opinion")
    assert page.locator("#article-review_opinion").get_attribute("open") is not None
    assert page.locator("#s-review_opinion-000").count() == 1


# ---------------------------------------------------------------- explorer


def read_choices(page, name):
    """What the options of a filter say: value -> number of sentences."""
    texts = page.locator(f"#filters [name={name}] option").evaluate_all(
        "all => all.map(o => [o.value, o.textContent, o.disabled])"
    )
    return {v: int(t.rpartition("(")[2].rstrip(")")) for v, t, _ in texts if v}


def test_the_numbers_beside_the_choices_are_what_the_choices_leave(open_page):
    page = open_page("#explorer?voice=quoted")
    for name in ("article", "stance", "segment", "voice"):
        for value, n in read_choices(page, name).items():
            if n:
                page.select_option(f"#filters [name={name}]", value)
                assert page.locator("#explorer-count").inner_text().startswith(f"{n} sentence")
        page.select_option(f"#filters [name={name}]", "quoted" if name == "voice" else "")
    page.fill("#filters [name=q]", "no such words at all")
    assert set(read_choices(page, "article").values()) == {0}


def test_columns_sort_both_ways_and_the_address_keeps_it(open_page):
    page = open_page("#explorer?voice=quoted")
    column = page.locator("#explorer-rows td:nth-child(1)")
    button = page.get_by_role("button", name="Outlet", exact=True)
    before = page.locator("#explorer-rows .said").all_inner_texts()
    button.click()
    up = column.all_inner_texts()
    assert up == sorted(up)
    assert page.locator("th[aria-sort]").get_attribute("aria-sort") == "ascending"
    assert page.url.endswith("#explorer?sort=outlet&voice=quoted")
    button.click()
    assert column.all_inner_texts() == sorted(up, reverse=True)
    assert page.locator("th[aria-sort]").get_attribute("aria-sort") == "descending"
    again = open_page("#" + page.url.partition("#")[2])
    assert (
        again.locator("#explorer-rows td:nth-child(1)").all_inner_texts()
        == column.all_inner_texts()
    )
    button.click()
    assert page.locator("#explorer-rows .said").all_inner_texts() == before
    assert page.locator("th[aria-sort]").count() == 0


def test_sentences_without_a_stance_go_last_either_way(open_page):
    page = open_page("#explorer?sort=stance")
    for sort in ("stance", "-stance"):
        page = open_page(f"#explorer?sort={sort}")
        while page.locator("#explorer-more").is_visible():
            page.click("#explorer-more")
        cells = page.locator("#explorer-rows td:nth-child(4)").all_inner_texts()
        empty = [k for k, text in enumerate(cells) if not text.strip()]
        assert empty == list(range(len(cells) - len(empty), len(cells)))


def test_the_link_to_a_choice_can_be_copied(open_page):
    page = open_page("#explorer?sort=frame&voice=quoted")
    page.evaluate(
        "Object.defineProperty(navigator, 'clipboard', {value: {writeText: async (t) => { window.COPIED = t; }}})"
    )
    page.click("#explorer-link")
    page.wait_for_function("window.COPIED")
    assert page.evaluate("window.COPIED") == page.url
    assert page.locator("#explorer-said").inner_text() == "Link copied."


def test_without_a_clipboard_the_link_is_shown(open_page):
    page = open_page("#explorer?voice=quoted")
    page.evaluate("Object.defineProperty(navigator, 'clipboard', {value: undefined})")
    page.click("#explorer-link")
    assert page.locator("#explorer-address").input_value() == page.url
    page.select_option("#filters [name=voice]", "")
    assert not page.locator("#explorer-address").is_visible()


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_the_explorer_has_no_fault(open_page, find_faults, theme):
    page = open_page("#explorer?voice=quoted&sort=-frame", theme=theme)
    page.evaluate("Object.defineProperty(navigator, 'clipboard', {value: undefined})")
    page.click("#explorer-link")
    assert find_faults(page) == []


def test_nothing_scrolls_sideways_on_a_phone(open_page):
    page = open_page(size=NARROW)
    open_articles(page)
    for mode in ("voice", "stance mayor", "frame"):
        page.check(f"input[value='{mode}']")
        assert page.evaluate("document.documentElement.scrollWidth") <= NARROW["width"], mode
    for place in ("#explorer?voice=quoted", "#sentences?voice=own", "#downloads"):
        page = open_page(place, size=NARROW)
        assert page.evaluate("document.documentElement.scrollWidth") <= NARROW["width"], place
