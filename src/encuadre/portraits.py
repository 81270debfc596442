"""Half a page an outlet: its voices, stance, frames and events in prose, with telling sentences."""

from __future__ import annotations

from collections.abc import Mapping

import pandas as pd

from encuadre.estimates import prefer_coded
from encuadre.prose import (
    escape_markdown,
    join_words,
    link_evidence,
    quote_source,
    say_count,
    say_date,
    say_percent,
    say_signed,
    start_sentence,
)
from encuadre.strength import FEW
from encuadre.study import Study
from encuadre.summaries import COPIES


def write_portrait(
    outlet: str,
    *,
    study: Study,
    articles: pd.DataFrame,
    sentences: pd.DataFrame,
    labels: pd.DataFrame,
    stances: pd.DataFrame,
    estimates: pd.DataFrame,
    events: pd.DataFrame,
    event_labels: Mapping[str, str],
    speakers: Mapping[str, str],
) -> list[str]:
    """Return the paragraphs of an outlet's portrait, in Markdown.

    Parameters
    ----------
    labels : DataFrame
        The labels of the report, as `lay_out_labels` gives them.
    estimates : DataFrame
        The table `estimates`.
    events : DataFrame
        The table `events`.
    speakers : mapping
        Name shown by speaker_id, for those heard in this outlet, most heard first.
    """
    own = articles[articles["outlet"] == outlet]
    ids = ",".join(own["article_id"])
    table = prefer_coded(
        estimates[(estimates["outlet"] == outlet) & (estimates["article_id"] == "")]
    )
    mine = labels[labels["outlet"] == outlet]
    paragraphs = [
        " ".join([_say_articles(own), _say_voices(table, study, ids, speakers)]),
        " ".join(_say_stance(table, target.id, target.label, ids) for target in study.targets),
        " ".join(
            s
            for s in (_say_frames(table, study, ids), _say_events(events, own, event_labels, ids))
            if s
        ),
    ]
    telling = pick_telling(mine, stances, sentences, own, own_voice=study.own_voice)
    quotes = [
        f"- {quote_source(r.text, r.integrity, limit=320)} {link_evidence(r.role, ids=r.sentence_id)}"
        for r in telling.itertuples(index=False)
    ]
    return [p for p in paragraphs if p] + (["\n".join(quotes)] if quotes else [])


def _say_articles(own: pd.DataFrame) -> str:
    if len(own) == 1:
        a = own.iloc[0]
        author = f" by {escape_markdown(a['author'])}" if a["author"] else ", author not named"
        genre = a["genre"] if " " in a["genre"] else f"{a['genre']} article".strip()
        article = "An" if genre[:1].lower() in "aeiou" else "A"
        copy = (
            "" if a["integrity"] == "intact" else f" The copy at hand is {COPIES[a['integrity']]}."
        )
        return f"{article} {escape_markdown(genre)}{author}, {say_date(a['published_on']) or 'undated'}, {a['words']:,} words.{copy}"
    return f"{start_sentence(say_count(len(own), 'article'))}, {own['words'].sum():,} words."


def _say_voices(table: pd.DataFrame, study: Study, ids: str, speakers: Mapping[str, str]) -> str:
    rows = table[(table["measure"] == "voice") & (table["n"] > 0)].set_index("category")["estimate"]
    if rows.empty:
        return ""
    names = {v.id: v.label for v in study.voices}
    own = link_evidence(say_percent(rows[study.own_voice]), article=ids, voice=study.own_voice)
    quoted = rows.drop(study.own_voice)
    quoted = quoted[quoted > 0].sort_values(ascending=False)
    text = f"It speaks for itself in {own} of its sentences"
    if quoted.empty:
        return text + " and quotes nobody."
    shares = [
        f"{names[str(v)]} in {link_evidence(say_percent(s), article=ids, voice=v)}"
        for v, s in quoted.items()
    ]
    heard = [
        link_evidence(escape_markdown(name), article=ids, speaker=i)
        for i, name in list(speakers.items())[:3]
    ]
    text += f"; it lets speak {join_words(shares)}."
    return text + (f" Most heard: {join_words(heard)}." if heard else "")


def _say_stance(table: pd.DataFrame, target: str, label: str, ids: str) -> str:
    rows = table[
        (table["measure"] == "stance") & (table["target"] == target) & (table["category"] == "mean")
    ].set_index("voice")
    parts = []
    for voice, words in (("own", "in its own words"), ("quoted", "in the voices that it quotes")):
        if voice not in rows.index or rows.loc[voice, "n"] == 0:
            continue
        row = rows.loc[voice]
        link = link_evidence(
            say_signed(float(row["estimate"])), article=ids, voice=voice, target=target
        )
        few = f", from only {say_count(int(row['n']), 'sentence')}" if row["n"] < FEW else ""
        parts.append(f"{link} {words}{few}")
    return (
        f"Toward {label} its mean stance is {join_words(parts)}."
        if parts
        else f"It does not speak about {label}."
    )


