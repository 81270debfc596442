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
from encuadre.sequence import place_events
from encuadre.standing import find_sides, group_outlets
from encuadre.strength import FEW
from encuadre.study import Study, Target
from encuadre.summaries import COPIES

_DOES = {
    "problem": "says what is wrong",
    "cause": "says who or what is to blame",
    "judgement": "passes judgement",
    "remedy": "says what should be done",
}
_CLEAR = 0.05
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
    paragraphs = [
        " ".join(s for s in (_say_opening(own, mark, tables), _say_voices(outlet, tables)) if s),
        " ".join(s for t in tables.study.targets if (s := _say_stance(outlet, t, tables))),
        " ".join(s for s in (_say_frames(outlet, mark, tables), _say_events(own, tables)) if s),
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
    best, size = {}, _CLEAR
    for (measure, category), group in rows.groupby(["measure", "category"], sort=False):
        mine = group[group["outlet"] == outlet]["estimate"]
        rest = group[group["outlet"] != outlet].sort_values("estimate", ascending=False)
        if mine.empty or rest.empty or mine.iloc[0] - rest["estimate"].iloc[0] <= size:
            continue
        size = mine.iloc[0] - rest["estimate"].iloc[0]
        best = {
            "measure": measure,
            "category": category,
            "mine": say_percent(mine.iloc[0]),
            "next": say_percent(rest["estimate"].iloc[0]),
            "who": rest["outlet"].iloc[0],
        }
    return best


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
    return f"{what} {said}, against {mark['next']} in {escape_markdown(mark['who'])}.{copy}"


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
    own = rows[rows["category"] == study.own_voice].set_index("outlet")["estimate"]
    share = float(mine[study.own_voice])
    link = link_evidence(say_percent(share), article=ids, voice=study.own_voice)
    other = _name_rival(outlet, tables)
    if share == own.max() and other:
        much = "almost only for itself" if share > _ALMOST else f"for itself more than {other}"
        text = f"It speaks {much}: {link} of its sentences are its own claims."
    elif share == own.min() and other:
        text = f"It lets others do the talking more than {other}: only {link} of its sentences are its own claims."
    elif share < 0.5:
        text = f"Others do most of the talking; {link} of its sentences are its own claims."
    else:
        text = f"Of its sentences {link} are the outlet’s own claims."
    quoted = mine.drop(study.own_voice)
    if quoted.max() == 0:
        return text + " It quotes nobody."
    heard = tables.speakers[
        (tables.speakers["outlet"] == outlet) & (tables.speakers["voice"] != study.own_voice)
    ]
    if len(heard) < _ENOUGH:
        return f"{text} It quotes hardly anyone."
    names = {v.id: v.label for v in study.voices}
    lead = [
        f"{escape_markdown(names[str(v)])} ({link_evidence(say_percent(float(quoted.max())), article=ids, voice=v)})"
        for v in quoted.index[quoted == quoted.max()]
    ]
    counts = heard[heard["speaker"] != ""].groupby("speaker")["sentence_id"].agg([list, "size"])
    loud = counts.sort_values("size", ascending=False, kind="stable").head(2)
    said = [
        f"{escape_markdown(str(name))} ({link_evidence(say_count(int(r['size']), 'sentence'), ids=','.join(r['list']))})"
        for name, r in loud[loud["size"] > 1].iterrows()
    ]
    most = f"; heard most: {join_words(said)}" if said else ""
    return f"{text} Most room among the quoted voices: {join_words(lead)}{most}."


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
        lines.append(f"Nobody defends {name}.")
    return " ".join(lines)


def _say_frames(outlet: str, mark: dict[str, str], tables: Portrayed) -> str:
    ids = list_articles(tables.articles, outlet)
    rows = tables.shares
    rows = rows[(rows["measure"] == "frame") & (rows["voice"] == "all") & (rows["n"] > 0)]
    rows = rows[(rows["outlet"] == outlet) & (rows["category"] != "none") & (rows["estimate"] > 0)]
    rows = rows.sort_values(["estimate", "category"], ascending=[False, True])
    names = {i.id: i.label for i in tables.study.codebook.field("frame").labels}
    told = mark.get("category") if mark.get("measure") == "frame" else ""
    top = [
        f"{escape_markdown(names[r.category])} ({link_evidence(say_percent(r.estimate), article=ids, frame=r.category)})"
        for r in rows.head(3).itertuples()
        if r.category != told
    ]
    if not top:
        return ""
    if told and rows["category"].iloc[0] == told:
        after = escape_markdown(names[told])
        return f"After {after} {'come' if len(top) > 1 else 'comes'} {join_words(top)}."
    return f"Its main {'frames are' if len(top) > 1 else 'frame is'} {join_words(top)}."


def _say_events(own: pd.DataFrame, tables: Portrayed) -> str:
    names = tables.event_labels
    table = tables.events.merge(tables.articles[["article_id", "outlet"]], on="article_id")
    mine = table[table["article_id"].isin(own["article_id"])]
    if mine.empty:
        return "It tells none of the events traced." if len(names) else ""
    ids = ",".join(own["article_id"])
    counts = mine["event"].value_counts()
    longest = sorted(counts.index, key=lambda e: (-int(counts[e]), str(e)))[0]
    link = link_evidence(say_count(int(counts[longest]), "sentence"), article=ids, event=longest)
    longest_name = escape_markdown(names[longest])
    text = f"It dwells longest on “{longest_name}” ({link})"
    placed = place_events(mine, tables.sentences)
    if len(own) == 1 and len(counts) > 1:
        first = placed.sort_values(["before", "sentence_id"], kind="stable")["event"].iloc[0]
        text = f"Of the events traced it comes first to “{longest_name}” and dwells longest on it ({link})"
        if first != longest:
            name = link_evidence(escape_markdown(names[first]), article=ids, event=first)
            text = f"Of the events traced it comes first to “{name}” but dwells longest on “{longest_name}” ({link})"
    others = table[~table["article_id"].isin(own["article_id"])]
    by = others.groupby("event")["outlet"].nunique()
    rivals = tables.articles["outlet"].nunique() - 1
    alone = [e for e in names if e in counts.index and e not in by.index]
    left = [
        e
        for e in names
        if e not in counts.index
        and by.get(e, 0) > max(1, rivals / 2)
        and any((e, a) in tables.possible for a in own["article_id"])
    ]
    if alone and rivals > 1:
        text += f"; {say_count(len(alone), 'event')} {'is' if len(alone) == 1 else 'are'} told nowhere else"
    if left:
        most = max(left, key=lambda e: (int(by[e]), -list(names).index(e)))
        text += f"; it leaves out “{link_evidence(escape_markdown(names[most]), event=most)}”, which {say_number(int(by[most]))} others tell"
    return text + "."


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
            row["role"] = f"{speaker}, quoted" if role == "quoted" else role
            rows.append(row)
    return pd.DataFrame(rows, columns=pd.Index(["sentence_id", "text", "integrity", "role"]))
