"""Where outlets stand: means in their own and in quoted voices, and shares by stance."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence

import pandas as pd
from matplotlib.axes import Axes
from matplotlib.patches import Rectangle
from scipy.stats import norm

from encuadre.figures.choose import FEW, drop_few, pick_estimates, say_method
from encuadre.figures.marks import (
    draw_grid,
    draw_hatch,
    draw_interval,
    draw_label,
    draw_pointer,
)
from encuadre.figures.page import add_panel, start_page
from encuadre.figures.rows import find_outlet_width, write_outlets
from encuadre.figures.style import (
    BG,
    FAVOURABLE,
    INK2,
    INK3,
    UNFAVOURABLE,
    Drawing,
    styled,
)
from encuadre.figures.words import (
    Outlet,
    clean_text,
    clip_text,
    count_words,
    is_known,
    list_outlets,
    name_group,
    say_number,
    start_sentence,
    weakest,
)

UP, DOWN = 0.16, -0.16
PITCH = 0.42


def compare_voices(own: Mapping[str, pd.Series], quoted: Mapping[str, pd.Series]) -> dict[str, str]:
    """Whether the voices that an outlet quotes are clearly more or less favourable than its own.

    Parameters
    ----------
    own, quoted : mapping
        The estimates of each outlet, by its name.

    Returns
    -------
    dict
        "more", "less" or "cannot_tell" for each outlet with both estimates known. The interval of the
        gap is that of a difference of two independent estimates, widened by Bonferroni's rule for
        the number of gaps.
    """
    both = {name: (own[name], quoted[name]) for name in own if name in quoted}
    known = [
        name for name, rows in both.items() if all(is_known(r) and r["n"] >= FEW for r in rows)
    ]
    wider = norm.isf(0.025 / max(len(known), 1)) / norm.isf(0.025)
    gaps = dict.fromkeys(known, "cannot_tell")
    for name in known:
        mine, theirs = own[name], quoted[name]
        gap = theirs["estimate"] - mine["estimate"]
        if gap >= 0:
            reach = math.hypot(theirs["estimate"] - theirs["low"], mine["high"] - mine["estimate"])
        else:
            reach = math.hypot(theirs["high"] - theirs["estimate"], mine["estimate"] - mine["low"])
        if abs(gap) > wider * reach:
            gaps[name] = "more" if gap > 0 else "less"
    return gaps


def _title(
    own: dict[str, pd.Series],
    gaps: dict[str, str],
    quoted: dict[str, pd.Series],
    outlets: Sequence[Outlet],
    target: str,
) -> tuple[str, str]:
    if not outlets:
        return f"Stance toward {target} cannot be told: no sentence names it", "cannot_tell"
    known = {name: row for name, row in own.items() if is_known(row)}
    by_name = {outlet.name: outlet for outlet in outlets}
    low_first = sorted(known.values(), key=lambda row: row["estimate"])
    count = len(outlets)
    words = "its own words" if count == 1 else "their own words"
    if low_first and len(known) == count:
        for sign, word in ((-1, "unfavourable"), (1, "favourable")):
            if all(row["high"] < 0 if sign < 0 else row["low"] > 0 for row in known.values()):
                strength = weakest(row["strength"] for row in known.values())
                if count == 1:
                    title = f"In {words}, {outlets[0].phrase} is {word} to {target}"
                    return title, strength
                row = low_first[0] if sign < 0 else low_first[-1]
                most = ""
                if _stands_apart(row, low_first, sign):
                    most = f", {by_name[row['outlet']].phrase} the most"
                both = "both" if count == 2 else f"all {count_words(count)}"
                group = name_group(outlets)
                return f"In {words}, {both} {group} are {word} to {target}{most}", strength
    if count == 1:
        return f"Whether {outlets[0].phrase} favours {target} cannot be told", "cannot_tell"
    for sign, word in ((-1, "least"), (1, "most")):
        row = (low_first[0] if sign < 0 else low_first[-1]) if len(known) == count else None
        if row is not None and count > 2 and _stands_apart(row, low_first, sign):
            title = (
                f"In its own words, {by_name[row['outlet']].phrase} is the {word} favourable to "
                f"{target}"
            )
            return title, weakest(r["strength"] for r in known.values())
    if len(low_first) > 1 and low_first[0]["high"] < low_first[-1]["low"]:
        less, more = low_first[0], low_first[-1]
        title = (
            f"In its own words, {by_name[less['outlet']].phrase} is less favourable to {target}"
            f" than {by_name[more['outlet']].phrase}"
        )
        return title, weakest([less["strength"], more["strength"]])
    clear = [name for name, gap in gaps.items() if gap in ("more", "less")]
    if clear:
        name = max(clear, key=lambda n: abs(quoted[n]["estimate"] - own[n]["estimate"]))
        phrase = by_name[name].phrase
        title = (
            f"The voices that {phrase} quotes are {gaps[name]} favourable to {target} than its "
            "own words"
        )
        return title, weakest([own[name]["strength"], quoted[name]["strength"]])
    return (
        f"How the {name_group(outlets)} differ in their stance toward {target} cannot be told",
        "cannot_tell",
    )


def _stands_apart(row: pd.Series, others: Sequence[pd.Series], sign: int) -> bool:
    rest = [other for other in others if other["outlet"] != row["outlet"]]
    return all(row["high"] < o["low"] if sign < 0 else row["low"] > o["high"] for o in rest)


def _draw_pair(
    ax: Axes,
    y: float,
    outlet: Outlet,
    own: pd.Series | None,
    quoted: pd.Series | None,
    gap: str,
    narrow: bool,
) -> None:
    told = [row for row in (own, quoted) if row is not None and pd.notna(row["estimate"])]
    ends = [v for row in told for v in (row["low"], row["high"], row["estimate"]) if pd.notna(v)]
    if not told:
        draw_hatch(ax, -1, y - 0.3, 2, 0.6)
        return
    if gap == "cannot_tell":
        low, high = min(ends), max(ends)
        draw_hatch(ax, low, y - 0.3, high - low, 0.6)
        room = 0.35 if narrow else 0.62
        side = "left" if high < room else "right" if low > -room else "center"
        draw_label(
            ax,
            {"left": high, "right": low, "center": (low + high) / 2}[side],
            y,
            "gap: cannot tell",
            dx={"left": 6, "right": -6, "center": 0}[side],
            ha=side,
            color=INK2,
            halo=True,
        )
    elif gap and own is not None and quoted is not None:
        x = min(own["estimate"], quoted["estimate"])
        span = abs(quoted["estimate"] - own["estimate"])
        ax.add_patch(Rectangle((x, y - 0.16), span, 0.32, color=outlet.colour, alpha=0.17, lw=0))
    for row, shift, filled in ((own, UP, True), (quoted, DOWN, False)):
        if row is None or pd.isna(row["estimate"]):
            continue
        if pd.notna(row["low"]) and pd.notna(row["high"]):
            draw_interval(ax, row["low"], row["high"], y + shift, outlet.colour)
        face = outlet.colour if filled else BG
        ax.plot(
            [row["estimate"]],
            [y + shift],
            "o",
            mfc=face,
            mec=outlet.colour,
            ms=7,
            mew=1.5,
            zorder=4,
            clip_on=False,
        )


def _name_marks(
    ax: Axes,
    order: Sequence[Outlet],
    own: dict[str, pd.Series],
    quoted: dict[str, pd.Series],
    gaps: dict[str, str],
    narrow: bool,
) -> None:
    """Name the two marks in the row that has most room beside both of them."""
    best, room = None, 0.0
    for y, outlet in enumerate(order):
        a, q = own.get(outlet.name), quoted.get(outlet.name)
        if a is None or q is None or gaps.get(outlet.name) not in ("more", "less"):
            continue
        highs = [
            1 - max(v for v in (row["high"], row["estimate"]) if pd.notna(v)) for row in (a, q)
        ]
        lows = [1 + min(v for v in (row["low"], row["estimate"]) if pd.notna(v)) for row in (a, q)]
        for sides in (
            (highs[0], lows[1], 1, -1),
            (lows[0], highs[1], -1, 1),
            (*highs, 1, 1),
            (*lows, -1, -1),
        ):
            if min(sides[:2]) > room:
                best, room = (y, a, q, sides[2], sides[3]), min(sides[:2])
    if best is None or room < (0.6 if narrow else 0.35):
        return
    y, a, q, own_side, quoted_side = best
    for row, shift, side, words in (
        (a, UP, own_side, "own" if narrow else "own voice"),
        (q, DOWN, quoted_side, "quoted" if narrow else "quoted voices"),
    ):
        ends = [v for v in (row["low"], row["high"], row["estimate"]) if pd.notna(v)]
        x = max(ends) if side > 0 else min(ends)
        draw_label(
            ax,
            x,
            y + shift,
            words,
            dx=5 * side,
            ha="left" if side > 0 else "right",
            color=INK2,
            halo=True,
        )


@styled
def draw_stance(
    estimates: pd.DataFrame,
    *,
    outlets: Sequence[tuple[str, str]],
    target: tuple[str, str],
    width: str = "column",
    method: str | None = None,
) -> Drawing:
    """Mean stance toward a target, own voice (filled) and quoted voices (hollow), by outlet.

    Parameters
    ----------
    estimates : DataFrame
        The estimates table; rows with measure "stance", category "mean", voice "own" or
        "quoted", estimate -1..1.
    outlets : sequence of (name, short)
        All outlets of the study, in order.
    target : (id, label)
        The label is as it stands in a sentence ("the US government").
    width : {"column", "half"}
    method : {"raw", "corrected", "coded"}, optional
    """
    rows = pick_estimates(
        estimates, measure="stance", target=target[0], voices=("own", "quoted"), method=method
    )
    rows, few = drop_few(rows[rows["category"] == "mean"])
    named = list_outlets(outlets, estimates)
    own = {row["outlet"]: row for _, row in rows[rows["voice"] == "own"].iterrows()}
    quoted = {row["outlet"]: row for _, row in rows[rows["voice"] == "quoted"].iterrows()}
    gaps = compare_voices(own, quoted)
    spot = {name: row["estimate"] for name, row in (quoted | own).items()}
    named = sorted(named, key=lambda o: spot[o.name] if pd.notna(spot[o.name]) else 2)
    label = clip_text(clean_text(target[1]), 60)
    title, strength = _title(own, gaps, quoted, named, label)
    title = start_sentence(title)
    narrow = width == "half"
    note = (
        "Filled: the own voice. Hollow: quoted voices. Lines: 95% intervals. n: sentences, own "
        "voice + quoted voices."
    )
    if "cannot_tell" in gaps.values():
        note += (
            " Hatched: which of the two is more favourable cannot be told, because the interval "
            "of their gap, widened for the number of gaps, spans zero."
        )
    note = f"{note}{few} {say_method(rows)}".strip()
    left, right = find_outlet_width(named, narrow=narrow), 0.62 if narrow else 0.72
    page = start_page(
        width,
        0.34 + PITCH * max(len(named), 1) + 0.22,
        kicker="Stance",
        title=title,
        subtitle=f"Mean stance toward {label}, from −1 (unfavourable) to 1 (favourable)",
        note=note,
        strength=strength,
    )
    ax = add_panel(page, left=left, right=right, top=0.34, bottom=0.22)
    write_outlets(ax, named, left, narrow=narrow)
    ax.set_xlim(-1, 1)
    ax.set_xticks([-1, -0.5, 0, 0.5, 1], ["−1", "−0.5", "0", "0.5", "1"], color=INK3)
    draw_grid(ax, [-1, -0.5, 0.5, 1])
    ax.axvline(0, color=INK2, lw=0.9, zorder=1)
    for y, outlet in enumerate(named):
        a, q = own.get(outlet.name), quoted.get(outlet.name)
        _draw_pair(ax, y, outlet, a, q, gaps.get(outlet.name, ""), narrow)
        counts = [f"{row['n']:,.0f}" if row is not None else "0" for row in (a, q)]
        draw_label(ax, 1, y, " + ".join(counts), dx=right * 72, ha="right", color=INK3)
    _name_marks(ax, named, own, quoted, gaps, narrow)
    draw_label(ax, 1, -0.5, "n", dx=right * 72, dy=8, ha="right", color=INK3)
    draw_ends(ax, page.width - left - right)
    return Drawing(page.figure, title, note, _describe(named, own, quoted, gaps, label), strength)


def draw_ends(ax: Axes, inches: float) -> None:
    """The words for both ends of the stance scale, above axes that are `inches` wide."""
    y = -0.5 - 8 / 72 / PITCH
    words = ("unfavourable", "favourable") if inches > 1.75 else ("unfav.", "fav.")
    draw_pointer(ax, -1, y, "<", words[0], UNFAVOURABLE, weight=600)
    draw_pointer(ax, 1, y, ">", words[1], FAVOURABLE, weight=600)
    if inches > 2.6:
        draw_label(ax, 0, y, "neutral", color=INK3, ha="center")


def _describe(
    outlets: Sequence[Outlet],
    own: dict[str, pd.Series],
    quoted: dict[str, pd.Series],
    gaps: dict[str, str],
    label: str,
) -> str:
    alt = f"Mean stance toward {label} by outlet, own and quoted voices, dots with intervals."
    by_name = {outlet.name: outlet.label for outlet in outlets}
    for words, rows in (("Own voice", own), ("Quoted voices", quoted)):
        known = [row for row in rows.values() if pd.notna(row["estimate"])]
        if known:
            low = min(known, key=lambda row: row["estimate"])
            high = max(known, key=lambda row: row["estimate"])
            alt += f" {words}: highest {by_name[high['outlet']]}, {say_number(high['estimate'])}"
            alt += f"; lowest {by_name[low['outlet']]}, {say_number(low['estimate'])}."
    unclear = [by_name[name] for name, gap in gaps.items() if gap == "cannot_tell"]
    if unclear:
        alt += f" Which voice is more favourable cannot be told for {', '.join(unclear)}."
    return alt
