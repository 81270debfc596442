"""Half a page an outlet, in prose: what sets it apart, who speaks, where it stands, what it tells."""

from __future__ import annotations

from collections.abc import Mapping, Set
from dataclasses import dataclass

import pandas as pd

from encuadre.estimates import prefer_coded
from encuadre.framing import count_shared_words, rank_sentences
from encuadre.prose import (
    escape_markdown,
    join_words,
    link_evidence,
    list_articles,
    quote_source,
    say_count,
    say_date,
    say_number,
    say_percent,
    say_signed,
    start_sentence,
)
from encuadre.ranks import count_leading, find_leaders, lie_apart
from encuadre.speaking import DIRECT, find_held_quotations
from encuadre.standing import find_sides, group_outlets
from encuadre.strength import FEW
from encuadre.study import Study, Target
from encuadre.summaries import COPIES
from encuadre.told_events import describe_told

_DOES = {
    "problem": "says what is wrong",
    "cause": "says who or what is to blame",
    "judgement": "passes judgement",
    "remedy": "says what should be done",
}
_ENOUGH = 3
_MOSTLY = 2 / 3
_ALMOST = 0.9


@dataclass(frozen=True)
class Portrayed:
    """The tables that portraits are written from.

    Attributes
    ----------
    speakers : DataFrame
        The labels of the report with speakers, as `encuadre.speaking.name_speakers` gives them.
    stances, estimates, events, articles, sentences : DataFrame
        The tables of those names.
    event_labels : mapping
        Label by event id.
    possible : set of (event, article_id)
        As `list_possible` gives it.
    """

    study: Study
    articles: pd.DataFrame
    sentences: pd.DataFrame
    speakers: pd.DataFrame
    stances: pd.DataFrame
    estimates: pd.DataFrame
    events: pd.DataFrame
    event_labels: Mapping[str, str]
    possible: Set[tuple[str, str]]

    @property
    def shares(self) -> pd.DataFrame:
        """The best estimate of each outlet, over its articles."""
        return prefer_coded(self.estimates[self.estimates["article_id"] == ""])


def write_portrait(outlet: str, tables: Portrayed) -> list[str]:
    """Return the paragraphs of an outlet's portrait, in Markdown."""
    own = tables.articles[tables.articles["outlet"] == outlet]
    mark = _find_mark(outlet, tables)
    told = describe_told(own, tables.events, tables.sentences, tables.articles, tables.event_labels,
                         possible=tables.possible)  # fmt: skip
    paragraphs = [
        " ".join(s for s in (_say_opening(own, mark, tables), _say_voices(outlet, tables)) if s),
        " ".join(s for t in tables.study.targets if (s := _say_stance(outlet, t, tables))),
        " ".join(s for s in (_say_frames(outlet, mark, tables), told) if s),
    ]
    telling = pick_telling(outlet, tables)
    quotes = [
        f"- {quote_source(r.text, r.integrity, limit=320)} ({link_evidence(r.role, ids=r.sentence_id)})"
        for r in telling.itertuples(index=False)
    ]
    return [p for p in paragraphs if p] + (["\n".join(quotes)] if quotes else [])


def _find_mark(outlet: str, tables: Portrayed) -> dict[str, str]:
    """What the outlet does more of than any other: the frame or function with the widest lead."""
    rows = tables.shares
    rows = rows[rows["measure"].isin(["frame", "function"]) & (rows["voice"] == "all")]
    rows = rows[(rows["category"] != "none") & (rows["n"] >= FEW)]
    best, size = {}, 0.0
    for (measure, category), group in rows.groupby(["measure", "category"], sort=False):
        mine, rest = group[group["outlet"] == outlet], group[group["outlet"] != outlet]
        if mine.empty or rest.empty:
            continue
        row, most = mine.iloc[0], rest["estimate"].max()
        lead = row["estimate"] - most
        if lead <= size or not all(lie_apart(row, other) for _, other in rest.iterrows()):
            continue
        size = lead
        near = rest[rest["estimate"].map(say_percent) == say_percent(most)]
        best = {
            "measure": str(measure),
            "category": str(category),
            "mine": say_percent(row["estimate"]),
            "next": _say_next(near, len(rest), tables.articles, **{str(measure): str(category)}),
        }
    return best


def _say_next(near: pd.DataFrame, rivals: int, articles: pd.DataFrame, **filters: str) -> str:
    """Who comes next to the outlet that leads, and with what share."""
    share = say_percent(near["estimate"].max())
    if rivals == 1:
        ids = list_articles(articles, near["outlet"].iloc[0])
        return f", against {link_evidence(share, article=ids, **filters)} there"
    if len(near) == rivals:
        return f"; {'each of the others has ' + share if near['estimate'].max() else 'the others have none'}"
    ids = ",".join(list_articles(articles, o) for o in near["outlet"])
    who = join_words([escape_markdown(o) for o in near["outlet"]])
    verb, each = ("are", " each") if len(near) > 1 else ("is", "")
    return f"; the next {verb} {who} with {link_evidence(share, article=ids, **filters)}{each}"


