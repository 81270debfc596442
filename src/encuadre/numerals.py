"""Numerals in English: digits, number words, money, percentages, spans of time, but no dates."""

from __future__ import annotations

import re
from dataclasses import dataclass


def _number_words(words: str, first: int, step: int) -> dict[str, float]:
    return {word: float(first + step * i) for i, word in enumerate(words.split())}


_UNITS = _number_words(
    """one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen
    sixteen seventeen eighteen nineteen""",
    1,
    1,
)
_TENS = _number_words("twenty thirty forty fifty sixty seventy eighty ninety", 20, 10)
_SCALES = {
    "dozen": 12.0,
    "hundred": 1e2,
    "thousand": 1e3,
    "million": 1e6,
    "billion": 1e9,
    "trillion": 1e12,
    "m": 1e6,
    "bn": 1e9,
    "k": 1e3,
}
_MANY = {
    "tens": 10.0,
    "dozens": 12.0,
    "scores": 20.0,
    "hundreds": 1e2,
    "thousands": 1e3,
    "millions": 1e6,
    "billions": 1e9,
    "trillions": 1e12,
}
_SPANS = {
    "minute": ("minutes", 1.0),
    "hour": ("hours", 1.0),
    "day": ("days", 1.0),
    "week": ("weeks", 1.0),
    "month": ("months", 1.0),
    "year": ("years", 1.0),
    "decade": ("years", 10.0),
    "century": ("years", 100.0),
    "centurie": ("years", 100.0),
}
_TIMES = frozenset(unit for unit, _ in _SPANS.values())
_CURRENCIES = {
    "$": "USD",
    "us$": "USD",
    "£": "GBP",
    "€": "EUR",
    "¥": "JPY",
    "dollars": "USD",
    "euros": "EUR",
    "pesos": "pesos",
}

_SMALL = "|".join(sorted([*_UNITS, *_TENS], key=len, reverse=True))
_SCALE = r"hundred|thousand|million|billion|trillion|dozen"
_DIGITS = r"\d{1,3}(?:,\d{3})+(?:\.\d+)?|\d+(?:\.\d+)?"
_MONTH = (
    r"(?:Jan(?:uary)?|Feb(?:ruary)?|Mar(?:ch)?|Apr(?:il)?|May|June?|July?|Aug(?:ust)?"
    r"|Sept?(?:ember)?|Oct(?:ober)?|Nov(?:ember)?|Dec(?:ember)?)\b\.?"
)
_NUMERAL = re.compile(
    rf"""
    (?<![\w/])(?<![A-Za-z][-–])(?<!\d[.,:/])
    (?:
        (?P<money>US\$|[$£€¥])\s?(?P<sum>{_DIGITS})(?:[\s-]?(?P<sumscale>{_SCALE}|m|bn|k)\b)?
      | (?P<digits>{_DIGITS})(?:\s(?P<scale>{_SCALE})\b)?(?![\w/]|[.,:]\d)
      | (?P<many>{"|".join(_MANY)})(?:\sof\s(?P<more>{"|".join(_MANY)}))?\b
      | half[\s-](?:an?[\s-])?(?P<half>{_SCALE}|century|decade|year|day|hour)\b
      | an?\s(?P<single>{_SCALE})\b
      | (?P<words>(?:{_SMALL})(?:[\s-](?:{_SMALL}))?(?:[\s-](?:{_SCALE}))*)\b
    )""",
    re.X | re.I,
)
_DATE = re.compile(
    rf"""{_MONTH}\s\d{{1,2}}\b(?!,\d)(?:\.\s\d{{1,2}}\b)?(?:,?\s\d{{4}}\b)?
      | \b\d{{1,2}}\s{_MONTH}(?:\s\d{{4}}\b)?
      | \b\d{{1,2}},\s(?:19|20)\d\d\b
      | \b\d{{4}}-\d{{2}}-\d{{2}}\b
      | \b\d{{1,2}}(?::\d\d|\.\d\d(?=\s?[ap]\.?m))
      | \b\d{{1,2}}\s?[ap]\.?m\b
      | \b(?:1[5-9]|20)\d\d\s?[-–—]\s?\d{{2,4}}\b
      | \b\d{{4}}s\b""",
    re.X,
)
_MOMENT = rf"(?:{_MONTH}\s)?(?:1[5-9]|20)\d\d\b"
_SPAN_OF_DATES = re.compile(
    rf"""\b(?:
        [Bb]etween\s(?:{_MOMENT}|{_MONTH})\sand\s{_MOMENT}
      | [Ff]rom\s(?:{_MOMENT}|{_MONTH})(?:\s(?:to|until|till|through)\s|\s?[-–—]\s?){_MOMENT}
      | {_MONTH}\s(?:(?:1[5-9]|20)\d\d\b)?(?:\s?(?:to|until|till|through)\s|\s?[-–—]\s?){_MOMENT}
    )""",
    re.X,
)
_REFERENCE = re.compile(
    r"(?:\b(?:Article|Section|Chapter|Title|Part|Route|Highway|Page|No|Number|Figure|Table|Phase"
    r"|Boeing|Operation)\b\.?|\bpages?|\#)\s?$"
)
_COUNTING = re.compile(
    r"\b(?:about|around|some|nearly|almost|roughly|approximately|over|than|at\sleast|estimated"
    r"|up\sto)\s$",
    re.I,
)
_PERCENT = re.compile(r"\s?(?:%|per\s?cent\b|percent\b|percentage\spoints\b)", re.I)
_TIME = re.compile(
    r"""[\s-](?:(?:long|full|whole|consecutive)\s)?
    (?P<span>minute|hour|day|week|month|year|decade|century|centurie)(?P<many>s)?\b
    (?P<old>-old)?(?:\s(?P<noun>[a-z]{3,}))?""",
    re.X | re.I,
)
_COIN = re.compile(r"\s(?:of\s)?(?:U\.?S\.?\s)?(?P<coin>dollars|euros|pesos)\b", re.I)
_NO_NUMBER = re.compile(r"\b(?:no|any|every|some|the other|another|each|which)[\s-]$", re.I)


