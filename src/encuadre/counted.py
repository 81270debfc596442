"""What a number counts: the noun phrase around a numeral, read by rules of English.

All functions work on text in which the points of abbreviations are underscores (`mask_points`), so
that offsets stay and "U.S." ends no clause.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from encuadre.numerals import Numeral


def _list_words(text: str) -> frozenset[str]:
    return frozenset(text.split())


APOSTROPHES = "’'"
_PERSON = _list_words("person man woman child")
_PERSONS = _list_words(
    """people persons men women children citizens residents civilians migrants refugees agents
    officers officials police soldiers marines troops fighters traffickers smugglers dealers
    criminals suspects members leaders bosses kingpins prisoners inmates detainees victims
    journalists reporters lawyers judges lawmakers senators ministers presidents politicians
    mayors students workers employees users addicts patients relatives families others experts
    analysts critics activists protesters immigrants professors candidates scientists doctors
    parents sons daughters teachers farmers voters girls boys adults teenagers lives deaths
    fatalities murders homicides killings overdoses dead wounded injured missing disappeared
    killed arrested kidnapped"""
)
_STATES = _list_words("dead wounded injured missing disappeared killed arrested kidnapped")
_IRREGULAR = _list_words("people men women children police dead")
_NO_PLURAL = _list_words("us less was is has does this its plus versus yes")
_STOPS = _list_words(
    """a an the and or but nor of in on at by from with within without to into for over under since
    after before between during against about as than that which who whom whose when where while is
    are was were be been being has have had do does did will would can could may might must should
    not it its they their he his she her we our you your this these those last past next every each
    per ago annually yearly monthly weekly daily including inside outside across through so only
    also just final"""
)
_QUALIFIERS = _list_words(
    """about some around nearly almost roughly approximately over more greater fewer less than at
    least most up to only just an a the estimated as many well under close another additional total
    past last"""
)
_NO_ACT = _list_words(
    """including involving following according during regarding concerning excluding counting being
    having"""
)
_ACTS = _list_words(
    """took takes take taken kill kills claim claims lost lose loses saw left cost costs found hold
    held shot slew slain caught sent seize seizes arrest arrests capture captures"""
)
_FATES = _list_words(
    "dying died die dies fleeing missing found lost shot slain hurt held caught taken sent stolen"
)
_AUXILIARY = _list_words("is are was were be been being has have had who that")
_LINKS = _list_words("with from by in inside of at on among across")
_ARTICLES = _list_words("a an the their its his her")
_ADVERBS = {
    "daily": "day",
    "weekly": "week",
    "monthly": "month",
    "yearly": "year",
    "annually": "year",
    "yr": "year",
}
SPAN = r"(?:last|this|past|previous|final)\s(?:day|week|month|year|yr)\b"
RATE = (
    r"(?:(?:an?|per|each|every)\s(?P<after>day|week|month|year|yr)\b"
    r"|(?P<adverb>daily|weekly|monthly|yearly|annually)\b)"
)
_RATE = re.compile(rf"\s{RATE}", re.I)
_RATE_BEFORE = re.compile(r"\b(?:each|every|per)\s(?P<before>day|week|month|year|yr)\b", re.I)
_SPAN = re.compile(rf"\s(?:{SPAN}|in\s(?:1[5-9]|20)\d\d\b)", re.I)
_ABBREVIATION = re.compile(r"\b(?:[A-Za-z]\.){2,}")
_WORD = re.compile(r"[^\W\d]+(?:[’'-][^\W\d]+)*[’']?")
_CLAUSE = re.compile(r"[,;:.!?()\[\]—–“”\"]")
_ASIDE = re.compile(r",?\sincluding\s[^,;.:]{0,80}?(?:were|are|was)\b", re.I)
_STUCK = re.compile(r"(?:were|was|are|have|had)\b")
_REACH = 240
_GLUED = re.compile(r"^(\w{3,}s)(?:were|was|are|have|had)$")


@dataclass(frozen=True)
class Counted:
    """What a number counts: unit, words for it, and where the passage starts and ends."""

    unit: str
    what: str
    start: int
    end: int


def mask_points(text: str) -> str:
    """Return the text with the points of abbreviations ("U.S.") as underscores."""
    return _ABBREVIATION.sub(lambda m: m.group().replace(".", "_"), text)


def read_counted(masked: str, numeral: Numeral, *, left: int, right: int) -> Counted | None:
    """Say what a numeral counts.

    Parameters
    ----------
    masked : str
        A sentence from `mask_points`.
    numeral : Numeral
        One of its numerals.
    left, right : int
        Where the numeral before ends and the one after starts; what is beyond belongs to them.

    Returns
    -------
    Counted or None
        None where no noun follows and the numeral names no unit of its own.
    """
    begin, start, act = _read_left(masked, numeral.start, left)
    if numeral.is_time:
        return Counted(numeral.unit, numeral.noun or "time", begin, numeral.end)
    reach = min(len(masked), numeral.end + _REACH)
    tokens = list(_WORD.finditer(masked, numeral.end, reach))
    clause = _CLAUSE.search(masked, numeral.end, reach)
    stop = min(right, clause.start() if clause else reach)
    words, noun, end = _read_noun(tokens, numeral, stop)
    if not noun and not numeral.unit:
        return None
    if noun.endswith(tuple(APOSTROPHES)):
        start, act = begin, []
    rate, end = _read_rate(masked, end, "")
    fate, end = ([], end) if act[-1:] == ["of"] else _read_fate(masked, tokens, end)
    rate, end = _read_rate(masked, end, rate)
    link, end = _read_link(tokens, end, stop)
    rate, end = _read_rate(masked, end, rate)
    earlier = _RATE_BEFORE.search(masked, left, numeral.start)
    rate = rate or (earlier["before"].lower() if earlier else "")
    span = _SPAN.match(masked, end)
    if span and span.end() <= right:
        end = span.end()
    while masked[end - 1] in APOSTROPHES:
        end -= 1
    unit = numeral.unit or _name_unit(noun)
    said = [w.rstrip(APOSTROPHES).replace("_", ".") for w in (*act, *words, *fate, *link)]
    return Counted(
        f"{unit} per {_ADVERBS.get(rate, rate)}" if rate else unit, " ".join(said), start, end
    )


def _name_unit(noun: str) -> str:
    plain = noun.lower().rstrip(APOSTROPHES)
    demonym = noun[:1].isupper() and plain.endswith(("ans", "ese"))
    return "people" if _is_person(plain) or plain in _PERSONS or demonym else plain


def _is_person(plain: str) -> bool:
    return plain in _PERSON or f"{plain}s" in _PERSONS


def _is_plural(word: str) -> bool:
    plain = word.lower().rstrip(APOSTROPHES)
    if plain in _NO_PLURAL or plain.endswith(("ss", "ous")) or "_" in word:
        return False
    return plain.endswith("s") or plain in _IRREGULAR


def _read_noun(
    tokens: list[re.Match[str]], numeral: Numeral, stop: int
) -> tuple[list[str], str, int]:
    """Return the words up to the counted noun, the noun, and where it ends."""
    words: list[str] = []
    ends: list[int] = []
    for token in tokens[:7]:
        glued = _GLUED.match(token.group())
        word = glued[1] if glued else token.group()
        plain = word.lower().rstrip(APOSTROPHES)
        if token.end() > stop:
            break
        if plain in ("of", "the", "more") and not words and numeral.value != 1:
            continue
        if plain in _STOPS:
            break
        words.append(word)
        ends.append(token.start() + len(word))
        if numeral.value == 1:
            counted = _is_person(plain)
        else:
            counted = _is_plural(word) or (plain in _STATES and len(words) == 1)
        if counted:
            return words, word, ends[-1]
    if numeral.unit and words:
        return words[:1], words[0], ends[0]
    return [], "", numeral.end


def _read_rate(masked: str, end: int, known: str) -> tuple[str, int]:
    match = None if known else _RATE.match(masked, end)
    return ((match["after"] or match["adverb"]).lower(), match.end()) if match else (known, end)


def _read_fate(masked: str, tokens: list[re.Match[str]], end: int) -> tuple[list[str], int]:
    """Read the verb that says what befell the counted, also after ", including …"."""
    aside = _ASIDE.match(masked, end)
    glued = _STUCK.match(masked, end)
    first = aside.end() if aside else glued.end() if glued else end
    helped = bool(aside or glued)
    for token in [t for t in tokens if t.start() >= first][:5]:
        plain = token.group().lower()
        if _CLAUSE.search(masked, first, token.start()):
            break
        if plain in _AUXILIARY or (helped and plain.endswith("ly")):
            helped = True
        elif plain in _FATES or (plain.endswith("ed") and len(plain) > 4):
            return [plain], token.end()
        else:
            break
    return [], end


def _read_link(tokens: list[re.Match[str]], end: int, stop: int) -> tuple[list[str], int]:
    """Read one preposition with up to four words, as in "with fentanyl"."""
    following = [t for t in tokens if t.start() >= end]
    if not following or following[0].group().lower() not in _LINKS:
        return [], end
    words: list[str] = []
    last = end
    for token in following[1:5]:
        plain = token.group().lower()
        article = plain in _ARTICLES and not words
        if token.end() > stop or plain == "one" or (plain in _STOPS and not article):
            break
        words.append(token.group())
        last = token.end()
    held = words and words[-1].lower() not in _ARTICLES
    return ([following[0].group(), *words], last) if held else ([], end)


def _read_left(masked: str, start: int, left: int) -> tuple[int, int, list[str]]:
    """Step left over "more than an estimated" to the act before a number ("killing", "seizure of").

    Returns where the number with its qualifiers begins, where it begins with the act, and the act.
    """
    clause = max((m.end() for m in _CLAUSE.finditer(masked, left, start)), default=left)
    tokens = list(_WORD.finditer(masked, clause, start))[-7:]
    begin = start
    while tokens and tokens[-1].group().lower() in _QUALIFIERS:
        begin = tokens.pop().start()
    if masked[begin:start].strip().lower() in ("a", "an", "the", "at"):
        begin = start
    if not tokens:
        return begin, begin, []
    word = tokens[-1].group()
    plain = word.lower()
    if plain == "of" and len(tokens) > 1:
        thing = tokens[-2].group()
        if thing.lower() not in _STOPS | _QUALIFIERS:
            return begin, tokens[-2].start(), [thing, word]
    ending = plain.endswith(("ed", "ing")) and len(plain) > 4 and plain not in _NO_ACT
    if word.islower() and (ending or plain in _ACTS):
        return begin, tokens[-1].start(), [word]
    return begin, begin, []
