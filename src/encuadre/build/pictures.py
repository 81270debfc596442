"""Figures for the report: SVG checked element by element, its styles as classes, ids made unique."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from xml.etree import ElementTree
from xml.sax.saxutils import escape, quoteattr

from encuadre.errors import EncuadreError

_SVG, _XLINK = "http://www.w3.org/2000/svg", "http://www.w3.org/1999/xlink"
_ELEMENTS = set(
    "svg g path text tspan defs clipPath rect use title desc circle ellipse line polyline polygon "
    "pattern linearGradient stop marker mask image".split()
)
_ATTRIBUTES = set(
    "id d x y x1 y1 x2 y2 cx cy r rx ry dx dy width height points transform viewBox fill stroke "
    "opacity offset clip-path clip-rule fill-rule fill-opacity stroke-opacity stroke-width "
    "stroke-dasharray stroke-linecap stroke-linejoin clipPathUnits patternUnits patternTransform "
    "gradientUnits gradientTransform preserveAspectRatio mask text-anchor font-size font-weight "
    "font-family font-style href style".split()
)
_STYLES = set(
    "fill stroke opacity fill-opacity stroke-opacity stroke-width stroke-dasharray "
    "stroke-dashoffset stroke-linecap stroke-linejoin stroke-miterlimit font font-size font-weight "
    "font-family font-style text-anchor fill-rule clip-rule stop-color stop-opacity "
    "paint-order".split()
)
_LOCAL = re.compile(r"^url\(#([^)\"'\s]+)\)$")
_DATA = re.compile(r"^data:image/(png|jpeg);base64,[A-Za-z0-9+/=\s]+$")
_HEX = re.compile(r"#[0-9a-fA-F]{6}\b")
_VALUE = re.compile(r"^[\w\s.,#%()'\"/+-]*$")
_ZERO_TURN = re.compile(r"^rotate\(-?0(?:\.0*)?[ ,][^)]*\)$")


@dataclass
class Sheet:
    """Classes for the styles of all figures of a page; the same style is written once.

    Parameters
    ----------
    tokens : mapping
        Light hex -> (name of the CSS variable, dark hex).
    """

    tokens: Mapping[str, tuple[str, str]]
    names: dict[str, str] = field(default_factory=dict)

    def name_style(self, style: str, ids: Mapping[str, str]) -> str:
        """Return the class for a style attribute; colours that are tokens become variables."""
        kept = []
        for part in style.split(";"):
            name, _, value = part.partition(":")
            name, value = name.strip(), value.strip()
            if local := _LOCAL.match(value):
                value = f"url(#{ids[local[1]]})" if local[1] in ids else "none"
            elif "url" in value.lower() or not _VALUE.match(value):
                continue
            if name in _STYLES:
                kept.append(f"{name}:{_HEX.sub(self._swap, value)}")
        text = ";".join(kept)
        return self.names.setdefault(text, f"s{len(self.names)}") if text else ""

    def write_css(self) -> str:
        """Return the rules."""
        return "".join(f"svg .{name}{{{style}}}\n" for style, name in self.names.items())

    def _swap(self, match: re.Match[str]) -> str:
        token = self.tokens.get(match[0].lower())
        return f"var(--{token[0]})" if token else match[0]


def convert_svg(text: str, *, prefix: str, sheet: Sheet, title: str, alt: str) -> str:
    """Return an SVG that can stand inside a page whose policy allows no inline style.

    Elements, attributes and addresses that a figure does not need are dropped; ids start with the
    prefix; `title` and `desc` are written anew.

    Parameters
    ----------
    text : str
        The SVG, as matplotlib writes it with real text.
    prefix : str
        Start of all ids; one for each figure of the page.
    sheet : Sheet
        Collects the styles.

    Raises
    ------
    EncuadreError
        Where the text is not an SVG.
    """
    root = _parse(text)
    ids: dict[str, str] = {}
    for element in root.iter():
        if "id" in element.attrib:
            ids.setdefault(element.attrib["id"], f"{prefix}-{len(ids)}")
    used = _find_used(root)
    words = f'<title id="{prefix}-t">{escape(title or alt)}</title>'
    words += f'<desc id="{prefix}-d">{escape(alt)}</desc>'
    box = root.attrib.get("viewBox", "")
    size = box.split()
    if len(size) != 4:
        raise EncuadreError("A figure's SVG has no viewBox of four numbers; save it again.")
    open_tag = (
        f'<svg xmlns="{_SVG}" role="img" aria-labelledby="{prefix}-t {prefix}-d" '
        f"viewBox={quoteattr(box)} width={quoteattr(size[2])} height={quoteattr(size[3])}"
    )
    style = sheet.name_style(root.attrib.get("style", ""), ids)
    open_tag += f' class="{style}">' if style else ">"
    body = "".join(_write(child, ids, used, sheet) for child in root)
    return f"{open_tag}{words}{body}</svg>"


def fit_svg(text: str) -> str:
    """Return an SVG for typesetting: as it is, but checked and without scripts or addresses."""
    root = _parse(text)
    size = root.attrib.get("viewBox", "0 0 1 1").split()
    style = quoteattr(root.attrib.get("style", ""))
    used = _find_used(root)
    same = {name: name for name in used}
    body = "".join(_write(child, same, used, None) for child in root)
    return (
        f'<svg xmlns="{_SVG}" xmlns:xlink="{_XLINK}" viewBox="{" ".join(size)}" '
        f'width="{size[2]}pt" height="{size[3]}pt" style={style}>{body}</svg>'
    )


def _parse(text: str) -> ElementTree.Element:
    if "<!ENTITY" in text or "<!DOCTYPE" in text[text.find("<svg") :]:
        raise EncuadreError("A figure's SVG declares entities; save it with matplotlib.")
    text = text[max(text.find("<svg"), 0) :]
    try:
        root = ElementTree.fromstring(text)
    except ElementTree.ParseError as error:
        raise EncuadreError(f"A figure is not an SVG that can be read ({error}).") from None
    if root.tag != f"{{{_SVG}}}svg":
        raise EncuadreError(f"A figure starts with <{root.tag}>; expected <svg>.")
    return root


def _find_used(root: ElementTree.Element) -> set[str]:
    used = set()
    for element in root.iter():
        for value in element.attrib.values():
            used.update(re.findall(r"url\(#([^)\"'\s]+)\)", value))
        for name in ("href", f"{{{_XLINK}}}href"):
            used.add(element.attrib.get(name, "").removeprefix("#"))
    return used


def _write(
    element: ElementTree.Element, ids: Mapping[str, str], used: set[str], sheet: Sheet | None
) -> str:
    tag = element.tag.removeprefix(f"{{{_SVG}}}") if isinstance(element.tag, str) else ""
    if tag not in _ELEMENTS or tag in ("title", "desc"):
        return ""
    attributes = _read_attributes(element, ids, used, sheet)
    inside = "".join(
        _write(child, ids, used, sheet) + escape((child.tail or "").strip() and child.tail or "")
        for child in element
    )
    inside = escape(element.text or "" if tag in ("text", "tspan") else "") + inside
    if tag in ("g", "defs") and not inside:
        return ""
    if tag == "g" and not attributes:
        return inside
    written = "".join(f" {name}={quoteattr(value)}" for name, value in attributes.items())
    return f"<{tag}{written}>{inside}</{tag}>" if inside else f"<{tag}{written}/>"


def _read_attributes(
    element: ElementTree.Element, ids: Mapping[str, str], used: set[str], sheet: Sheet | None
) -> dict[str, str]:
    link = "href" if sheet else "xlink:href"
    kept: dict[str, str] = {}
    for key, value in element.attrib.items():
        name = key.replace(f"{{{_XLINK}}}", "")
        if name not in _ATTRIBUTES or (name == "transform" and _ZERO_TURN.match(value)):
            continue
        if name == "id":
            if value in used:
                kept["id"] = ids[value]
        elif name == "href":
            if value.startswith("#") and value[1:] in ids:
                kept[link] = f"#{ids[value[1:]]}"
            elif _DATA.match(value):
                kept[link] = value
        elif name == "style":
            if sheet is None:
                kept["style"] = value
            elif style := sheet.name_style(value, ids):
                kept["class"] = style
        elif name == "d":
            kept["d"] = re.sub(r"\s*([A-Za-z])\s*", r"\1", value.strip())
        elif local := _LOCAL.match(value):
            if local[1] in ids:
                kept[name] = f"url(#{ids[local[1]]})"
        elif "url" not in value.lower() and "javascript" not in value.lower():
            kept[name] = value
    return kept
