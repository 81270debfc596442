"""Words that set each outlet apart."""

from __future__ import annotations

from collections.abc import Sequence

import pandas as pd
from matplotlib.axes import Axes

from encuadre.figures.choose import check_columns
from encuadre.figures.marks import draw_interval, draw_label
from encuadre.figures.page import add_panel, from_left, measure_text, shorten, start_page
from encuadre.figures.style import BG, INK, INK3, RULE, SIZE, WIDTHS, Drawing, styled
from encuadre.figures.words import (
    Outlet,
    clean_text,
    clip_text,
    list_outlets,
    name_group,
    say_number,
    start_sentence,
)
from encuadre.prose import join_words

COLUMNS = ["outlet", "word", "z", "log_odds", "low", "high", "count", "count_rest", "flagged"]
ROW, HEAD = 0.2, 0.26


def pick_words(wording: pd.DataFrame, outlet: str, top: int) -> pd.DataFrame:
    """The words of an outlet with the highest z, each once, whose interval lies above 0."""
    rows = wording[(wording["outlet"] == outlet) & (wording["low"] > 0)]
    rows = rows.sort_values(["z", "word"], ascending=[False, True]).drop_duplicates("word")
    return rows.head(top).reset_index(drop=True)


def _title(words: dict[str, pd.DataFrame], outlets: Sequence[Outlet]) -> str:
    clear = []
    for outlet in outlets:
        rows = words[outlet.name]
        rows = rows[~rows["flagged"].astype(bool)]
        if len(rows):
            said = [f"“{clip_text(clean_text(w), 24)}”" for w in rows["word"].head(2)]
            clear.append((float(rows["z"].iloc[0]), outlet, join_words(said)))
    clear.sort(key=lambda item: (-item[0], item[1].name))
    if not clear:
        return f"No word clearly sets one of the {name_group(outlets)} apart from the rest"
    title = f"{clear[0][2]} set {clear[0][1].phrase} apart"
    title = title if " and " in clear[0][2] else title.replace(" set ", " sets ", 1)
    return title if len(clear) == 1 else f"{title}, {clear[1][2]} {clear[1][1].phrase}"


def _draw_words(
    ax: Axes,
    rows: pd.DataFrame,
    outlet: Outlet,
    left: float,
    names: float,
    top: int,
    counts: float,
) -> None:
    ax.set_ylim(top - 0.5, -0.5)
    lift = 5.0
    ax.annotate(
        outlet.label if measure_text(outlet.label, 9, 600) < 2.6 else outlet.short,
        (left + 0.16, -0.5),
        (0, lift),
        xycoords=from_left(ax),
        textcoords="offset points",
        weight=600,
        fontsize=9,
        color=INK,
        va="baseline",
    )
    ax.plot(
        [left + 0.05],
        [-0.5 - (lift + 3.2) / 72 / ROW],
        marker=outlet.marker,
        ls="",
        color=outlet.colour,
        ms=5.8,
        mew=0,
        clip_on=False,
        transform=from_left(ax),
    )
    ax.axvline(0, color=RULE, lw=0.8)
    for y, row in rows.iterrows():
        word = shorten(clean_text(row["word"]), names - 0.08, SIZE["row"])
        ax.text(left, y, word, fontsize=SIZE["row"], va="center", transform=from_left(ax))
        low, high = ax.get_xlim()
        if pd.notna(row["low"]) and pd.notna(row["high"]):
            draw_interval(ax, max(row["low"], low), min(row["high"], high), y, outlet.colour)
        face = BG if row["flagged"] else outlet.colour
        ax.plot([row["log_odds"]], [y], "o", ms=5.6, mfc=face, mec=outlet.colour, mew=1.3, zorder=4)
        draw_label(
            ax,
            high,
            y,
            f"{row['count']:,.0f} : {row['count_rest']:,.0f}",
            dx=counts * 72,
            ha="right",
            fontsize=8,
            color=INK3,
        )
    if not len(rows):
        draw_label(ax, 0, 0, "no word stands out", dx=6, color=INK3)


