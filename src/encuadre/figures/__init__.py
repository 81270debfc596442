"""Figures of the report: tables in, drawings out, with titles that the data bear out.

Each function returns a `Drawing` (figure, title, note, alt, strength) and neither shows nor
saves it; `write_svg` gives its SVG. Colours are those of the light theme; `TOKENS` pairs them
with the dark one.
"""

from encuadre.figures.calibration import draw_calibration
from encuadre.figures.comparison import draw_comparison
from encuadre.figures.course import draw_course
from encuadre.figures.events import draw_events
from encuadre.figures.frames import draw_frames, draw_functions
from encuadre.figures.multiverse import draw_multiverse
from encuadre.figures.quantities import draw_quantities
from encuadre.figures.reliability import draw_reliability
from encuadre.figures.shares import draw_stance_shares
from encuadre.figures.sources import draw_timeline
from encuadre.figures.stance import draw_stance
from encuadre.figures.style import TOKENS, Drawing, lint
from encuadre.figures.svg import write_svg
from encuadre.figures.topics import draw_topic_choice, draw_topics
from encuadre.figures.voices import draw_voices
from encuadre.figures.wording import draw_wording

__all__ = [
    "TOKENS",
    "Drawing",
    "draw_calibration",
    "draw_comparison",
    "draw_course",
    "draw_events",
    "draw_frames",
    "draw_functions",
    "draw_multiverse",
    "draw_quantities",
    "draw_reliability",
    "draw_stance",
    "draw_stance_shares",
    "draw_timeline",
    "draw_topic_choice",
    "draw_topics",
    "draw_voices",
    "draw_wording",
    "lint",
    "write_svg",
]
