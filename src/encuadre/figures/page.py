"""The page that a figure is drawn on: measured type, heading, note, and axes between them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.font_manager import FontProperties
from matplotlib.patches import Rectangle
from matplotlib.textpath import TextToPath
from matplotlib.transforms import Transform, blended_transform_factory

from encuadre.errors import EncuadreError
from encuadre.figures.marks import draw_strength
from encuadre.figures.style import (
    BG,
    INK,
    INK2,
    INK3,
    RULE,
    SANS,
    SERIF,
    SIZE,
    WIDTHS,
)

STRENGTH_WORDS = {"firm": "Firm", "tentative": "Tentative", "cannot_tell": "Cannot tell"}
LEAD = 1.28
GAP = 8 / 72


@dataclass(frozen=True)
class Page:
    """A figure, its axes in inches, and the body that is left for the chart (inches)."""

    figure: Figure
    canvas: Axes
    bottom: float
    top: float

    @property
    def width(self) -> float:
        """Width of the figure in inches."""
        return float(self.figure.get_figwidth())

    @property
    def narrow(self) -> bool:
        """Whether this is the half-width figure (also the one for telephones)."""
        return self.width < 4


@lru_cache(maxsize=4096)
def measure_text(
    text: str, size: float, weight: int = 400, family: tuple[str, ...] = SANS
) -> float:
    """Width of a line of type in inches."""
    if not text:
        return 0.0
    font = FontProperties(family=list(family), weight=weight, size=size)
    width, _, _ = TextToPath().get_text_width_height_descent(text, font, False)
    return float(width) / 72


def shorten(
    text: str, width: float, size: float, weight: int = 400, family: tuple[str, ...] = SANS
) -> str:
    """The text, cut with an ellipsis so that it fits the width (inches)."""
    if measure_text(text, size, weight, family) <= width:
        return text
    while text and measure_text(text.rstrip() + "…", size, weight, family) > width:
        text = text[:-1]
    return text.rstrip() + "…"


def wrap(
    text: str,
    width: float,
    size: float,
    weight: int = 400,
    family: tuple[str, ...] = SANS,
    limit: int | None = None,
) -> list[str]:
    """Lines of at most the width (inches); a word too long for a line, or a line past the
    limit, ends in an ellipsis. A little is kept in hand, because readers' type differs.
    """
    width *= 0.985
    lines = [""]
    for word in text.split():
        trial = f"{lines[-1]} {word}".strip()
        if lines[-1] and measure_text(trial, size, weight, family) > width:
            lines.append(word)
        else:
            lines[-1] = trial
    if limit is not None and len(lines) > limit:
        lines = [*lines[: limit - 1], " ".join(lines[limit - 1 :])]
    return [shorten(line, width, size, weight, family) for line in lines]


def balance(
    text: str, width: float, size: float, weight: int = 400, family: tuple[str, ...] = SANS
) -> list[str]:
    """As many lines as `wrap` needs, of nearly equal length, so that no word stands alone."""
    best = wrap(text, width, size, weight, family)
    words = max((measure_text(w, size, weight, family) for w in text.split()), default=0)
    while len(best) > 1 and width - 0.08 > words / 0.985:
        width -= 0.08
        trial = wrap(text, width, size, weight, family)
        if len(trial) > len(best):
            break
        best = trial
    return best


def _write_lines(
    page: Axes, y: float, lines: Sequence[str], size: float, lead: float, **style: object
) -> float:
    for line in lines:
        page.text(0, y, line, fontsize=size, va="top", **style)  # pyright: ignore
        y -= size * lead / 72
    return y


def start_page(
    width: str,
    body: float,
    *,
    kicker: str,
    title: str,
    subtitle: str,
    note: str,
    strength: str = "",
) -> Page:
    """A page whose heading and note take what room they need around a body of a given height.

    Parameters
    ----------
    width : {"column", "half"}
        6.3 or 3.05 inches.
    body : float
        Height of the chart in inches.
    strength : {"firm", "tentative", "cannot_tell", ""}
        The mark at the top right; none for "".

    Raises
    ------
    EncuadreError
        If the width is neither of the two.
    """
    if width not in WIDTHS:
        names = " or ".join(repr(name) for name in WIDTHS)
        raise EncuadreError(f"The width of a figure is {width!r}. Expected {names}.")
    across = WIDTHS[width]
    size = 12.0 if across < 4 else SIZE["title"]
    heading = balance(title, across, size, 600, SERIF)
    below = wrap(subtitle, across, SIZE["subtitle"])
    foot = wrap(note, across, SIZE["note"])
    head = 0.305 + len(heading) * size * 1.2 / 72 + 0.03
    head += len(below) * SIZE["subtitle"] * LEAD / 72 + GAP
    bottom = len(foot) * SIZE["note"] * LEAD / 72 + 0.05
    height = head + body + bottom + 0.06 + GAP
    figure = Figure(figsize=(across, height), facecolor=BG)
    canvas = figure.add_axes((0, 0, 1, 1), zorder=-1)
    canvas.set(xlim=(0, across), ylim=(0, height))
    canvas.axis("off")
    canvas.add_patch(Rectangle((0, height - 0.035), 0.42, 0.035, color=INK))
    y = height - 0.10
    canvas.text(0, y, kicker.upper(), fontsize=SIZE["kicker"], weight=600, color=INK3, va="top")
    if strength:
        word = STRENGTH_WORDS[strength]
        canvas.text(
            across, y, word, fontsize=SIZE["label"], weight=600, color=INK, ha="right", va="top"
        )
        mark = across - measure_text(word, SIZE["label"], 600) - 0.11
        draw_strength(canvas, mark, y - 0.076, strength)
    y -= 0.205
    y = _write_lines(canvas, y, heading, size, 1.2, weight=600, family=list(SERIF), color=INK)
    _write_lines(canvas, y - 0.03, below, SIZE["subtitle"], LEAD, color=INK2)
    canvas.plot([0, across], [bottom + 0.06] * 2, color=RULE, lw=0.6, solid_capstyle="butt")
    _write_lines(canvas, bottom, foot, SIZE["note"], LEAD, color=INK3)
    return Page(figure, canvas, bottom + 0.06 + GAP, bottom + 0.06 + GAP + body)


def add_panel(
    page: Page, *, left: float = 0, right: float = 0, top: float = 0, bottom: float = 0
) -> Axes:
    """Axes in the body, with margins in inches; no ticks until they are asked for."""
    height = float(page.figure.get_figheight())
    box = (
        left / page.width,
        (page.bottom + bottom) / height,
        max(page.width - left - right, 0.1) / page.width,
        max(page.top - page.bottom - top - bottom, 0.1) / height,
    )
    ax = page.figure.add_axes(box)
    ax.set(xticks=[], yticks=[])
    return ax


def add_panels(
    page: Page,
    count: int,
    *,
    gap: float,
    left: float = 0,
    right: float = 0,
    top: float = 0,
    bottom: float = 0,
    weights: Sequence[float] = (),
) -> list[Axes]:
    """A row of axes, `gap` inches apart, that share the width by weight."""
    weights = weights or [1] * count
    free = page.width - left - right - gap * (count - 1)
    panels, x = [], left
    for weight in weights:
        width = free * weight / sum(weights)
        right_margin = page.width - x - width
        panels.append(add_panel(page, left=x, right=right_margin, top=top, bottom=bottom))
        x += width + gap
    return panels


def from_left(ax: Axes) -> Transform:
    """x in inches from the left edge of the figure, y in data."""
    return blended_transform_factory(ax.get_figure(root=True).dpi_scale_trans, ax.transData)


def spread(
    centres: Sequence[float], sizes: Sequence[float], low: float, high: float
) -> list[float]:
    """Centres moved as little as needed for spans of the given sizes to lie side by side.

    The order is kept, and all lie in low..high if they fit at all.
    """
    order = sorted(range(len(centres)), key=lambda k: centres[k])
    blocks: list[tuple[float, list[int]]] = []
    for k in order:
        blocks.append((centres[k] - sizes[k] / 2, [k]))
        while True:
            start, members = blocks[-1]
            length = sum(sizes[m] for m in members)
            start = max(low, min(start, high - length))
            blocks[-1] = (start, members)
            if len(blocks) < 2:
                break
            before, earlier = blocks[-2]
            if before + sum(sizes[m] for m in earlier) <= start + 1e-9:
                break
            merged = earlier + members
            wish, offset = 0.0, 0.0
            for m in merged:
                wish += centres[m] - sizes[m] / 2 - offset
                offset += sizes[m]
            blocks[-2:] = [(wish / len(merged), merged)]
    placed = [0.0] * len(centres)
    for start, members in blocks:
        for m in members:
            placed[m] = start + sizes[m] / 2
            start += sizes[m]
    return placed
