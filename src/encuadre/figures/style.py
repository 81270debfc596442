"""Visual language of the figures: tokens as data, fonts, the style sheet, and a check.

Figures are drawn in the light theme only. Every colour in them is a token, and `TOKENS` gives
for each light colour its CSS variable and its partner in the dark theme, so that a page can
make a figure follow the reader's theme.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import wraps
from pathlib import Path
from typing import ParamSpec, TypeVar

import matplotlib as mpl
from matplotlib import font_manager
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure
from matplotlib.text import Annotation, Text

HERE = Path(__file__).resolve().parent
WIDTHS = {"half": 3.05, "column": 6.3}
MIN_POINTS = 8.0
SIZE = {"kicker": 8.0, "title": 13.5, "subtitle": 9.5, "label": 8.5, "row": 9.0, "note": 8.0}
SANS = ("Source Sans 3", "DejaVu Sans")
SERIF = ("Source Serif 4", "DejaVu Serif")

BG, PANEL, INK, INK2, INK3 = "#FFFFFF", "#F5F6F7", "#1A1E23", "#434B54", "#626B75"
RULE, GRID = "#C7CCD2", "#E4E7EA"
UNFAVOURABLE, NEUTRAL, FAVOURABLE = "#8A3606", "#C9CED4", "#226EA9"
OUTLET_COLOURS = (
    "#751E09",
    "#7190E8",
    "#2F7364",
    "#A07617",
    "#8A0AAF",
    "#B2253C",
    "#58955D",
    "#583D6A",
)
OUTLET_MARKERS = ("s", "o", "D", "^", "v", "P", "X", "h")
VOICE_COLOURS = ("#273A71", "#2A9998", "#824346", "#E19726", "#D3DAE0")
SEQUENTIAL = ("#F0F3F5", "#D5E1E6", "#B1CAD3", "#86ADBB", "#588C9E", "#2F677B", "#123F50")

_PAIRS = {
    "bg": (BG, "#14181D"),
    "panel": (PANEL, "#1D232A"),
    "ink": (INK, "#E9ECEF"),
    "ink2": (INK2, "#C3CAD1"),
    "ink3": (INK3, "#98A2AD"),
    "rule": (RULE, "#465059"),
    "grid": (GRID, "#2B323A"),
    "link": ("#1A4F8B", "#8FC1F5"),
    "unfavourable": (UNFAVOURABLE, "#E0803A"),
    "neutral": (NEUTRAL, "#656E78"),
    "favourable": (FAVOURABLE, "#9CCFF5"),
}
_OUTLET_DARK = (
    "#F07454",
    "#AAB2F9",
    "#8CFAE1",
    "#F5CC3E",
    "#C24CEA",
    "#E1909E",
    "#7ED986",
    "#EED1FE",
)
_VOICE_DARK = ("#9CC0E5", "#427070", "#E98A8E", "#FBCE75", "#828CAC")
_SEQUENTIAL_DARK = ("#20272E", "#243C47", "#295566", "#2F7186", "#4692A7", "#78B7C7", "#B5DEE6")
_PAPER, _BLACK = "#FFFFFF", "#101418"
# Type on a fill: the light colour differs by a step where the dark theme needs the other one.
_ON = {
    (True, True): "#FEFEFE",
    (True, False): "#FDFDFD",
    (False, True): "#111519",
    (False, False): "#101418",
}
_FONTS = (
    ("Source Sans 3", 400, HERE / "fonts" / "source-sans-3-400-normal.ttf"),
    ("Source Sans 3", 600, HERE / "fonts" / "source-sans-3-600-normal.ttf"),
    ("Source Serif 4", 600, HERE / "fonts" / "source-serif-4-600-normal.ttf"),
    ("DejaVu Sans", 600, Path(mpl.get_data_path(), "fonts", "ttf", "DejaVuSans-Bold.ttf")),
    ("DejaVu Serif", 600, Path(mpl.get_data_path(), "fonts", "ttf", "DejaVuSerif-Bold.ttf")),
)

P = ParamSpec("P")
R = TypeVar("R")


@dataclass(frozen=True)
class Drawing:
    """A figure with its words: title (the finding), note, alternative text, strength."""

    figure: Figure
    title: str
    note: str
    alt: str
    strength: str = ""


def measure_contrast(first: str, second: str) -> float:
    """Contrast ratio of two hex colours (WCAG 2.2, 1 to 21)."""

    def luminance(colour: str) -> float:
        channels = [int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)]
        linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in channels]
        return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]

    high, low = sorted((luminance(first), luminance(second)), reverse=True)
    return (high + 0.05) / (low + 0.05)


def _list_tokens() -> dict[str, tuple[str, str]]:
    tokens = {light.lower(): (name, dark.lower()) for name, (light, dark) in _PAIRS.items()}
    palettes = (
        ("outlet", OUTLET_COLOURS, _OUTLET_DARK),
        ("voice", VOICE_COLOURS, _VOICE_DARK),
        ("step", SEQUENTIAL, _SEQUENTIAL_DARK),
    )
    for word, lights, darks in palettes:
        for k, (light, dark) in enumerate(zip(lights, darks, strict=True), start=1):
            tokens[light.lower()] = (f"{word}-{k}", dark.lower())
    for (paper, paper_in_dark), light in _ON.items():
        name = f"on-{'paper' if paper else 'black'}-{'paper' if paper_in_dark else 'black'}"
        tokens[light.lower()] = (name, (_PAPER if paper_in_dark else _BLACK).lower())
    return tokens


TOKENS = _list_tokens()
"""Light hex (lower case, as written in the SVG) -> (CSS variable without --, dark hex)."""


def choose_type_colour(fill: str) -> str:
    """Colour of type on a token fill: the better of paper and black, in either theme."""

    def prefers_paper(colour: str) -> bool:
        return measure_contrast(_PAPER, colour) >= measure_contrast(_BLACK, colour)

    return _ON[prefers_paper(fill), prefers_paper(TOKENS[fill.lower()][1])]


def choose_step(value: float, top: float) -> str:
    """Sequential colour of a value on 0..top, in seven equal steps."""
    steps = len(SEQUENTIAL)
    return SEQUENTIAL[max(0, min(steps - 1, int(value / top * steps)))]


def _register_fonts() -> None:
    # The static files carry family names such as "Source Sans 3 ExtraLight SemiBold", so they
    # are entered under the name and weight that are meant.
    manager = font_manager.fontManager
    known = {(entry.name, entry.weight, entry.fname) for entry in manager.ttflist}
    for family, weight, path in _FONTS:
        if (family, weight, str(path)) not in known:
            entry = font_manager.FontEntry(
                fname=str(path),
                name=family,
                style="normal",
                variant="normal",
                weight=weight,
                stretch="normal",
                size="scalable",
            )
            manager.ttflist.append(entry)


@contextmanager
def use_style() -> Iterator[None]:
    """The report's fonts and style sheet, for the length of a `with` block only."""
    _register_fonts()
    with mpl.rc_context():
        mpl.rcdefaults()
        sheet = mpl.rc_params_from_file(HERE / "encuadre.mplstyle", use_default_template=False)
        mpl.rcParams.update(sheet)
        mpl.rcParams.update({"text.color": INK, "xtick.color": INK3, "ytick.color": INK3})
        mpl.rcParams.update({"hatch.color": INK3, "axes.edgecolor": RULE})
        yield


