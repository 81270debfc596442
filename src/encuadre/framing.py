"""How the outlets frame, in words and tables: frames by voice, problem to remedy, telling wording."""

from __future__ import annotations

import re
from collections.abc import Mapping

import pandas as pd

from encuadre.estimates import prefer_coded
from encuadre.prose import (
    escape_markdown,
    join_words,
    link_cell,
    link_evidence,
    link_source,
    list_articles,
    say_count,
    say_number,
    say_percent,
    start_sentence,
)
from encuadre.study import Field, Label, Study
from encuadre.wording import PLAIN_WORDS, find_concordance, find_tokens

_HELD = 3
_OPEN = re.compile(
    r"^\W*(?:and|but|so|however|he|she|it|they|this|that|these|those|his|her|its|their|there|given|in addition|meanwhile|because of this|as (?:we|i)\b.*however|[b-hj-z]\s)",
    re.I,
)
_READABLE, _MEDIUM = (50, 240), 140


def describe_frames(
    estimates: pd.DataFrame, *, labels: Mapping[str, str], articles: pd.DataFrame
) -> list[str]:
    """Say which frame leads in each outlet, and which frames lead no sentence of an outlet."""
    table = prefer_coded(
        estimates[(estimates["measure"] == "frame") & (estimates["article_id"] == "")]
    )
    table = table[(table["voice"] == "all") & (table["category"] != "none") & (table["n"] > 0)]
    names = {k: escape_markdown(v) for k, v in labels.items()}
    leads: dict[str, list[str]] = {}
    for outlet, rows in table.groupby("outlet", sort=False):
        most = float(rows["estimate"].max())
        top = rows.loc[rows["estimate"] == most, "category"] if most > 0 else []
        shares = [
            link_evidence(
                say_percent(most), article=list_articles(articles, str(outlet)), frame=category
            )
            for category in top
        ]
        if shares:
            leads.setdefault(join_words([names[category] for category in top]), []).append(
                f"{escape_markdown(str(outlet))} ({join_words(shares)})"
            )
    absent = []
    total = table["outlet"].nunique()
    for category, rows in table.groupby("category", sort=False):
        silent = [escape_markdown(o) for o in rows.loc[rows["estimate"] == 0, "outlet"]]
        if 0 < len(silent) < total:
            absent.append(f"{names[str(category)]} in {join_words(silent)}")
    lines = []
    if leads:
        said = [f"{name} in {join_words(outlets)}" for name, outlets in leads.items()]
        lines.append(f"The frame used most is {join_words(said)}.")
    if absent:
        lines.append(
            f"Absent as the main frame: {'; '.join(absent)}. A sentence there can still touch on it."
        )
    return lines


def name_labels(field: Field) -> list[tuple[str, str]]:
    """Return id and name of a field's labels; frames end with `none`, so that the shares sum to one."""
    named = [(label.id, label.label) for label in field.labels]
    missing = field.name == "frame" and "none" not in dict(named)
    return [*named, ("none", "none of these")] if missing else named


def count_frames(labels: pd.DataFrame, *, own_voice: str) -> pd.DataFrame:
    """Count the sentences of each frame by outlet, in the outlet's own voice and in quoted voices.

    Returns
    -------
    DataFrame
        outlet, frame, own, quoted, own_n, quoted_n (all sentences of that voice); frames other than
        `none` that the outlet uses at all.
    """
    columns = ["outlet", "frame", "own", "quoted", "own_n", "quoted_n"]
    if "frame" not in labels:
        return pd.DataFrame(columns=pd.Index(columns))
    own = labels["voice"] == own_voice
    rows = []
    for outlet, group in labels.groupby("outlet", sort=False):
        mine = own.loc[group.index]
        for frame, part in group[~group["frame"].isin(["none", ""])].groupby("frame"):
            held = int(mine.loc[part.index].sum())
            rows.append(
                (outlet, frame, held, len(part) - held, int(mine.sum()), int((~mine).sum()))
            )
    return pd.DataFrame(rows, columns=pd.Index(columns))


