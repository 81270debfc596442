"""Who speaks, in words and tables: shares of voices, direct and indirect speech, named speakers."""

from __future__ import annotations

import re

import pandas as pd

from encuadre.estimates import prefer_coded
from encuadre.prose import (
    escape_markdown,
    join_words,
    link_evidence,
    list_articles,
    say_count,
    say_outlets,
    say_percent,
    start_sentence,
)
from encuadre.quotations import find_quotations
from encuadre.study import Study

DIRECT = ("direct", "mixed")
_LEADING = re.compile(r"^(?:an?|the)\s+", re.I)


def name_speakers(labels: pd.DataFrame, voices: pd.DataFrame, *, study: Study) -> pd.DataFrame:
    """Return the labels with speaker and attribution: as coded where they were, else as by rule.

    A speaker of the study's list goes by the full name, whichever form the text uses; others as the
    text describes them, without a leading article.

    Parameters
    ----------
    labels : DataFrame
        One method's labels, as `lay_out_labels` gives them.
    voices : DataFrame
        The table `voices`.

    Returns
    -------
    DataFrame
        The labels; `speaker` is empty for the outlet's own voice.
    """
    ruled = voices.set_index("sentence_id")
    table = labels.copy()
    for field in ("speaker", "attribution"):
        by_rule = table["sentence_id"].map(ruled[field]).fillna("").astype(str)
        coded = table[field].fillna("") if field in table else pd.Series("", index=table.index)
        table[field] = coded.where(coded != "", by_rule)
    names = {alias.casefold(): s.name for s in study.speakers for alias in (s.name, *s.aliases)}
    table["speaker"] = [
        "" if voice == study.own_voice else _name_speaker(speaker, names)
        for voice, speaker in zip(table["voice"], table["speaker"], strict=True)
    ]
    described = [*table["speaker"], *(c for v in study.voices for c in v.cues)]
    plain = {w for text in described for w in text.split() if w.islower()}
    table["speaker"] = [
        s[:1].lower() + s[1:] if s and s.split()[0].lower() in plain else s
        for s in table["speaker"]
    ]
    return table


def _name_speaker(described: str, names: dict[str, str]) -> str:
    bare = _LEADING.sub("", described.strip())
    for text in (described.strip(), bare):
        if text.casefold() in names:
            return names[text.casefold()]
    words = bare.split()
    for skip in range(1, min(len(words), 4)):
        before, rest = words[:skip], " ".join(words[skip:])
        if rest.casefold() in names and not {"and", "as", "of", "or"} & {*before}:
            return names[rest.casefold()]
    return bare


def describe_voices(estimates: pd.DataFrame, *, study: Study, articles: pd.DataFrame) -> list[str]:
    """Say who speaks most in each outlet, and which voice an outlet never gives room to."""
    table = prefer_coded(
        estimates[(estimates["measure"] == "voice") & (estimates["article_id"] == "")]
    )
    table = table[table["voice"] == "all"]
    labels = {v.id: escape_markdown(v.label) for v in study.voices}
    own = table[(table["category"] == study.own_voice) & (table["n"] > 0)].sort_values(
        "estimate", ascending=False
    )
    if own.empty:
        return []
    shares = [
        f"{escape_markdown(r.outlet)} in {link_evidence(say_percent(r.estimate), article=list_articles(articles, r.outlet), voice=study.own_voice)}"
        for r in own.itertuples()
    ]
    first = f"Sentences in which the outlet itself makes the claim: {join_words(shares)}. In the rest a named or unnamed speaker makes it, and the article answers only for choosing the speaker."
    absent = []
    for voice in study.voices[1:]:
        silent = table[(table["category"] == voice.id) & (table["estimate"] == 0)]
        if len(silent):
            absent.append(
                f"{labels[voice.id]} in {say_outlets(silent['outlet'].tolist(), len(own))}"
            )
    second = (
        f"Voices that are the speaker of no sentence: {'; '.join(absent)}. What they said may still be told inside a claim of the outlet’s own."
        if absent
        else "Every voice is heard in every outlet."
    )
    return [first, second]