def styled(function: Callable[P, R]) -> Callable[P, R]:
    """The function run under `use_style`."""

    @wraps(function)
    def run(*args: P.args, **kwargs: P.kwargs) -> R:
        with use_style():
            return function(*args, **kwargs)

    return run


@styled
def lint(figure: Figure) -> list[str]:
    """What is wrong with the type of a figure: too small, outside the page, type over type."""
    renderer = FigureCanvasAgg(figure).get_renderer()
    figure.draw_without_rendering()
    right, top = figure.bbox.width, figure.bbox.height
    seen, problems = [], []
    for text in figure.findobj(Text):
        if not isinstance(text, Text) or not text.get_visible() or not text.get_text().strip():
            continue
        if text.axes is not None and not text.axes.axison and text not in text.axes.texts:
            continue
        box = (
            Text.get_window_extent(text, renderer)
            if isinstance(text, Annotation)
            else text.get_window_extent(renderer)
        )
        words = text.get_text()
        if text.get_fontsize() < MIN_POINTS - 0.01:
            problems.append(f"{text.get_fontsize():.1f} pt: {words!r}")
        if box.x0 < -1.5 or box.y0 < -1.5 or box.x1 > right + 1.5 or box.y1 > top + 1.5:
            problems.append(f"outside: {words!r}")
        for other, there in seen:
            across = min(box.x1, there.x1) - max(box.x0, there.x0)
            down = min(box.y1, there.y1) - max(box.y0, there.y0)
            if across > 1.5 and down > 0.3 * min(box.height, there.height):
                problems.append(f"overlap: {words!r} / {other!r}")
        seen.append((words, box))
    return problems
