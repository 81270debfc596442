"""Chapter 8 in words and tables: how well the models do, where they err, how sure they may be."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import pandas as pd

from encuadre.agreement import MISSING
from encuadre.learning import FEWEST_ARTICLES, FEWEST_SENTENCES, LEARNED
from encuadre.prose import (
    escape_markdown,
    join_words,
    link_cell,
    link_evidence,
    link_source,
    say_count,
    say_percent,
    start_sentence,
)
from encuadre.scores import (
    COMMONEST,
    MODEL,
    RULE,
    ZERO_SHOT,
    measure_miscalibration,
    pick_overall,
)
from encuadre.study import Study

_COLUMNS = {
    MODEL: "Model",
    ZERO_SHOT: "Zero-shot",
    RULE: "Obvious rule",
    COMMONEST: "Commonest label",
}
EXPLAINED = (
    "Zero-shot: likeness to the codebook’s seed phrases alone, where the model has learnt more. "
    "Obvious rule: for voice, quotation marks and verbs of saying; for stance, words of praise and "
    "blame; for frame and function, words of the seed phrases. Commonest label: always the same."
)
EXPLAINED_ARTICLES = (
    "A label that stands once in an article weighs as much here as its commonest one: one sentence "
    "missed can cost half the score."
)
_LIMIT = 200
_MOST_LABELS = 6
_MOST_LINKED = 100
_MOST_ARTICLES = 20

Names = Mapping[str, str]
LabelNames = Mapping[str, Names]


def map_label_names(study: Study) -> dict[str, dict[str, str]]:
    """Return by field the name shown of each label, an empty one included."""
    names = {}
    for field in study.codebook.fields:
        empty = "not about it" if field.name.startswith("stance_") else "left empty"
        names[field.name] = {i.id: i.label for i in field.labels} | {MISSING: empty, "": empty}
    return names


def describe_learning(classified: pd.DataFrame) -> list[str]:
    """Say how the models label frames and functions in this run, and what would change it."""
    rule = (
        f"The models learn once at least {say_count(FEWEST_SENTENCES, 'sentence')} of at least "
        f"{say_count(FEWEST_ARTICLES, 'article')} are coded"
    )
    alone = (
        "by how close it comes to the codebook’s seed phrases (cosine of sentence embeddings "
        "[@reimers2019]; zero-shot)"
    )
    if not (classified["trained_on"] > 0).any():
        return [f"A model labels each sentence {alone}. {rule}, and where that helps."]
    shares = (classified["method"] == LEARNED).groupby(classified["field"]).mean()
    learnt = join_words(
        [
            escape_markdown(f) + (" (in part)" if shares[f] < 1 else "")
            for f in shares.index[shares > 0]
        ]
    )
    said = f" That is so for {learnt} here." if learnt else " Here it never does."
    return [
        "Beside the coding stand the labels of models, for sentences that nobody has coded. They "
        "read a sentence’s embedding and that of its neighbours [@reimers2019], and learn from the "
        "coded sentences, from the codebook’s definitions and from its seed phrases (class-balanced "
        "logistic regression). What they learn is weighed against likeness to the seed phrases "
        "alone. **A sentence is labelled by what other articles teach, never by its own article.** "
        "Learning is used only where it beats likeness alone (macro-F1) on articles "
        f"left out among those that teach.{said} [](#tbl-scores) says how good the labels are."
    ]


def describe_scores(scores: pd.DataFrame, names: Names) -> list[str]:
    """Say which field the models measure best and worst, and where a simpler way does as well."""
    overall = pick_overall(scores)
    if overall.empty:
        return ["There is no reference coding to hold the models against."]
    name = {f: escape_markdown(names.get(f, f)) for f in overall["field"]}
    worst, best = overall.iloc[0], overall.iloc[-1]
    against = [
        f"{worst[ZERO_SHOT]:.2f} by likeness to the seed phrases alone"
        if pd.notna(worst[ZERO_SHOT])
        else "",
        f"{worst[RULE]:.2f} by the obvious rule",
        f"{worst[COMMONEST]:.2f} for always naming the commonest label",
    ]
    lines = [
        f"Measured best: {name[best['field']]} (macro-F1 {best[MODEL]:.2f}). "
        f"**Measured worst: {name[worst['field']]}** (macro-F1 {worst[MODEL]:.2f}, against "
        f"{join_words([a for a in against if a])}). "
        "Where nothing is coded, findings on that field should not be built on the model."
    ]
    simpler = overall[[ZERO_SHOT, RULE, COMMONEST]].max(axis=1)
    beaten = overall[simpler >= overall[MODEL]]
    if len(beaten):
        lines.append(
            f"A simpler way does as well as the model, or better, on {join_words([name[f] for f in beaten['field']])}."
        )
    learnt = overall.dropna(subset=[ZERO_SHOT])
    if len(learnt):
        gains = [
            f"{name[r['field']]} from {r[ZERO_SHOT]:.2f} to {r[MODEL]:.2f}"
            for r in learnt.to_dict("records")
        ]
        lines.append(
            f"Learning from the codings of the other articles moves {join_words(gains)}. "
            "Each article is labelled by a model that has not seen its coding; the weights, and the "
            "choice between learning and likeness to the seed phrases, come from the other "
            "articles too."
        )
    return [" ".join(lines)]


def tabulate_scores(scores: pd.DataFrame, names: Names) -> pd.DataFrame:
    """Return macro-F1 by field and method as people read it, best field first."""
    overall = pick_overall(scores).iloc[::-1]
    table = {
        "Field": overall["field"].map(lambda f: names.get(f, f)),
        "Sentences": overall["n"],
        "Model agrees": overall["accuracy"].map(say_percent),
    }
    return pd.DataFrame(table | {n: overall[m].map(_say_score) for m, n in _COLUMNS.items()})


def tabulate_articles(scores: pd.DataFrame, articles: pd.DataFrame, names: Names) -> pd.DataFrame:
    """Return the models' macro-F1 by article (row) and field (column), the worst articles first."""
    rows = scores[
        (scores["article_id"] != "") & (scores["method"] == MODEL) & (scores["category"] == "all")
    ]
    if rows.empty:
        return pd.DataFrame(columns=pd.Index(["Article"]))
    wide = rows.pivot(index="article_id", columns="field", values="f1").astype(float)
    wide = wide[pick_overall(scores)["field"].iloc[::-1]]
    order = wide.mean(axis=1).sort_values(kind="stable").index[:_MOST_ARTICLES]
    place = articles.set_index("article_id")
    single = articles["outlet"].value_counts()
    titles = [
        place.at[a, "outlet"]
        if single[place.at[a, "outlet"]] == 1
        else f"{place.at[a, 'outlet']}: {place.at[a, 'title'] or a}"
        for a in order
    ]
    table = wide.loc[order].map(_say_score)
    table.columns = [names.get(str(f), str(f)) for f in table.columns]
    sizes = rows.groupby("article_id")["n"].max().loc[order].astype(int)
    cells = [link_cell(t, article=a) for t, a in zip(titles, order, strict=True)]
    table.insert(0, "Article", cells)
    table.insert(1, "Sentences", sizes)
    return table.reset_index(drop=True)


