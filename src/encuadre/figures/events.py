"""Which events each outlet tells, and how much room they take."""

from __future__ import annotations

import math
from collections.abc import Sequence

import pandas as pd
from matplotlib.axes import Axes

from encuadre.figures.choose import check_columns
from encuadre.figures.marks import draw_label, draw_ring
from encuadre.figures.page import add_panel, from_left, measure_text, start_page, wrap
from encuadre.figures.rows import (
    choose_heads,
    draw_key,
    mark_column,
    measure_heads,
    measure_key,
    write_heads,
)
from encuadre.figures.sources import say_date
from encuadre.figures.style import GRID, INK2, INK3, SIZE, WIDTHS, Drawing, styled
from encuadre.figures.words import (
    Outlet,
    clean_text,
    clip_text,
    count_words,
    list_outlets,
    name_group,
    start_sentence,
    weakest,
)
from encuadre.prose import say_percent


def sum_events(table: pd.DataFrame) -> pd.DataFrame:
    """Sentences, and share of an outlet's sentences (0..1), by event and outlet.

    Over several articles the share is the mean of the articles that the table names.
    """
    articles = table.groupby("outlet")["article_id"].nunique()
    sums = table.groupby(["event", "outlet"], as_index=False)[["sentences", "share"]].sum()
    return sums.assign(share=sums["share"] / sums["outlet"].map(articles).astype(float))


def find_closed(table: pd.DataFrame) -> set[tuple[str, str]]:
    """Events and outlets all of whose articles are older than the event."""
    if "possible" not in table:
        return set()
    open_to = table.groupby(["event", "outlet"])["possible"].any()
    return {(str(e), str(o)) for (e, o), some in open_to.items() if not some}


def _title(told: dict[str, int], outlets: Sequence[Outlet]) -> str:
    group, count = name_group(outlets), len(outlets)
    if not any(told.values()):
        return f"none of the listed events is told in these {group}"
    if count == 1:
        some, every = count_words(sum(told.values())), count_words(len(told))
        return f"{outlets[0].phrase} tells of {some} of {every} listed events"
    told = {event: number for event, number in told.items() if number}
    events = len(told)
    everywhere = sum(n == count for n in told.values())
    once = sum(n == 1 for n in told.values())
    both = "both" if count == 2 else f"all {count_words(count)}"
    if events == 1:
        first = (
            f"the one event is told in {count_words(next(iter(told.values())))} of "
            f"{count_words(count)} {group}"
        )
        return first
    if everywhere == events:
        return f"all {count_words(events)} events are told in {both} {group}"
    be = "is" if everywhere < 2 else "are"
    title = f"{count_words(everywhere)} of {count_words(events)} events {be} told in {both} {group}"
    if not everywhere:
        title = f"no event is told in {both} {group}"
    if once and everywhere:
        title += f", {count_words(once)} in only one"
    elif once:
        be = "is" if once == 1 else "are"
        title += f"; {count_words(once)} of {count_words(events)} {be} told in only one"
    return title


def _draw_dot(
    ax: Axes, x: float, y: float, share: float, label: str, outlet: Outlet, area: float
) -> None:
    size = max(area * share, 5.0)
    ax.scatter([x], [y], s=size, color=outlet.colour, lw=0, zorder=3, clip_on=False)
    draw_label(ax, x, y, label, dx=math.sqrt(size / math.pi) + 2.5, color=INK2)


