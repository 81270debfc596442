"""Figures that several outlets give for the same thing."""

from __future__ import annotations

from collections.abc import Sequence

import pandas as pd
from matplotlib.axes import Axes

from encuadre.figures.choose import check_columns
from encuadre.figures.marks import draw_copy, draw_label
from encuadre.figures.page import add_panel, from_left, measure_text, spread, start_page, wrap
from encuadre.figures.style import BG, GRID, INK, INK3, RULE, SIZE, WIDTHS, Drawing, styled
from encuadre.figures.words import (
    Outlet,
    clean_text,
    clip_text,
    list_outlets,
    name_group,
    start_sentence,
)

STACK = 0.105
LABEL = 0.15
MOST_LABELS = 10


def pick_shared(table: pd.DataFrame) -> pd.DataFrame:
    """Quantities that at least two outlets give, each value of an outlet once."""
    known = table[table["value"].notna()]
    rows = known.drop_duplicates(["what", "unit", "outlet", "value"]).assign(
        unit=lambda t: t["unit"].fillna(""), altered=lambda t: t["altered"].astype(bool)
    )
    counts = rows.groupby(["what", "unit"])["outlet"].transform("nunique")
    rows = rows[counts > 1].assign(order=range(int((counts > 1).sum())))
    return rows.sort_values(["value", "order"]).drop(columns="order").reset_index(drop=True)


def _split(rows: pd.DataFrame) -> list[tuple[str, str, pd.DataFrame]]:
    """The quantities, those with the widest spread among intact copies first."""
    groups = []
    for (what, unit), group in rows.groupby(["what", "unit"], sort=False):
        good = group.loc[~group["altered"], "value"]
        wide = (good.max() - good.min()) / max(abs(good.max()), 1e-12) if len(good) > 1 else -1.0
        groups.append(
            (float(wide), clean_text(what), clean_text(unit), group.reset_index(drop=True))
        )
    groups.sort(key=lambda item: (-item[0], item[1]))
    return [item[1:] for item in groups]


def _title(groups: Sequence[tuple[str, str, pd.DataFrame]], outlets: Sequence[Outlet]) -> str:
    word = name_group(outlets)[:-1]
    if not groups:
        return f"No figure is given by more than one {word}"
    differ = []
    for what, _, group in groups:
        good = group[~group["altered"]]
        if good["outlet"].nunique() > 1 and good["value"].nunique() > 1:
            differ.append((what, good))
    if not differ:
        good = [group[~group["altered"]]["outlet"].nunique() > 1 for _, _, group in groups]
        if not any(good):
            return f"Whether the {word}s give different figures cannot be told from intact copies"
        return f"Where {word}s give a figure for the same thing, intact copies agree"
    what, good = differ[0]
    low, high = good.loc[good["value"].idxmin()], good.loc[good["value"].idxmax()]
    first, last = clean_text(low["label"]), clean_text(high["label"])
    return f"{clip_text(what, 60)}: {first} in one {word}, {last} in another"


def say_values(
    group: pd.DataFrame, outlets: dict[str, Outlet], narrow: bool
) -> list[tuple[str, list[int]]]:
    """Labels of a strip, outlets with the same figure in one; and the rows that each names.

    Of more than `MOST_LABELS` only the lowest and the highest figure have one.
    """
    labels = []
    for _, same in group.groupby(["value", "label", "altered"], sort=False):
        some = [outlets[name] for name in same["outlet"]]
        brief = narrow or any(len(o.label) > 14 for o in some)
        who = ", ".join(o.short if brief else o.label for o in some)
        labels.append(
            (f"{who} {clip_text(clean_text(same['label'].iloc[0]), 18)}", list(same.index))
        )
    return labels if len(labels) <= MOST_LABELS else [labels[0], labels[-1]]


def _draw_strip(
    ax: Axes,
    narrow: bool,
    group: pd.DataFrame,
    outlets: dict[str, Outlet],
    inches: float,
    height: float,
) -> None:
    """Marks on a line of their own scale, with labels above and below it (y in inches)."""
    low, high = float(group["value"].min()), float(group["value"].max())
    pad = (high - low) * 0.06 or max(abs(high) * 0.1, 1.0)
    low, high = low - pad, high + pad
    ax.set(xlim=(low, high), ylim=(-height / 2, height / 2))
    good = group.loc[~group["altered"], "value"]
    ax.plot([low, high], [0, 0], color=GRID, lw=0.8, zorder=0)
    if len(good):
        ax.plot([good.min(), good.max()], [0, 0], color=RULE, lw=3, zorder=1, solid_capstyle="butt")
    per = (high - low) / inches
    taken: list[tuple[float, int]] = []
    for _, row in group.iterrows():
        level = 0
        while any(abs(row["value"] - v) < 0.1 * per and at == level for v, at in taken):
            level += 1
        taken.append((row["value"], level))
        outlet, y = outlets[row["outlet"]], level * STACK
        if row["altered"]:
            draw_copy(ax, row["value"], y, altered=True, colour=outlet.colour, size=7.2)
        else:
            ax.plot(
                [row["value"]],
                [y],
                outlet.marker,
                color=outlet.colour,
                ms=7,
                mec=BG,
                mew=0.7,
                zorder=4,
            )
    top = max(level for _, level in taken) * STACK + 0.17
    labels = say_values(group, outlets, narrow)
    sizes = [(measure_text(words, SIZE["label"]) + 0.12) * per for words, _ in labels]
    values = [group["value"][members[0]] for _, members in labels]
    highest = [max(taken[m][1] for m in members) for _, members in labels]
    for k, members in enumerate(split_levels(sizes, high - low)):
        places = spread([values[m] for m in members], [sizes[m] for m in members], low, high)
        y = top + LABEL / 2 if k == 0 else -0.17 - LABEL * (k - 0.5)
        for m, x in zip(members, places, strict=True):
            draw_label(ax, x, y, labels[m][0], ha="center", color=INK)
            if abs(x - values[m]) > 0.16 * per:
                start = highest[m] * STACK + 0.06 if k == 0 else -0.06
                end = y - LABEL * 0.42 if k == 0 else y + LABEL * 0.42
                ax.plot([values[m], x], [start, end], color=INK3, lw=0.5, zorder=0)