def tabulate_confusion(
    labels: Mapping[str, pd.DataFrame], field: str, label_names: LabelNames
) -> pd.DataFrame:
    """Return the confusion matrix of a field: the coding's labels as rows, the models' as columns.

    Each count links to its sentences. Labels beyond the six commonest of the coding are one.
    """
    both = labels["coded"][["sentence_id", field]].merge(
        labels["raw"][["sentence_id", field]], on="sentence_id", suffixes=("_c", "_m")
    )
    named = label_names.get(field, {})
    used = both[f"{field}_c"].value_counts()
    ranked = sorted(used.index, key=lambda v: (-used[v], v))
    ranked += sorted(set(both[f"{field}_m"]) - set(ranked))
    kept = ranked if len(ranked) <= _MOST_LABELS + 1 else ranked[:_MOST_LABELS]
    both = both.replace(
        {c: dict.fromkeys(set(ranked) - set(kept), "\0") for c in (f"{field}_c", f"{field}_m")}
    )
    shown = {v: named.get(v, v.replace("_", " ")) for v in kept}
    shown |= {"\0": "any other"} if len(kept) < len(ranked) else {}
    rows = []
    for coded, title in shown.items():
        group = both[both[f"{field}_c"] == coded]
        cells = {
            start_sentence(name): _link_count(group[group[f"{field}_m"] == said]["sentence_id"])
            for said, name in shown.items()
        }
        rows.append({"Coding says ↓ Model says →": start_sentence(title), **cells})
    return pd.DataFrame(rows)


def tabulate_pairs(
    confusions: pd.DataFrame,
    sentences: pd.DataFrame,
    articles: pd.DataFrame,
    names: Names,
    label_names: LabelNames,
    *,
    most: int = 8,
) -> pd.DataFrame:
    """Return which two labels coders mix up most, in either order, with an example sentence."""
    columns = ["Field", "Labels", "Times", "Example"]
    wrong = confusions[confusions["label_a"] != confusions["label_b"]]
    if wrong.empty:
        return pd.DataFrame(columns=pd.Index(columns))
    pair = [tuple(sorted(p)) for p in zip(wrong["label_a"], wrong["label_b"], strict=True)]
    wrong = wrong.assign(pair=pair).sort_values(["n", "example"], ascending=[False, True])
    merged = wrong.groupby(["field", "pair"], sort=True).agg(n=("n", "sum"), example=("example", "first"))  # fmt: skip
    merged = merged.reset_index().sort_values("n", ascending=False, kind="stable").head(most)
    texts = _find_texts(sentences, articles)
    rows = []
    for r in merged.to_dict("records"):
        named = label_names.get(r["field"], {})
        both = [named.get(v, v.replace("_", " ")) for v in r["pair"]]
        rows.append(
            (
                names.get(r["field"], r["field"]),
                " or ".join(both),
                r["n"],
                link_source(*texts[r["example"]][1:], limit=_LIMIT, ids=r["example"]),
            )
        )
    return pd.DataFrame(rows, columns=pd.Index(columns))


