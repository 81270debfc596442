"""Where the outlets stand, in words and tables: stance by voice, critics, course of the article."""

from __future__ import annotations

from itertools import combinations

import pandas as pd

from encuadre.coding import pick_reference
from encuadre.contrasts import Contrast, Group, list_scale, measure_gap, pick_samples
from encuadre.estimates import STANCES, estimate_shares, prefer_coded
from encuadre.figures.course import name_part, name_shape, say_tone
from encuadre.figures.stance import compare_voices
from encuadre.prose import (
    escape_markdown,
    join_words,
    link_evidence,
    link_source,
    list_articles,
    say_count,
    say_number,
    say_signed,
    start_sentence,
)
from encuadre.strength import FEW
from encuadre.study import Study, Target

THIRDS = ("Start", "Middle", "End")
_MOST = 2 / 3


def describe_stance(
    estimates: pd.DataFrame, *, target_id: str, target: str, articles: pd.DataFrame
) -> list[str]:
    """Say where the outlets stand in their own voice, and how their quoted voices differ."""
    rows = estimates[(estimates["measure"] == "stance") & (estimates["article_id"] == "")]
    means = prefer_coded(rows)
    means = means[(means["category"] == "mean") & (means["target"] == target_id)]
    own = means[(means["voice"] == "own") & (means["n"] > 0)].set_index("outlet")
    quoted = means[(means["voice"] == "quoted") & (means["n"] > 0)].set_index("outlet")
    told = own[own["n"] >= FEW].sort_values("estimate", kind="stable")
    few = [f"{escape_markdown(str(o))} ({int(r['n'])})" for o, r in own.iterrows() if r["n"] < FEW]
    first = ""
    if len(told):
        first = f"In its own words, on a scale from −1 (always unfavourable) to 1: {_say_groups(told, target_id, target, articles)}"
    if few:
        first += f" Too few sentences of their own to tell: {join_words(few)}."
    return [first.strip(), _say_voices(own, quoted, target_id, target, articles)]


def has_means(estimates: pd.DataFrame, *, target_id: str) -> bool:
    """Whether any outlet has enough sentences on a target, its own or quoted, for a mean."""
    rows = estimates[(estimates["measure"] == "stance") & (estimates["target"] == target_id)]
    means = rows[(rows["category"] == "mean") & rows["voice"].isin(("own", "quoted"))]
    return bool((means.loc[means["article_id"] == "", "n"] >= FEW).any())


def _say_voices(
    own: pd.DataFrame, quoted: pd.DataFrame, target_id: str, target: str, articles: pd.DataFrame
) -> str:
    """Say in which outlets the quoted voices stand elsewhere than the outlet itself."""
    mine, theirs = ({str(o): r for o, r in table.iterrows()} for table in (own, quoted))
    sides = compare_voices(mine, theirs)
    toward = f"toward {escape_markdown(target)}"
    if not sides:
        return f"Whether the quoted voices differ from the outlet’s own {toward} cannot be told: no outlet has {say_number(FEW)} sentences of both."
    told, unclear = [], []
    for outlet, side in sides.items():
        name = escape_markdown(outlet)
        a = _link_mean(mine[outlet], outlet, "own", target_id, articles)
        b = _link_mean(theirs[outlet], outlet, "quoted", target_id, articles)
        harsher = f"the voices that {name} quotes are harder ({b}) than {name} itself ({a})"
        milder = f"{name} itself is harder ({a}) than the voices that it quotes ({b})"
        if side == "cannot_tell":
            unclear.append(f"{name} (itself {a}, quoted {b})")
        else:
            told.append(harsher if side == "less" else milder)
    if not told:
        return f"Whether the quoted voices differ from the outlet’s own {toward} cannot be told: {join_words(unclear)}. The interval of {'each' if len(unclear) > 1 else 'the'} gap, widened for the number of gaps, spans zero."
    return f"{start_sentence(toward)} {'; '.join(told)}."


def group_outlets(told: pd.DataFrame) -> list[list[str]]:
    """Return outlets from hardest to mildest, in groups that their intervals tell apart.

    A group ends where all intervals before lie below all after.

    Parameters
    ----------
    told : DataFrame
        estimate, low and high, indexed by outlet, in the order of the estimates.
    """
    groups: list[list[str]] = [[]]
    for place, outlet in enumerate(told.index):
        if place and told["high"].iloc[:place].max() < told["low"].iloc[place:].min():
            groups.append([])
        groups[-1].append(str(outlet))
    return groups