@dataclass(frozen=True)
class Numeral:
    """A number with its place in the text; `unit` where the numeral names it (money, time, %).

    `noun`: the thing of a compound such as "six-year presidency". `digits`: not spelled out.
    """

    value: float
    unit: str
    noun: str
    start: int
    end: int
    digits: bool

    @property
    def is_time(self) -> bool:
        """Whether the numeral is a span of time."""
        return self.unit in _TIMES


def find_numerals(text: str) -> list[Numeral]:
    """Return the numbers of a text in order, without dates, years, ordinals, names with digits."""
    dates = [m.span() for m in _DATE.finditer(text)]
    numerals = []
    for match in _NUMERAL.finditer(text):
        if any(a < match.end() and match.start() < b for a, b in dates):
            continue
        numeral = _read_match(text, match)
        if numeral is not None:
            numerals.append(numeral)
    return numerals


def find_date_spans(text: str) -> list[tuple[int, int]]:
    """Return where a text names spans of months or years: "between May 2019 and June 2022"."""
    return [match.span() for match in _SPAN_OF_DATES.finditer(text)]


def _read_match(text: str, match: re.Match[str]) -> Numeral | None:
    value, digits = _read_value(match), bool(match["digits"] or match["money"])
    before = text[max(0, match.start() - 24) : match.start()]
    if match["digits"] and (_is_year(match["digits"], before) or _REFERENCE.search(before)):
        return None
    if value == 1 and not digits and _NO_NUMBER.search(before):
        return None
    end = match.end()
    if match["money"]:
        return Numeral(value, _CURRENCIES[match["money"].lower()], "", match.start(), end, digits)
    if match["half"] and match["half"].lower() not in _SCALES:
        unit, years = _SPANS[match["half"].lower()]
        return Numeral(years / 2, unit, "", match.start(), end, digits)
    percent, coin, time = _PERCENT.match(text, end), _COIN.match(text, end), _TIME.match(text, end)
    if percent:
        return Numeral(value, "%", "", match.start(), percent.end(), digits)
    if coin:
        return Numeral(
            value, _CURRENCIES[coin["coin"].lower()], "", match.start(), coin.end(), digits
        )
    if time:
        unit, factor = _SPANS[time["span"].lower()]
        noun = (time["noun"] or "") if text[end] == "-" and not time["many"] else ""
        last = "noun" if noun else "old" if time["old"] else "many" if time["many"] else "span"
        return Numeral(value * factor, unit, noun, match.start(), time.end(last), digits)
    if text[end : end + 1] == "-" and text[end + 1 : end + 2].isalpha():
        return None
    return Numeral(value, "", "", match.start(), end, digits)


def _read_value(match: re.Match[str]) -> float:
    if match["money"]:
        return float(match["sum"].replace(",", "")) * _SCALES.get(
            (match["sumscale"] or "").lower(), 1.0
        )
    if match["digits"]:
        return float(match["digits"].replace(",", "")) * _SCALES.get(
            (match["scale"] or "").lower(), 1.0
        )
    if match["many"]:
        return _MANY[match["many"].lower()] * _MANY.get((match["more"] or "").lower(), 1.0)
    if match["half"]:
        return _SCALES.get(match["half"].lower(), 0.0) / 2
    if match["single"]:
        return _SCALES[match["single"].lower()]
    return _read_words(re.split(r"[\s-]+", match["words"].lower()))


def _read_words(words: list[str]) -> float:
    total = sum(_UNITS.get(w, _TENS.get(w, 0.0)) for w in words)
    for word in words:
        total *= _SCALES.get(word, 1.0)
    return total


def _is_year(digits: str, before: str) -> bool:
    return bool(re.fullmatch(r"(?:1[5-9]|20)\d\d", digits)) and not _COUNTING.search(before)
