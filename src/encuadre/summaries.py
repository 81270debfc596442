"""What the chapters say about their tables, in sentences; every number is read from a table."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import pandas as pd

from encuadre.coding import list_coders, pick_reference
from encuadre.estimates import prefer_coded
from encuadre.figures.stance import compare_voices
from encuadre.prose import (
    escape_markdown,
    join_words,
    link_evidence,
    say_count,
    say_date,
    say_interval,
    say_outlets,
    say_percent,
    say_signed,
    start_sentence,
    warn_copies,
    warn_single,
)  # fmt: skip
from encuadre.strength import FEW
from encuadre.study import Study
from encuadre.wording import find_concordance

COPIES = {
    "intact": "as published",
    "machine_translated": "altered: machine-translated and back",
    "spun": "altered: rewritten with a thesaurus",
}


def tabulate_sources(articles: pd.DataFrame) -> pd.DataFrame:
    """Return the table of sources as people read it; the number of sentences leads to them."""
    rows = [
        {
            "Outlet": a.outlet,
            "Title": a.title,
            "Author": a.author or "not named",
            "Published": say_date(a.published_on) or "not known",
            "Genre": a.genre,
            "Words": f"{a.words:,}",
            "Sentences": link_evidence(f"{a.sentences:,}", article=a.article_id),
            "Copy": COPIES[a.integrity],
        }
        for a in articles.itertuples(index=False)
    ]
    return pd.DataFrame(rows)


def describe_sources(articles: pd.DataFrame, sentences: pd.DataFrame) -> list[str]:
    """Say how many articles there are, from when, and what to keep in mind."""
    dates = sorted(d[:4] for d in articles["published_on"] if d)
    span = (
        f", published {dates[0]} to {dates[-1]}"
        if dates and dates[0] != dates[-1]
        else f", published in {dates[0]}"
        if dates
        else ""
    )
    kept = sentences[sentences["segment"] != "boilerplate"]
    outlets = articles["outlet"].nunique()
    first = (
        f"The study reads {say_count(len(articles), 'article')} of {say_count(outlets, 'outlet')}{span}: "
        f"{link_evidence(say_count(len(kept), 'sentence'), segment='headline,body')} of headline and text."
    )
    return [first, " ".join(s for s in (warn_single(articles), warn_copies(articles)) if s)]


def tabulate_left_out(articles: pd.DataFrame, sentences: pd.DataFrame) -> pd.DataFrame:
    """Return how many sentences of each article belong to the page around it, with an example."""
    rows = []
    for a in articles.itertuples(index=False):
        dropped = sentences[
            (sentences["article_id"] == a.article_id) & (sentences["segment"] == "boilerplate")
        ]
        example = min(dropped["text"], key=len, default="")
        link = (
            link_evidence(f"{len(dropped)}", article=a.article_id, segment="boilerplate")
            if len(dropped)
            else "0"
        )
        rows.append({"Outlet": a.outlet, "Sentences left out": link, "For example": example[:80]})
    return pd.DataFrame(rows)


def find_citations(
    sentences: pd.DataFrame, articles: pd.DataFrame, *, study: Study
) -> pd.DataFrame:
    """Find where an article names another outlet of the study, or its author.

    Returns
    -------
    DataFrame
        article_id, outlet, cites, sentence_id.
    """
    placed = sentences[sentences["segment"] != "boilerplate"].merge(
        articles[["article_id", "outlet"]], on="article_id"
    )
    rows = []
    for cited in study.outlets:
        for name in dict.fromkeys((cited.name, *cited.names)):
            hits = placed[
                placed["text"].str.contains(name, regex=False) & (placed["outlet"] != cited.name)
            ]
            rows += [
                (h.article_id, h.outlet, cited.name, h.sentence_id)
                for h in hits.itertuples(index=False)
            ]
    table = pd.DataFrame(rows, columns=pd.Index(["article_id", "outlet", "cites", "sentence_id"]))
    return table.drop_duplicates(["cites", "sentence_id"]).reset_index(drop=True)


def describe_citations(citations: pd.DataFrame, shared: pd.DataFrame) -> str:
    """Say who cites whom, and which speakers two articles share."""
    parts = []
    for (outlet, cites), group in citations.groupby(["outlet", "cites"], sort=False):
        link = link_evidence(say_count(len(group), "sentence"), ids=",".join(group["sentence_id"]))
        parts.append(f"{outlet} names {cites} or its author ({link})")
    text = (
        "The sources are not independent of one another: " + join_words(parts) + "."
        if parts
        else "No article names another outlet of the study."
    )
    named = [
        f"{escape_markdown(r.speaker)} ({link_evidence(join_words(r.outlets), speaker=r.speaker_id)})"
        for r in shared.itertuples(index=False)
    ]
    return text + (
        f" Speakers heard in more than one outlet: {join_words(named)}." if named else ""
    )


def find_shared_speakers(
    voices: pd.DataFrame, labels: pd.DataFrame, *, study: Study
) -> pd.DataFrame:
    """Return the speakers heard in two outlets or more: speaker_id, speaker, outlets (list)."""
    heard = labels.loc[labels["voice"] != study.own_voice, ["sentence_id", "outlet"]]
    table = voices[voices["speaker_id"] != ""].merge(heard, on="sentence_id")
    grouped = table.groupby("speaker_id").agg(
        speaker=("speaker", lambda s: max(s, key=len)),
        outlets=("outlet", lambda o: list(dict.fromkeys(o))),
    )
    return grouped[grouped["outlets"].str.len() > 1].reset_index()


def describe_voices(estimates: pd.DataFrame, *, study: Study, articles: pd.DataFrame) -> list[str]:
    """Say who speaks most in each outlet, and which voice an outlet never gives room to."""
    table = _by_outlet(estimates, "voice")
    labels = {v.id: v.label for v in study.voices}
    own = table[(table["category"] == study.own_voice) & (table["n"] > 0)].sort_values(
        "estimate", ascending=False
    )
    if own.empty:
        return []
    top, bottom = own.iloc[0], own.iloc[-1]
    least = (
        f", {bottom['outlet']} in {_link_share(bottom, articles, voice=study.own_voice)}"
        if len(own) > 1
        else ""
    )
    first = f"{top['outlet']} speaks for itself in {_link_share(top, articles, voice=study.own_voice)} of its sentences{least}. The rest is reported speech: a named or unnamed speaker makes the claim, and the article answers only for choosing it."
    absent = []
    for voice in study.voices[1:]:
        silent = table[(table["category"] == voice.id) & (table["estimate"] == 0)][
            "outlet"
        ].tolist()
        if silent:
            absent.append(f"{labels[voice.id]} in {say_outlets(silent, len(own))}")
    second = (
        f"Voices to which no sentence is left: {'; '.join(absent)}. Words quoted inside a claim of the outlet’s own count as the outlet’s."
        if absent
        else "Every voice is heard in every outlet."
    )
    return [first, second]


def tabulate_speakers(
    voices: pd.DataFrame, labels: pd.DataFrame, *, study: Study, top: int = 15
) -> pd.DataFrame:
    """Return the speakers with most sentences: who they are, where they speak, directly or not."""
    names = {v.id: v.label for v in study.voices}
    heard = labels.loc[labels["voice"] != study.own_voice, ["sentence_id", "outlet"]]
    table = voices[voices["speaker"] != ""].merge(heard, on="sentence_id")
    rows = []
    for speaker_id, group in table.groupby("speaker_id"):
        direct = int(group["attribution"].isin(["direct", "mixed"]).sum())
        rows.append(
            {
                "Speaker": start_sentence(max(group["speaker"], key=len)),
                "Voice": names.get(str(group["voice"].mode()[0]), ""),
                "Heard in": join_words(list(dict.fromkeys(group["outlet"]))),
                "Sentences": link_evidence(str(len(group)), speaker=speaker_id),
                "In own words": direct,
                "n": len(group),
            }
        )
    if not rows:
        return pd.DataFrame(
            columns=pd.Index(["Speaker", "Voice", "Heard in", "Sentences", "In own words"])
        )
    ordered = pd.DataFrame(rows).sort_values(["n", "Speaker"], ascending=[False, True]).head(top)
    return ordered.drop(columns="n").reset_index(drop=True)


def describe_topics(
    topic_words: pd.DataFrame, estimates: pd.DataFrame, names: Sequence[str]
) -> list[str]:
    """Say what the topics are and which outlet gives one most room."""
    table = _by_outlet(estimates, "topic")
    lines = []
    for topic, name in enumerate(names):
        rows = table[table["category"] == str(topic)].sort_values("estimate", ascending=False)
        if len(rows) > 1:
            top, bottom = rows.iloc[0], rows.iloc[-1]
            lines.append(
                f"**{name}** takes {say_percent(top['estimate'])} of {top['outlet']} and {say_percent(bottom['estimate'])} of {bottom['outlet']}"
            )
    count = say_count(topic_words["topic"].nunique(), "topic")
    return [
        f"The words of the articles fall into {count}, each named by the study or else by its three weightiest words. "
        + "; ".join(lines)
        + "."
        if lines
        else f"The words fall into {count}."
    ]


def describe_stance(
    estimates: pd.DataFrame, *, target_id: str, target: str, articles: pd.DataFrame
) -> list[str]:
    """Say where the outlets stand in their own voice, and how their quoted voices differ."""
    table = _by_outlet(estimates, "stance")
    means = table[(table["category"] == "mean") & (table["target"] == target_id)]
    own = means[means["voice"] == "own"].set_index("outlet")
    quoted = means[means["voice"] == "quoted"].set_index("outlet")
    parts, few = [], []
    for outlet in own.sort_values("estimate").index:
        row = own.loc[outlet]
        if row["n"] < FEW:
            few.append(f"{outlet} ({int(row['n'])})")
            continue
        parts.append(
            f"{outlet} {_link_mean(row, outlet, 'own', target_id, articles)} (95% interval {say_interval(row['low'], row['high'])}, n = {int(row['n'])})"
        )
    first = (
        f"Mean stance toward {target} in the outlet’s own words, from −1 (all unfavourable) to 1 (all favourable): {join_words(parts)}."
        if parts
        else ""
    )
    if few:
        first += f" Too few sentences of their own to tell: {join_words(few)}."
    gaps = []
    for outlet in own.index.intersection(quoted.index):
        a, b = own.loc[outlet], quoted.loc[outlet]
        side = {"more": "milder", "less": "harder"}.get(compare_voices(a, b), "")
        if side and min(a["n"], b["n"]) >= FEW:
            gaps.append(
                f"the voices that {outlet} quotes are {side} ({_link_mean(b, outlet, 'quoted', target_id, articles)}) than {outlet} itself"
            )
    second = (
        f"{start_sentence(join_words(gaps))}, if each gap is taken by itself."
        if gaps
        else "In no outlet can the quoted voices be told apart from its own voice: the interval of the gap spans zero, or one side has too few sentences."
    )
    return [first, second]


def tabulate_course(
    labels: pd.DataFrame, sentences: pd.DataFrame, articles: pd.DataFrame, *, field: str
) -> pd.DataFrame:
    """Return the mean stance in the first, second and last third of each article, with n."""
    order = sentences[sentences["segment"] != "boilerplate"].copy()
    order["rank"] = order.groupby("article_id").cumcount() / order.groupby("article_id")[
        "sentence_id"
    ].transform("size")
    labels = labels if field in labels else labels.assign(**{field: ""})
    table = labels[labels[field] != ""].merge(order[["sentence_id", "rank"]], on="sentence_id")
    table["third"] = pd.cut(
        table["rank"],
        [-0.01, 1 / 3, 2 / 3, 1],
        labels=["Opening third", "Middle third", "Closing third"],
    )
    rows = []
    for outlet in articles["outlet"].drop_duplicates():
        row = {"Outlet": outlet}
        for third in table["third"].cat.categories:
            part = table.loc[(table["outlet"] == outlet) & (table["third"] == third), field].astype(
                float
            )
            row[str(third)] = (
                f"{say_signed(part.mean())} (n = {len(part)})" if len(part) else "not mentioned"
            )
        rows.append(row)
    return pd.DataFrame(rows)


def tabulate_ends(
    labels: pd.DataFrame,
    stances: pd.DataFrame,
    sentences: pd.DataFrame,
    articles: pd.DataFrame,
    *,
    target: str,
    own_voice: str,
    each: int = 3,
) -> pd.DataFrame:
    """Return the sentences at both ends: those labelled so where the model is surest."""
    field = f"stance_{target}"
    labels = labels if field in labels else labels.assign(**{field: ""})
    table = labels.merge(stances[stances["target"] == target], on="sentence_id").merge(
        sentences[["sentence_id", "text"]], on="sentence_id"
    )
    table = table.merge(articles[["article_id", "integrity"]], on="article_id")
    rows = []
    for label, column, name in (
        ("-1", "p_unfavourable", "unfavourable"),
        ("1", "p_favourable", "favourable"),
    ):
        picked = (
            table[table[field] == label]
            .sort_values([column, "sentence_id"], ascending=[False, True])
            .drop_duplicates("article_id")
            .head(each)
        )
        rows += [
            {"Stance": name, "Outlet": r.outlet, "Voice": "own" if r.voice == own_voice else "quoted",
             "Sentence": link_evidence(_plain(r.text, r.integrity, 240), ids=r.sentence_id)}
            for r in picked.itertuples(index=False)
        ]  # fmt: skip
    return pd.DataFrame(rows, columns=pd.Index(["Stance", "Outlet", "Voice", "Sentence"]))


def describe_frames(
    estimates: pd.DataFrame, *, labels: Mapping[str, str], articles: pd.DataFrame
) -> list[str]:
    """Say which frame leads in each outlet, and which frames lead no sentence of an outlet."""
    table = _by_outlet(estimates, "frame")
    table = table[(table["voice"] == "all") & (table["category"] != "none") & (table["n"] > 0)]
    leads = []
    for outlet, rows in table.groupby("outlet", sort=False):
        top = rows.sort_values("estimate", ascending=False).iloc[0]
        if top["estimate"] > 0:
            leads.append(
                f"{labels[top['category']]} in {outlet} ({_link_share(top, articles, frame=top['category'])})"
            )
    absent = []
    total = table["outlet"].nunique()
    for category, rows in table.groupby("category", sort=False):
        silent = rows.loc[rows["estimate"] == 0, "outlet"].tolist()
        if 0 < len(silent) < total:
            absent.append(f"{labels[str(category)]} ({join_words(silent)})")
    lines = [f"The frame used most is {join_words(leads)}."] if leads else []
    return (
        [
            *lines,
            f"Main frame of no sentence: {'; '.join(absent)}. A frame can still come second in a sentence there.",
        ]
        if absent
        else lines
    )


def tabulate_functions(
    labels: pd.DataFrame,
    sentences: pd.DataFrame,
    articles: pd.DataFrame,
    *,
    functions: Sequence[tuple[str, str]],
    frames: Mapping[str, str],
) -> pd.DataFrame:
    """Return what each outlet names as problem, cause, judgement and remedy: the frame most used for it, with n."""
    rows = []
    for outlet in articles["outlet"].drop_duplicates():
        row: dict[str, str] = {"Outlet": outlet}
        ids = ",".join(articles.loc[articles["outlet"] == outlet, "article_id"])
        for function, label in functions:
            if "function" not in labels or "frame" not in labels:
                row[start_sentence(label)] = "not coded"
                continue
            part = labels[(labels["outlet"] == outlet) & (labels["function"] == function)]
            used = part.loc[~part["frame"].isin(["none", ""]), "frame"].value_counts()
            if used.empty:
                row[start_sentence(label)] = "none"
                continue
            frame = sorted(used[used == used.max()].index)[0]
            row[start_sentence(label)] = link_evidence(
                f"{frames[frame]} ({used.max()} of {len(part)})",
                article=ids,
                function=function,
                frame=frame,
            )
        rows.append(row)
    return pd.DataFrame(rows)


def _by_outlet(estimates: pd.DataFrame, measure: str) -> pd.DataFrame:
    kept = estimates[(estimates["measure"] == measure) & (estimates["article_id"] == "")]
    return prefer_coded(kept)


def _link_share(row: pd.Series, articles: pd.DataFrame, **filters: object) -> str:
    ids = ",".join(articles.loc[articles["outlet"] == row["outlet"], "article_id"])
    return link_evidence(say_percent(float(row["estimate"])), article=ids, **filters)


def _link_mean(row: pd.Series, outlet: str, voice: str, target: str, articles: pd.DataFrame) -> str:
    ids = ",".join(articles.loc[articles["outlet"] == outlet, "article_id"])
    return link_evidence(
        say_signed(float(row["estimate"])), article=ids, voice=voice, target=target
    )


def _plain(text: str, integrity: str, limit: int) -> str:
    """Source text for a table cell: brackets cannot end a link, altered copies are marked."""
    cut = text if len(text) <= limit else text[:limit].rsplit(" ", 1)[0] + " …"
    safe = cut.replace("[", "(").replace("]", ")")
    return safe if integrity == "intact" else f"{safe} (altered copy)"


def tabulate_topics(
    words: pd.DataFrame,
    picked: pd.DataFrame,
    sentences: pd.DataFrame,
    articles: pd.DataFrame,
    names: Sequence[str],
) -> pd.DataFrame:
    """Return each topic with its words and its telling sentences."""
    table = picked.merge(sentences[["sentence_id", "article_id", "text"]], on="sentence_id")
    table = table.merge(articles[["article_id", "outlet", "integrity"]], on="article_id")
    rows = []
    for topic, name in enumerate(names):
        top = words[words["topic"] == topic].sort_values("rank")["word"].tolist()
        for r in table[table["topic"] == topic].itertuples(index=False):
            rows.append(
                {"Topic": name, "Words": ", ".join(top), "Outlet": r.outlet,
                 "Sentence": link_evidence(_plain(r.text, r.integrity, 200), ids=r.sentence_id)}
            )  # fmt: skip
    result = pd.DataFrame(rows, columns=pd.Index(["Topic", "Words", "Outlet", "Sentence"]))
    repeated = result.duplicated("Topic")
    result.loc[repeated, ["Topic", "Words"]] = ""
    return result


def tabulate_concordance(
    wording: pd.DataFrame, sentences: pd.DataFrame, articles: pd.DataFrame, *, each: int = 3
) -> pd.DataFrame:
    """Return the most distinctive unflagged words of each outlet, each with one place in context."""
    rows = []
    for outlet, group in wording[~wording["flagged"] & (wording["low"] > 0)].groupby(
        "outlet", sort=False
    ):
        ids = articles.loc[articles["outlet"] == outlet, "article_id"]
        inside = sentences[sentences["article_id"].isin(ids)]
        for r in group.sort_values("z", ascending=False).head(each).itertuples(index=False):
            places = find_concordance(inside, r.word, width=50)
            if places.empty:
                continue
            first = places.iloc[0]
            left = first["left"].partition(" ")[2] if len(first["left"]) >= 50 else first["left"]
            right = (
                first["right"].rpartition(" ")[0] if len(first["right"]) >= 50 else first["right"]
            )
            context = f"… {left}{first['match']}{right} …".replace("[", "(").replace("]", ")")
            rows.append({"Outlet": outlet, "Word": r.word, "Here": int(r.count), "Elsewhere": int(r.count_rest),
                         "In context": link_evidence(context, ids=",".join(dict.fromkeys(places["sentence_id"])))})  # fmt: skip
    return pd.DataFrame(
        rows, columns=pd.Index(["Outlet", "Word", "Here", "Elsewhere", "In context"])
    )


def introduce_report(articles: pd.DataFrame, codings: pd.DataFrame) -> list[str]:
    """Say what the reader must know beside the findings, and how to read on."""
    passes = len(list_coders(codings))
    agree = ", and [](#fig-reliability) says how well the passes agree" if passes > 1 else ""
    coded = (
        f"Voice, stance and frame were coded by reading, in {say_count(max(passes, 1), 'pass', 'passes')}; the figures come from that coding{agree}. "
        "In the default study an AI assistant read and labelled, not a human panel."
        if pick_reference(codings)
        else "Nothing was coded by reading: the figures come from the models alone."
    )
    how = "Every linked number leads to its sentences. *Firm*: holds however it is counted. *Tentative*: holds, with a doubt that is named. *Cannot tell*: these articles do not decide it."
    return [" ".join(s for s in (warn_single(articles), warn_copies(articles)) if s), coded, how]


def describe_method(study: Study, estimates: pd.DataFrame, stances: pd.DataFrame) -> list[str]:
    """Say in short how each measure is made, with what, and how the report is cited and made again."""
    methods = sorted(set(estimates["method"]))
    model = join_words(sorted(set(stances["method"]))) if len(stances) else "none"
    return [
        "**Sentences.** Texts are split by rule; every sentence keeps its place in the file as given. "
        "**Voices** are found by rule from quotation marks, reporting verbs and attributions. "
        f"**Stance** toward each target is labelled by the model {model}, trained on NewsMTSC [@hamborg2021]. "
        "**Frames** and **functions** are compared with the codebook’s seed phrases by sentence embeddings [@reimers2019]. "
        "**Topics** come from non-negative matrix factorisation [@lee1999]; **wording** is compared by log-odds with an informative Dirichlet prior [@monroe2008].",
        f"**Estimates.** Methods in this report: {join_words(methods)}. Where a reference coding exists its labels are the estimate (`coded`) and the models’ labels (`raw`) stand beside it. "
        "Intervals are percentile bootstrap intervals over sentences [@efron1993], over articles first where an outlet has several; at 0% and 100% they are exact. "
        "Contrasts on the first page were picked among all pairs of outlets, so their intervals are widened by Bonferroni’s rule.",
        f"**Codebook.** Version {study.codebook.version}. {study.codebook.unit}",
        "**Rerun.** `make report` builds this report again from the same texts, to the same bytes; `build/manifest.json` holds the parameters, the versions and the hashes of all inputs and outputs. "
        "Change a parameter with `python build_report.py -p NAME VALUE`; `--help-parameters` lists them.",
        "**Cite.** Cite encuadre by its CITATION.cff, and this report by its title, the version above and the hashes of the manifest.",
    ]