def split_levels(sizes: Sequence[float], room: float) -> list[list[int]]:
    """Labels dealt to as few levels as hold them side by side, neighbours on different ones."""
    for levels in range(1, len(sizes) + 1):
        dealt = [list(range(len(sizes)))[k::levels] for k in range(levels)]
        if all(sum(sizes[m] for m in members) <= room for members in dealt):
            return dealt
    return [[m] for m in range(len(sizes))]


def _measure_strip(
    group: pd.DataFrame, outlets: dict[str, Outlet], inches: float, narrow: bool
) -> float:
    """Height of a strip in inches: its stack of marks and its levels of labels."""
    low, high = float(group["value"].min()), float(group["value"].max())
    pad = (high - low) * 0.06 or max(abs(high) * 0.1, 1.0)
    per = (high - low + 2 * pad) / inches
    words = [words for words, _ in say_values(group, outlets, narrow)]
    levels = len(split_levels([measure_text(w, SIZE["label"]) + 0.12 for w in words], inches))
    values = sorted(group["value"])
    stack = max(sum(0 <= v - u < 0.1 * per for v in values) for u in values)
    up = (stack - 1) * STACK + 0.17 + LABEL
    down = 0.17 + LABEL * (levels - 1) if levels > 1 else 0.1
    return 2 * max(up, down) + 0.1


@styled
def draw_quantities(
    table: pd.DataFrame,
    *,
    outlets: Sequence[tuple[str, str]],
    limit: int = 8,
    width: str = "column",
) -> Drawing:
    """Figures that at least two outlets give for the same thing, a strip each.

    Parameters
    ----------
    table : DataFrame
        what, unit, outlet, value (float), label (the value as it is written), altered (bool:
        from a copy whose wording was changed).
    outlets : sequence of (name, short)
        All outlets of the study, in order.
    limit : int
        Quantities at most, those with the widest spread first.
    width : {"column", "half"}
    """
    check_columns(table, ["what", "unit", "outlet", "value", "label", "altered"], "quantities")
    rows = pick_shared(table)
    groups = _split(rows)
    named = list_outlets(outlets, rows)
    if "article_id" not in table:
        named = [Outlet(o.name, o.label, o.short, o.colour, o.marker, True) for o in named]
    by_name = {o.name: o for o in named}
    title = start_sentence(_title(groups, named))
    left_out = len(groups[limit:])
    groups = groups[:limit]
    narrow = width == "half"
    across = WIDTHS.get(width, 6.3)
    left = 0.0 if narrow else 1.7
    inches = across - left - 0.1
    blocks = []
    for what, unit, group in groups:
        lines = wrap(what, (across if narrow else left) - 0.15, SIZE["row"], 600, limit=3)
        body = _measure_strip(group, by_name, inches, narrow)
        text = 0.15 * (len(lines) + bool(unit)) + 0.06
        blocks.append((lines, unit, group, body, body + text if narrow else max(body, text)))
    note = (
        "Each strip has its own scale."
        if groups
        else "Only figures given by two or more are drawn."
    )
    if rows["altered"].any():
        note += (
            " Struck square: from an altered copy, whose digits cannot be trusted; it takes no "
            "part in the range (grey bar)."
        )
    distinct = ["value", "label", "altered"]
    if any(group.groupby(distinct).ngroups > MOST_LABELS for *_, group in groups):
        note += " Where figures are many, the lowest and the highest are named."
    if left_out:
        note += f" Not drawn: {left_out} more, with a narrower spread."
    page = start_page(
        width,
        max(sum(block[-1] for block in blocks), 0.1),
        kicker="Figures that differ",
        title=title,
        subtitle="As each article gives it; the figures need not count the same thing",
        note=note,
    )
    above, body_height = 0.0, page.top - page.bottom
    for k, (lines, unit, group, body, height) in enumerate(blocks):
        text = 0.15 * (len(lines) + bool(unit)) + 0.06 if narrow else (height - body) / 2
        ax = add_panel(
            page,
            left=left,
            right=0.1,
            top=above + text,
            bottom=max(body_height - above - text - body, 0),
        )
        _draw_strip(ax, narrow, group, by_name, inches, body)
        start = body / 2 + 0.08 if narrow else 0.15 * (len(lines) + bool(unit) - 1) / 2
        start = body / 2 + text - 0.1 if narrow else start
        for j, line in enumerate([*lines, *([unit] if unit else [])]):
            is_unit = j >= len(lines)
            ax.text(
                0,
                start - 0.15 * j,
                line,
                transform=from_left(ax),
                va="center",
                fontsize=SIZE["label"] if is_unit else SIZE["row"],
                weight=400 if is_unit else 600,
                color=INK3 if is_unit else INK,
            )
        if k:
            edge = page.top - above
            page.canvas.plot([0, across], [edge, edge], color=GRID, lw=0.6, zorder=0)
        above += height
    alt = "Figures that several outlets give, dot strips."
    for what, _, group in groups:
        said = ", ".join(
            f"{by_name[r['outlet']].label} {clean_text(r['label'])}"
            + (" (altered copy)" if r["altered"] else "")
            for _, r in group.iterrows()
        )
        alt += f" {clip_text(what, 60)}: {said}."
    return Drawing(page.figure, title, note, alt)
