"""How well codings agree."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence

import pandas as pd

from encuadre.figures.choose import check_columns
from encuadre.figures.marks import (
    draw_interval,
    draw_label,
    draw_strength,
)
from encuadre.figures.page import STRENGTH_WORDS, add_panel, start_page
from encuadre.figures.rows import (
    find_name_width,
    write_row,
)
from encuadre.figures.style import BG, INK, INK2, INK3, PANEL, Drawing, styled
from encuadre.figures.words import (
    WHOLE,
    clean_text,
    count_words,
    name_labels,
    say_number,
    start_sentence,
)
from encuadre.prose import join_words

FIRM, TENTATIVE = 0.8, 0.667


def judge_alpha(alpha: float) -> str:
    """Strength that an agreement supports: .80 firm, .667 tentative (Krippendorff 2004)."""
    if not alpha >= TENTATIVE:
        return "cannot_tell"
    return "firm" if alpha >= FIRM else "tentative"


def say_alpha(alpha: float) -> str:
    """Alpha without the zero before its point."""
    return say_number(alpha).replace("0.", ".", 1) if abs(alpha) < 1 else say_number(alpha)


def _title_agreement(strengths: Sequence[str], noun: str) -> str:
    words = {"firm": "firmly", "tentative": "tentatively", "cannot_tell": "too unreliably to use"}
    many, one = "are coded", "is coded"
    if noun == "comparison":
        words["cannot_tell"] = "too little to be used"
        many, one = "agree", "agrees"
    parts = [(k, sum(s == k for s in strengths)) for k in words]
    parts = [(k, n) for k, n in parts if n]
    total = len(strengths)
    if not parts:
        return "How well the coders agree cannot be told: no units were coded twice"
    if len(parts) == 1:
        if total == 1:
            return f"the one {noun} {one} {words[parts[0][0]]}"
        both = "both" if total == 2 else f"all {count_words(total)}"
        return f"{both} {noun}s {many} {words[parts[0][0]]}"
    said = [f"{count_words(n)} {words[k]}" for k, n in parts]
    first, count = parts[0]
    said[0] = f"{count_words(count)} {one if count == 1 else many} {words[first]}"
    return f"of {count_words(total)} {noun}s, {join_words(said)}"


@styled
def draw_reliability(
    agreement: pd.DataFrame,
    *,
    field_labels: Mapping[str, str] | Sequence[tuple[str, str]] = (),
    width: str = "column",
) -> Drawing:
    """Krippendorff's alpha by field, with its interval and the lines at .667 and .80.

    Parameters
    ----------
    agreement : DataFrame
        field, category ("all" or "" for the whole field), coder_a, coder_b, n, agreement,
        alpha, low, high.
    field_labels : sequence of (field, label), or mapping
    width : {"column", "half"}
    """
    columns = ["field", "category", "coder_a", "coder_b", "n", "alpha", "low", "high"]
    check_columns(agreement, columns, "agreement")
    labels = name_labels(field_labels)
    rows = agreement.assign(order=agreement["alpha"].fillna(-2)).sort_values(
        ["order", "field", "category"], ascending=[False, True, True]
    )
    rows = rows.reset_index(drop=True)
    pairs = rows[["coder_a", "coder_b"]].drop_duplicates()
    names, below = [], []
    for _, row in rows.iterrows():
        name = labels.get(str(row["field"]), clean_text(row["field"]).replace("_", " "))
        category = "" if pd.isna(row["category"]) else str(row["category"])
        if category not in WHOLE:
            name += f": {labels.get(category, clean_text(category).replace('_', ' '))}"
        names.append(start_sentence(name))
        below.append(
            f"{clean_text(row['coder_a'])} and {clean_text(row['coder_b'])}"
            if len(pairs) > 1
            else ""
        )
    strengths = [judge_alpha(a) for a in rows["alpha"]]
    whole = rows["category"].fillna("").astype(str).isin(WHOLE)
    noun = "field" if whole.all() else "measure"
    if len(pairs) > 1:
        noun = "comparison"
    title = start_sentence(_title_agreement(strengths, noun))
    narrow = width == "half"
    note = (
        f"Firm: alpha at {say_alpha(FIRM)} or above. Tentative: at .667 or above. Cannot tell: "
        "below that;"
        " no finding rests on it. n: units coded twice."
    )
    page = start_page(
        width,
        0.3 + (0.36 if any(below) else 0.33) * max(len(rows), 1) + 0.22,
        kicker="Reliability",
        title=title,
        subtitle=(
            "Krippendorff’s alpha between two codings, with 95% intervals; 1 is full agreement"
        ),
        note=note,
    )
    right = 0.62 if narrow else 1.5
    left = find_name_width([*names, *below], 1.2 if narrow else 2.0)
    ax = add_panel(page, left=left, right=right, top=0.3, bottom=0.22)
    ax.set_ylim(max(len(rows), 1) - 0.5, -0.5)
    for y, name in enumerate(names):
        write_row(ax, y, name, left, below=below[y])
    lows = rows[["low", "alpha"]].min().min()
    low = min(0.5, math.floor((lows if pd.notna(lows) else 0.5) * 10) / 10)
    low = max(low, -1.0)
    ax.set_xlim(low, 1)
    ax.axvspan(low, TENTATIVE, color=PANEL, lw=0, zorder=0)
    for value, word, align in ((TENTATIVE, ".667", "right"), (FIRM, ".80", "left")):
        ax.axvline(value, color=INK3, lw=0.8, ls=(0, (3, 2)), zorder=1)
        draw_label(
            ax,
            value,
            -0.5,
            word,
            dx=-1 if align == "right" else 1,
            dy=4,
            ha=align,
            va="baseline",
            color=INK2,
            weight=600,
        )
    ticks = [low, 1.0] if low != 0 else [0.0, 1.0]
    ticks = sorted({*ticks, 0.0} if low < 0 else ticks)
    ax.set_xticks(
        ticks, [f"{t:.1f}".replace("-", "−").replace("1.0", "1") for t in ticks], color=INK3
    )
    draw_label(ax, 1, -0.5, "n", dx=right * 72, dy=4, ha="right", va="baseline", color=INK3)
    for y, (strength, (_, row)) in enumerate(zip(strengths, rows.iterrows(), strict=True)):
        if pd.notna(row["alpha"]):
            if pd.notna(row["low"]) and pd.notna(row["high"]):
                draw_interval(ax, row["low"], row["high"], y, INK)
            face = INK if strength == "firm" else BG
            ax.plot(
                [row["alpha"]],
                [y],
                "o",
                ms=6.5,
                mec=INK,
                mew=1.3,
                mfc=face,
                zorder=3,
                clip_on=False,
            )
            x = min(max(row["alpha"], low + 0.06 * (1 - low)), 1)
            draw_label(
                ax,
                x,
                y,
                say_alpha(row["alpha"]),
                dy=9,
                ha="center",
                weight=600,
                halo=True,
                zorder=6,
            )
        else:
            draw_label(ax, low, y, "no alpha", dx=4, color=INK3)
        inch = (1 - low) / (page.width - left - right)
        draw_strength(ax, 1 + 0.16 * inch, y, strength)
        if not narrow:
            draw_label(ax, 1 + 0.16 * inch, y, STRENGTH_WORDS[strength], dx=8)
        draw_label(ax, 1, y, f"{row['n']:,.0f}", dx=right * 72, ha="right", color=INK3)
    alt = "Krippendorff’s alpha by field, dots with intervals."
    known = rows[rows["alpha"].notna()]
    if len(known):
        first, last = known.index[0], known.index[-1]
        alt += (
            f" Highest: {names[first]}, {say_alpha(rows['alpha'][first])}; lowest: {names[last]}, "
            f"{say_alpha(rows['alpha'][last])}."
        )
    weak = [name for name, s in zip(names, strengths, strict=True) if s == "cannot_tell"]
    if weak:
        alt += f" Nothing can be told from {', '.join(weak)}."
    return Drawing(page.figure, title, note, alt)