def tabulate_voiced_frames(
    counts: pd.DataFrame, articles: pd.DataFrame, *, labels: Mapping[str, str], top: int = 3
) -> pd.DataFrame:
    """Return by outlet the frames used most in its own voice and in the voices that it quotes."""
    rows = []
    for outlet in articles["outlet"].drop_duplicates():
        ids = list_articles(articles, outlet)
        part = counts[counts["outlet"] == outlet]
        row = {"Outlet": str(outlet)}
        for voice, head in (("own", "In its own voice"), ("quoted", "In quoted voices")):
            used = part[part[voice] > 0].sort_values(
                [voice, "frame"], ascending=[False, True], kind="stable"
            )
            cells = [
                f"{labels[r['frame']]} {link_evidence(str(r[voice]), article=ids, frame=r['frame'], voice=voice)}"
                for _, r in used.head(top).iterrows()
            ]
            total = int(part[f"{voice}_n"].max()) if len(part) else 0
            row[f"{head} (of n sentences)"] = (
                f"{', '.join(cells)} (of {total})" if cells else "none"
            )
        rows.append(row)
    return pd.DataFrame(rows)


def describe_voiced_frames(
    counts: pd.DataFrame, articles: pd.DataFrame, *, labels: Mapping[str, str]
) -> str:
    """Say which frames an outlet leaves wholly to its sources, and which it keeps to itself."""
    left: dict[str, list[str]] = {}
    kept: dict[str, list[str]] = {}
    for _, r in counts.sort_values(["own", "quoted"], ascending=False, kind="stable").iterrows():
        found = left if not r["own"] else kept if not r["quoted"] else None
        size = int(r["own"] + r["quoted"])
        if found is None or size < _HELD or min(r["own_n"], r["quoted_n"]) < _HELD:
            continue
        ids = list_articles(articles, str(r["outlet"]))
        link = link_evidence(say_count(size, "sentence"), article=ids, frame=r["frame"])
        found.setdefault(escape_markdown(labels[r["frame"]]), []).append(
            f"{escape_markdown(str(r['outlet']))} ({link})"
        )
    lines = [
        f"{words}: {'; '.join(f'{frame} in {join_words(o)}' for frame, o in found.items())}."
        for words, found in (
            ("Left wholly to quoted voices", left),
            ("Only ever in the outlet’s own voice", kept),
        )
        if found
    ]
    if lines:
        lines.append(
            f"Asked of frames with {say_number(_HELD)} sentences or more, in articles with as many sentences of either kind."
        )
    return " ".join(lines)


def rank_sentences(table: pd.DataFrame) -> pd.DataFrame:
    """Return sentences with those first that read well alone.

    A sentence reads well alone where it opens without pointing back ("However", "It"), is neither
    short nor long, and ends as a sentence; then the outlet's own voice goes first, then, where the
    table has it, the higher value in `sure`, then middling length.

    Parameters
    ----------
    table : DataFrame
        With sentence_id, text and own (bool).
    """
    low, high = _READABLE
    text = table["text"].str.strip()
    faults = (
        text.str.match(_OPEN).astype(int)
        + (~text.str.len().between(low, high)).astype(int)
        + (~text.str.contains(r"[.!?][”’\"')\]]*$", regex=True)).astype(int)
    )
    size = (text.str.len() - _MEDIUM).abs()
    doubt = -table["sure"].astype(float) if "sure" in table else 0.0
    keys = {"_faults": faults, "_other": ~table["own"].astype(bool), "_doubt": doubt, "_size": size}
    ranked = table.assign(**keys).sort_values([*keys, "sentence_id"])
    return ranked.drop(columns=[*keys])


def count_shared_words(texts: pd.Series, *, label: Label) -> pd.Series:
    """Return for each text how many content words of a label's name and seed phrases stand in it."""
    phrases = [label.label, *label.seeds]
    wanted = {t.word.lower() for p in phrases for t in find_tokens(p)} - PLAIN_WORDS
    return texts.map(lambda text: len({t.word.lower() for t in find_tokens(text)} & wanted))


