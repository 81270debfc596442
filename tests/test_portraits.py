"""Portraits: what sets an outlet apart is taken from the estimates; few sentences are said so."""

from __future__ import annotations

import re
from dataclasses import replace

import pandas as pd
import pytest

from encuadre import portraits
from encuadre.estimates import COLUMNS
from encuadre.study import Study

OUTLETS = {"a": "Ayr Post", "b": "Bute Star", "c": "Coll Times"}


def make_estimates(*rows: tuple[str, str, str, str, str, float, int]) -> pd.DataFrame:
    """Rows of measure, outlet, voice, target, category, estimate, n; intervals reach 0.1."""
    table = [
        (m, "", OUTLETS[o], v, t, c, e, e - 0.1, e + 0.1, n, "coded", "firm")
        for m, o, v, t, c, e, n in rows
    ]
    return pd.DataFrame(table, columns=pd.Index(COLUMNS))


def make_tables(study: Study, estimates: pd.DataFrame) -> portraits.Portrayed:
    articles = pd.DataFrame(
        [(i, o, "T", "", "2023-04", "news", "intact", 100) for i, o in OUTLETS.items()],
        columns=pd.Index(
            [
                "article_id",
                "outlet",
                "title",
                "author",
                "published_on",
                "genre",
                "integrity",
                "words",
            ]
        ),
    )
    sentences = pd.DataFrame(
        {"sentence_id": [f"{i}-0" for i in OUTLETS], "article_id": list(OUTLETS), "paragraph": 0,
         "position": 0, "segment": "body", "text": "The charge is a good idea that was badly done by all."}
    )  # fmt: skip
    speakers = sentences[["sentence_id", "article_id"]].assign(
        outlet=list(OUTLETS.values()), voice="outlet", speaker="", attribution="none",
        frame="trade", function="none", stance_mayor="-1", stance_port="",
    )  # fmt: skip
    return portraits.Portrayed(
        study=study,
        articles=articles,
        sentences=sentences,
        speakers=speakers,
        stances=pd.DataFrame(columns=pd.Index(["sentence_id", "target", "p_neutral"])),
        estimates=estimates,
        events=pd.DataFrame(columns=pd.Index(["event", "sentence_id", "article_id"])),
        event_labels={},
        possible=set(),
    )


def write(outlet: str, tables: portraits.Portrayed) -> str:
    text = "\n".join(portraits.write_portrait(OUTLETS[outlet], tables))
    return re.sub(r"\]\(#[^)]*\)", "", text).replace("[", "")


FRAMES = [("frame", o, "all", "", f, e, 40) for f, values in
          {"trade": (0.5, 0.3, 0.1), "fairness": (0.2, 0.6, 0.1), "evidence": (0.1, 0.08, 0.12)}.items()
          for o, e in zip(OUTLETS, values, strict=True)]  # fmt: skip
STANCES = [("stance", o, "own", "mayor", "mean", e, n)
           for o, e, n in (("a", -0.9, 20), ("b", -0.8, 20), ("c", -0.2, 20))]  # fmt: skip


@pytest.fixture
def tables(harbour_study: Study) -> portraits.Portrayed:
    return make_tables(harbour_study, make_estimates(*FRAMES, *STANCES))


def test_an_outlet_is_set_apart_by_its_widest_lead(tables: portraits.Portrayed):
    assert "more room to trade than any other article: 50% of the sentences; the next is Bute Star with 30%." in write("a", tables)  # fmt: skip
    assert "more room to fairness than any other article: 60% of the sentences; the next is Ayr Post with 20%." in write("b", tables)  # fmt: skip
    assert "stands out by no frame and no function" in write("c", tables)


def test_the_hardest_are_named_together_where_they_cannot_be_told_apart(
    tables: portraits.Portrayed,
):
    assert "With Bute Star it is hardest on the mayor" in write("a", tables)
    assert "With Ayr Post it is hardest on the mayor" in write("b", tables)
    assert "leans against the mayor and her city (mean stance −0.20, where −1 is always unfavourable), far less than Ayr Post and Bute Star." in write("c", tables)  # fmt: skip


def test_too_few_sentences_take_no_stand(harbour_study: Study):
    few = [(*row[:-1], 9) for row in STANCES]
    text = write("a", make_tables(harbour_study, make_estimates(*FRAMES, *few)))
    assert "too seldom to say where it stands (nine sentences)" in text
    assert "hardest" not in text


def give_shares(study: Study, **shares: float) -> portraits.Portrayed:
    """Each outlet's share of own claims; the rest is said by residents. Intervals reach 0.1."""
    rows = [("voice", o, "all", "", v, e, 40) for o, share in shares.items()
            for v, e in (("outlet", share), ("resident", 1 - share))]  # fmt: skip
    return make_tables(study, make_estimates(*rows))


def test_a_lead_within_chance_sets_nobody_apart(harbour_study: Study):
    near = [("frame", o, "all", "", "trade", e, 40) for o, e in zip("abc", (0.29, 0.2, 0.1), strict=True)]  # fmt: skip
    assert "stands out by no frame" in write("a", make_tables(harbour_study, make_estimates(*near)))


def test_all_who_come_next_are_named(harbour_study: Study):
    def say(*shares: float) -> str:
        rows = [
            ("frame", o, "all", "", "trade", e, 40) for o, e in zip("abc", shares, strict=False)
        ]
        return write("a", make_tables(harbour_study, make_estimates(*rows)))

    assert "50% of the sentences; each of the others has 10%." in say(0.5, 0.1, 0.1)
    assert "50% of the sentences; the others have none." in say(0.5, 0.0, 0.0)
    assert "50% of the sentences, against 10% there." in say(0.5, 0.1)


