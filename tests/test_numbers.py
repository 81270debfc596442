"""The numbers behind the figures: right cell, right link, nothing made up where nothing was counted."""

import pandas as pd

from encuadre.estimates import estimate_shares
from encuadre.numbers import tabulate_events, tabulate_means, tabulate_shares

ARTICLES = pd.DataFrame({"article_id": ["a1", "a2", "b1"], "outlet": ["A", "A", "B"]})
LABELS = pd.DataFrame(
    {
        "sentence_id": [f"s{i}" for i in range(22)],
        "article_id": ["a1"] * 12 + ["a2"] * 4 + ["b1"] * 6,
        "outlet": ["A"] * 16 + ["B"] * 6,
        "voice": ["outlet"] * 12 + ["expert"] * 10,
        "stance_city": [*["-1"] * 8, *["0"] * 4, *["1"] * 4, *[""] * 6],
    }
)
OPTIONS = {"own_voice": "outlet", "method": "raw", "seed": 1, "draws": 50}


def test_each_share_links_to_the_articles_and_the_category_it_counts():
    estimates = estimate_shares(
        LABELS, field="voice", measure="voice", categories=["outlet", "expert"], **OPTIONS
    )
    table = tabulate_shares(
        estimates, ARTICLES, measure="voice", labels={"outlet": "itself", "expert": "experts"}
    )
    assert table["Voice"].tolist() == ["Itself", "Experts", "n"]
    assert table["A"].tolist() == [
        "[75%](#sentences?article=a1,a2&voice=outlet)",
        "[25%](#sentences?article=a1,a2&voice=expert)",
        "16",
    ]
    assert table["B"].tolist()[::2] == ["[0%](#sentences?article=b1&voice=outlet)", "6"]


def test_means_are_by_voice_and_silence_is_said():
    estimates = estimate_shares(
        LABELS,
        field="stance_city",
        measure="stance",
        target="city",
        categories=["-1", "0", "1"],
        voices=["all", "own", "quoted"],
        mean=True,
        **OPTIONS,
    )
    table = tabulate_means(estimates, ARTICLES, target="city").set_index("Outlet")
    own = table.loc["A", "Own voice"]
    assert own == "[−0.67](#sentences?article=a1,a2&target=city&voice=own)"
    assert table.loc["A", "Own voice: n"] == "12"
    quoted = "[4](#sentences?article=a1,a2&target=city&voice=quoted)"
    assert (
        table.loc["A", "Quoted voices"] == "too few"
        and table.loc["A", "Quoted voices: n"] == quoted
    )
    assert table.loc["B", "Own voice"] == "not mentioned"
    shares = tabulate_shares(
        estimates, ARTICLES, measure="stance", labels={"-1": "against"}, target="city"
    )
    assert shares["A"].tolist() == ["[50%](#sentences?article=a1,a2&stance=-1&target=city)", "16"]
    assert shares["B"].tolist() == ["", "0"]
    few = estimates.assign(n=estimates["n"].clip(upper=9))
    shares = tabulate_shares(
        few, ARTICLES, measure="stance", labels={"-1": "against"}, target="city"
    )
    assert shares["A"].tolist() == ["too few", "[9](#sentences?article=a1,a2&target=city)"]


def test_an_event_that_is_not_told_has_no_link():
    compared = pd.DataFrame(
        {"event": ["vote", "vote"], "article_id": ["a1", "b1"], "sentences": [2, 0]}
    )
    names = {"vote": "The vote", "march": "The march"}
    possible = {("vote", "a1"), ("vote", "b1"), ("march", "a2")}
    table = tabulate_events(compared, ARTICLES, names, possible=possible)
    assert table["A"].tolist() == ["[2](#sentences?article=a1,a2&event=vote)", "0"]
    assert table["B"].tolist() == ["0", "later"]