def _say_groups(told: pd.DataFrame, target_id: str, target: str, articles: pd.DataFrame) -> str:
    means = {
        str(o): f"{escape_markdown(str(o))} ({_link_mean(r, str(o), 'own', target_id, articles)})"
        for o, r in told.iterrows()
    }
    groups = [[means[o] for o in group] for group in group_outlets(told)]
    target = escape_markdown(target)
    if len(told) == 1:
        return f"{groups[0][0]} toward {target}."
    if len(groups) == 1:
        return f"{join_words(groups[0])} toward {target}. Their intervals overlap, so this order may be chance."
    text = f"{join_words(groups[0])} {'are' if len(groups[0]) > 1 else 'is'} hardest on {target}"
    text += "".join(f", then {join_words(group)}" for group in groups[1:])
    text += "; the intervals of one group lie wholly below those of the next."
    return (
        text + " Within a group no order can be told."
        if max(len(group) for group in groups) > 1
        else text
    )


def _link_mean(row: pd.Series, outlet: str, voice: str, target: str, articles: pd.DataFrame) -> str:
    mean = say_signed(float(row["estimate"]))
    return link_evidence(mean, article=list_articles(articles, outlet), voice=voice, target=target)


def find_sides(speakers: pd.DataFrame, *, target: str, study: Study) -> pd.DataFrame:
    """Return who criticises and who defends a target: outlet, side, speaker, ids (list), own.

    Parameters
    ----------
    speakers : DataFrame
        As `name_speakers` gives it, with the column stance_TARGET.
    target : str
        Id of the target.

    Returns
    -------
    DataFrame
        One row an outlet, side ("-1" or "1") and speaker; the outlet's own voice first (own is
        True, speaker empty), then those with most sentences. A quoted voice without a name stands
        under the name of the voice.
    """
    field = f"stance_{target}"
    columns = ["outlet", "side", "speaker", "ids", "own"]
    if field not in speakers:
        return pd.DataFrame(columns=pd.Index(columns))
    names = {v.id: v.label for v in study.voices}
    table = speakers[speakers[field].isin(["-1", "1"])]
    own = table["voice"] == study.own_voice
    known = table["speaker"].where(table["speaker"] != "", table["voice"].map(names))
    table = table.assign(side=table[field], own=own, speaker=known.mask(own, ""))
    rows = [
        (outlet, side, speaker, list(group["sentence_id"]), bool(group["own"].iloc[0]))
        for (outlet, side, speaker), group in table.groupby(
            ["outlet", "side", "speaker"], sort=False
        )
    ]
    rows.sort(key=lambda r: (not r[4], -len(r[3]), r[2]))
    return pd.DataFrame(rows, columns=pd.Index(columns))


def tabulate_sides(sides: pd.DataFrame, articles: pd.DataFrame, *, most: int = 6) -> pd.DataFrame:
    """Return by outlet who criticises and who defends, each with the number of sentences as a link."""
    rows = []
    for outlet in articles["outlet"].drop_duplicates():
        row = {"Outlet": str(outlet)}
        for side, head in (("-1", "Criticised by"), ("1", "Defended by")):
            part = sides[(sides["outlet"] == outlet) & (sides["side"] == side)]
            cells = [
                f"{'the outlet itself' if r.own else r.speaker} {link_evidence(str(len(r.ids)), ids=','.join(r.ids))}"
                for r in part.head(most).itertuples()
            ]
            rest = [i for ids in part["ids"].iloc[most:] for i in ids]
            if rest:
                cells.append(f"others {link_evidence(str(len(rest)), ids=','.join(rest))}")
            row[head] = ", ".join(cells) or "nobody"
        rows.append(row)
    return pd.DataFrame(rows)