def test_a_rank_is_claimed_only_where_the_shares_lie_apart(harbour_study: Study):
    clear = give_shares(harbour_study, a=0.8, b=0.5, c=0.36)
    assert "It speaks for itself more than any other: 80% of its" in write("a", clear)
    assert "Of its sentences 50% are" in write("b", clear)
    assert "more than any other: only 36% of its sentences" in write("c", clear)
    near = give_shares(harbour_study, a=0.4, b=0.38, c=0.36)
    assert "Others do most of the talking; only 36%" in write("c", near)
    alone = give_shares(harbour_study, a=0.95, b=0.94, c=0.5)
    assert "speaks almost only for itself: 94%" in write("b", alone)


def test_those_who_lie_close_are_named_together(harbour_study: Study):
    study = give_shares(harbour_study, a=0.8, b=0.7, c=0.36)
    extra = make_estimates(("voice", "a", "all", "", "outlet", 0.38, 40), ("voice", "a", "all", "", "resident", 0.62, 40))  # fmt: skip
    extra["outlet"] = "Dee Echo"
    tables = replace(study, estimates=pd.concat([study.estimates, extra], ignore_index=True))
    said = write("c", tables)
    assert "With Dee Echo (38%) it lets others do the talking more than the rest do: only 36%" in said  # fmt: skip


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("The mayor calls it “a gift to all of us in this town.”", "It leaves hardly a sentence to others, but words of others stand in quotation marks inside one of its own."),
        ("The mayor calls it a gift.", "It quotes hardly anyone."),
    ],
)  # fmt: skip
def test_words_of_others_inside_own_claims_are_not_passed_over(
    harbour_study: Study, text: str, said: str
):
    tables = give_shares(harbour_study, a=0.95, b=0.5, c=0.2)
    tables.sentences.loc[0, "text"] = text
    assert said in write("a", tables)
    if "inside" in said:
        assert "inside [one of its own](#sentences?ids=a-0)." in "\n".join(
            portraits.write_portrait(OUTLETS["a"], tables)
        )


def test_equal_frames_are_not_put_in_order(harbour_study: Study):
    shares = {"trade": 0.3, "fairness": 0.3, "evidence": 0.1}
    rows = [("frame", "a", "all", "", f, e, 40) for f, e in shares.items()]
    rows += [("frame", o, "all", "", "trade", 0.0, 40) for o in "bc"]
    said = write("a", make_tables(harbour_study, make_estimates(*rows)))
    assert "more room to trade than" in said and "Its other main frames are " in said
    assert "After trade" not in said


def test_loud_speakers_who_tie_are_all_named_or_none(harbour_study: Study):
    tables = give_shares(harbour_study, a=0.5, b=0.9, c=0.2)

    def say(*names: str) -> str:
        heard = pd.DataFrame(
            {"sentence_id": [f"a-{k}" for k in range(len(names))], "article_id": "a",
             "outlet": OUTLETS["a"], "voice": "resident", "speaker": list(names),
             "attribution": "direct", "frame": "trade", "function": "none", "stance_mayor": ""}
        )  # fmt: skip
        return write("a", replace(tables, speakers=heard))

    three = say("Quill", "Quill", "Orr", "Orr", "Pym", "Pym")
    assert "Orr (two sentences), Pym (two sentences) and Quill (two sentences)" in three
    more = say(*["Quill"] * 3, *["Orr", "Pym", "Shaw"] * 2)
    assert "heard most: Quill (three sentences)." in more


@pytest.mark.parametrize(
    ("attribution", "mark"),
    [("direct", "quoted"), ("mixed", "quoted"), ("indirect", "paraphrased"), ("none", "paraphrased")],
)  # fmt: skip
def test_a_telling_paraphrase_is_not_called_a_quotation(
    tables: portraits.Portrayed, attribution: str, mark: str
):
    spoken = tables.speakers.assign(voice="resident", speaker="Quill", attribution=attribution)
    assert f"(Quill, {mark})" in write("a", replace(tables, speakers=spoken))


def tell(tables: portraits.Portrayed, *told: tuple[str, int]) -> str:
    """What the portrait of one article says of events, each told in the sentences of those places."""
    sentences = pd.DataFrame(
        {"sentence_id": [f"a-{k}" for k in range(9)], "article_id": "a", "paragraph": 0,
         "position": range(9), "segment": "body", "text": "Four words stand here."}
    )  # fmt: skip
    events = pd.DataFrame([(e, f"a-{k}", "a") for e, k in told], columns=tables.events.columns)
    labels = {"vote": "the vote", "march": "the march", "strike": "the strike"}
    speakers = tables.speakers.head(0)
    return write("a", replace(tables, sentences=sentences, speakers=speakers, events=events, event_labels=labels))  # fmt: skip


def test_events_that_tie_are_all_named(tables: portraits.Portrayed):
    told = [("vote", 0), ("march", 2), ("strike", 4)]
    said = tell(tables, *told, ("march", 3))
    assert "it comes first to “the vote” but dwells longest on “the march” (two sentences)" in said
    said = tell(tables, *told, ("vote", 1), ("march", 3))
    assert "first to “the vote” and dwells longest on it and on “the march” (two sentences each)" in said  # fmt: skip
    said = tell(tables, ("vote", 0), ("march", 0), ("strike", 4), ("strike", 5))
    assert "first to “the vote” and “the march” but dwells longest on “the strike” (two" in said
    said = tell(tables, *told)
    assert "first to “the vote” and gives each of its three events the same room (one sentence)" in said  # fmt: skip
    said = tell(tables, ("vote", 0), ("vote", 1), ("march", 0), ("march", 1), ("strike", 4))
    assert "“the vote” and “the march” and dwells longest on them (two sentences each)" in said
    assert "it tells only “the march” (one sentence)" in tell(tables, ("march", 1))
