"""How sure the models are, beside how often they are right."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
import pandas as pd
from matplotlib.axes import Axes

from encuadre.figures.choose import check_columns
from encuadre.figures.marks import draw_label
from encuadre.figures.page import Page, add_panel, start_page, wrap
from encuadre.figures.style import BG, GRID, INK, INK2, INK3, SIZE, WIDTHS, Drawing, styled
from encuadre.figures.words import (
    clean_text,
    clip_text,
    count_words,
    name_labels,
    start_sentence,
)

COLUMNS = ["field", "bin", "n", "confidence", "accuracy"]
_HEAD, _FOOT, _GAP, _LEFT, _RIGHT = 0.5, 0.3, 0.32, 0.34, 0.14
_TALL = 0.72
_FEW = 5


@styled
def draw_calibration(
    calibration: pd.DataFrame,
    *,
    field_labels: Mapping[str, str] | Sequence[tuple[str, str]] = (),
    width: str = "column",
) -> Drawing:
    """Reliability curves: for each field, how often the model is right by how sure it is.

    Parameters
    ----------
    calibration : DataFrame
        field, bin, n, confidence (mean in the bin), accuracy (share right in the bin).
    field_labels : sequence of (field, label), or mapping
    width : {"column", "half"}
    """
    check_columns(calibration, COLUMNS, "calibration")
    labels = name_labels(field_labels)
    off = (
        calibration.assign(
            gap=(calibration["confidence"] - calibration["accuracy"]).abs() * calibration["n"]
        )
        .groupby("field")[["gap", "n"]]
        .sum()
    )
    off = (off["gap"] / off["n"]).sort_values(kind="stable")
    names = {
        str(f): start_sentence(labels.get(str(f), clean_text(f).replace("_", " ")))
        for f in off.index
    }
    title = _title(off, names)
    note = (
        "One dot a tenth of the scale, the larger the more sentences; hollow: fewer than "
        f"{count_words(_FEW)}. On the broken line a model is right as often as it is sure; below it, "
        "it is too sure. Error: mean distance from that line, in percentage points."
    )
    across = 2 if width == "half" else 3
    lines = max(-(-len(off) // across), 1)
    free = WIDTHS.get(width, 0) - _LEFT - _GAP * (across - 1) - _RIGHT
    side = free / across
    page = start_page(
        width,
        lines * (side * _TALL + _HEAD + _FOOT),
        kicker="Certainty",
        title=title,
        subtitle="Share of sentences labelled as the coding does, by how sure the model is, per cent",
        note=note,
    )
    for k, field in enumerate(off.index):
        ax = _add_cell(page, k, across, lines, side)
        rows = calibration[calibration["field"] == field].sort_values("bin")
        _draw_curve(ax, rows)
        head = wrap(names[str(field)], side + _GAP / 2, SIZE["label"], 600, limit=2)
        for up, line in enumerate(reversed(head)):
            draw_label(ax, 0, 1, line, dy=18 + 10 * up, va="baseline", weight=600)
        said = f"error {_say(off[field])}, n {rows['n'].sum():,}"
        draw_label(ax, 0, 1, said, dy=8, va="baseline", color=INK3)
    alt = "Curves of how often the models are right by how sure they are. " + "; ".join(
        f"{names[str(f)]}: off by {_say(v)} points on average" for f, v in off.items()
    )
    return Drawing(page.figure, title, note, f"{alt.rstrip()}.".replace("..", "."))


def _title(off: pd.Series, names: Mapping[str, str]) -> str:
    if off.empty:
        return "How sure the models may be cannot be told: nothing was coded by reading"
    first, last = (clip_text(names[str(off.index[k])], 48) for k in (0, -1))
    if len(off) == 1:
        return f"{first}: certainty is off by {_say(off.iloc[0])} points on average"
    return (
        f"The models’ certainty is off by {_say(off.iloc[0])} points on average for “{first}” and "
        f"by {_say(off.iloc[-1])} for “{last}”"
    )


def _say(share: float) -> str:
    return f"{share * 100:.0f}"


def _add_cell(page: Page, k: int, across: int, lines: int, side: float) -> Axes:
    row, column = divmod(k, across)
    left = _LEFT + column * (side + _GAP)
    block = side * _TALL + _HEAD + _FOOT
    ax = add_panel(
        page,
        left=left,
        right=page.width - left - side,
        top=row * block + _HEAD,
        bottom=(lines - 1 - row) * block + _FOOT,
    )
    ax.set(xlim=(0, 1), ylim=(0, 1))
    return ax


def _draw_curve(ax: Axes, rows: pd.DataFrame) -> None:
    ticks = [0.0, 0.5, 1.0]
    for value in ticks:
        ax.axhline(value, color=GRID, lw=0.6, zorder=0)
        ax.axvline(value, color=GRID, lw=0.6, zorder=0)
        draw_label(ax, value, 0, _say(value), dy=-9, ha="center", color=INK3)
        draw_label(ax, 0, value, _say(value), dx=-5, ha="right", color=INK3)
    ax.plot([0, 1], [0, 1], color=INK3, lw=0.8, ls=(0, (3, 2)), zorder=1)
    known = rows[rows["n"] >= _FEW]
    ax.plot(known["confidence"], known["accuracy"], color=INK2, lw=1, zorder=2)
    for row in rows.to_dict("records"):
        few = row["n"] < _FEW
        ax.plot(
            [row["confidence"]],
            [row["accuracy"]],
            "o",
            ms=3 + 5 * np.sqrt(row["n"] / rows["n"].max()),
            mfc=BG if few else INK,
            mec=INK,
            mew=0.9,
            zorder=3,
            clip_on=False,
        )
