"""The model alone beside the coding by reading."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence

import pandas as pd

from encuadre.errors import EncuadreError
from encuadre.figures.choose import COLUMNS, check_columns
from encuadre.figures.marks import (
    draw_grid,
    draw_interval,
    draw_label,
)
from encuadre.figures.page import add_panel, start_page
from encuadre.figures.rows import (
    SWATCH,
    find_name_width,
    mark_outlet,
    write_row,
    write_rows,
)
from encuadre.figures.style import BG, INK, INK3, Drawing, styled
from encuadre.figures.words import (
    clean_text,
    clip_text,
    count_words,
    list_outlets,
    name_labels,
    say_number,
    start_sentence,
)


def pair_methods(estimates: pd.DataFrame) -> pd.DataFrame:
    """Each raw estimate beside the coded one (or, for want of it, the corrected one).

    Returns
    -------
    DataFrame
        article_id, outlet, voice, target, category, raw, coded, low, high, gap (raw minus coded),
        off (whether raw lies outside low..high); largest gap first.
    """
    check_columns(estimates, COLUMNS, "estimates")
    measures = sorted(set(estimates["measure"]))
    if len(measures) > 1:
        raise EncuadreError(
            f"The comparison got {len(measures)} measures ({', '.join(measures)}). Expected one, "
            "because they have different scales; select the rows of one measure first."
        )
    keys = ["article_id", "outlet", "voice", "target", "category"]
    table = estimates.assign(**{key: estimates[key].fillna("").astype(str) for key in keys})
    known = table[table["method"] != "raw"].sort_values("method").drop_duplicates(keys)
    raw = table[table["method"] == "raw"].set_index(keys)["estimate"].rename("raw")
    coded = known.set_index(keys)[["estimate", "low", "high"]]
    both = (
        coded.rename(columns={"estimate": "coded"})
        .join(raw, how="inner")
        .dropna(subset=["raw", "coded"])
    )
    gap = both["raw"] - both["coded"]
    off = (both["raw"] < both["low"]) | (both["raw"] > both["high"])
    both = both.assign(gap=gap, off=off, size=gap.abs()).reset_index()
    return (
        both.sort_values(["size", "outlet", "category"], ascending=[False, True, True])
        .drop(columns="size")
        .reset_index(drop=True)
    )


@styled
def draw_comparison(
    estimates: pd.DataFrame,
    *,
    outlets: Sequence[tuple[str, str]],
    labels: Mapping[str, str] | Sequence[tuple[str, str]] = (),
    limit: int = 12,
    width: str = "column",
) -> Drawing:
    """How far the model alone would have been off: its estimate beside that of the coding.

    Parameters
    ----------
    estimates : DataFrame
        Rows of the estimates table, of one measure, with methods raw and coded (or corrected).
    outlets : sequence of (name, short)
        All outlets of the study, in order.
    labels : sequence of (id, label), or mapping
        For voices, targets and categories in the row names.
    limit : int
        Rows at most, the largest differences first.
    width : {"column", "half"}
    """
    rows = pair_methods(estimates)
    names_of = {
        "all": "all voices",
        "own": "own voice",
        "quoted": "quoted voices",
        "mean": "",
    } | name_labels(labels)
    named = {o.name: o for o in list_outlets(outlets, rows)}
    total, off = len(rows), int(rows["off"].sum())
    cut = rows.head(limit)
    varied = [k for k in ("target", "voice", "category") if rows[k].nunique() > 1]
    stance = bool((estimates["measure"] == "stance").all()) and bool(
        (rows["category"] == "mean").all()
    )
    measure = str(estimates["measure"].iloc[0]) if len(estimates) else ""
    several = len(set(rows["article_id"])) > len(set(rows["outlet"]))
    narrow = width == "half"
    details = []
    for _, row in cut.iterrows():
        words = [names_of.get(row[k], row[k]) for k in varied]
        words += [row["article_id"]] if several else []
        details.append(start_sentence(", ".join(clip_text(clean_text(w), 40) for w in words if w)))
    title = start_sentence(_title_comparison(total, off, measure))
    read = bool((estimates["method"] == "coded").any())
    filled = "the coding by reading" if read else "corrected by the coded sample"
    note = (
        f"Hollow: the model alone. Filled: {filled}, with its 95% interval. Off: the model’s "
        "estimate lies outside that interval."
    )
    if total > limit:
        note += f" Drawn: the {limit} largest differences of {total}."
    unit = "mean stance, −1 to 1" if stance else "per cent"
    labels_wide = [named[o].short if narrow else named[o].label for o in cut["outlet"]]
    left = max(
        find_name_width(labels_wide, 0.95 if narrow else 1.6, swatch=True),
        find_name_width(details, 1.55 if narrow else 1.6, swatch=True),
    )
    page = start_page(
        width,
        0.26 + 0.36 * max(len(cut), 1) + 0.22,
        kicker="Model and coding",
        title=title,
        subtitle=f"The model’s estimates beside {'those of the coding' if read else 'the corrected ones'}, {unit}",
        note=note,
    )
    right = 0.62
    ax = add_panel(page, left=left, right=right, top=0.26, bottom=0.22)
    write_rows(ax, [""] * max(len(cut), 1), left)
    values = cut[["raw", "coded", "low", "high"]]
    low, high = (
        (-1.0, 1.0)
        if stance
        else (0.0, max(float(values.max().max()) if len(cut) else 1.0, 0.1) * 1.05)
    )
    low = min(low, float(values.min().min()) if len(cut) else low)
    ax.set_xlim(low, high)
    step = (
        0.5
        if stance
        else next(s for s in (0.02, 0.05, 0.1, 0.2, 0.25, 0.5, 1.0) if (high - low) / s < 6)
    )
    ticks = [
        k * step for k in range(math.ceil(low / step - 1e-9), math.floor(high / step + 1e-9) + 1)
    ]
    words = [f"{t:g}".replace("-", "−") if stance else f"{t * 100:.0f}" for t in ticks]
    ax.set_xticks(ticks, words, color=INK3)
    draw_grid(ax, ticks)
    scale = 1 if stance else 100
    for y, (detail, (_, row)) in enumerate(zip(details, cut.iterrows(), strict=True)):
        outlet = named[row["outlet"]]
        mark_outlet(ax, outlet, 0.065, y)
        write_row(ax, y, outlet.short if narrow else outlet.label, left, left=SWATCH, below=detail)
        if pd.notna(row["low"]) and pd.notna(row["high"]):
            draw_interval(ax, row["low"], row["high"], y, outlet.colour)
        ax.plot(
            [row["raw"], row["coded"]],
            [y, y],
            color=outlet.colour,
            lw=4.5,
            alpha=0.17,
            solid_capstyle="butt",
            zorder=1,
        )
        ax.plot(
            [row["coded"]], [y], "o", color=outlet.colour, ms=6.5, mew=0, zorder=4, clip_on=False
        )
        ax.plot(
            [row["raw"]],
            [y],
            "o",
            mfc=BG,
            mec=outlet.colour,
            ms=6.5,
            mew=1.5,
            zorder=5,
            clip_on=False,
        )
        gap = say_number(row["gap"] * scale, 2 if stance else 0)
        gap = f"+{gap}" if row["gap"] * scale > (0.005 if stance else 0.5) else gap
        draw_label(
            ax,
            high,
            y,
            gap,
            dx=right * 72,
            ha="right",
            color=INK if row["off"] else INK3,
            weight=600 if row["off"] else 400,
        )
    draw_label(
        ax,
        high,
        -0.5,
        "difference" if not narrow else "diff.",
        dx=right * 72,
        dy=4,
        ha="right",
        va="baseline",
        color=INK3,
    )
    alt = f"The model’s estimates beside those of the coding, dots. Off in {off} of {total}."
    for word, rows_at in (("Largest difference", rows.head(1)), ("smallest", rows.tail(1))):
        for _, row in rows_at.iterrows():
            alt += (
                f" {word}: {named[row['outlet']].label}, "
                f"{say_number(row['gap'] * scale, 2 if stance else 0)}"
                + (" points." if not stance else ".")
            )
    return Drawing(page.figure, title, note, alt)


def _title_comparison(total: int, off: int, measure: str) -> str:
    if not total:
        return "How far the model alone would be off cannot be told: nothing was coded by reading"
    noun = f"{measure} {'estimate' if total == 1 else 'estimates'}"
    if not off:
        every = f"all {count_words(total)} {noun}" if total > 1 else "the one estimate"
        return f"the model alone comes within the coding’s interval for {every}"
    if total == 1:
        return "the model alone lies outside the coding’s interval"
    return f"the model alone lies outside the coding’s interval for {count_words(off)} of {count_words(total)} {noun}"
