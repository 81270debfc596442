"""Where figures and tables of the PDF stand: whole, and without white space before them.

A figure that does not fit on the rest of a page leaves a gap there. Where the gap is large, the
figure goes to the top of the next page and the text that follows it moves up. What fits is known
only once the document is set, so it is set, looked at and set again.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

TOP, BOTTOM = 27.0, 272.0  # of the text on a page, in mm from its upper edge; see report.typ
WHOLE = 0.55  # tables up to this share of a page are not split
GAP = 22.0  # white space, in mm, that is worth moving text for
PASSES = 8

Layout = dict[str, dict[str, bool]]


def choose_layout(
    chapters: Sequence[Sequence[str]], *, look: Callable[[Layout], Sequence[Mapping[str, Any]]]
) -> Layout:
    """Return for each figure and table whether it is kept whole and whether it floats.

    Parameters
    ----------
    chapters : sequence of sequence of str
        Anchors of the figures and tables of each chapter, in order. Figures start with `fig-`.
    look : callable
        Sets the document with a layout and returns what is where: mappings with name, end
        ("before", "start" or "end"), page, and y in mm.
    """
    layout: Layout = {}
    places = _index(look(layout))
    for name in (n for chapter in chapters for n in chapter):
        whole = name.startswith("fig-") or measure_height(places, name) <= WHOLE * (BOTTOM - TOP)
        layout[name] = {"whole": whole, "float": False}
    for _ in range(PASSES):
        places = _index(look(layout))
        moved = [n for chapter in chapters if (n := find_pushed(chapter, places, layout))]
        if not moved:
            break
        for name in moved:
            layout[name] = {"whole": True, "float": True}
    return layout


def measure_height(places: Mapping[tuple[str, str], tuple[int, float]], name: str) -> float:
    """Return the height of a block in mm; infinite where it is unknown."""
    if (name, "start") not in places or (name, "end") not in places:
        return float("inf")
    (first, top), (last, bottom) = places[name, "start"], places[name, "end"]
    return bottom - top + (last - first) * (BOTTOM - TOP)


def find_pushed(
    chapter: Sequence[str], places: Mapping[tuple[str, str], tuple[int, float]], layout: Layout
) -> str:
    """Return the first block of a chapter that was pushed to the next page and left a gap; or ""."""
    for name in chapter:
        if layout[name]["float"] or not layout[name]["whole"] or (name, "before") not in places:
            continue
        page, y = places[name, "before"]
        if places[name, "start"][0] > page and BOTTOM - y >= GAP:
            return name
    return ""


def _index(found: Sequence[Mapping[str, Any]]) -> dict[tuple[str, str], tuple[int, float]]:
    return {(p["name"], p["end"]): (int(p["page"]), float(p["y"])) for p in found}
