"""Chapter 8: agreement, the models against the coding, stability, the rules, the limits."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import pandas as pd

from encuadre.agreement import COLUMNS, FIRM, TENTATIVE, compare_coders, score_labels
from encuadre.coding import list_coders, pick_reference, pivot_codings
from encuadre.estimates import STANCES
from encuadre.findings import Finding
from encuadre.multiverse import share_holding
from encuadre.prose import (
    join_words,
    link_evidence,
    say_count,
    say_percent,
    say_signed,
    warn_copies,
    warn_single,
)
from encuadre.strength import FEW, HOLDS, WIDE
from encuadre.study import Study

MODEL = "models"


def list_fields(labels: Mapping[str, pd.DataFrame]) -> list[str]:
    """Return the fields that the models label: voice, stance by target, frame, function."""
    return [c for c in labels["raw"].columns if c not in ("sentence_id", "article_id", "outlet")]


def measure_agreement(
    codings: pd.DataFrame, labels: Mapping[str, pd.DataFrame], *, fields: Sequence[str], seed: int
) -> pd.DataFrame:
    """Compare the coders with each other, and the models with the reference; the table `agreement`."""
    parts = [pd.DataFrame(columns=pd.Index(COLUMNS))]
    coders = list_coders(codings)
    coded = {c: pivot_codings(codings, coder=c) for c in coders}
    coded = {c: t[t["voice"] != ""] if "voice" in t else t for c, t in coded.items()}
    for i, first in enumerate(coders):
        for second in coders[i + 1 :]:
            asked = [
                f for f in coded[first].columns if f not in ("sentence_id", "segment", "speaker")
            ]
            parts.append(
                compare_coders(
                    coded[first], coded[second], names=(first, second), fields=asked, seed=seed
                )
            )
    if "coded" in labels:
        names = (MODEL, pick_reference(codings))
        parts.append(
            compare_coders(labels["raw"], labels["coded"], names=names, fields=fields, seed=seed)
        )
    kept = [p for p in parts if len(p)]
    return pd.concat(kept, ignore_index=True) if kept else parts[0]


def choose_labels(labels: Mapping[str, pd.DataFrame]) -> pd.DataFrame:
    """Return the labels that the report shows, one row a sentence and field: coded, else the models'."""
    parts = []
    for method in ("coded", "raw"):
        if method in labels:
            table = labels[method].drop(columns=["article_id", "outlet"])
            long = table.melt("sentence_id", var_name="field", value_name="label").assign(
                method=method
            )
            parts.append(long)
    return (
        pd.concat(parts, ignore_index=True)
        .drop_duplicates(["sentence_id", "field"])
        .sort_values(["sentence_id", "field"])
    )


def pick_coders(agreement: pd.DataFrame) -> pd.DataFrame:
    """Return the rows on whole fields between coders (not the models)."""
    return agreement[
        (agreement["category"] == "all") & (agreement["coder_a"] != MODEL)
    ].reset_index(drop=True)


def name_fields(study: Study) -> dict[str, str]:
    """Return a short name for each field, for figures and tables."""
    targets = {f"stance_{t.id}": f"Stance toward {t.label}" for t in study.targets}
    fixed = {"outlet_tone": "Tone around quotations", "frame2": "Second frame"}
    return {
        f.name: targets.get(f.name) or fixed.get(f.name) or f.name.replace("_", " ").capitalize()
        for f in study.codebook.fields
    }


def name_categories(study: Study) -> dict[str, str]:
    """Return the name shown for each label of each field."""
    return {label.id: label.label for f in study.codebook.fields for label in f.labels} | STANCES


