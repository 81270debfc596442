"""How stance runs over the course of an article: its mean in each third, outlet by outlet."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import combinations, pairwise

import pandas as pd
from matplotlib.axes import Axes

from encuadre.figures.choose import check_columns
from encuadre.figures.marks import draw_label
from encuadre.figures.page import add_panel, from_left, measure_text, start_page
from encuadre.figures.rows import mark_outlet
from encuadre.figures.style import (
    BG,
    FAVOURABLE,
    GRID,
    INK,
    INK2,
    INK3,
    SIZE,
    UNFAVOURABLE,
    WIDTHS,
    Drawing,
    styled,
)
from encuadre.figures.words import (
    Outlet,
    clean_text,
    clip_text,
    list_outlets,
    name_group,
    say_number,
    start_sentence,
)

COLUMNS = ["outlet", "third", "estimate", "low", "high", "n"]
FEW = 10
CELL, HEAD, FOOT = 1.05, 0.3, 0.4
LEFT = 0.34


def find_turns(course: pd.DataFrame) -> list[tuple[str, list[tuple[int, int]]]]:
    """Outlets with the pairs of thirds whose intervals do not touch, as places, widest gap first."""
    thirds = list(dict.fromkeys(course["third"]))
    turns = []
    for outlet, group in course[course["n"] >= FEW].groupby("outlet", sort=False):
        rows = {thirds.index(row["third"]): row for _, row in group.iterrows()}
        pairs = sorted(
            (-abs(b["estimate"] - a["estimate"]), early, late)
            for (early, a), (late, b) in combinations(sorted(rows.items(), key=lambda r: r[0]), 2)
            if a["high"] < b["low"] or b["high"] < a["low"]
        )
        if pairs:
            turns.append((pairs[0][0], str(outlet), [(early, late) for _, early, late in pairs]))
    return [t[1:] for t in sorted(turns)]


def name_shape(means: Sequence[float], turns: Sequence[tuple[int, int]]) -> tuple[str, int]:
    """Name how a text changes: the word for it, and the place of the part that stands out.

    Parameters
    ----------
    means : sequence of float
        Mean stance of each part of the text, in order; not a number where it is not known.
    turns : sequence of (int, int)
        Places of parts that can be told apart, the earlier first; the widest gap first.

    Returns
    -------
    (str, int)
        "harder" or "milder" and -1 where every step goes that way; "hardest" or "mildest" and the
        part that is so and can be told from every other, the furthest if two can; "harder" or
        "milder" and the later part of the widest gap where none can.
    """
    steps = [b - a for a, b in pairwise(means)]
    if all(s < 0 for s in steps) or all(s > 0 for s in steps):
        return "harder" if steps[0] < 0 else "milder", -1
    early, late = turns[0]
    words = {min(means): "hardest", max(means): "mildest"}
    apart = []
    for place in (early, late):
        others = [k for k in range(len(means)) if k != place]
        if means[place] in words and all((min(k, place), max(k, place)) in turns for k in others):
            apart.append((min(abs(means[k] - means[place]) for k in others), place))
    if apart:
        place = max(apart)[1]
        return words[means[place]], place
    return "harder" if means[late] < means[early] else "milder", late


def name_part(thirds: Sequence[str], place: int) -> str:
    """ "at its start", "in its middle" or "at its end"."""
    inside = 0 < place < len(thirds) - 1
    return f"{'in' if inside else 'at'} its {thirds[place].lower()}"


def say_tone(word: str) -> str:
    """ "hardest on", "mildest towards"."""
    return f"{word} {'on' if word.startswith('hard') else 'towards'}"


def _title(course: pd.DataFrame, outlets: Sequence[Outlet], target: str) -> tuple[str, str]:
    turns = find_turns(course)
    by_name = {o.name: o for o in outlets}
    if not turns:
        words = f"Whether any of the {name_group(outlets)} changes its tone toward {target}"
        return f"{words} from start to end cannot be told", "cannot_tell"
    outlet, pairs = turns[0]
    thirds = list(dict.fromkeys(course["third"]))
    rows = course[(course["outlet"] == outlet) & (course["n"] >= FEW)].set_index("third")
    word, place = name_shape(rows["estimate"].reindex(thirds).tolist(), pairs)
    tone = f"{say_tone(word)} {target}"
    thirds = [clean_text(t) for t in thirds]
    if place < 0:
        where = f"grows {tone} from its {thirds[0].lower()} to its {thirds[-1].lower()}"
    elif word.endswith("est"):
        where = f"is {tone} {name_part(thirds, place)}"
    else:
        where = f"is {tone} {name_part(thirds, pairs[0][1])} than {name_part(thirds, pairs[0][0])}"
    return f"{by_name[outlet].whole} {where}", ""


def _draw_course(ax: Axes, rows: pd.DataFrame, thirds: Sequence[str], outlet: Outlet) -> None:
    ax.set(xlim=(-0.45, len(thirds) - 0.55), ylim=(-1.12, 1.12))
    for y in (-1, 1):
        ax.axhline(y, color=GRID, lw=0.6, zorder=0)
    ax.axhline(0, color=INK2, lw=0.9, zorder=1)
    places = {third: x for x, third in enumerate(thirds)}
    rows = rows[rows["estimate"].notna()]
    xs = [places[t] for t in rows["third"]]
    ax.plot(xs, rows["estimate"], color=outlet.colour, lw=1.0, zorder=2)
    for x, (_, row) in zip(xs, rows.iterrows(), strict=True):
        enough = row["n"] >= FEW
        if enough:
            ax.plot([x, x], [row["low"], row["high"]], color=outlet.colour, lw=1.2, zorder=2)
        face = outlet.colour if enough else BG
        style = {"mfc": face, "mec": outlet.colour, "ms": 6.4, "mew": 1.4, "zorder": 4}
        ax.plot([x], [row["estimate"]], "o", clip_on=False, **style)
    counts = rows.set_index("third")["n"]
    for third, x in places.items():
        words = f"{counts.get(third, 0):,.0f}"
        draw_label(ax, x, -1.12, words, dy=-8, ha="center", color=INK3, fontsize=8)


@styled
def draw_course(
    course: pd.DataFrame,
    *,
    outlets: Sequence[tuple[str, str]],
    target: tuple[str, str],
    width: str = "column",
) -> Drawing:
    """Mean stance in each third of an article, dots with intervals, one small panel an outlet.

    Parameters
    ----------
    course : DataFrame
        outlet, third, estimate (-1..1), low, high, n; thirds in the order of the text.
    outlets : sequence of (name, short)
        All outlets of the study, in order.
    target : (id, label)
        The label is as it stands in a sentence ("the US government").
    width : {"column", "half"}
    """
    check_columns(course, COLUMNS, "course")
    named = list_outlets(outlets, course.assign(article_id=course["outlet"]))
    thirds = list(dict.fromkeys(course["third"]))
    label = clip_text(clean_text(target[1]), 60)
    title, strength = _title(course, named, label)
    title = start_sentence(title)
    narrow = width == "half"
    across = WIDTHS.get(width, 6.3)
    columns = max(1, min(len(named), 2 if narrow else 5))
    lines = -(-max(len(named), 1) // columns)
    cell = (across - LEFT) / columns
    note = (
        f"From −1 (unfavourable) to 1 (favourable); below each third, its sentences on {label}. "
        f"Upright lines: 95% intervals. Hollow, without an interval: fewer than {FEW} sentences."
    )
    page = start_page(
        width,
        lines * (HEAD + CELL + FOOT),
        kicker="Stance",
        title=title,
        subtitle=f"Mean stance toward {label} in each third of the text, all voices",
        note=note,
        strength=strength,
    )
    for k, outlet in enumerate(named):
        line, column = divmod(k, columns)
        left = LEFT + column * cell
        ax = add_panel(
            page,
            left=left + 0.05,
            right=across - left - cell + 0.05,
            top=line * (HEAD + CELL + FOOT) + HEAD,
            bottom=(lines - 1 - line) * (HEAD + CELL + FOOT) + FOOT,
        )
        _draw_course(ax, course[course["outlet"] == outlet.name], thirds, outlet)
        mark_outlet(ax, outlet, left + 0.1, 1.36)
        short = measure_text(outlet.label, SIZE["label"], 600) > cell - 0.3
        name = outlet.short if short else outlet.label
        style = {"weight": 600, "va": "center", "fontsize": SIZE["label"], "color": INK}
        ax.text(left + 0.2, 1.36, name, transform=from_left(ax), **style)
        for x, third in enumerate(thirds):
            words = clean_text(third).lower()
            draw_label(ax, x, -1.12, words, dy=-18, ha="center", color=INK3, fontsize=8)
        if not column:
            for y, words, colour in (
                (-1, "−1", UNFAVOURABLE),
                (0, "0", INK3),
                (1, "1", FAVOURABLE),
            ):
                style = {"ha": "right", "va": "center", "fontsize": 8.5, "color": colour}
                ax.text(LEFT - 0.06, y, words, transform=from_left(ax), **style)
    return Drawing(page.figure, title, note, _describe(course, named, label), strength)


def _describe(course: pd.DataFrame, outlets: Sequence[Outlet], label: str) -> str:
    alt = f"Mean stance toward {label} in each third of the text, dots with intervals."
    for outlet in outlets:
        rows = course[(course["outlet"] == outlet.name) & course["estimate"].notna()]
        told = ", ".join(
            f"{clean_text(r.third).lower()} {say_number(r.estimate)}" for r in rows.itertuples()
        )
        alt += f" {outlet.label}: {told}." if told else ""
    return alt
