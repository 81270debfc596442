"""The sources, the first page and the method, in words and tables."""

from __future__ import annotations

import pandas as pd

from encuadre.coding import list_coders, pick_reference, pivot_design
from encuadre.prose import (
    escape_markdown,
    join_words,
    link_evidence,
    name_article,
    say_count,
    say_date,
    say_percent,
    warn_copies,
    warn_single,
)
from encuadre.stance_models import describe_training
from encuadre.strength import HOLDS
from encuadre.study import Study

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
            "Sentences": link_evidence(
                f"{a.sentences:,}", article=a.article_id, segment="headline,body"
            ),
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
        rows.append(
            {
                "Article": name_article(a, articles),
                "Sentences left out": link,
                "For example": example[:80],
            }
        )
    return pd.DataFrame(rows)


def introduce_report(articles: pd.DataFrame, codings: pd.DataFrame, *, note: str = "") -> list[str]:
    """Say what the reader must know beside the findings, and how to read on.

    `note` is the study's own remark on its coding.
    """
    passes = len(list_coders(codings))
    agree = ", and [](#fig-reliability) says how well the passes agree" if passes > 1 else ""
    reference = pick_reference(codings)
    drawn = reference and len(pivot_design(codings, coder=reference))
    extent = "in a sample drawn by lot, " if drawn else ""
    use = (
        "the figures are the models’, corrected by that sample"
        if drawn
        else "the figures come from that coding"
    )
    coded = (
        f"Voice, stance and frame were coded by reading, {extent}in {say_count(max(passes, 1), 'pass', 'passes')}; {use}{agree}. {escape_markdown(note)}".strip()
        if reference
        else "Nothing was coded by reading: the figures come from the models alone, and only a coded sample would show how far their frames and stances can be trusted."
    )
    how = f"*Firm*: counted in the text, or estimated, with the same direction in {say_percent(HOLDS)} or more of the other ways to count. *Tentative*: holds, with a doubt that is named. *Cannot tell*: these articles do not decide it."
    return [" ".join(s for s in (warn_single(articles), warn_copies(articles)) if s), coded, how]


def describe_method(study: Study, estimates: pd.DataFrame, stances: pd.DataFrame) -> list[str]:
    """Say in short how each measure is made, with what, and how the report is cited and made again."""
    methods = sorted(set(estimates["method"]))
    names = sorted(set(stances["method"]))
    model = join_words(names) if names else "none"
    data = [describe_training(name) for name in names]
    trained = f" (trained on {'; '.join(data)}) [@hamborg2021]" if data and all(data) else ""
    return [
        "**Sentences.** Texts are split by rule; every sentence keeps its place in the file as given. "
        "**Voices** are found by rules over quotation marks, reporting verbs and attributions; unless the parameter `attribution_model` is `rules`, a model of who says what, trained on PolNeAR [@newell2018], adds what they miss and doubts what it does not hear. "
        f"**Stance** toward each target is labelled by the model {model}{trained}. "
        "**Frames** and **functions** are compared with the codebook’s seed phrases by sentence embeddings [@reimers2019]; "
        "where enough is coded, a class-balanced logistic regression on the embeddings learns from the coded sentences of other articles too, and the two are weighed. "
        "**Topics** come from non-negative matrix factorisation [@lee1999]; **wording** is compared by log-odds with an informative Dirichlet prior [@monroe2008].",
        f"**Estimates.** Methods in this report: {join_words(methods)}. Where every sentence of an article is coded its labels are the estimate (`coded`) and the models’ labels (`raw`) stand beside it; where a sample drawn by lot is coded the models’ figures are `corrected` by it [@sarndal1992; @angelopoulos2023; @angelopoulos2023b; @egami2023; @agresti2005]. "
        "Intervals are percentile bootstrap intervals over sentences [@efron1993], over articles first where an outlet has several; at 0% and 100% they are exact. "
        "Differences on the first page have intervals of their own: each side by the Bayesian bootstrap [@rubin1981] with Jeffreys’ prior [@brown2001], so that what never occurs keeps its doubt, and both together by squaring and adding [@newcombe1998]. They were picked among many, so these intervals are widened by Bonferroni’s rule.",
        f"**Codebook.** Version {study.codebook.version}. {study.codebook.unit}",
        "**Rerun.** `python build_report.py`, with `--study` and the folder where it is not the default study, builds this report again from the same texts, to the same bytes; `build/manifest.json` holds the parameters, the versions and the hashes of all inputs and outputs. "
        "Change a parameter with `python build_report.py -p NAME VALUE`; `--help-parameters` lists them.",
        "**Cite.** Cite encuadre by its CITATION.cff, and this report by its title, the version above and the hashes of the manifest.",
    ]