def describe_sides(sides: pd.DataFrame, articles: pd.DataFrame, *, target: Target) -> list[str]:
    """Say which outlets criticise a target themselves, which leave it to others, and who defends it."""
    outlets = [str(o) for o in articles["outlet"].drop_duplicates()]
    name = escape_markdown(target.label)
    if sides.empty:
        return [f"No sentence takes a side on {name}."]
    voiced: dict[str, list[str]] = {"itself": [], "both": [], "others": []}
    few = []
    for outlet in outlets:
        part = sides[(sides["outlet"] == outlet) & (sides["side"] == "-1")]
        total = sum(len(ids) for ids in part["ids"])
        mine = sum(len(r.ids) for r in part.itertuples() if r.own)
        if total < FEW:
            ids = ",".join(i for row in part["ids"] for i in row)
            few += [f"{escape_markdown(outlet)} ({link_evidence(str(total), ids=ids)})"] * bool(
                total
            )
            continue
        kind = (
            "itself" if mine / total > _MOST else "others" if mine / total < 1 - _MOST else "both"
        )
        voiced[kind].append(f"{escape_markdown(outlet)} ({_say_part(part, mine, total, kind)})")
    parts = [
        f"{join_words(voiced[kind])} {words if len(voiced[kind]) > 1 else word}"
        for kind, word, words in (
            ("itself", "criticises * itself", "criticise * themselves"),
            ("both", "criticises * both itself and through others", "criticise * both themselves and through others"),
            ("others", "leaves criticism of * to others", "leave criticism of * to others"),
        )
        if voiced[kind]
    ]  # fmt: skip
    parts = [p.replace("*", "it" if k else name) for k, p in enumerate(parts)]
    first = (
        f"{'; '.join(parts)}. The brackets say how many of an outlet’s critical sentences are in its own voice."
        if parts
        else f"No article has {say_number(FEW)} sentences that criticise {name}, so who does it cannot be told."
    )
    if few:
        first += f" Too few critical sentences to tell: {join_words(few)}."
    defended = []
    for outlet in outlets:
        part = sides[(sides["outlet"] == outlet) & (sides["side"] == "1")]
        if len(part):
            who = [
                f"{'the outlet itself' if r.own else escape_markdown(r.speaker)} ({link_evidence(say_count(len(r.ids), 'sentence'), ids=','.join(r.ids))})"
                for r in part.head(3).itertuples()
            ]
            defended.append((escape_markdown(outlet), join_words(who)))
    silent = [escape_markdown(o) for o in outlets if escape_markdown(o) not in dict(defended)]
    second = "; ".join(f"in {outlet} it is {who}" for outlet, who in defended)
    if not defended:
        return [first, f"No sentence in any of them speaks for {name}."]
    none = f" In {join_words(silent)} no sentence speaks for it." if silent else ""
    return [first, f"Who speaks for {name}: {second}.{none}"]


def _say_part(part: pd.DataFrame, mine: int, total: int, kind: str) -> str:
    """How many of an outlet's critical sentences are its own and, where one speaker holds most, whose."""
    ids = ",".join(i for row in part["ids"] for i in row)
    words = f"{say_number(mine) if mine else 'none'} of {say_number(total)}"
    said = link_evidence(words if mine < total else f"all {say_number(total)}", ids=ids)
    quoted = part[~part["own"]]
    held = len(quoted["ids"].iloc[0]) if len(quoted) else 0
    if kind != "others" or held <= total / 2:
        return said
    who = escape_markdown(quoted["speaker"].iloc[0])
    return f"{said}; {'all' if held == total else 'most'} are from {who}"


def measure_course(
    labels: pd.DataFrame, sentences: pd.DataFrame, *, field: str, seed: int, draws: int = 2000
) -> pd.DataFrame:
    """Measure the mean stance, all voices together, in each third of an outlet's articles.

    A third is a third of the headline and body sentences of an article, in the order of the text.

    Returns
    -------
    DataFrame
        outlet, third (one of `THIRDS`), estimate (-1..1), low, high (95%), n; nine or fewer
        sentences (`FEW`) do not support a comparison.
    """
    placed = _place_thirds(labels, sentences, field)
    if placed.empty:
        columns = ["outlet", "third", "estimate", "low", "high", "n"]
        return pd.DataFrame(columns=pd.Index(columns))
    table = estimate_shares(
        placed.assign(voice=placed["third"]), field=field, measure="stance", method="raw",
        categories=list(STANCES), voices=THIRDS, own_voice="", mean=True, seed=seed, draws=draws,
    )  # fmt: skip
    table = table[(table["category"] == "mean") & (table["article_id"] == "")]
    table = table.rename(columns={"voice": "third"})
    return table[["outlet", "third", "estimate", "low", "high", "n"]].reset_index(drop=True)


def _place_thirds(labels: pd.DataFrame, sentences: pd.DataFrame, field: str) -> pd.DataFrame:
    if field not in labels:
        return labels.head(0).assign(third="")
    order = sentences[sentences["segment"] != "boilerplate"].sort_values(["article_id", "position"])
    groups = order.groupby("article_id")["sentence_id"]
    rank = groups.cumcount() * 3 // groups.transform("size")
    third = dict(zip(order["sentence_id"], (THIRDS[k] for k in rank), strict=True))
    placed = labels[labels[field] != ""]
    return placed.assign(third=placed["sentence_id"].map(third))


def describe_course(
    labels: pd.DataFrame,
    sentences: pd.DataFrame,
    *,
    target: Target,
    seed: int,
    draws: int = 20_000,
) -> str:
    """Say which articles change their stance between two thirds by more than chance.

    The thirds of an outlet are compared in pairs; since there are three pairs an outlet, the
    interval is widened by Bonferroni's rule. All three means are told wherever they can be.
    """
    field, name = f"stance_{target.id}", escape_markdown(target.label)
    placed = _place_thirds(labels, sentences, field)
    said, tried = [], 3 * placed["outlet"].nunique()
    for outlet, own in placed.groupby("outlet", sort=False):
        turns = _find_turns(own, field, level=1 - 0.05 / tried, seed=seed, draws=draws)
        if turns:
            said.append(f"{escape_markdown(str(outlet))} {_say_turns(own, field, turns, name)}.")
    if not said:
        return f"No change of stance toward {name} within an article can be told from chance."
    return f"{start_sentence(' '.join(said))} No other change can be told from chance."


