"""Where figures and tables of the PDF stand, decided on invented pages."""

from __future__ import annotations

from encuadre.build.layout import BOTTOM, TOP, choose_layout


class Press:
    """Sets blocks of known heights, each after some text, as a printer without floats would.

    A block that floats stands on top of the next page; what follows moves up.
    """

    def __init__(self, blocks: dict[str, tuple[float, float]]) -> None:
        self.blocks, self.seen = blocks, []

    def look(self, layout):
        self.seen.append({k: dict(v) for k, v in layout.items()})
        page, y, top, found = 1, TOP, TOP, []
        for name, (text, height) in self.blocks.items():
            page, y = (page, y + text) if y + text <= BOTTOM else (page + 1, top + text)
            found.append({"name": name, "end": "before", "page": page, "y": y})
            if layout.get(name, {}).get("float"):
                at, begin, top = page + 1, TOP, TOP + height
            else:
                if y + height > BOTTOM:
                    page, y, top = page + 1, top, TOP
                at, begin, y = page, y, y + height
            found.append({"name": name, "end": "start", "page": at, "y": begin})
            found.append({"name": name, "end": "end", "page": at, "y": begin + height})
        return found


def test_a_figure_that_leaves_a_gap_floats_and_one_that_fits_stays():
    press = Press({"fig-a": (40, 100), "fig-b": (20, 120), "tbl-c": (30, 40)})
    layout = choose_layout([["fig-a", "fig-b", "tbl-c"]], look=press.look)
    assert [layout[n]["float"] for n in ("fig-a", "fig-b", "tbl-c")] == [False, True, False]


def test_a_small_gap_is_left_alone():
    press = Press({"fig-a": (BOTTOM - TOP - 15, 100)})
    assert not choose_layout([["fig-a"]], look=press.look)["fig-a"]["float"]


def test_small_tables_stay_whole_and_long_ones_may_break():
    press = Press({"tbl-small": (10, 100), "tbl-long": (10, 200)})
    layout = choose_layout([["tbl-small", "tbl-long"]], look=press.look)
    assert layout["tbl-small"]["whole"]
    assert layout["tbl-long"] == {"whole": False, "float": False}


def test_what_follows_a_heading_directly_is_never_moved_away():
    press = Press({"fig-a": (200, 100)})
    pages = [p for p in press.look({}) if p["end"] != "before"]
    assert not choose_layout([["fig-a"]], look=lambda layout: pages)["fig-a"]["float"]


def test_the_search_ends_even_where_floating_does_not_help():
    stuck = [
        {"name": "fig-a", "end": "before", "page": 1, "y": 100.0},
        {"name": "fig-a", "end": "start", "page": 2, "y": TOP},
        {"name": "fig-a", "end": "end", "page": 2, "y": 200.0},
    ]
    looks = []
    choose_layout([["fig-a"]], look=lambda layout: looks.append(layout) or stuck)
    assert len(looks) == 3