def describe_directness(
    speakers: pd.DataFrame, sentences: pd.DataFrame, articles: pd.DataFrame, *, study: Study
) -> list[str]:
    """Say which voices are only ever paraphrased, and whose quoted words stand in claims of the outlet.

    Parameters
    ----------
    speakers : DataFrame
        As `name_speakers` gives it.
    """
    quoted = speakers[speakers["voice"] != study.own_voice]
    lines, parts = [], []
    for voice in study.voices[1:]:
        only = []
        for outlet in articles["outlet"].drop_duplicates():
            part = quoted[(quoted["voice"] == voice.id) & (quoted["outlet"] == outlet)]
            if len(part) and not part["attribution"].isin(DIRECT).any():
                ids = ",".join(part["sentence_id"])
                link = link_evidence(say_count(len(part), "sentence"), ids=ids)
                only.append(f"{escape_markdown(outlet)} ({link})")
        if only:
            parts.append(f"{escape_markdown(voice.label)} in {join_words(only)}")
    if parts:
        lines.append(
            f"Heard in paraphrase only, with no word of the claim in quotation marks: {'; '.join(parts)}."
        )
    held = find_held_quotations(speakers, sentences, study=study)
    if len(held):
        listed = [
            f"{escape_markdown(str(o))} ({link_evidence(say_count(len(g), 'sentence'), ids=','.join(g['sentence_id']))})"
            for o, g in held.groupby("outlet", sort=False)
        ]
        lines.append(
            f"Quoted words can also stand inside a claim of the outlet’s own, as evidence for it or held up against the speaker; such sentences count as the outlet’s: {join_words(listed)}."
        )
    return lines


def find_held_quotations(
    speakers: pd.DataFrame, sentences: pd.DataFrame, *, study: Study
) -> pd.DataFrame:
    """Return the sentences in the outlet's own voice that hold quoted words: sentence_id, outlet."""
    own = speakers.loc[speakers["voice"] == study.own_voice, ["sentence_id", "outlet"]]
    table = own.merge(sentences[["sentence_id", "text", "segment"]], on="sentence_id")
    held = [
        s == "body" and any(not q.label for q in find_quotations(text))
        for text, s in zip(table["text"], table["segment"], strict=True)
    ]
    return table.loc[held, ["sentence_id", "outlet"]].reset_index(drop=True)


def tabulate_directness(
    speakers: pd.DataFrame, articles: pd.DataFrame, *, study: Study
) -> pd.DataFrame:
    """Return sentences by quoted voice and outlet, and how many of them hold the speaker's own words."""
    table: dict[str, list[str]] = {
        "Voice": [start_sentence(v.label) for v in study.voices[1:]],
    }
    for outlet in articles["outlet"].drop_duplicates():
        ids = list_articles(articles, outlet)
        cells = []
        for voice in study.voices[1:]:
            part = speakers[(speakers["voice"] == voice.id) & (speakers["outlet"] == outlet)]
            direct = int(part["attribution"].isin(DIRECT).sum())
            link = link_evidence(str(len(part)), article=ids, voice=voice.id)
            cells.append(f"{link}, {direct} direct" if len(part) else "none")
        table[str(outlet)] = cells
    return pd.DataFrame(table)


def tabulate_speakers(speakers: pd.DataFrame, *, study: Study, top: int = 12) -> pd.DataFrame:
    """Return the speakers with most sentences: who they are, where they speak, directly or not.

    Parameters
    ----------
    speakers : DataFrame
        As `name_speakers` gives it.
    """
    names = {v.id: v.label for v in study.voices}
    heard = speakers[speakers["speaker"] != ""]
    columns = ["Speaker", "Voice", "Heard in", "Sentences", "In own words"]
    rows = [
        {
            "Speaker": start_sentence(str(speaker)),
            "Voice": names[str(group["voice"].mode()[0])],
            "Heard in": join_words(list(dict.fromkeys(group["outlet"]))),
            "Sentences": link_evidence(str(len(group)), ids=",".join(group["sentence_id"])),
            "In own words": int(group["attribution"].isin(DIRECT).sum()),
            "n": len(group),
        }
        for speaker, group in heard.groupby("speaker")
    ]
    table = pd.DataFrame(rows, columns=pd.Index([*columns, "n"]))
    table = table.sort_values(["n", "Speaker"], ascending=[False, True]).head(top)
    return table[columns].reset_index(drop=True)
