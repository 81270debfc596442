"""A heat map of shares with its numbers, for frames, functions and, on narrow pages, topics."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import pandas as pd
from matplotlib.axes import Axes
from matplotlib.patches import Rectangle

from encuadre.figures.marks import draw_hatch, draw_label, draw_ring
from encuadre.figures.page import Page, add_panel, from_left, measure_text, start_page
from encuadre.figures.rows import (
    choose_heads,
    draw_key,
    find_name_width,
    mark_column,
    measure_heads,
    measure_key,
    write_heads,
    write_rows,
)
from encuadre.figures.style import (
    BG,
    INK,
    INK2,
    INK3,
    SIZE,
    WIDTHS,
    choose_step,
    choose_type_colour,
)
from encuadre.figures.words import (
    Outlet,
    clip_text,
    count_words,
    find_contrast,
    is_known,
    name_group,
    quote,
    say_contrast,
    start_sentence,
    weakest,
)
from encuadre.prose import join_words, say_percent

ROW = 0.27
BOX = (0.94, 0.88)


@dataclass(frozen=True)
class Heat:
    """Shares by category and outlet: the cells, their labels, and the outlets as columns."""

    cells: pd.DataFrame
    labels: dict[str, str]
    outlets: list[Outlet]
    leads: dict[str, str]


def arrange_cells(
    rows: pd.DataFrame,
    labels: dict[str, str],
    outlets: list[Outlet],
    *,
    aside: Sequence[str] = ("none",),
) -> Heat:
    """Cells for a heat map, categories sorted by their mean over outlets.

    A category that an outlet's rows do not hold is absent: its share is 0. Categories named
    `aside` come last and lead nowhere.
    """
    found = set(rows["category"])
    named = {k: v for k, v in labels.items() if k in found}
    named |= {k: k for k in rows["category"].unique() if k not in named}
    cells = rows.set_index(["category", "outlet"])[["estimate", "low", "high", "n", "strength"]]
    index = pd.MultiIndex.from_product(
        [list(named), [o.name for o in outlets]], names=cells.index.names
    )
    missing = index.difference(cells.index)
    cells = cells.reindex(index)
    cells.loc[missing, "estimate"] = 0.0
    cells.loc[missing, "strength"] = ""
    told = cells["estimate"].where(cells["strength"] != "cannot_tell")
    means = told.fillna(cells["estimate"]).groupby(level="category").mean()
    order = sorted(named, key=lambda k: (k in aside, -means.fillna(-1)[k]))
    leads = {}
    for outlet in outlets:
        column = cells.xs(outlet.name, level="outlet")["estimate"]
        column = column.drop([k for k in aside if k in column.index]).dropna()
        top = column[column == column.max()]
        if len(top) == 1 and top.iloc[0] > 0:
            leads[outlet.name] = str(top.index[0])
    return Heat(cells, {k: named[k] for k in order}, outlets, leads)


def find_clear_leads(
    rows: pd.DataFrame, heat: Heat, aside: Sequence[str] = ("none",)
) -> dict[str, pd.Series]:
    """Outlets whose first category lies clear of the second: its interval lies above the other."""
    clear = {}
    for name, lead in heat.leads.items():
        mine = rows[(rows["outlet"] == name) & ~rows["category"].isin(aside)]
        first = mine[mine["category"] == lead].iloc[0]
        rest = mine[(mine["category"] != lead) & mine["estimate"].notna()]
        if is_known(first) and (rest["high"].fillna(1) < first["low"]).all():
            clear[name] = first
    return clear


def say_leads(
    clear: dict[str, pd.Series], labels: dict[str, str], outlets: Sequence[Outlet], noun: str
) -> str:
    """A title on the category that outlets use most; "" where too few of them are clear."""
    if len(clear) < min(2, len(outlets)) or not outlets:
        return ""
    by_lead: dict[str, list[str]] = {}
    for outlet in outlets:
        if outlet.name in clear:
            by_lead.setdefault(str(clear[outlet.name]["category"]), []).append(outlet.phrase)
    group, count = name_group(outlets), len(outlets)
    said = []
    for lead, names in sorted(by_lead.items(), key=lambda item: -len(item[1]))[:2]:
        who = join_words(names)
        if len(names) == count and count > 1:
            who = f"both {group}" if count == 2 else f"all {count_words(count)} {group}"
        elif len(names) > 2:
            who = f"{count_words(len(names))} of {count_words(count)} {group}"
        said.append(f"{quote(labels[lead])} in {who}")
    return f"The most used {noun} is {' and '.join(said)}"


def title_shares(
    rows: pd.DataFrame, labels: dict[str, str], outlets: Sequence[Outlet], noun: str
) -> tuple[str, str]:
    """A title on the widest clear contrast between outlets, and its strength."""
    pair = find_contrast(rows)
    if pair is None:
        if len(outlets) > 1:
            title = f"Whether the {name_group(outlets)} differ in their {noun}s cannot be told"
        else:
            title = f"Which {noun} takes most room cannot be told"
        return title, "cannot_tell"
    title = say_contrast(pair, f"the {noun} {quote(labels[str(pair[0]['category'])])}", outlets)
    return start_sentence(title), weakest(row["strength"] for row in pair)


def _draw_cell(ax: Axes, x: float, y: float, cell: pd.Series, top: float, lead: bool) -> None:
    w, h = BOX
    value = cell["estimate"]
    if pd.isna(value):
        draw_hatch(ax, x - w / 2, y - h / 2, w, h)
        return
    words = f"{value * 100:.0f}" if value >= 0.005 else "<1"
    if value <= 0:
        draw_ring(ax, x, y)
        return
    style: dict[str, Any] = {"ha": "center", "va": "center", "fontsize": SIZE["row"], "zorder": 5}
    if cell["strength"] == "cannot_tell":
        draw_hatch(ax, x - w / 2, y - h / 2, w, h)
        ax.text(
            x,
            y,
            words,
            color=INK2,
            bbox={"facecolor": BG, "edgecolor": "none", "pad": 1.2},
            **style,
        )
        return
    fill = choose_step(value, top)
    ax.add_patch(Rectangle((x - w / 2, y - h / 2), w, h, color=fill, lw=0))
    ax.text(x, y, words, color=choose_type_colour(fill), weight=600 if lead else 400, **style)
    if lead:  # ink outside, paper inside: seen on any step
        edge = {"fill": False, "zorder": 4, "clip_on": False}
        ax.add_patch(Rectangle((x - w / 2, y - h / 2), w, h, ec=INK, lw=1.6, **edge))
        ax.add_patch(
            Rectangle((x - w / 2 + 0.02, y - h / 2 + 0.06), w - 0.04, h - 0.12, ec=BG, lw=1, **edge)
        )


def draw_heat(
    heat: Heat, *, width: str, kicker: str, title: str, subtitle: str, note: str, strength: str
) -> Page:
    """The heat map on its page: categories as rows, outlets as columns, n under their names."""
    narrow = width == "half"
    across = WIDTHS.get(width, 6.3)
    outlets, labels = heat.outlets, heat.labels
    left = find_name_width(list(labels.values()), 1.1 if narrow else 1.9)
    mean = 0.0 if narrow or len(outlets) < 2 else 0.45
    cell = (across - left - mean) / max(len(outlets), 1)
    heads = choose_heads(outlets, cell)
    counts = heat.cells["n"].groupby(level="outlet").max()
    numbers = [f"{counts.get(o.name, 0):,.0f}" for o in outlets]
    with_word = all(measure_text(f"n = {n}", 8.0) < cell * 0.95 for n in numbers)
    with_n = with_word or all(measure_text(n, 8.0) < cell * 0.95 for n in numbers)
    key = 0 if heads else measure_key([o.short for o in outlets], across)
    head = (measure_heads(heads) if heads else 0.24) + (0.15 if with_n else 0)
    tall = any(measure_text(v, SIZE["row"]) > left - 0.1 for v in labels.values())
    row = 0.32 if tall else ROW
    page = start_page(
        width,
        key + head + row * max(len(labels), 1),
        kicker=kicker,
        title=title,
        subtitle=subtitle,
        note=note,
        strength=strength,
    )
    ax = add_panel(page, left=left, right=mean, top=key + head)
    write_rows(ax, list(labels.values()), left)
    if not outlets:
        page.canvas.text(0, page.top - 0.2, "no estimates", fontsize=SIZE["label"], color=INK3)
    ax.set_xlim(-0.5, max(len(outlets), 1) - 0.5)
    told = heat.cells["estimate"][heat.cells["strength"] != "cannot_tell"]
    top = float(told.max()) if told.notna().any() and told.max() > 0 else 1.0
    for y, category in enumerate(labels):
        for x, outlet in enumerate(outlets):
            lead = heat.leads.get(outlet.name) == category
            _draw_cell(ax, x, y, heat.cells.loc[(category, outlet.name)], top * 1.0001, lead)
        if mean:
            values = heat.cells.loc[category]["estimate"]
            words = f"{values.mean() * 100:.0f}" if values.notna().all() else "–"
            draw_label(ax, len(outlets) - 0.5, y, words, dx=mean * 72 - 3, ha="right", color=INK2)
    base = 16 if with_n else 5
    for x, number in enumerate(numbers if with_n else []):
        words = f"n = {number}" if with_word else number
        draw_label(ax, x, -0.5, words, dy=5, ha="center", va="baseline", fontsize=8, color=INK3)
    if with_n and not with_word:
        ax.annotate(
            "n",
            (0, -0.5),
            (0, 5),
            xycoords=from_left(ax),
            textcoords="offset points",
            fontsize=8,
            color=INK3,
        )
    if mean:
        draw_label(
            ax,
            len(outlets) - 0.5,
            -0.5,
            "mean",
            dx=mean * 72 - 3,
            dy=5,
            ha="right",
            va="baseline",
            fontsize=8,
            color=INK3,
        )
    if heads:
        write_heads(ax, range(len(outlets)), heads, outlets, dy=base)
        return page
    draw_key(page, outlets)
    for x, outlet in enumerate(outlets):
        mark_column(ax, outlet, x, base + 3.5)
    return page


def describe_heat(heat: Heat, what: str) -> str:
    """Alternative text: what it is, the highest and lowest share, and what cannot be told."""
    told = heat.cells["estimate"].dropna()
    by_name = {o.name: o.label for o in heat.outlets}
    alt = f"{what}."
    for word, place in (("Highest", told.idxmax()), ("lowest", told.idxmin())) if len(told) else ():
        category, outlet = place  # pyright: ignore
        value = told[place]
        said = say_percent(value) if value > 0 else "absent"
        end = "; " if word == "Highest" else "."
        start = " " if word == "Highest" else ""
        alt += (
            f"{start}{word}: {clip_text(heat.labels[category], 48)} in {by_name[outlet]}, "
            f"{said}{end}"
        )
    unclear = int((heat.cells["estimate"].isna() | (heat.cells["strength"] == "cannot_tell")).sum())
    if unclear:
        alt += f" In {unclear} of {len(heat.cells)} cells it cannot be told."
    return alt


def note_cells(heat: Heat, counted: str) -> str:
    """The note's sentences on marks that the heat map really has."""
    cells = heat.cells
    note = f"n: {counted}."
    if (cells["estimate"] <= 0).any():
        note += " Ring: absent."
    if cells["estimate"].isna().any() or (cells["strength"] == "cannot_tell").any():
        note += " Hatched: too uncertain to compare."
    return note
