"""What outlets talk about: topics by outlet, and how their number was chosen."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import replace

import pandas as pd

from encuadre.errors import EncuadreError
from encuadre.figures.choose import check_columns, pick_estimates, say_method
from encuadre.figures.heat import (
    Heat,
    arrange_cells,
    describe_heat,
    draw_heat,
    note_cells,
    title_shares,
)
from encuadre.figures.marks import draw_hatch, draw_label
from encuadre.figures.page import Page, add_panel, add_panels, start_page
from encuadre.figures.rows import (
    choose_heads,
    find_name_width,
    measure_heads,
    write_heads,
    write_rows,
)
from encuadre.figures.style import GRID, INK, INK2, INK3, RULE, WIDTHS, Drawing, styled
from encuadre.figures.words import (
    Labels,
    count_words,
    list_outlets,
    name_labels,
    say_number,
    start_sentence,
)

GUTTER = 0.12


@styled
def draw_topics(
    estimates: pd.DataFrame,
    *,
    outlets: Sequence[tuple[str, str]],
    topic_labels: Labels,
    unstable: Collection[str] = (),
    width: str = "column",
    method: str | None = None,
) -> Drawing:
    """Share of each topic by outlet: small multiples with the mean, or a heat map if narrow.

    Parameters
    ----------
    estimates : DataFrame
        The estimates table; rows with measure "topic", category a topic's number as text.
    outlets : sequence of (name, short)
        All outlets of the study, in order.
    topic_labels : sequence of (topic, label), or mapping
    unstable : collection of str
        Topics that do not come back in samples; an asterisk marks them.
    width : {"column", "half"}
    method : {"raw", "corrected", "coded"}, optional
    """
    rows = pick_estimates(estimates, measure="topic", method=method)
    named = list_outlets(outlets, estimates)
    heat = arrange_cells(rows, name_labels(topic_labels), named, aside=())
    title, strength = title_shares(rows, heat.labels, named, "topic")
    note = f"{note_cells(heat, 'sentences of headline and body')} {say_method(rows)}".strip()
    if marked := [k for k in heat.labels if k in unstable]:
        heat = replace(heat, labels=heat.labels | {k: f"{heat.labels[k]} *" for k in marked})
        note += " *: not stable, read with care."
    alt = describe_heat(heat, "Share of each topic by outlet")
    each = "article" if named and named[0].single else "outlet"
    options = {"kicker": "Topics", "title": title, "note": note, "strength": strength}
    page = None
    if width != "half":
        subtitle = (
            f"Share of each topic, per cent of each {each}. Upright tick: mean of the {each}s"
        )
        page = _draw_bars(heat, width, options | {"subtitle": subtitle})
    if page is None:
        subtitle = (
            f"Share of each topic, per cent of each {each}. Outlined: the highest of each column"
        )
        page = draw_heat(heat, width=width, subtitle=subtitle, **options)
    return Drawing(page.figure, title, note, alt, strength)


def _draw_bars(heat: Heat, width: str, options: dict[str, str]) -> Page | None:
    """Small multiples on a page; None where the columns are too narrow for their names."""
    outlets, labels = heat.outlets, heat.labels
    across = WIDTHS.get(width, 6.3)
    left = find_name_width(list(labels.values()), 1.7)
    cell = (across - left - GUTTER * (len(outlets) - 1)) / max(len(outlets), 1)
    heads = choose_heads(outlets, cell)
    if not heads or not outlets or cell < 0.55:
        return None
    head = measure_heads(heads) + 0.15
    counts = heat.cells["n"].groupby(level="outlet").max()
    page = start_page(width, head + 0.3 * len(labels), **options)
    axes = add_panels(page, len(outlets), gap=GUTTER, left=left, top=head)
    top = float(heat.cells["estimate"].max(skipna=True) or 0)
    top = (top if top > 0 else 1.0) / max(1 - 0.32 / cell, 0.3)
    means = heat.cells["estimate"].groupby(level="category").mean()
    write_rows(axes[0], list(labels.values()), left)
    for ax, outlet, lines in zip(axes, outlets, heads, strict=True):
        ax.set(xlim=(0, top), ylim=(len(labels) - 0.5, -0.5))
        for y, category in enumerate(labels):
            cell_row = heat.cells.loc[(category, outlet.name)]
            share, mean = cell_row["estimate"], means[category]
            if pd.isna(share) or cell_row["strength"] == "cannot_tell":
                draw_hatch(ax, 0, y - 0.29, top if pd.isna(share) else share, 0.58)
                if pd.isna(share):
                    continue
            lead = heat.leads.get(outlet.name) == category
            if cell_row["strength"] != "cannot_tell":
                ax.barh(y, share, 0.58, color=outlet.colour, alpha=1 if lead else 0.42)
            edge = share
            if len(outlets) > 1:
                ax.plot([mean] * 2, [y - 0.36, y + 0.36], color=INK, lw=1.1, zorder=4)
                edge = max(share, mean)
            words = f"{share * 100:.0f}" if share == 0 or share >= 0.005 else "<1"
            draw_label(
                ax, edge, y, words, dx=4, color=INK if lead else INK3, weight=600 if lead else 400
            )
        ax.axvline(0, color=RULE, lw=0.8)
        write_heads(ax, [0], [lines], [outlet], dy=16, align="left")
        words = f"n = {counts[outlet.name]:,.0f}"
        draw_label(ax, 0, -0.5, words, dy=5, va="baseline", fontsize=8, color=INK3)
    return page


def _title_choice(scores: pd.DataFrame) -> str:
    chosen = scores[scores["chosen"].astype(bool)].iloc[0]
    count = int(chosen["k"])
    most = {}
    for column in ("stability", "coherence"):
        if scores[column].notna().any():
            most[column] = chosen[column] >= scores[column].max()
    noun = "topics" if count != 1 else "topic"
    start = f"{count_words(count)} {noun}"
    if not most or len(scores) < 2:
        return start_sentence(
            f"{start} {'were' if count != 1 else 'was'} used; no other number was tried"
        )
    if all(most.values()) and len(most) == 2:
        return start_sentence(
            f"Of the numbers tried, {start} are the most stable and the most coherent"
        )
    if most.get("stability"):
        return start_sentence(f"Of the numbers tried, {start} are the most stable")
    best = scores.loc[scores["stability"].idxmax()] if "stability" in most else None
    if most.get("coherence"):
        return start_sentence(
            f"Of the numbers tried, {start} are the most coherent, though not the most stable"
        )
    if best is not None:
        return start_sentence(
            f"{start} were used, though {count_words(int(best['k']))} would be more stable"
        )
    return start_sentence(f"{start} were used, though another number would be more coherent")


@styled
def draw_topic_choice(scores: pd.DataFrame, *, width: str = "column") -> Drawing:
    """Stability and coherence for each number of topics that was tried; the chosen one marked.

    Parameters
    ----------
    scores : DataFrame
        k, stability, coherence, chosen (bool, true for one row).
    width : {"column", "half"}

    Raises
    ------
    EncuadreError
        Unless exactly one row is chosen.
    """
    check_columns(scores, ["k", "stability", "coherence", "chosen"], "topic scores")
    scores = scores.sort_values("k").reset_index(drop=True)
    if scores["chosen"].astype(bool).sum() != 1:
        raise EncuadreError(
            f"{int(scores['chosen'].sum())} rows of the topic scores are chosen. Expected one; set "
            "the column chosen to true for the number of topics that the run used."
        )
    title = _title_choice(scores)
    note = (
        "Higher is better in both; each has its own scale. Filled dot and upright line: the "
        "number used."
    )
    narrow = width == "half"
    page = start_page(
        width,
        3.3 if narrow else 2.0,
        kicker="Number of topics",
        title=title,
        subtitle="Stability and coherence by number of topics",
        note=note,
    )
    if narrow:
        half = (page.top - page.bottom) / 2
        axes = [add_panel(page, left=0.42, top=0.36, bottom=half + 0.28, right=0.1)]
        axes.append(add_panel(page, left=0.42, top=half + 0.36, bottom=0.28, right=0.1))
    else:
        axes = add_panels(page, 2, gap=0.6, left=0.42, right=0.1, top=0.36, bottom=0.28)
    chosen = scores[scores["chosen"].astype(bool)].iloc[0]
    ks = scores["k"]
    pad = max((ks.max() - ks.min()) * 0.05, 0.5)
    for ax, column, name in zip(
        axes, ("stability", "coherence"), ("Stability", "Coherence"), strict=True
    ):
        values = scores[column]
        low, high = (values.min(), values.max()) if values.notna().any() else (0.0, 1.0)
        room = (high - low) * 0.3 or 0.1
        ax.set(xlim=(ks.min() - pad, ks.max() + pad), ylim=(low - room, high + room))
        ax.axvline(chosen["k"], color=GRID, lw=5, zorder=0)
        ax.plot(ks, values, color=INK3, lw=1.2, zorder=2)
        ax.plot(ks, values, "o", ms=5, mfc="#FFFFFF", mec=INK3, mew=1.2, zorder=3)
        ax.plot([chosen["k"]], [chosen[column]], "o", ms=7, color=INK, mew=0, zorder=4)
        if pd.notna(chosen[column]):
            draw_label(
                ax,
                chosen["k"],
                chosen[column],
                say_number(chosen[column]),
                dy=10,
                ha="center",
                weight=600,
                halo=True,
            )
        ticks = [low, high] if high > low else [low]
        ax.set_yticks(ticks, [say_number(v) for v in ticks], color=INK3)
        every = max(1, -(-len(ks) // 9))
        ax.set_xticks(list(ks)[::every], [f"{k:g}" for k in ks][::every], color=INK3)
        draw_label(ax, ax.get_xlim()[0], ax.get_ylim()[1], name, dy=13, weight=600, color=INK2)
    alt = (
        "Stability and coherence by number of topics, two line charts. Chosen: "
        f"{int(chosen['k'])}, with stability "
        f"{say_number(chosen['stability'])} and coherence {say_number(chosen['coherence'])}. "
        f"Stability runs from {say_number(scores['stability'].min())} to "
        f"{say_number(scores['stability'].max())}."
    )
    return Drawing(page.figure, title, note, alt)