def describe_coding(
    codings: pd.DataFrame, agreement: pd.DataFrame, names: Mapping[str, str]
) -> list[str]:
    """Say who coded what, and how far the agreement can be trusted."""
    coders = list_coders(codings)
    if not coders:
        return [
            "Nothing in this study has been coded by reading. Its figures are the models’ own, none of its findings is called firm, and their error on these articles is not known. A sheet of codings in `coding/` changes that."
        ]
    n = codings["sentence_id"].nunique()
    if len(coders) == 1:
        return [
            f"{n} sentences were coded by reading, in one pass; `coding/README.md` says how. With no second pass nothing shows how far another reader would agree, and no finding is called firm."
        ]
    text = (
        f"{n} sentences were coded by reading, in {say_count(len(coders), 'pass', 'passes')} independent of each other; `coding/README.md` says how. "
        "In the default study an AI assistant read and labelled them, not a human panel. Two passes of the same kind of reader share habits, so their agreement is likely to be higher than that of two people: "
        "take it as the consistency with which the codebook can be applied, not as proof that the labels are right."
    )
    rows = pick_coders(agreement).dropna(subset=["alpha"])
    if rows.empty:
        return [text]
    low = rows.sort_values("alpha").iloc[0]
    return [
        text,
        f"The field on which the passes agree least is “{names.get(low['field'], low['field'])}” (alpha {low['alpha']:.2f}, 95% interval {low['low']:.2f} to {low['high']:.2f}).",
    ]


def score_models(labels: Mapping[str, pd.DataFrame], *, fields: Sequence[str]) -> pd.DataFrame:
    """Score the models against the reference, with the share that always naming the commonest label gets.

    Returns
    -------
    DataFrame
        field, n, accuracy, macro_f1, majority (accuracy), majority_f1.
    """
    rows = []
    if "coded" not in labels:
        return pd.DataFrame(
            columns=pd.Index(["field", "n", "accuracy", "macro_f1", "majority", "majority_f1"])
        )
    for field in fields:
        if field not in labels["coded"]:
            continue
        both = labels["raw"][["sentence_id", field]].merge(
            labels["coded"][["sentence_id", field]], on="sentence_id"
        )
        hit = both[f"{field}_x"] == both[f"{field}_y"]
        commonest = both[f"{field}_y"].mode()[0]
        baseline = labels["raw"].assign(**{field: commonest})
        macro = [
            float(score_labels(t, labels["coded"], field=field).iloc[-1]["f1"])
            for t in (labels["raw"], baseline)
        ]
        rows.append(
            (
                field,
                len(both),
                float(hit.mean()),
                macro[0],
                float((both[f"{field}_y"] == commonest).mean()),
                macro[1],
            )
        )
    return pd.DataFrame(
        rows, columns=pd.Index(["field", "n", "accuracy", "macro_f1", "majority", "majority_f1"])
    )


def describe_scores(scores: pd.DataFrame, names: Mapping[str, str]) -> list[str]:
    """Say which field the models measure best and worst."""
    if scores.empty:
        return ["There is no reference coding to hold the models against."]
    ordered = scores.sort_values("macro_f1")
    worst, best = ordered.iloc[0], ordered.iloc[-1]
    return [
        f"Measured best: {names.get(best['field'], best['field'])} (macro-F1 {best['macro_f1']:.2f}). **Measured worst: {names.get(worst['field'], worst['field'])}** "
        f"(macro-F1 {worst['macro_f1']:.2f}, against {worst['majority_f1']:.2f} for always naming the commonest label). Where nothing is coded, findings on that field should not be built on the model."
    ]


def tabulate_scores(scores: pd.DataFrame, names: Mapping[str, str]) -> pd.DataFrame:
    """Return the scores as people read them."""
    return pd.DataFrame(
        {
            "Field": scores["field"].map(lambda f: names.get(f, f)),
            "Sentences": scores["n"],
            "Agreement": scores["accuracy"].map(say_percent),
            "Macro-F1": scores["macro_f1"].map("{:.2f}".format),
            "Commonest label: agreement": scores["majority"].map(say_percent),
            "Commonest label: macro-F1": scores["majority_f1"].map("{:.2f}".format),
        }
    )


