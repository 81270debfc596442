"""Headline, body, boilerplate: rules that know no article."""

from __future__ import annotations

import pandas as pd
import pytest

from encuadre.sentences import split_sentences

RUNNING = (
    "The council voted on Tuesday to charge lorries that enter the harbour at peak hours. "
    "It expects to raise 14 million crowns a year."
)


def label(text: str, *, integrity: str = "intact") -> list[tuple[str, str]]:
    articles = pd.DataFrame({"article_id": ["a"], "integrity": [integrity]})
    table = split_sentences(articles, {"a": text})
    return list(zip(table["text"], table["segment"], strict=True))


def find_segment(line: str, *, after: str = RUNNING + " Again.") -> str:
    labels = dict(label(f"{RUNNING}\n\n{line}\n\n{after}"))
    return labels[line]


FURNITURE = [
    "Click here for printer friendly version",
    "Read more: What the charge costs you",
    "More:The arrest that changed the talks",
    "SEE ALSO: The port fights back",
    "( PHOTOS: The harbour at dawn)",
    "( Also on COURIER: A bakery closes)",
    "Story Continued Below",
    "ADVERTISEMENT",
    "Advertisement Continue reading the main story",
    "CLOSE",
    "Photo",
    "toggle caption",
    "cover caption",
    "Enlarge this image",
    "Frederic J. Brown/AFP by way of Getty Photos",
    "Jo Lindqvist/Reuters",
    "AP Photo by Jo Lindqvist",
    "Source: Institute for Coastal Air",
    "Copyright © 2022 Saltmarsh Ltd. All rights reserved.",
    "© 2022 Saltmarsh",
    "You may contact us via our online contact form",
    "Phone : +44 (0) 203 000 0000",
    "Sign up for Daily Newsletters",
    "Contributions: Ada Renn, Leo Hartmann",
    "Contributing: Ada Renn",
    "By Ada Renn",
    "By Ada Renn and Leo Hartmann",
    "Ada Renn, our correspondent, contributed to this report.",
    "Updated at 4:33 p.m.",
    "6 years ago",
    "Follow @portnewsFollow @adarenn",
    "Complete coverage: The harbour vote",
]


@pytest.mark.parametrize("line", FURNITURE)
def test_furniture_of_a_page_is_boilerplate(line: str) -> None:
    labels = label(f"{RUNNING}\n\nA caption may stand here.\n\n{line}\n\n{RUNNING} Again.")
    assert {s for text, s in labels if text in line} == {"boilerplate"}
    assert [s for _, s in labels[:2] + labels[-3:]] == ["body"] * 5


RUNNING_LINES = [
    "More people than ever live beside the quays, and they breathe what the lorries leave behind.",
    "Watch the harbour for an hour and you will count 90 lorries.",
    "By Friday the mayor had changed her mind about the charge.",
    "Sources say that the port will go to court.",
    "“Advertisement for a bad idea,” the director called it.",
    "The mayor was an author before she was a politician, and it shows.",
]


@pytest.mark.parametrize("line", RUNNING_LINES)
def test_running_text_that_begins_like_furniture_is_body(line: str) -> None:
    assert find_segment(line) == "body"


def test_a_caption_is_told_by_the_credit_below_it() -> None:
    caption = "A lorry waits at Gate 4 of the harbour on Monday."
    assert find_segment(caption) == "body"
    assert find_segment(caption, after=f"Jo Lindqvist/Reuters\n{RUNNING} Again.") == "boilerplate"


def test_a_caption_is_told_by_the_credit_at_its_end() -> None:
    line = "Ines Valdrane boards a tram in May 2023. (Photo: Jo Lindqvist, Coastal Press)"
    assert {s for t, s in label(f"{RUNNING}\n{line}") if t in line} == {"boilerplate"}


def test_text_above_the_buttons_of_a_picture_is_body() -> None:
    told = "“We can’t just hope for rain,” she said in a statement."
    credit = "Enlarge this image toggle caption Jo Lindqvist/AP Jo Lindqvist/AP"
    assert find_segment(told, after=f"{credit}\n{RUNNING} Again.") == "body"
    assert find_segment(told, after=f"Jo Lindqvist/Reuters\n{RUNNING} Again.") == "body"


def test_links_between_paragraphs_are_boilerplate() -> None:
    text = (
        f"{RUNNING}\nComplete coverage: The vote\nMayor: Lorries will pay\n{RUNNING} A.\n"
        f"These three drivers want to raise the harbour charge\n{RUNNING} B.\nNot running again\n"
        f"{RUNNING} C."
    )
    labels = dict(label(text))
    assert labels["Mayor: Lorries will pay"] == "boilerplate"
    assert labels["These three drivers want to raise the harbour charge"] == "boilerplate"
    assert labels["Not running again"] == "headline"


