"""How outlets frame: frames and functions by outlet."""

from __future__ import annotations

from collections.abc import Sequence

import pandas as pd

from encuadre.figures.choose import pick_estimates, say_method
from encuadre.figures.heat import (
    arrange_cells,
    describe_heat,
    draw_heat,
    find_clear_leads,
    note_cells,
    say_leads,
    title_shares,
)
from encuadre.figures.style import Drawing, styled
from encuadre.figures.words import Labels, list_outlets, name_labels, weakest


@styled
def draw_frames(
    estimates: pd.DataFrame,
    *,
    outlets: Sequence[tuple[str, str]],
    frame_labels: Labels,
    width: str = "column",
    method: str | None = None,
) -> Drawing:
    """Share of sentences by frame and outlet, a heat map; each outlet's first frame outlined.

    Parameters
    ----------
    estimates : DataFrame
        The estimates table; rows with measure "frame", category a frame id, estimate 0..1.
    outlets : sequence of (name, short)
        All outlets of the study, in order.
    frame_labels : sequence of (id, label), or mapping
    width : {"column", "half"}
    method : {"raw", "corrected", "coded"}, optional
    """
    return _draw(
        estimates,
        outlets,
        name_labels(frame_labels),
        width,
        method,
        measure="frame",
        noun="frame",
        kicker="Frames",
        what="Frames by outlet, heat map with numbers",
    )


@styled
def draw_functions(
    estimates: pd.DataFrame,
    *,
    outlets: Sequence[tuple[str, str]],
    function_labels: Labels,
    width: str = "column",
    method: str | None = None,
) -> Drawing:
    """Share of sentences by what they do in the argument (Entman 1993), a heat map.

    Parameters
    ----------
    estimates : DataFrame
        The estimates table; rows with measure "function", category a function id.
    outlets : sequence of (name, short)
        All outlets of the study, in order.
    function_labels : sequence of (id, label), or mapping
    width : {"column", "half"}
    method : {"raw", "corrected", "coded"}, optional
    """
    return _draw(
        estimates,
        outlets,
        name_labels(function_labels),
        width,
        method,
        measure="function",
        noun="function",
        kicker="Problem, cause, judgement, remedy",
        what="Functions of sentences by outlet, heat map with numbers",
    )


def _draw(
    estimates: pd.DataFrame,
    outlets: Sequence[tuple[str, str]],
    labels: dict[str, str],
    width: str,
    method: str | None,
    *,
    measure: str,
    noun: str,
    kicker: str,
    what: str,
) -> Drawing:
    rows = pick_estimates(estimates, measure=measure, method=method)
    named = list_outlets(outlets, estimates)
    heat = arrange_cells(rows, labels, named)
    framed = rows[rows["category"] != "none"]
    clear = find_clear_leads(rows, heat)
    title = say_leads(clear, heat.labels, named, noun)
    strength = weakest(row["strength"] for row in clear.values())
    if not title:
        title, strength = title_shares(framed, heat.labels, named, noun)
    note = f"{note_cells(heat, 'sentences of headline and body')} {say_method(rows)}".strip()
    subtitle = (
        f"Sentences by {noun}, per cent of each "
        f"{'article' if named and named[0].single else 'outlet'}"
    )
    page = draw_heat(
        heat,
        width=width,
        kicker=kicker,
        title=title,
        subtitle=f"{subtitle}. Outlined: the highest of each column" if heat.leads else subtitle,
        note=note,
        strength=strength,
    )
    return Drawing(page.figure, title, note, describe_heat(heat, what), strength)