def tabulate_functions(
    labels: pd.DataFrame,
    sentences: pd.DataFrame,
    articles: pd.DataFrame,
    *,
    study: Study,
) -> pd.DataFrame:
    """Return what each outlet presents as problem, cause, judgement and remedy, with a telling sentence.

    The frame is the one that most sentences of that function serve; the sentence is one of these,
    in the outlet's own voice where there is one that reads well alone.
    """
    columns = ["Question", "Outlet", "Sentences", "Most often", "For example"]
    if not {"function", "frame"} <= {*labels}:
        return pd.DataFrame(columns=pd.Index(columns))
    table = labels.merge(sentences[["sentence_id", "text"]], on="sentence_id").merge(
        articles[["article_id", "integrity"]], on="article_id"
    )
    table["own"] = table["voice"] == study.own_voice
    frames = {i.id: i for i in study.codebook.field("frame").labels}
    asked = [(i.id, i.label) for i in study.codebook.field("function").labels if i.id != "none"]
    rows = []
    for function, label in asked:
        for outlet in articles["outlet"].drop_duplicates():
            part = table[(table["outlet"] == outlet) & (table["function"] == function)]
            row = {"Question": start_sentence(label), "Outlet": str(outlet), "Sentences": "0"}
            row |= {"Most often": "", "For example": "none"}
            if len(part):
                ids = list_articles(articles, outlet)
                row["Sentences"] = link_evidence(str(len(part)), article=ids, function=function)
                used = part.loc[~part["frame"].isin(["none", ""]), "frame"].value_counts()
                lead = sorted(used[used == used.max()].index)[0] if len(used) else ""
                if lead:
                    filters = {"article": ids, "function": function, "frame": lead}
                    row["Most often"] = link_cell(f"{frames[lead].label} ({used.max()})", **filters)
                fits = part[part["frame"] == lead] if lead else part
                near = count_shared_words(fits["text"], label=frames[lead]) if lead else 0
                first = rank_sentences(fits.assign(sure=near)).iloc[0]
                example = link_source(
                    first["text"], first["integrity"], limit=220, ids=first["sentence_id"]
                )
                if not first["own"]:
                    altered = first["integrity"] != "intact"
                    example = example.removesuffix(" (altered copy)")
                    example += f" (a quoted voice{', altered copy' if altered else ''})"
                row["For example"] = example
            rows.append(row)
    result = pd.DataFrame(rows, columns=pd.Index(columns))
    result.loc[result.duplicated("Question"), "Question"] = ""
    return result


def describe_blame(labels: pd.DataFrame, articles: pd.DataFrame, *, study: Study) -> str:
    """Say whom each outlet blames: the targets of which its sentences on causes speak ill, or none."""
    if "function" not in labels:
        return ""
    causes = labels[labels["function"] == "cause"]
    lines = []
    for target in study.targets:
        field = f"stance_{target.id}"
        blamed = []
        for outlet in articles["outlet"].drop_duplicates() if field in causes else []:
            part = causes[causes["outlet"] == outlet]
            ids = part.loc[part[field] == "-1", "sentence_id"]
            if len(ids):
                link = link_evidence(f"{len(ids)} of {len(part)}", ids=",".join(ids))
                blamed.append(f"{escape_markdown(str(outlet))} ({link})")
        if blamed:
            lines.append(f"{escape_markdown(target.label)} in {join_words(blamed)}")
    if not lines:
        return ""
    fields = [f"stance_{t.id}" for t in study.targets if f"stance_{t.id}" in causes]
    mild = causes[~causes[fields].eq("-1").any(axis=1)]
    rest = [
        f"{escape_markdown(str(outlet))} ({link_evidence(str(len(part)), ids=','.join(part['sentence_id']))})"
        for outlet, part in mild.groupby("outlet", sort=False)
    ]
    them = {1: "it", 2: "either"}.get(len(fields), "any of them")
    said = f"Blamed or spoken ill of where a cause is named: {'; '.join(lines)}."
    return (
        f"{said} Causes told without speaking ill of {them}: {join_words(rest)}." if rest else said
    )


def tabulate_concordance(
    wording: pd.DataFrame, sentences: pd.DataFrame, articles: pd.DataFrame, *, each: int = 3
) -> pd.DataFrame:
    """Return the most distinctive unflagged words of each outlet, each with one place in context."""
    rows = []
    clear = wording[~wording["flagged"].astype(bool) & (wording["low"] > 0)]
    for outlet in articles["outlet"].drop_duplicates():
        ids = articles.loc[articles["outlet"] == outlet, "article_id"]
        inside = sentences[sentences["article_id"].isin(ids)]
        group = clear[clear["outlet"] == outlet].sort_values("z", ascending=False).head(each)
        for r in group.itertuples(index=False):
            places = find_concordance(inside, r.word, width=50)
            first = places.iloc[0]
            left = first["left"].partition(" ")[2] if len(first["left"]) >= 50 else first["left"]
            right = (
                first["right"].rpartition(" ")[0] if len(first["right"]) >= 50 else first["right"]
            )
            context = f"… {left}{first['match']}{right} …"
            found = ",".join(dict.fromkeys(places["sentence_id"]))
            rows.append({"Outlet": str(outlet), "Word": r.word, "Here": int(r.count), "Elsewhere": int(r.count_rest),
                         "In context": link_cell(context, ids=found)})  # fmt: skip
    columns = ["Outlet", "Word", "Here", "Elsewhere", "In context"]
    return pd.DataFrame(rows, columns=pd.Index(columns))
