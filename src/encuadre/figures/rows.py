"""Parts that several figures share: row names, column heads, keys, and the heat map's cells."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from matplotlib.axes import Axes
from matplotlib.patches import Rectangle
from matplotlib.transforms import ScaledTranslation

from encuadre.figures.marks import draw_label, draw_swatch
from encuadre.figures.page import Page, from_left, measure_text, shorten, wrap
from encuadre.figures.style import INK, INK2, INK3, SIZE
from encuadre.figures.words import Outlet

SWATCH = 0.18
LINE = 0.145


def find_name_width(names: Sequence[str], limit: float, *, swatch: bool = False) -> float:
    """Inches that row names need: the longest, or the limit, past which they wrap."""
    longest = max((measure_text(name, SIZE["row"]) for name in names), default=0.0)
    return min(longest + 0.04 + (SWATCH if swatch else 0), limit) + 0.14


def write_row(
    ax: Axes,
    y: float,
    name: str,
    width: float,
    *,
    left: float = 0,
    weight: int = 400,
    below: str = "",
) -> None:
    """A row name flush left, in at most two lines, with a paler line below it."""
    lines = wrap(name, width - left - 0.1, SIZE["row"], weight, limit=2)
    paler = [shorten(below, width - left - 0.1, SIZE["note"])] if below else []
    inches = ax.get_figure(root=True).get_figheight() * ax.get_position().height
    low, high = sorted(ax.get_ylim())
    step = LINE * (high - low) / inches * (1 if ax.yaxis_inverted() else -1)
    start = y - step * (len(lines) + len(paler) - 1) / 2
    for k, line in enumerate(lines + paler):
        style: dict[str, Any] = {"fontsize": SIZE["row"], "color": INK, "weight": weight}
        if k >= len(lines):
            style = {"fontsize": SIZE["note"], "color": INK3}
        ax.text(left, start + k * step, line, va="center", transform=from_left(ax), **style)


def write_rows(ax: Axes, names: Sequence[str], width: float) -> None:
    """Row names from top to bottom, one unit apart; sets the axes' y limits."""
    ax.set_ylim(max(len(names), 1) - 0.5, -0.5)
    for y, name in enumerate(names):
        write_row(ax, y, name, width)


def write_outlets(ax: Axes, outlets: Sequence[Outlet], width: float, *, narrow: bool) -> None:
    """Outlets as rows with their swatches; short names on a narrow page. Sets y limits."""
    ax.set_ylim(max(len(outlets), 1) - 0.5, -0.5)
    for y, outlet in enumerate(outlets):
        mark_outlet(ax, outlet, 0.065, y)
        write_row(ax, y, outlet.short if narrow else outlet.label, width, left=SWATCH)


def mark_outlet(ax: Axes, outlet: Outlet, x: float, y: float) -> None:
    """The outlet's swatch, x in inches from the left edge and y in data."""
    ax.plot(
        [x],
        [y],
        marker=outlet.marker,
        ls="",
        color=outlet.colour,
        ms=5.8,
        mew=0,
        clip_on=False,
        transform=from_left(ax),
    )


def find_outlet_width(outlets: Sequence[Outlet], *, narrow: bool) -> float:
    """Inches that a column of outlet names needs."""
    names = [outlet.short if narrow else outlet.label for outlet in outlets]
    return find_name_width(names, 0.95 if narrow else 1.55, swatch=True)


def lay_key(items: Sequence[str], width: float) -> list[list[tuple[int, float]]]:
    """Lines of a key: for each item its number and its left edge in inches."""
    lines: list[list[tuple[int, float]]] = [[]]
    x = 0.0
    for k, item in enumerate(items):
        need = 0.14 + min(measure_text(item, SIZE["label"]), width - 0.14)
        if lines[-1] and x + need > width:
            lines.append([])
            x = 0.0
        lines[-1].append((k, x))
        x += need + 0.2
    return lines


def measure_key(items: Sequence[str], width: float) -> float:
    """Height of a key in inches, with the room below it."""
    return len(lay_key(items, width)) * 0.175 + 0.06


def draw_key(page: Page, outlets: Sequence[Outlet], *, top: float | None = None) -> None:
    """Markers and short names of outlets at the top of the body."""
    names = [outlet.short for outlet in outlets]
    y = (page.top if top is None else top) - 0.08
    for line in lay_key(names, page.width):
        for k, x in line:
            draw_swatch(page.canvas, x + 0.05, y, outlets[k].marker, outlets[k].colour)
            page.canvas.text(x + 0.14, y, names[k], va="center", fontsize=SIZE["label"], color=INK2)
        y -= 0.175


def draw_colour_key(page: Page, items: Sequence[tuple[str, str]]) -> None:
    """Filled squares and labels at the top of the body, for (label, colour) pairs."""
    y = page.top - 0.08
    names = [label for label, _ in items]
    for line in lay_key(names, page.width):
        for k, x in line:
            box = Rectangle((x, y - 0.045), 0.09, 0.09, facecolor=items[k][1], lw=0)
            page.canvas.add_patch(box)
            words = shorten(names[k], page.width - x - 0.14, SIZE["label"])
            page.canvas.text(x + 0.14, y, words, va="center", fontsize=SIZE["label"], color=INK2)
        y -= 0.175


def fit_heads(names: Sequence[str], width: float, limit: int = 2) -> list[list[str]] | None:
    """Column heads in at most `limit` lines of the width (inches); None if one does not fit."""
    heads = []
    for name in names:
        words = name.split()
        if any(measure_text(word, SIZE["label"], 600) > width * 0.98 for word in words):
            return None
        lines = wrap(name, width, SIZE["label"], 600)
        if len(lines) > limit:
            return None
        heads.append(lines)
    return heads


def choose_heads(outlets: Sequence[Outlet], width: float) -> list[list[str]] | None:
    """Names for outlet columns: whole, else short, else None (then a key is needed)."""
    whole = fit_heads([outlet.label for outlet in outlets], width)
    return whole or fit_heads([outlet.short for outlet in outlets], width, 1)


def measure_heads(heads: Sequence[Sequence[str]]) -> float:
    """Height in inches of column heads with their swatches."""
    return 0.26 + 0.142 * max((len(lines) for lines in heads), default=1)


def write_heads(
    ax: Axes,
    places: Sequence[float],
    heads: Sequence[Sequence[str]],
    outlets: Sequence[Outlet],
    *,
    dy: float,
    align: str = "center",
) -> None:
    """Names of outlets `dy` points above the axes, each under its swatch."""
    for x, lines, outlet in zip(places, heads, outlets, strict=True):
        for k, line in enumerate(reversed(lines)):
            style: dict[str, Any] = {"ha": align, "va": "baseline", "weight": 600}
            draw_label(ax, x, ax.get_ylim()[1], line, dy=dy + k * 10.2, **style)
        shift = 0.0 if align == "center" else 3.2
        mark_column(ax, outlet, x, dy + len(lines) * 10.2 + 2.5, shift)


def mark_column(ax: Axes, outlet: Outlet, x: float, dy: float, dx: float = 0) -> None:
    """The outlet's swatch over a column, dx and dy points from the top of the axes."""
    inches = ax.get_figure(root=True).dpi_scale_trans
    up = ax.transData + ScaledTranslation(dx / 72, dy / 72, inches)
    ax.plot(
        [x],
        [ax.get_ylim()[1]],
        marker=outlet.marker,
        ls="",
        color=outlet.colour,
        ms=5.8,
        mew=0,
        clip_on=False,
        transform=up,
    )