def test_a_signed_post_at_the_end_is_body() -> None:
    post = "I hope the port will keep its word. — Ada Renn (@adarenn) July 28, 2017"
    assert {s for t, s in label(f"{RUNNING}\n{post}") if t in post} == {"body"}


def test_a_title_above_a_credit_stays_a_headline() -> None:
    text = f"Three things to know about the charge\nJo Lindqvist/Reuters\n{RUNNING}"
    assert [s for _, s in label(text)] == ["headline", "boilerplate", "body", "body"]


def test_short_lines_that_stand_twice_are_boilerplate() -> None:
    text = f"{RUNNING}\nThe harbour letter\n{RUNNING} Again.\nThe harbour letter\n{RUNNING} More."
    assert dict(label(text))["The harbour letter"] == "boilerplate"


def test_running_text_that_stands_twice_counts_once() -> None:
    pulled = "“Nobody asked the families beside the quays whether any of that was fair to them.”"
    labels = label(f"{pulled}\n{RUNNING}\n{pulled}\n{RUNNING} Again.")
    assert [s for t, s in labels if t == pulled] == ["boilerplate", "body"]


def test_title_summary_and_section_headings_are_headlines() -> None:
    text = (
        "Can the harbour charge work?\n• The mayor met the port’s director on Monday, trade first\n"
        f"• Analysts say she must do more.\n{RUNNING}\nWorking hard for a deal\n{RUNNING} Again."
    )
    assert [s for _, s in label(text)] == ["headline"] * 3 + ["body"] * 2 + ["headline"] + [
        "body"
    ] * 3


def test_a_heading_needs_text_below_it() -> None:
    assert label(f"{RUNNING}\nWorking hard for a deal")[-1][1] == "boilerplate"


def test_bullets_in_the_text_are_body() -> None:
    text = (
        f"{RUNNING}\nFairness could be mended:\n• Free passage before 7 a.m.\n• A cap\n{RUNNING} A."
    )
    assert {s for _, s in label(text)} == {"body"}


def test_an_article_that_begins_with_a_sentence_has_no_title() -> None:
    assert [s for _, s in label(RUNNING)] == ["body", "body"]


CLOSINGS = [
    "*Ada Renn is a senior fellow at the Institute for Coastal Air. Twitter: @adarenn",
    "Leo Hartmann is an author and columnist.",
    "Leo Hartmann is founding executive director of Quays USA, the body for drivers.",
    "Follow her on Twitter @adarenn.",
    "For more information on this topic, please refer to our paper “Tolls”.",
]


@pytest.mark.parametrize("line", CLOSINGS)
def test_notes_on_the_author_and_pointers_close_a_page(line: str) -> None:
    assert {s for t, s in label(f"{RUNNING}\n{line}") if t in line} == {"boilerplate"}


def test_a_note_on_an_author_in_the_middle_is_body() -> None:
    line = "Leo Hartmann is an author and columnist."
    assert find_segment(line, after=f"{RUNNING} A.\n{RUNNING} B.\n{RUNNING} C.") == "body"


def test_who_is_quoted_from_twitter_stays_body() -> None:
    line = (
        "Leo Hartmann called out the mayor on Twitter, saying she was “funneling money to @port”."
    )
    assert {s for t, s in label(f"{RUNNING}\n{line}") if t in line} == {"body"}


def test_an_address_at_the_end_is_boilerplate() -> None:
    text = f"{RUNNING}\nSaltmarsh Research\n167-169 Great Street,\n5th floor,\nLondon, W1W 5PF - UK"
    assert [s for _, s in label(text)] == ["body"] * 2 + ["boilerplate"] * 4


def test_a_text_without_line_or_sentence_ends_is_body() -> None:
    assert label("word " * 200)[0][1] == "body"


def test_debris_is_looked_for_in_broken_copies_only() -> None:
    text = f"{RUNNING} Joined. “We will not stop,” said the director of the port on Friday."
    assert dict(label(text))["Joined."] == "body"
    assert dict(label(text, integrity="spun"))["Joined."] == "boilerplate"


def test_short_answers_and_quotes_are_no_debris() -> None:
    text = f"{RUNNING} Why? “None.” Nobody at all could say why."
    labels = dict(label(text, integrity="machine_translated"))
    assert labels["Why?"] == labels["“None.”"] == "body"