def _say_opening(own: pd.DataFrame, mark: dict[str, str], tables: Portrayed) -> str:
    """What the text is, and what it does more of than any other."""
    one = len(own) == 1
    stands = "stands" if one else "stand"
    if one:
        a = own.iloc[0]
        genre = a["genre"] if " " in a["genre"] else f"{a['genre']} article".strip()
        author = f"by {escape_markdown(a['author'])}" if a["author"] else "without a named author"
        what = f"This {escape_markdown(genre)} {author} ({say_date(a['published_on']) or 'undated'}, {a['words']:,} words)"
    else:
        what = f"Its {say_count(len(own), 'article')} ({own['words'].sum():,} words)"
    copies = sorted(set(own["integrity"]) - {"intact"})
    copy = f" The copy at hand is {join_words([COPIES[c] for c in copies])}." if copies else ""
    other = _name_rival(str(own["outlet"].iloc[0]), tables, "article" if one else "outlet")
    if not mark or not other:
        return f"{what}{'' if mark else f' {stands} out by no frame and no function' if other else ''}.{copy}"
    link = link_evidence(
        mark["mine"], article=",".join(own["article_id"]), **{mark["measure"]: mark["category"]}
    )
    names = {i.id: i.label for i in tables.study.codebook.field(mark["measure"]).labels}
    name = escape_markdown(names[mark["category"]])
    if mark["measure"] == "function":
        does = _DOES.get(mark["category"], f"speaks of {name}")
        does = does if one else _make_plural(does)
        said = f"{does} more than {other}: {link} of the sentences do"
    else:
        said = f"{'gives' if one else 'give'} more room to {name} than {other}: {link} of the sentences"
    return f"{what} {said}{mark['next']}.{copy}"


def _make_plural(does: str) -> str:
    verb, rest = does.split(" ", 1)
    return f"{'pass' if verb == 'passes' else verb.removesuffix('s')} {rest}"


def _name_rival(outlet: str, tables: Portrayed, noun: str = "") -> str:
    """The others in words: "any other article", or the name where there is one other; "" for none."""
    rest = [o for o in tables.articles["outlet"].drop_duplicates() if o != outlet]
    if len(rest) == 1:
        return escape_markdown(rest[0])
    return f"any other {noun}".strip() if rest else ""


def _say_voices(outlet: str, tables: Portrayed) -> str:
    study, ids = tables.study, list_articles(tables.articles, outlet)
    rows = tables.shares
    rows = rows[(rows["measure"] == "voice") & (rows["voice"] == "all") & (rows["n"] > 0)]
    mine = rows[rows["outlet"] == outlet].set_index("category")["estimate"]
    if mine.empty:
        return ""
    text = _say_own_share(rows[rows["category"] == study.own_voice], outlet, tables)
    quoted = mine.drop(study.own_voice)
    part = tables.speakers[tables.speakers["outlet"] == outlet]
    heard = part[part["voice"] != study.own_voice]
    if quoted.max() == 0 or len(heard) < _ENOUGH:
        held = find_held_quotations(part, tables.sentences, study=study)["sentence_id"]
        if len(held):
            few = "no" if quoted.max() == 0 else "hardly a"
            link = link_evidence(f"{say_number(len(held))} of its own", ids=",".join(held))
            return f"{text} It leaves {few} sentence to others, but words of others stand in quotation marks inside {link}."
        return f"{text} It quotes {'nobody' if quoted.max() == 0 else 'hardly anyone'}."
    names = {v.id: v.label for v in study.voices}
    lead = [
        f"{escape_markdown(names[str(v)])} ({link_evidence(say_percent(float(quoted.max())), article=ids, voice=v)})"
        for v in quoted.index[quoted == quoted.max()]
    ]
    counts = heard[heard["speaker"] != ""].groupby("speaker")["sentence_id"].agg([list, "size"])
    loud = counts[counts["size"] > 1].sort_values("size", ascending=False, kind="stable")
    loud = loud.head(count_leading(loud["size"].tolist(), most=2))
    said = [
        f"{escape_markdown(str(name))} ({link_evidence(say_count(int(r['size']), 'sentence'), ids=','.join(r['list']))})"
        for name, r in loud.iterrows()
    ]
    most = f"; heard most: {join_words(said)}" if said else ""
    return f"{text} Most room among the quoted voices: {join_words(lead)}{most}."


