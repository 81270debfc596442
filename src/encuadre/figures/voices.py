"""Who speaks: the share of sentences that each outlet gives to each voice."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import pandas as pd
from matplotlib.axes import Axes

from encuadre.figures.choose import pick_estimates, say_method
from encuadre.figures.marks import draw_hatch, draw_label
from encuadre.figures.page import add_panel, measure_text, spread, start_page, wrap
from encuadre.figures.rows import (
    draw_colour_key,
    find_outlet_width,
    measure_key,
    write_outlets,
)
from encuadre.figures.style import (
    BG,
    INK2,
    INK3,
    SIZE,
    VOICE_COLOURS,
    WIDTHS,
    Drawing,
    choose_type_colour,
    styled,
)
from encuadre.figures.words import (
    Labels,
    Outlet,
    clip_text,
    find_contrast,
    list_contrast,
    list_outlets,
    name_group,
    name_labels,
    quote,
    say_contrast,
    start_sentence,
    weakest,
)
from encuadre.prose import say_number, say_percent

OTHERS = "other voices"


def pool_voices(rows: pd.DataFrame, voices: dict[str, str]) -> tuple[pd.DataFrame, dict[str, str]]:
    """At most as many voices as there are colours; those with the least room become one."""
    unnamed = [v for v in rows["category"].unique() if v not in voices]
    labels = voices | {v: v for v in unnamed}
    labels = {v: labels[v] for v in labels if v in set(rows["category"])}
    if len(labels) <= len(VOICE_COLOURS):
        return rows, labels
    totals = rows.groupby("category")["estimate"].sum()
    by_room = sorted(list(labels)[1:], key=lambda v: -totals[v])
    kept = [list(labels)[0], *by_room[: len(VOICE_COLOURS) - 2]]
    rest = rows[~rows["category"].isin(kept)]
    pooled = rest.groupby("outlet", sort=False).agg(
        article_id=("article_id", "first"), estimate=("estimate", "sum"), n=("n", "max")
    )
    pooled = pooled.assign(
        category=OTHERS, strength="cannot_tell", low=float("nan"), high=float("nan")
    )
    both = pd.concat([rows[rows["category"].isin(kept)], pooled.reset_index()], ignore_index=True)
    further = f"{say_number(len(labels) - len(kept))} further voices"
    return both, {v: label for v, label in labels.items() if v in kept} | {OTHERS: further}


def _title(
    rows: pd.DataFrame, labels: dict[str, str], outlets: Sequence[Outlet]
) -> tuple[str, str]:
    if len(outlets) == 1 and rows["estimate"].notna().any():
        top = rows.loc[rows["estimate"].idxmax()]
        others = rows[(rows["category"] != top["category"]) & rows["estimate"].notna()]
        if (others["high"] < top["low"]).all():
            own = top["category"] == next(iter(labels))
            what = "its own words" if own else quote(labels[top["category"]])
            title = f"{outlets[0].phrase} gives most room to {what}: {say_percent(top['estimate'])}"
            return start_sentence(title), weakest([top["strength"]])
    pair = find_contrast(rows, first=next(iter(labels), ""))
    if pair is None:
        group = name_group(outlets) if len(outlets) > 1 else "voices"
        end = "in whom they let speak" if len(outlets) > 1 else "in the room that they get"
        return f"How far the {group} differ {end} cannot be told", "cannot_tell"
    if pair[0]["category"] == next(iter(labels)):
        title = say_contrast(pair, "the outlet’s own voice", outlets)
    else:
        title = list_contrast(pair, clip_text(labels[pair[0]["category"]], 48), outlets)
    return start_sentence(title), weakest(row["strength"] for row in pair)


def _draw_heads(ax: Axes, labels: Sequence[str], shares: Sequence[float], inches: float) -> None:
    """Names of the segments over the first bar, moved apart so that they do not touch."""
    lines = [wrap(label, 0.95, SIZE["label"], limit=2) for label in labels]
    sizes = [max(measure_text(line, SIZE["label"]) for line in head) + 0.14 for head in lines]
    middles, x = [], 0.0
    for share in shares:
        middles.append((x + share / 2) * inches)
        x += share
    places = spread(middles, sizes, -0.1, inches + 0.1)
    for head, middle, spot in zip(lines, middles, places, strict=True):
        for k, line in enumerate(reversed(head)):
            style: dict[str, Any] = {"ha": "center", "va": "baseline", "color": INK2}
            draw_label(ax, spot / inches, -0.72, line, dy=k * 10.2, **style)
        ax.plot([middle / inches, spot / inches], [-0.37, -0.62], color=INK3, lw=0.6, clip_on=False)


@styled
def draw_voices(
    estimates: pd.DataFrame,
    *,
    outlets: Sequence[tuple[str, str]],
    voices: Labels,
    width: str = "column",
    method: str | None = None,
) -> Drawing:
    """Share of sentences by voice, a stacked bar an outlet, sorted by the own voice.

    Parameters
    ----------
    estimates : DataFrame
        The estimates table; rows with measure "voice", category a voice id, estimate 0..1.
    outlets : sequence of (name, short)
        All outlets of the study, in order.
    voices : sequence of (id, label), or mapping
        In stacking order; the first is the outlet's own voice.
    width : {"column", "half"}
    method : {"raw", "corrected", "coded"}, optional
    """
    rows = pick_estimates(estimates, measure="voice", method=method)
    rows, labels = pool_voices(rows, name_labels(voices))
    named = list_outlets(outlets, estimates)
    own = next(iter(labels), "")
    own_share = rows[rows["category"] == own].set_index("outlet")["estimate"].fillna(-1)
    named = sorted(named, key=lambda o: -own_share.get(o.name, -1))
    title, strength = _title(rows, labels, named)
    narrow = width == "half"
    left, right = find_outlet_width(named, narrow=narrow), 0.42
    inches = WIDTHS.get(width, 6.3) - left - right
    table = rows.pivot_table(index="outlet", columns="category", values="estimate", aggfunc="first")
    table = table.reindex(index=[o.name for o in named], columns=list(labels))
    colours = dict(zip(labels, VOICE_COLOURS, strict=False))
    if OTHERS in labels:
        colours[OTHERS] = VOICE_COLOURS[-1]
    room = sum(min(0.95, measure_text(label, SIZE["label"])) + 0.14 for label in labels.values())
    direct = not narrow and room <= inches + 0.2 and len(named) > 0 and (table.iloc[0] > 0).all()
    items = [(label, colours[voice]) for voice, label in labels.items()]
    whole = WIDTHS.get(width, 6.3)
    head = 0.42 if direct else measure_key([label for label, _ in items], whole) + 0.14
    note = "n: sentences of headline and body. Narrow segments are drawn without a number."
    note = f"{note} {say_method(rows)}".strip()
    page = start_page(
        width,
        head + 0.36 * max(len(named), 1),
        kicker="Who speaks",
        title=title,
        subtitle="Sentences by who speaks in them, per cent",
        note=note,
        strength=strength,
    )
    ax = add_panel(page, left=left, right=right, top=head)
    write_outlets(ax, named, left, narrow=narrow)
    ax.set_xlim(0, max(1.0, float(table.clip(lower=0).sum(axis=1).max() if len(table) else 1)))
    counts = rows.groupby("outlet")["n"].max()
    for y, outlet in enumerate(named):
        x = 0.0
        shares = table.loc[outlet.name]
        if shares.isna().all():
            draw_hatch(ax, 0, y - 0.33, 1, 0.66)
        for voice, share in shares.items():
            if not share > 0:
                continue
            colour = colours[str(voice)]
            ax.barh(y, share, 0.66, left=x, color=colour, edgecolor=BG, linewidth=1.2)
            if share * inches > 0.2 and share >= 0.05:
                ax.text(
                    x + share / 2,
                    y,
                    f"{share * 100:.0f}",
                    color=choose_type_colour(colour),
                    ha="center",
                    va="center",
                    fontsize=9,
                    weight=600,
                )
            x += share
        draw_label(
            ax,
            ax.get_xlim()[1],
            y,
            f"{counts[outlet.name]:,.0f}",
            dx=right * 72,
            ha="right",
            color=INK3,
        )
    if named:
        draw_label(
            ax,
            ax.get_xlim()[1],
            -0.5,
            "n",
            dx=right * 72,
            dy=3,
            ha="right",
            va="baseline",
            color=INK3,
        )
    if direct:
        _draw_heads(ax, list(labels.values()), list(table.iloc[0]), inches)
    else:
        draw_colour_key(page, items)
    return Drawing(page.figure, title, note, _describe(rows, labels, named), strength)


def _describe(rows: pd.DataFrame, labels: dict[str, str], outlets: Sequence[Outlet]) -> str:
    alt = "Share of sentences by outlet and voice, stacked bars."
    by_name = {outlet.name: outlet.label for outlet in outlets}
    for voice, label in labels.items():
        some = rows[(rows["category"] == voice) & rows["estimate"].notna()]
        if not len(some):
            continue
        high, low = some.loc[some["estimate"].idxmax()], some.loc[some["estimate"].idxmin()]
        alt += (
            f" {clip_text(label, 48)}: {say_percent(high['estimate'])} in {by_name[high['outlet']]}"
        )
        if high["outlet"] != low["outlet"]:
            alt += f", {say_percent(low['estimate'])} in {by_name[low['outlet']]}"
        alt += "."
    missing = [by_name[name] for name in rows[rows["estimate"].isna()]["outlet"].unique()]
    return alt + (f" Cannot be told for some voices of {', '.join(missing)}." if missing else "")