def _find_turns(
    placed: pd.DataFrame, field: str, *, level: float, seed: int, draws: int
) -> list[tuple[int, int]]:
    """The pairs of thirds of an outlet, as places, whose gap excludes zero; the widest gap first."""
    found = []
    table = placed.assign(outlet=placed["third"], voice="")
    counts = table["third"].value_counts()
    values = {s: float(s) for s in STANCES}
    enough = [k for k, t in enumerate(THIRDS) if counts.get(t, 0) >= FEW]
    for early, late in combinations(enough, 2):
        pair = (Group((THIRDS[early],)), Group((THIRDS[late],)))
        contrast = Contrast("course", field, values, *pair)
        samples = pick_samples(contrast, table, own_voice="")
        if samples is None:
            continue
        gap = measure_gap(samples, scale=list_scale(contrast), seed=seed, draws=draws, level=level)
        if gap["low"] > 0 or gap["high"] < 0:
            found.append((-abs(gap["estimate"]), early, late))
    return [(early, late) for _, early, late in sorted(found)]


def _say_turns(own: pd.DataFrame, field: str, turns: list[tuple[int, int]], name: str) -> str:
    """How one outlet changes, with the mean of each third that has enough sentences."""
    parts = [own[own["third"] == t] for t in THIRDS]
    means = [p[field].astype(float).mean() if len(p) >= FEW else float("nan") for p in parts]
    links = [
        link_evidence(say_signed(mean), ids=",".join(part["sentence_id"]))
        for mean, part in zip(means, parts, strict=True)
    ]
    at = [name_part(THIRDS, k) for k in range(len(THIRDS))]
    early, late = turns[0]
    word, place = name_shape(means, turns)
    tone = f"{say_tone(word)} {name}"
    if place < 0:
        said = f"grows {tone} from its start ({links[0]}) to its end ({links[2]}), with {links[1]} {at[1]}"
    elif word.endswith("est"):
        rest = [f"{links[k]} {at[k]}" for k in range(len(THIRDS)) if k != place]
        link = ("before", "between", "after")[place]
        said = f"is {tone} {at[place]} ({links[place]}), {link} {join_words(rest)}"
    else:
        said = f"is {tone} {at[late]} ({links[late]}) than {at[early]} ({links[early]})"
        rest = ({*range(len(THIRDS))} - {early, late}).pop()
        third = THIRDS[rest].lower()
        if len(parts[rest]) < FEW:
            return f"{said}; its {third} has too few sentences to tell"
        if len(turns) == 1:
            return f"{said}; its {third} ({links[rest]}) can be told from neither"
    steps = [f"from {THIRDS[a].lower()} to {THIRDS[b].lower()}" for a, b in sorted(turns)]
    changes = "change" if len(steps) == 1 else "changes"
    verb = "is" if len(steps) == 1 else "are"
    return f"{said}; the {changes} {join_words(steps)} {verb} more than chance explains"


def warn_labels(codings: pd.DataFrame) -> str:
    """Return the caution on the model's labels where nothing was coded by reading."""
    if pick_reference(codings):
        return ""
    return "These sentences are labelled by the model and were not checked by reading; irony and a speaker’s own words often mislead it."


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
    """Return the sentences at both ends: of those that the model labels so too, the surest."""
    field = f"stance_{target}"
    labels = labels if field in labels else labels.assign(**{field: ""})
    table = labels.merge(stances[stances["target"] == target], on="sentence_id").merge(
        sentences[["sentence_id", "text"]], on="sentence_id"
    )
    table = table.merge(articles[["article_id", "integrity"]], on="article_id")
    rows = []
    for label, column in (("-1", "p_unfavourable"), ("1", "p_favourable")):
        picked = (
            table[(table[field] == label) & (table["label"].astype(str) == label)]
            .sort_values([column, "sentence_id"], ascending=[False, True])
            .drop_duplicates("article_id")
            .head(each)
        )
        rows += [
            {"Stance": STANCES[label], "Outlet": r.outlet, "Voice": "own" if r.voice == own_voice else "quoted",
             "Sentence": link_source(r.text, r.integrity, limit=240, ids=r.sentence_id)}
            for r in picked.itertuples(index=False)
        ]  # fmt: skip
    return pd.DataFrame(rows, columns=pd.Index(["Stance", "Outlet", "Voice", "Sentence"]))