def list_errors(
    labels: Mapping[str, pd.DataFrame],
    scores: pd.DataFrame,
    sentences: pd.DataFrame,
    articles: pd.DataFrame,
    *,
    most: int = 6,
) -> pd.DataFrame:
    """Return examples of the commonest confusions of the worst-measured field."""
    columns = pd.Index(["Outlet", "Model says", "Coding says", "Sentence"])
    if scores.empty:
        return pd.DataFrame(columns=columns)
    field = scores.sort_values("macro_f1").iloc[0]["field"]
    both = labels["raw"][["sentence_id", field]].merge(
        labels["coded"][["sentence_id", "outlet", field]], on="sentence_id", suffixes=("_m", "_c")
    )
    wrong = both[both[f"{field}_m"] != both[f"{field}_c"]].merge(
        sentences[["sentence_id", "article_id", "text"]], on="sentence_id"
    )
    wrong = wrong.merge(articles[["article_id", "integrity"]], on="article_id")
    pairs = wrong.groupby([f"{field}_m", f"{field}_c"])["sentence_id"].transform("size")
    wrong = wrong.assign(pairs=pairs, length=wrong["text"].str.len()).sort_values(
        ["pairs", "length", "sentence_id"], ascending=[False, True, True]
    )
    wrong = (
        wrong[wrong["text"].str.split().str.len() >= 6]
        .drop_duplicates([f"{field}_m", f"{field}_c"])
        .head(most)
    )
    rows = []
    for r in wrong.to_dict("records"):
        text = r["text"][:200].replace("[", "(").replace("]", ")") + (
            "" if r["integrity"] == "intact" else " (altered copy)"
        )
        rows.append(
            (
                r["outlet"],
                _say_label(r[f"{field}_m"]),
                _say_label(r[f"{field}_c"]),
                link_evidence(text, ids=r["sentence_id"]),
            )
        )
    return pd.DataFrame(rows, columns=columns)


def introduce_errors(scores: pd.DataFrame, names: Mapping[str, str]) -> str:
    """Name the worst-measured field before its errors are shown."""
    field = scores.sort_values("macro_f1").iloc[0]["field"]
    return f"The worst-measured field is **{names.get(field, field)}**. Its commonest confusions, one example each:"


def _say_label(label: str) -> str:
    return STANCES.get(label, label.replace("_", " ") or "not about it")


def name_findings(findings: Sequence[Finding]) -> list[tuple[str, str]]:
    """Return (id, short name) of the findings that compare two groups."""
    return [(f.id, f.short) for f in findings]


def tabulate_stability(stability: pd.DataFrame, findings: Sequence[Finding]) -> pd.DataFrame:
    """Return for each finding the range of its difference, and how often it keeps its direction."""
    names, rows = dict(name_findings(findings)), []
    for finding, group in stability.groupby("finding", sort=False):
        known = group.dropna(subset=["estimate"])
        holds = share_holding(stability, str(finding))
        rows.append(
            {
                "Finding": names.get(str(finding), str(finding)),
                "Difference": say_signed(float(group.iloc[0]["estimate"])),
                "Smallest": say_signed(float(known["estimate"].min())),
                "Largest": say_signed(float(known["estimate"].max())),
                "Ways to count": len(known),
                "Keeps its direction": "not tried" if pd.isna(holds) else say_percent(holds),
            }
        )
    return pd.DataFrame(rows)


def describe_rules() -> list[str]:
    """State the rules of `encuadre.strength` with their thresholds."""
    return [
        f"*Cannot tell*: fewer than {say_count(FEW, 'sentence')} on one side; or two codings agree with alpha below {TENTATIVE:g}; or the interval of the difference spans zero. "
        f"*Tentative*: nothing was coded by reading, or alpha lies below {FIRM:.2f}; or the difference keeps its direction in fewer than {say_percent(HOLDS)} of the other ways to count; "
        f"or a share’s interval is wider than {say_percent(WIDE)}; or one of the copies is altered. *Firm*: everything else. "
        "What is counted and not estimated, such as an event told or left out, is firm where the copies are as published."
    ]


def describe_limits(articles: pd.DataFrame, codings: pd.DataFrame) -> list[str]:
    """Say what the study cannot show, from its own tables."""
    lines = [warn_single(articles), warn_copies(articles)]
    genres = sorted({g for g in articles["genre"] if g})
    if articles["outlet"].value_counts().max() == 1 and len(genres) > 1:
        lines.append(
            f"Outlet, genre ({join_words(genres)}) and date vary together, so a difference between two articles cannot be put down to the outlet alone."
        )
    if not pick_reference(codings):
        lines.append("No sentence was coded by reading.")
    return [" ".join(line for line in lines if line)]