def _say_own_share(rows: pd.DataFrame, outlet: str, tables: Portrayed) -> str:
    """How much of its text an outlet claims itself; a rank only where it lies clearly apart."""
    own, voice = rows.set_index("outlet"), tables.study.own_voice
    share = float(own.loc[outlet, "estimate"])
    links = {
        str(o): link_evidence(say_percent(e), article=list_articles(tables.articles, str(o)), voice=voice)
        for o, e in own["estimate"].items()
    }  # fmt: skip
    claims = f"{'only ' if share < 0.5 else ''}{links[outlet]} of its sentences are its own claims."
    if share > _ALMOST:
        return f"It speaks {'' if share == 1 else 'almost '}only for itself: {claims}"
    for lowest, does in ((False, "speaks for itself"), (True, "lets others do the talking")):
        group = find_leaders(own, lowest=lowest)
        if outlet not in group:
            continue
        peers = [f"{escape_markdown(o)} ({links[o]})" for o in group if o != outlet]
        if peers:
            return f"With {join_words(peers)} it {does} more than the rest do: {claims}"
        return f"It {does} more than {_name_rival(outlet, tables)}: {claims}"
    if share < 0.5:
        return f"Others do most of the talking; {claims}"
    return f"Of its sentences {links[outlet]} are the outlet’s own claims."


def _say_stance(outlet: str, target: Target, tables: Portrayed) -> str:
    name, ids = escape_markdown(target.label), list_articles(tables.articles, outlet)
    rows = tables.shares
    rows = rows[(rows["measure"] == "stance") & (rows["target"] == target.id)]
    means = rows[(rows["category"] == "mean") & (rows["outlet"] == outlet) & (rows["n"] > 0)]
    means = means.set_index("voice")
    if means.empty:
        return f"It does not speak about {name}."
    field = f"stance_{target.id}"
    part = tables.speakers[tables.speakers["outlet"] == outlet]
    part = part[part[field] != ""] if field in part else part.head(0)
    neutral = part.loc[part[field] == "0", "sentence_id"] if len(part) else []
    sides = find_sides(part, target=target.id, study=tables.study)
    if len(part) and len(neutral) / len(part) > _MOSTLY:
        link = link_evidence(f"{say_number(len(neutral)) + ' of' if len(neutral) < len(part) else 'all'} {say_number(len(part))}", ids=",".join(neutral))  # fmt: skip
        text = f"On {name} it seldom takes a side: {link} sentences are neutral."
        return (
            f"{text} {_say_sides(sides, name)}".strip()
            if target is tables.study.targets[0]
            else text
        )
    text = ""
    if "own" in means.index:
        row = means.loc["own"]
        value = link_evidence(
            say_signed(float(row["estimate"])), article=ids, voice="own", target=target.id
        )
        told = rows[(rows["category"] == "mean") & (rows["voice"] == "own") & (rows["n"] >= FEW)]
        told = told.sort_values("estimate", kind="stable").set_index("outlet")
        groups = group_outlets(told)
        scale = f"(mean stance {value}, where −1 is always unfavourable)"
        if row["n"] < FEW:
            text = f"It speaks of {name} in its own words too seldom to say where it stands ({say_count(int(row['n']), 'sentence')})."
        elif len(groups) > 1 and outlet in groups[0] and row["estimate"] < 0:
            peers = [escape_markdown(o) for o in groups[0] if o != outlet]
            lead = f"With {join_words(peers)} it is" if peers else "It is"
            text = f"{lead} hardest on {name} in its own words {scale}."
        elif row["high"] < 0:
            milder = (
                f", far less than {join_words([escape_markdown(o) for o in groups[0]])}"
                if len(groups) > 1
                else ""
            )
            text = f"In its own words it leans against {name} {scale}{milder}."
        elif row["low"] > 0:
            text = f"In its own words it leans towards {name} {scale}."
        else:
            text = f"In its own words it takes no clear side on {name} {scale}."
    return f"{text} {_say_sides(sides, name)}".strip()