def describe_pairs(confusions: pd.DataFrame, names: Names) -> str:
    """Say on how many sentences and fields coders differ, or that they never do."""
    if confusions.empty:
        return ""
    wrong = confusions[confusions["label_a"] != confusions["label_b"]]
    total = int(confusions["n"].sum())
    if wrong.empty:
        return f"The passes never differ: all {total:,} labels are the same."
    worst = wrong.groupby("field")["n"].sum().sort_values(ascending=False, kind="stable")
    return (
        f"The passes differ on {int(wrong['n'].sum()):,} of {total:,} labels, most often on "
        f"“{escape_markdown(names.get(str(worst.index[0]), str(worst.index[0])))}” "
        f"({say_count(int(worst.iloc[0]), 'time')}). [](#tbl-pairs) shows which labels they mix up most."
    )


def list_errors(
    confusions: pd.DataFrame,
    sentences: pd.DataFrame,
    articles: pd.DataFrame,
    field: str,
    label_names: LabelNames,
    *,
    most: int = 6,
) -> pd.DataFrame:
    """Return the commonest errors of the models in a field, one example each."""
    columns = pd.Index(["Outlet", "Model says", "Coding says", "Times", "Sentence"])
    wrong = confusions[
        (confusions["field"] == field) & (confusions["label_a"] != confusions["label_b"])
    ].sort_values(["n", "example"], ascending=[False, True])
    texts, named = _find_texts(sentences, articles), label_names.get(field, {})
    rows = [
        (
            texts[r["example"]][0],
            *(named.get(v, v.replace("_", " ")) for v in (r["label_a"], r["label_b"])),
            r["n"],
            link_source(*texts[r["example"]][1:], limit=_LIMIT, ids=r["example"]),
        )
        for r in wrong.head(most).to_dict("records")
    ]
    return pd.DataFrame(rows, columns=columns)


def introduce_errors(scores: pd.DataFrame, names: Names) -> str:
    """Name the worst-measured field before its errors are shown, with its labels at both ends."""
    field = pick_overall(scores).iloc[0]["field"]
    rows = scores[
        (scores["field"] == field) & (scores["article_id"] == "") & (scores["method"] == MODEL)
    ]
    right = rows.loc[rows["category"] == "all", "accuracy"].iloc[0]
    n = int(rows.loc[rows["category"] == "all", "n"].iloc[0])
    return (
        f"The worst-measured field is **{escape_markdown(names.get(field, field))}**: the model "
        f"names the coded label in {say_percent(float(right))} of {n:,} sentences. "
        "[](#tbl-confusion) shows what it takes for what, [](#tbl-errors) its commonest errors with "
        "an example each."
    )


def describe_calibration(calibration: pd.DataFrame, names: Names) -> list[str]:
    """Say of which field the probabilities can be taken at their word, and of which not."""
    if calibration.empty:
        return []
    off = measure_miscalibration(calibration).sort_values(kind="stable")
    weighed = calibration.assign(
        sure=calibration["confidence"] * calibration["n"],
        right=calibration["accuracy"] * calibration["n"],
    )
    sums = weighed.groupby("field")[["sure", "right", "n"]].sum()
    worst = str(off.index[-1])
    sure, right = (sums.loc[worst, c] / sums.loc[worst, "n"] for c in ("sure", "right"))
    return [
        "A model also says how sure it is. Taken over sentences of like certainty, the distance "
        "between how sure it is and how often it agrees with the coding (expected calibration "
        f"error [@guo2017]) is smallest for {escape_markdown(names.get(str(off.index[0]), str(off.index[0])))} "
        f"({_say_points(off.iloc[0])}) and largest for {escape_markdown(names.get(worst, worst))} "
        f"({_say_points(off.iloc[-1])}; on average {say_percent(sure)} sure and {say_percent(right)} right)."
    ]


def _say_points(share: float) -> str:
    return say_count(round(100 * share), "percentage point")


def _say_score(value: float) -> str:
    return "" if pd.isna(value) else f"{value:.2f}"


def _link_count(ids: Sequence[str] | pd.Series) -> str:
    if not len(ids):
        return ""
    if len(ids) > _MOST_LINKED:
        return f"{len(ids):,}"
    return link_evidence(str(len(ids)), ids=",".join(sorted(ids)))


def _find_texts(sentences: pd.DataFrame, articles: pd.DataFrame) -> dict[str, tuple[str, str, str]]:
    """Return outlet, text and state of the copy of each sentence."""
    place = sentences.merge(articles[["article_id", "outlet", "integrity"]], on="article_id")
    values = zip(place["outlet"], place["text"], place["integrity"], strict=True)
    return dict(zip(place["sentence_id"], values, strict=True))
