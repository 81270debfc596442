"""The articles in time, with the state of each copy."""

from __future__ import annotations

import calendar
from collections.abc import Sequence
from datetime import date
from typing import Any

import pandas as pd
from matplotlib.axes import Axes

from encuadre.figures.choose import check_columns
from encuadre.figures.marks import draw_copy, draw_label
from encuadre.figures.page import Page, add_panel, measure_text, start_page
from encuadre.figures.rows import (
    SWATCH,
    find_name_width,
    find_outlet_width,
    mark_outlet,
    measure_key,
    write_row,
)
from encuadre.figures.style import GRID, INK, INK2, INK3, RULE, SIZE, Drawing, styled
from encuadre.figures.words import (
    Outlet,
    clean_text,
    clip_text,
    count_words,
    list_outlets,
    start_sentence,
)

MONTHS = calendar.month_abbr
PITCH = 7.2
KEY = ("intact copy", "altered copy")


def read_span(published_on: object) -> tuple[date, date] | None:
    """First and last day that a date, perhaps reduced to month or year, can mean."""
    text = published_on if isinstance(published_on, str) else ""
    parts = [int(part) for part in text.split("-")] if text else []
    if not parts:
        return None
    year, month = parts[0], parts[1] if len(parts) > 1 else None
    if month is None:
        return date(year, 1, 1), date(year, 12, 31)
    if len(parts) > 2:
        return date(year, month, parts[2]), date(year, month, parts[2])
    return date(year, month, 1), date(year, month, calendar.monthrange(year, month)[1])


def say_date(published_on: object) -> str:
    """A date as a reader writes it, no finer than it is known."""
    text = published_on if isinstance(published_on, str) else ""
    parts = text.split("-")
    if not text:
        return "no date"
    words = [parts[0]]
    words += [MONTHS[int(parts[1])]] if len(parts) > 1 else []
    words += [str(int(parts[2]))] if len(parts) > 2 else []
    return " ".join(reversed(words))


def _title(articles: pd.DataFrame, spans: Sequence[tuple[date, date] | None]) -> str:
    count, altered = len(articles), int((articles["integrity"] != "intact").sum())
    years = sorted({day.year for span in spans if span for day in span})
    subject = f"the {count_words(count)} articles" if count > 1 else "the one article"
    if not years:
        when = f"{subject} {'carry' if count > 1 else 'carries'} no date"
    elif len(years) == 1:
        dated = f"{subject} {'are' if count > 1 else 'is'} from {years[0]}"
        when = dated if all(spans) else f"the dated articles are from {years[0]}"
    else:
        when = f"{subject} run from {years[0]} to {years[-1]}"
    if count == 1:
        state = "the copy is altered" if altered else "the copy is intact"
    elif not altered:
        state = "every copy is intact"
    elif altered == count:
        state = "every copy is altered"
    else:
        state = (
            f"{count_words(altered)} "
            f"{'are altered copies' if altered > 1 else 'is an altered copy'}"
        )
    return start_sentence(f"{when}; {state}")