@styled
def draw_wording(
    wording: pd.DataFrame,
    *,
    outlets: Sequence[tuple[str, str]],
    top: int = 6,
    width: str = "column",
) -> Drawing:
    """The words that set each outlet apart from the rest, as dots with intervals.

    Parameters
    ----------
    wording : DataFrame
        article_id, outlet, word, z, log_odds, low, high, count, count_rest, flagged (bool).
    outlets : sequence of (name, short)
        All outlets of the study, in order.
    top : int
        Words an outlet, by z.
    width : {"column", "half"}
    """
    check_columns(wording, COLUMNS, "wording")
    named = list_outlets(outlets, wording)
    words = {o.name: pick_words(wording, o.name, top) for o in named}
    title = start_sentence(_title(words, named))
    every = pd.concat(list(words.values())) if words else wording.head(0)
    narrow = width == "half"
    across = WIDTHS.get(width, 6.3)
    columns = 1 if narrow or len(named) < 2 else 2
    gap = 0.3
    cell = (across - gap * (columns - 1)) / columns
    longest = max((measure_text(clean_text(w), SIZE["row"]) for w in every["word"]), default=0.5)
    names = min(longest + 0.12, cell * 0.38)
    shown = [
        f"{a:,.0f} : {b:,.0f}" for a, b in zip(every["count"], every["count_rest"], strict=True)
    ]
    counts = max((measure_text(word, 8.0) for word in shown), default=0.2) + 0.1
    tall = max((len(rows) for rows in words.values()), default=1) or 1
    lines = -(-len(named) // columns)
    note = (
        "At right: times used here : in all other articles. Lines: 95% intervals of the log-odds "
        "ratio (informative Dirichlet prior), rather too short, for words come in clusters; a word "
        "whose interval reaches 0 is left out."
    )
    if every["flagged"].astype(bool).any():
        note += (
            " Hollow: flagged, for the word may come from the state of the copy rather than from "
            "the author."
        )
    page = start_page(
        width,
        lines * (HEAD + tall * ROW) + (lines - 1) * 0.1 + 0.24,
        kicker="Wording",
        title=title,
        subtitle="Words used more than by the rest, log-odds ratio; 0 is no difference",
        note=note,
    )
    low = min(0.0, float(every["low"].min(skipna=True))) if every["low"].notna().any() else 0.0
    high = float(every[["log_odds", "high"]].max().max()) if len(every) else 1.0
    low = max(low, -0.25 * high)
    pad = (high - low) * 0.06
    height = HEAD + tall * ROW + 0.1
    for k, outlet in enumerate(named):
        line, column = divmod(k, columns)
        left = column * (cell + gap)
        ax = add_panel(
            page,
            left=left + names,
            right=across - left - cell + counts,
            top=line * height + HEAD,
            bottom=(lines - 1 - line) * height + 0.24,
        )
        ax.set_xlim(low - pad, high + pad)
        _draw_words(ax, words[outlet.name], outlet, left, names, tall, counts)
        if line == lines - 1 or k + columns >= len(named):
            step = max(1, round(high / 3))
            ticks = list(range(0, int(high + pad) + 1, step))
            ax.set_xticks(ticks, [str(t) for t in ticks], color=INK3)
    tops = ", ".join(
        f"{o.label}: {clean_text(words[o.name]['word'].iloc[0])} "
        f"({say_number(words[o.name]['log_odds'].iloc[0], 1)})"
        for o in named
        if len(words[o.name])
    )
    alt = (
        "Distinctive words by outlet, dots with intervals. First word of each, with its log-odds "
        f"ratio: {tops or 'none'}."
    )
    bare = [o.label for o in named if not len(words[o.name])]
    if bare:
        alt += f" No word can be told apart from the rest for {', '.join(bare)}."
    return Drawing(page.figure, title, note, alt)