@styled
def draw_events(
    table: pd.DataFrame,
    *,
    outlets: Sequence[tuple[str, str]],
    events: Sequence[tuple[str, str, str]],
    width: str = "column",
) -> Drawing:
    """Events by outlet, a dot matrix in order of date; a small ring where one is left out.

    Parameters
    ----------
    table : DataFrame
        event, article_id, outlet, sentences, share (0..1 of the article's words); rows with no
        sentences may be there or not. A column strength, if there is one, gives the mark; a column
        possible (bool) says whether the article could tell the event at all.
    outlets : sequence of (name, short)
        All outlets of the study, in order; each becomes a column.
    events : sequence of (id, label, date)
        Dates are ISO 8601 and may be reduced or empty.
    width : {"column", "half"}
    """
    check_columns(table, ["event", "article_id", "outlet", "sentences", "share"], "events")
    named = list_outlets(outlets, table, all_of_them=True)
    sums = sum_events(table).set_index(["event", "outlet"])
    listed = sorted(
        ((i, clean_text(label), day) for i, label, day in events),
        key=lambda e: (not e[2], e[2] or ""),
    )
    shares: dict[tuple[str, str], float] = {}
    for event, _, _ in listed:
        for outlet in named:
            key = (event, outlet.name)
            there = key in sums.index and sums.loc[key, "sentences"] > 0
            shares[key] = float(sums.loc[key, "share"]) if there else 0.0
    closed = find_closed(table)
    told = {e: sum(shares[e, o.name] > 0 for o in named) for e, _, _ in listed}
    nowhere = [label for e, label, _ in listed if not told[e]]
    listed = [item for item in listed if told[item[0]]]
    title = start_sentence(_title(told, named))
    strength = weakest(table["strength"]) if "strength" in table else ""
    narrow = width == "half"
    across = WIDTHS.get(width, 6.3)
    days = [say_date(day) if day else "" for _, _, day in listed]
    date_width = max((measure_text(day, SIZE["label"]) for day in days), default=0) + 0.14
    left = (
        0.0
        if narrow
        else min(
            2.55,
            date_width + max((measure_text(e[1], SIZE["row"]) for e in listed), default=1) + 0.15,
        )
    )
    cell = (across - left) / max(len(named), 1)
    heads = choose_heads(named, cell * 0.98)
    key = 0 if heads else measure_key([o.short for o in named], across)
    head = measure_heads(heads) if heads else 0.24
    row = 0.6 if narrow else 0.36
    note = (
        "Number and area of a dot: per cent of the words, in sentences that tell of the event. Ring: "
        f"not told.{' Blank: younger than the article.' if closed else ''} Order: by date."
    )
    if nowhere:
        note += f" Told nowhere: {', '.join(clip_text(label, 40) for label in nowhere)}."
    page = start_page(
        width,
        key + head + row * max(len(listed), 1),
        kicker="Events",
        title=title,
        subtitle=(
            "Room that each event takes, per cent of the words in each "
            f"{'article' if named and named[0].single else 'outlet'}"
        ),
        note=note,
        strength=strength,
    )
    ax = add_panel(page, left=left, top=key + head)
    ax.set(xlim=(-0.5, len(named) - 0.5), ylim=(max(len(listed), 1) - 0.5, -0.5))
    top = max(shares.values(), default=0.0) or 1.0
    radius = min(0.15, cell * 0.24) * 72
    area = math.pi * radius**2 / top
    shift = -min(0.12 / cell, 0.18)
    down = 0.16 if narrow else 0.0
    for y, (event, label, _) in enumerate(listed):
        if y:
            ax.plot(
                [0, across],
                [y - 0.5] * 2,
                color=GRID,
                lw=0.6,
                clip_on=False,
                zorder=0,
                transform=from_left(ax),
            )
        if narrow:
            ax.text(
                0,
                y - 0.28,
                days[y],
                transform=from_left(ax),
                va="center",
                color=INK3,
                fontsize=SIZE["label"],
            )
            size = SIZE["row"]
            if measure_text(label, size) > across - date_width:
                size = SIZE["label"]
            line = wrap(label, across - date_width, size, limit=1)[0]
            ax.text(
                date_width,
                y - 0.28,
                line,
                transform=from_left(ax),
                va="center",
                fontsize=size,
            )
        else:
            ax.text(
                0,
                y,
                days[y],
                transform=from_left(ax),
                va="center",
                color=INK3,
                fontsize=SIZE["label"],
            )
            some = wrap(label, left - date_width - 0.1, SIZE["row"], limit=2)
            for k, line in enumerate(some):
                spot = y + (k - (len(some) - 1) / 2) * 0.145 / row
                ax.text(
                    date_width,
                    spot,
                    line,
                    transform=from_left(ax),
                    va="center",
                    fontsize=SIZE["row"],
                )
        for x, outlet in enumerate(named):
            share = shares[event, outlet.name]
            if share > 0:
                words = f"{share * 100:.0f}" if share >= 0.005 else "<1"
                _draw_dot(ax, x + shift, y + down, share, words, outlet, area)
            elif (event, outlet.name) not in closed:
                draw_ring(ax, x + shift, y + down)
    places = [x + shift for x in range(len(named))]
    if heads:
        write_heads(ax, places, heads, named, dy=5)
    else:
        draw_key(page, named)
        for x, outlet in zip(places, named, strict=True):
            mark_column(ax, outlet, x, 8)
    alt = "Events by outlet, dot matrix."
    if listed:
        by_event, by_outlet = {e: label for e, label, _ in listed}, {o.name: o.label for o in named}
        (event, outlet), share = max(shares.items(), key=lambda item: item[1])
        alt += (
            f" Most room: {clip_text(by_event[event], 60)} in {by_outlet[outlet]}, "
            f"{say_percent(share)}."
        )
        counts = "; ".join(
            f"{o.label} tells {sum(shares[e, o.name] > 0 for e, _, _ in listed)}" for o in named
        )
        alt += f" Of {len(listed)} events, {counts}."
    return Drawing(page.figure, title, note, alt, strength)
