"""Marks that mean the same in every figure: strength, state of a copy, interval, absence."""

from __future__ import annotations

from typing import Any

from matplotlib.artist import Artist
from matplotlib.axes import Axes
from matplotlib.lines import Line2D
from matplotlib.patches import Circle, Rectangle, Wedge
from matplotlib.patheffects import withStroke
from matplotlib.transforms import Affine2D, ScaledTranslation

from encuadre.figures.style import BG, GRID, INK, INK3, RULE, SIZE


def place(ax: Axes, artist: Artist, x: float, y: float, z: float = 5) -> None:
    """Add an artist whose unit is the point, around a place given in data."""
    inches = ax.get_figure(root=True).dpi_scale_trans
    artist.set_transform(Affine2D().scale(1 / 72) + inches + ScaledTranslation(x, y, ax.transData))
    artist.set_zorder(z)
    artist.set_clip_on(False)
    ax.add_artist(artist)


def draw_strength(ax: Axes, x: float, y: float, strength: str, r: float = 3.6) -> None:
    """Full disc: firm. Half disc: tentative. Dashed ring: cannot tell."""
    if strength == "firm":
        place(ax, Circle((0, 0), r, facecolor=INK, edgecolor=INK, linewidth=1), x, y)
        return
    dashes = "-" if strength == "tentative" else (0, (1.6, 1.3))
    ring = Circle((0, 0), r, facecolor=BG, edgecolor=INK, linewidth=1, linestyle=dashes)
    place(ax, ring, x, y)
    if strength == "tentative":
        half = Wedge((0, 0), r, 90, 270, facecolor=INK, edgecolor="none")
        place(ax, half, x, y, 6)


def draw_copy(
    ax: Axes,
    x: float,
    y: float,
    *,
    altered: bool,
    colour: str = INK,
    size: float = 6.2,
    z: float = 5,
) -> None:
    """A square: full for an intact copy, hollow and struck through for an altered one."""
    h = size / 2
    if not altered:
        place(ax, Rectangle((-h, -h), size, size, facecolor=colour, linewidth=0), x, y, z)
        return
    inner = size - 0.8
    box = Rectangle((0.4 - h, 0.4 - h), inner, inner, facecolor=BG, edgecolor=colour, linewidth=0.8)
    place(ax, box, x, y, z)
    for rise in (h, -h):
        place(ax, Line2D([-h, h], [-rise, rise], color=colour, lw=0.9), x, y, z + 1)


def draw_interval(
    ax: Axes, low: float, high: float, y: float, colour: str, lw: float = 1.2
) -> None:
    """A thin line without caps."""
    ax.plot([low, high], [y, y], color=colour, lw=lw, solid_capstyle="butt", zorder=2)


def draw_hatch(ax: Axes, x: float, y: float, width: float, height: float) -> None:
    """Hatched: there is a place here and no answer."""
    box = Rectangle(
        (x, y), width, height, facecolor="none", edgecolor=RULE, hatch="////", linewidth=0, zorder=1
    )
    ax.add_patch(box)


def draw_ring(ax: Axes, x: float, y: float) -> None:
    """A small ring: looked for, and absent."""
    ax.plot([x], [y], "o", ms=4.2, mfc="none", mec=INK3, mew=0.9, zorder=3, clip_on=False)


def draw_grid(ax: Axes, places: list[float]) -> None:
    """Upright grid lines, paler than any mark."""
    for x in places:
        ax.axvline(x, color=GRID, lw=0.6, zorder=0)


def draw_label(
    ax: Axes,
    x: float,
    y: float,
    words: str,
    *,
    dx: float = 0,
    dy: float = 0,
    halo: bool = False,
    **style: Any,
) -> None:
    """Type beside a mark; dx and dy in points, a halo of paper where it may lie on a line."""
    style = {"fontsize": SIZE["label"], "color": INK, "va": "center", "ha": "left", **style}
    text = ax.annotate(
        words, (x, y), (dx, dy), textcoords="offset points", annotation_clip=False, **style
    )
    if halo:
        text.set_path_effects([withStroke(linewidth=2.6, foreground=BG)])


def draw_pointer(
    ax: Axes, x: float, y: float, side: str, words: str, colour: str, **style: Any
) -> None:
    """Words with a drawn arrowhead, which the face lacks: before them ("<"), or after (">")."""
    sign = -1 if side == ">" else 1
    align = "right" if sign < 0 else "left"
    draw_label(ax, x, y, words, dx=9 * sign, ha=align, color=colour, **style)
    shift = ScaledTranslation(3 * sign / 72, 0, ax.get_figure(root=True).dpi_scale_trans)
    ax.plot(
        [x], [y], side, color=colour, ms=4.6, mew=0, clip_on=False, transform=ax.transData + shift
    )


def draw_swatch(ax: Axes, x: float, y: float, marker: str, colour: str, size: float = 5.8) -> None:
    """An outlet's marker in its colour, at data coordinates."""
    ax.plot([x], [y], marker=marker, ls="", color=colour, ms=size, mew=0, clip_on=False, zorder=4)