def _say_frames(table: pd.DataFrame, study: Study, ids: str) -> str:
    rows = table[
        (table["measure"] == "frame") & (table["voice"] == "all") & (table["category"] != "none")
    ]
    rows = rows[rows["estimate"] > 0].sort_values(["estimate", "category"], ascending=[False, True])
    if rows.empty:
        return ""
    names = {i.id: i.label for i in study.codebook.field("frame").labels}
    top = [
        f"{names[r.category]} ({link_evidence(say_percent(r.estimate), article=ids, frame=r.category)})"
        for r in rows.head(3).itertuples()
    ]
    text = f"It frames the matter most as {join_words(top)}"
    never = [
        names[i.id]
        for i in study.codebook.field("frame").labels
        if i.id != "none" and i.id not in set(rows["category"])
    ]
    return text + (
        f"; no sentence has {join_words(never, 'or')} as its main frame." if never else "."
    )


def _say_events(events: pd.DataFrame, own: pd.DataFrame, names: Mapping[str, str], ids: str) -> str:
    counts = events[events["article_id"].isin(own["article_id"])]["event"].value_counts()
    if counts.empty:
        return "It tells none of the events traced."
    top = sorted(counts.items(), key=lambda item: (-item[1], str(item[0])))[:3]
    listed = [
        f"{names[str(e)]} ({link_evidence(say_count(int(n), 'sentence'), article=ids, event=e)})"
        for e, n in top
    ]
    return f"It tells {say_count(len(counts), 'of the events traced', 'of the events traced')}, at most length: {join_words(listed)}."


def pick_telling(
    labels: pd.DataFrame,
    stances: pd.DataFrame,
    sentences: pd.DataFrame,
    own: pd.DataFrame,
    *,
    own_voice: str,
) -> pd.DataFrame:
    """Pick up to three telling sentences of an outlet.

    The first is in its own voice and serves its leading frame; the second takes a side in its own
    voice; the third is the most one-sided of a quoted voice. Among those that fit, the stance model's
    surest goes first, then the shortest.

    Returns
    -------
    DataFrame
        sentence_id, text, integrity, role.
    """
    table = labels.merge(sentences[["sentence_id", "text"]], on="sentence_id").merge(
        own[["article_id", "integrity"]], on="article_id"
    )
    sure = stances.assign(sure=1 - stances["p_neutral"]).groupby("sentence_id")["sure"].max()
    table["sure"] = table["sentence_id"].map(sure).fillna(0.0)
    fields = [c for c in table.columns if c.startswith("stance_")]
    table["sided"] = table[fields].isin(["-1", "1"]).any(axis=1) if fields else False
    table["length"] = table["text"].str.len()
    table = table[table["length"] >= 40].sort_values(
        ["sure", "length", "sentence_id"], ascending=[False, True, True]
    )
    used = (
        table.loc[~table["frame"].isin(["none", ""]), "frame"].value_counts()
        if "frame" in table
        else pd.Series(dtype=int)
    )
    lead = sorted(used[used == used.max()].index)[0] if len(used) else ""
    mine = table["voice"] == own_voice
    wanted = [
        ("its leading frame", mine & (table["frame"] == lead) if lead else mine),
        ("its own stance", mine & table["sided"]),
        ("a voice it quotes", ~mine & table["sided"]),
    ]
    rows: list[pd.Series] = []
    for role, fits in wanted:
        left = table[fits & ~table["sentence_id"].isin([r["sentence_id"] for r in rows])]
        if len(left):
            rows.append(left.iloc[0].copy())
            rows[-1]["role"] = role
    return pd.DataFrame(rows, columns=pd.Index(["sentence_id", "text", "integrity", "role"]))


def rank_speakers(
    voices: pd.DataFrame, labels: pd.DataFrame, *, outlet: str, own_voice: str
) -> dict[str, str]:
    """Return the name shown of each speaker heard in an outlet by speaker_id, most sentences first."""
    heard = labels[(labels["outlet"] == outlet) & (labels["voice"] != own_voice)]
    inside = voices[voices["sentence_id"].isin(heard["sentence_id"])]
    inside = inside[inside["speaker_id"] != ""]
    counts = inside["speaker_id"].value_counts()
    ordered = sorted(counts.index, key=lambda i: (-int(counts[i]), str(i)))
    return {str(i): max(inside.loc[inside["speaker_id"] == i, "speaker"], key=len) for i in ordered}