def choose_ticks(first: date, last: date, width: float) -> list[tuple[date, str]]:
    """Years or months as ticks, as many as fit the width (inches)."""
    months = (last.year - first.year) * 12 + last.month - first.month + 1
    for step in (1, 2, 3, 6, 12, 24, 60, 120):
        labels = []
        for k in range(months + 1):
            month = (first.month - 1 + k) % 12
            year = first.year + (first.month - 1 + k) // 12
            aligned = (
                (month % step == 0) if step < 12 else (month == 0 and year % (step // 12) == 0)
            )
            if aligned:
                word = str(year) if step >= 12 or month == 0 else MONTHS[month + 1]
                if not labels and step < 12 and month:
                    word += f" {year}"
                labels.append((date(year, month + 1, 1), word))
        labels = [(day, word) for day, word in labels if first <= day <= last]
        need = sum(measure_text(word, SIZE["label"]) + 0.14 for _, word in labels)
        if need <= width * 0.7 and labels:
            return labels
    return [(first, str(first.year))]


def _draw_outlet(
    ax: Axes,
    y: float,
    rows: pd.DataFrame,
    outlet: Outlet,
    scale: float,
    spread: float,
    inches: float,
) -> None:
    """The articles of one outlet on their line; equal places are stacked."""
    taken: dict[int, int] = {}
    for row in rows.itertuples():
        column = round(row.middle / spread)
        level = taken.get(column, 0)
        taken[column] = level + 1
        x = column * spread if len(rows) > 1 else row.middle
        up = y + 0.34 - (level + 0.6) * PITCH * scale
        if row.last > row.first:
            ax.plot(
                [row.first, row.last],
                [up, up],
                color=outlet.colour,
                lw=1.2,
                alpha=0.55,
                solid_capstyle="butt",
                zorder=2,
            )
        draw_copy(ax, x, up, altered=row.integrity != "intact", colour=outlet.colour)
    ax.plot([0, 1], [y + 0.36] * 2, transform=ax.get_yaxis_transform(), color=RULE, lw=0.6)
    if len(rows) == 1:
        row = rows.iloc[0]
        words = say_date(row["published_on"])
        low, high = ax.get_xlim()
        need = (measure_text(words, SIZE["label"]) + 0.12) * (high - low) / inches
        up = y + 0.34 - 0.6 * PITCH * scale
        if row["last"] + need < high:
            draw_label(ax, row["last"], up, words, dx=7, color=INK2)
        elif row["first"] - need > low:
            draw_label(ax, row["first"], up, words, dx=-7, ha="right", color=INK2)
        else:
            draw_label(ax, row["middle"], up, words, dy=12, ha="center", color=INK2)


def _draw_state_key(page: Page, left: float) -> None:
    x = left
    for k, word in enumerate(KEY):
        y = page.top - 0.08
        draw_copy(page.canvas, x + 0.05, y, altered=bool(k), colour=INK)
        page.canvas.text(x + 0.14, y, word, va="center", fontsize=SIZE["label"], color=INK2)
        x += 0.36 + measure_text(word, SIZE["label"])


@styled
def draw_timeline(
    articles: pd.DataFrame, *, outlets: Sequence[tuple[str, str]], width: str = "column"
) -> Drawing:
    """Articles by date and outlet; a date known to the month or year is drawn as a span.

    Parameters
    ----------
    articles : DataFrame
        article_id, outlet, published_on (ISO 8601, may be reduced or empty), genre, integrity.
    outlets : sequence of (name, short)
        All outlets of the study, in order.
    width : {"column", "half"}
    """
    check_columns(
        articles, ["article_id", "outlet", "published_on", "genre", "integrity"], "articles"
    )
    spans = [read_span(day) for day in articles["published_on"]]
    days = [day for span in spans if span for day in span] or [date(2000, 1, 1), date(2000, 12, 31)]
    first, last = min(days), max(days)
    table = articles.assign(
        first=[span[0].toordinal() if span else float("nan") for span in spans],
        last=[span[1].toordinal() if span else float("nan") for span in spans],
    )
    table["middle"] = (table["first"] + table["last"]) / 2
    start = table.groupby("outlet")["first"].min()
    named = list_outlets(outlets, articles)
    named = sorted(
        named,
        key=lambda o: (pd.isna(start[o.name]), start[o.name] if pd.notna(start[o.name]) else 0),
    )
    altered = articles["integrity"] != "intact"
    undated = sum(span is None for span in spans)
    note = f"n = {len(articles)} article{'s' if len(articles) != 1 else ''}."
    if any(span and span[0] != span[1] for span in spans):
        note += " A line through a square: the date is known to the month or year only."
    if altered.any():
        note += (
            " Altered copy: its wording was changed by software (machine translation or"
            " replaced words), so its quotations are not verbatim."
        )
    if undated:
        note += f" Not drawn, for want of a date: {undated}."
    title = _title(articles, spans)
    narrow = width == "half"
    genres = articles.groupby("outlet")["genre"].agg(
        lambda g: ", ".join(
            clip_text(clean_text(v), 24) for v in g.value_counts(sort=True).index[:2] if v
        )
    )
    left = max(
        find_outlet_width(named, narrow=narrow),
        find_name_width([genres[o.name] for o in named], 1.25 if narrow else 2.0, swatch=True)
        - 0.1,
    )
    several = bool((table["outlet"].value_counts() > 1).any())
    right = (0.3 if narrow else 0.42) if several else 0.0
    across = {"column": 6.3, "half": 3.05}.get(width, 6.3)
    chart = across - left - right
    pad = max((last - first).days, 28) * 0.04
    low, high = first.toordinal() - pad, last.toordinal() + pad
    spread = PITCH / 72 / chart * (high - low)
    stack = 1
    for _, rows in table.dropna(subset=["middle"]).groupby("outlet"):
        stack = max(stack, int((rows["middle"] / spread).round().value_counts().max()))
    pitch = max(0.44, (stack + 1.5) * PITCH / 72)
    key = measure_key(KEY, across) if altered.any() else 0
    page = start_page(
        width,
        key + 0.14 + pitch * len(named) + 0.24,
        kicker="The articles",
        title=title,
        subtitle="Articles by date of publication"
        + ("; under each name, the genre" if any(genres) else ""),
        note=note,
    )
    if key:
        _draw_state_key(page, 0)
    ax = add_panel(page, left=left, right=right, top=key + 0.14, bottom=0.24)
    ax.set(ylim=(len(named) - 0.5, -0.5), xlim=(low, high))
    for y, outlet in enumerate(named):
        mark_outlet(ax, outlet, 0.065, y)
        rows = table[table["outlet"] == outlet.name].sort_values(["middle", "article_id"])
        write_row(
            ax,
            y,
            outlet.short if narrow else outlet.label,
            left,
            left=SWATCH,
            below=genres[outlet.name],
        )
        dated = rows.dropna(subset=["middle"])
        if not len(dated):
            draw_label(ax, low, y, "no date", dx=2, color=INK3)
        _draw_outlet(ax, y, dated, outlet, 1 / 72 / pitch, spread, chart)
        if several:
            draw_label(ax, high, y, f"{len(rows)}", dx=right * 72, ha="right", color=INK3)
    if several:
        style: dict[str, Any] = {"ha": "right", "va": "baseline", "color": INK3}
        draw_label(ax, high, -0.5, "n", dx=right * 72, dy=2, **style)
    ticks = choose_ticks(first, last, chart)
    ax.set_xticks([day.toordinal() for day, _ in ticks], [word for _, word in ticks], color=INK3)
    for day, _ in ticks:
        ax.axvline(day.toordinal(), color=GRID, lw=0.6, zorder=0)
    ranges = ", ".join(
        f"{o.label} "
        f"{say_date(table[table['outlet'] == o.name].sort_values('first')['published_on'].iloc[0])}"
        for o in named
    )
    alt = (
        "Articles by outlet and date of publication, squares on a time line. First article of "
        f"each: {ranges}. "
        f"Altered copies: {int(altered.sum())} of {len(articles)}."
        + (f" The date of {undated} cannot be told." if undated else "")
    )
    return Drawing(page.figure, title, note, alt)
