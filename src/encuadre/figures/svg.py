"""A drawing as SVG: real text, no date, the same bytes for the same figure."""

from __future__ import annotations

import hashlib
import io
import re
from xml.sax.saxutils import escape

from matplotlib.backends.backend_svg import FigureCanvasSVG
from matplotlib.figure import Figure

from encuadre.figures.style import Drawing, styled
from encuadre.figures.words import clean_text

METADATA = dict.fromkeys(("Date", "Creator", "Format", "Type"))


@styled
def write_svg(drawing: Drawing | Figure) -> str:
    """The SVG of a drawing, to be set into a page as it is.

    It starts at the element `svg`, names no outside address but XML's namespaces, sets no style
    for its surroundings, and its ids begin with a digest of its own contents, so that several
    can stand in one page. A drawing's title and alternative text become `title` and `desc`.
    """
    figure = drawing.figure if isinstance(drawing, Drawing) else drawing
    stream = io.StringIO()
    FigureCanvasSVG(figure).print_svg(stream, metadata=METADATA)
    text = stream.getvalue()
    text = text[text.index("<svg") :]
    text = re.sub(r"<style[^>]*>.*?</style>", "", text, count=1, flags=re.DOTALL)
    text = re.sub(r"<!--.*?-->\s*", "", text, flags=re.DOTALL)
    title, alt = "", ""
    if isinstance(drawing, Drawing):
        title, alt = escape(clean_text(drawing.title)), escape(clean_text(drawing.alt))
    prefix = "f" + hashlib.sha256(f"{title}{alt}{text}".encode()).hexdigest()[:8] + "-"
    text = re.sub(r"<[^<>]*>", lambda tag: _prefix_ids(tag.group(), prefix), text)
    start = '<svg style="stroke-linejoin: round; stroke-linecap: butt"'
    words = ""
    if title:
        start += f' role="img" aria-labelledby="{prefix}title {prefix}desc"'
        words = f'<title id="{prefix}title">{title}</title><desc id="{prefix}desc">{alt}</desc>'
    text = text.replace("<svg", start, 1)
    opening, rest = text.split(">", 1)
    return f"{opening}>{words}{rest}"


def _prefix_ids(tag: str, prefix: str) -> str:
    tag = re.sub(r'(?<=[\s])id="', f'id="{prefix}', tag)
    tag = re.sub(r'(xlink:href|href)="#', rf'\1="#{prefix}', tag)
    return tag.replace("url(#", f"url(#{prefix}")