def _say_sides(sides: pd.DataFrame, name: str) -> str:
    """Who criticises and who speaks for a target just named, in a sentence or two."""
    critics, friends = sides[sides["side"] == "-1"], sides[sides["side"] == "1"]
    total = int(critics["ids"].str.len().sum())
    lines = []
    if total >= _ENOUGH:
        mine = int(critics.loc[critics["own"], "ids"].str.len().sum())
        loud = critics[~critics["own"]].head(1)
        who = escape_markdown(loud["speaker"].iloc[0]) if len(loud) else ""
        held = len(loud["ids"].iloc[0]) if len(loud) else 0
        every = ",".join(i for ids in critics["ids"] for i in ids)
        part = mine if mine / total > 1 - _MOSTLY else total - mine
        words = f"{say_number(part)} of {say_count(total, 'critical sentence')}"
        link = link_evidence(
            f"all {say_count(total, 'critical sentence')}" if part == total else words, ids=every
        )
        if held == total:
            lines.append(
                f"All the criticism comes from {who} ({link_evidence(say_count(total, 'sentence'), ids=every)})."
            )
        elif mine / total > 1 - _MOSTLY:
            lines.append(f"The criticism is its own in {link}.")
        else:
            lines.append(
                f"The criticism comes from those whom it quotes, in {link}, {say_number(held)} of them from {who}."
            )
    if len(friends):
        said = [
            f"{'the outlet itself' if r.own else escape_markdown(r.speaker)} ({link_evidence(say_count(len(r.ids), 'sentence'), ids=','.join(r.ids))})"
            for r in friends.head(2).itertuples()
        ]
        lines.append(
            start_sentence(f"{join_words(said)} {'defend' if len(said) > 1 else 'defends'} {name}.")
        )
    elif total >= _ENOUGH:
        lines.append(f"No sentence defends {name}.")
    return " ".join(lines)


def _say_frames(outlet: str, mark: dict[str, str], tables: Portrayed) -> str:
    ids = list_articles(tables.articles, outlet)
    rows = tables.shares
    rows = rows[(rows["measure"] == "frame") & (rows["voice"] == "all") & (rows["n"] > 0)]
    rows = rows[(rows["outlet"] == outlet) & (rows["category"] != "none") & (rows["estimate"] > 0)]
    rows = rows.sort_values(["estimate", "category"], ascending=[False, True])
    names = {i.id: i.label for i in tables.study.codebook.field("frame").labels}
    told = mark.get("category") if mark.get("measure") == "frame" else ""
    rows = rows.head(count_leading(rows["estimate"].tolist(), most=3))
    top = [
        f"{escape_markdown(names[r.category])} ({link_evidence(say_percent(r.estimate), article=ids, frame=r.category)})"
        for r in rows.itertuples()
        if r.category != told
    ]
    if not top:
        return ""
    other = "other main" if len(top) < len(rows) else "main"
    return f"Its {other} {'frames are' if len(top) > 1 else 'frame is'} {join_words(top)}."


def pick_telling(outlet: str, tables: Portrayed) -> pd.DataFrame:
    """Pick up to three telling sentences of an outlet.

    The first is in its own voice and serves its leading frame; the second takes a side in its own
    voice; the third takes a side in a quoted voice. Among those that fit, one that reads well alone
    goes first (`rank_sentences`), then the one of which the stance model is surest.

    Returns
    -------
    DataFrame
        sentence_id, text, integrity, role.
    """
    study = tables.study
    table = tables.speakers[tables.speakers["outlet"] == outlet].merge(
        tables.sentences[["sentence_id", "text"]], on="sentence_id"
    )
    table = table.merge(tables.articles[["article_id", "integrity"]], on="article_id")
    stances = tables.stances
    sure = stances.assign(sure=1 - stances["p_neutral"]).groupby("sentence_id")["sure"].max()
    table["sure"] = table["sentence_id"].map(sure).fillna(0.0)
    table["own"] = table["voice"] == study.own_voice
    used = table.loc[~table["frame"].isin(["none", ""]), "frame"].value_counts()
    lead = sorted(used[used == used.max()].index)[0] if len(used) else ""
    labels = {i.id: i for i in study.codebook.field("frame").labels}
    frame = f"frame: {escape_markdown(labels[lead].label)}" if lead else "its own words"
    near = count_shared_words(table["text"], label=labels[lead]) if lead else 0
    first = study.targets[0]
    fields = [f"stance_{t.id}" for t in study.targets if f"stance_{t.id}" in table]
    sided = table[fields].isin(["-1", "1"]).any(axis=1)
    if f"stance_{first.id}" in fields and table[f"stance_{first.id}"].isin(["-1", "1"]).any():
        sided = table[f"stance_{first.id}"].isin(["-1", "1"])
    rows: list[pd.Series] = []
    for role, fits, sure in (
        (frame, table["own"] & (table["frame"] == lead), near),
        ("taking a side", table["own"] & sided, table["sure"]),
        ("quoted", ~table["own"] & sided, table["sure"]),
    ):
        ranked = rank_sentences(table.assign(sure=sure)[fits])
        left = ranked[~ranked["sentence_id"].isin([r["sentence_id"] for r in rows])]
        if len(left):
            row = left.iloc[0].copy()
            speaker = escape_markdown(start_sentence(row["speaker"])) or "A voice"
            how = "quoted" if row["attribution"] in DIRECT else "paraphrased"
            row["role"] = f"{speaker}, {how}" if role == "quoted" else role
            rows.append(row)
    return pd.DataFrame(rows, columns=pd.Index(["sentence_id", "text", "integrity", "role"]))
