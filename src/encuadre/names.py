"""Names of persons in an article: titles, surnames, and whether he or she.

An article says itself who is a person: a word after a title ("Mr. Obama", "Sen. Cassidy") is one
wherever it stands, and so is a name that "he" or "she" follows in its sentence.
"""

from __future__ import annotations

import re
import unicodedata
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from encuadre.attribution_words import ROLE_NOUNS
from encuadre.place_names import PLACES

ABBREVIATED = (
    "Mr|Mrs|Ms|Dr|Gen|Sen|Rep|Gov|Lt|Col|Sens|Reps|Govs|Prof|Rev|Hon|Sgt|Capt|Cmdr|Maj|Adm|Atty|"
    "St|Jr|Sr"
)
"""Titles and suffixes that a full stop shortens, as alternatives of a pattern."""

TITLES = frozenset(
    "mr mrs ms miss dr president vice prime minister secretary senator sen sens senators rep reps "
    "representative representatives congressman congresswoman gov govs governor governors general "
    "gen colonel col captain capt sergeant sgt lt lieutenant judge justice king queen prince "
    "princess pope mayor ambassador professor prof director chief sir lord lady dame former "
    "then-president president-elect administrator attorney then chairman chairwoman chair speaker "
    "writer author columnist journalist editor reporter economist historian activist "
    "spokesman spokeswoman spokesperson ceo cfo coo commissioner sheriff bishop archbishop cardinal "
    "rabbi imam pastor rev "
    "reverend detective inspector coach analyst american candidate democrat republican nominee "
    "presidential majority minority leader whip first house senate state chancellor premier "
    "adviser advisor strategist envoy counselor undersecretary treasurer pollster founder "
    "directors presidents secretaries ministers ambassadors generals professors judges mayors "
    "taoiseach baroness baron duke duchess councillor councilman councilwoman".split()
)
_BEFORE_SURNAME = (
    r"Mr\.?|Mrs\.?|Ms\.?|Miss|Dr\.?|President|President-elect|Senator|Sens?\.|Reps?\.|Govs?\.|"
    r"Governor|Representative|Congressman|Congresswoman|Gen\.|General|Col\.|Colonel|Lt\.|Capt\.|"
    r"Sgt\.|Judge|Justice|Mayor|Ambassador|Professor|Prof\.|Rev\.|Sir|Lord|Lady|Dame|Pope|Sheriff|"
    r"Chancellor|Premier|Prime Minister|Secretary|Speaker|Chairman|Chairwoman|Minister|"
    r"Commissioner|spokesman|spokeswoman"
)
_IN_FULL = {"gov": "governor", "sen": "senator", "gen": "general", "col": "colonel"}
_OF = r"(?: of (?:the )?[A-Z]\w+(?:’s)?)?"
PARTICLES = r"(?:de|del|la|las|van|von|bin|al|der|da|dos|el)"
_WORD = r"[A-ZÀ-ÖØ-Þ][\w’'\-]*"
_TITLED = re.compile(
    rf"\b(?P<title>{_BEFORE_SURNAME}){_OF}\s(?P<name>(?:{_WORD}\s|[A-Z]\.\s?|{PARTICLES}\s)*{_WORD})(?!\.\w)"
)
_NOT_SURNAME = frozenset(
    "of the and in on at for to who has is was says said minister president secretary leader "
    "general speaker house senate state states united assembly council department office justice "
    "treasury monday tuesday wednesday thursday friday saturday sunday day he she i it but".split()
)
_GENDERED = re.compile(r"\b(?:(he|his|himself)|(she|her(?= [a-z])|herself))\b", re.I)
_LONE = re.compile(
    r"(?:^|\n|[.!?] |day, )(?P<name>[A-Z][a-z]{2,}) [a-z]+(?:ed|met|said|spoke|told|took|gave|went)?\b"
    r"[^.;!?\n□]{0,80}?\b(?:in|during|for|that|when|because|as) "
    r"(?:(?P<he>his|he)|she|her(?= [a-z]))\b"
)
_REACH = 90
"""Characters after a name in which its pronoun is looked for."""
_QUOTED = re.compile(r"“[^“”\n]*(?:”|(?=\n)|$)|\"[^\"\n]*(?:\"|(?=\n)|$)")
_INITIAL = re.compile(r"\b[A-ZÀ-Þ]\.\s?(?=[A-ZÀ-Þ])")


@dataclass(frozen=True)
class Cast:
    """The persons of an article, as far as it shows them to be persons.

    Attributes
    ----------
    surnames : frozenset of str
        Words that stand after a title somewhere, or end a name that does.
    genders : dict of str to str
        "he" or "she" of a surname, where the article tells.
    offices : dict of str to frozenset of str
        Title in small letters ("president") to the surnames that bear it.
    """

    surnames: frozenset[str]
    genders: dict[str, str]
    offices: dict[str, frozenset[str]]


def make_slug(name: str) -> str:
    """Return a name in small ASCII letters, digits and hyphens; other scripts as code points."""
    plain = unicodedata.normalize("NFKD", name).encode("ascii", "ignore").decode().lower()
    slug = re.sub(r"[^a-z0-9]+", "-", plain.replace("'", "")).strip("-")
    return slug or "-".join(f"{ord(c):x}" for c in name if not c.isspace())[:60]


def straighten(text: str) -> str:
    """Return the text with curly apostrophes made of straight ones."""
    return text.replace("'", "’")


def drop_initials(name: str) -> str:
    """Return a name without its middle initials: "Paul D. Ryan" as "Paul Ryan"."""
    first, _, rest = name.partition(" ")
    return f"{first} {_INITIAL.sub('', rest)}" if rest else name


def strip_titles(words: list[str]) -> list[str]:
    """Return the words of a name after its last title: "Alaska Gov. Bill Walker", two words."""
    small = [w.lower().strip(".").removesuffix("’s") for w in words]
    last = max((i for i, w in enumerate(small[:-1]) if w in TITLES), default=-1)
    rest = words[last + 1 :]
    return words if small[last + 1 :] in (["jr"], ["sr"]) else rest


def ends_office(before: Sequence[str]) -> bool:
    """Whether an office goes on before a name: "Secretary of Defense Ada Moss"."""
    return (
        len(before) > 1
        and before[-1].lower() in ("of", "for")
        and before[-2].lower() in ("secretary", "minister", "undersecretary", "administrator")
    )


def bears_two_titles(before: Sequence[str], words: Sequence[str]) -> bool:
    """Whether a name has two titles: "Shop Council President and CEO Ada Moss"."""
    if len(before) < 2 or before[-1].lower() != "and" or len(words) < 2:
        return False
    titled = words[0].lower().strip(".") in TITLES
    return titled and before[-2].lower() in TITLES | ROLE_NOUNS


def read_cast(text: str, names: Iterable[str] = ()) -> Cast:
    """Read from an article who in it is a person.

    Parameters
    ----------
    text : str
        The article, one paragraph or sentence a line, with curly apostrophes.
    names : iterable of str
        Full names seen in it, for whose last word "he" or "she" is looked for too.
    """
    surnames: set[str] = set()
    votes: dict[str, Counter[str]] = {}
    offices: dict[str, set[str]] = {}
    for match in _TITLED.finditer(text):
        words = strip_titles(match["name"].removesuffix("’s").split())
        last = words[-1].removesuffix("’s")
        if last.lower() in _NOT_SURNAME or len(last) < 2 or last.isupper():
            continue
        surnames.add(last)
        title = match["title"].strip(".")
        if title in ("Mr", "Mrs", "Ms", "Miss"):
            votes.setdefault(last, Counter())["he" if title == "Mr" else "she"] += 3
        before = text[max(0, match.start() - 12) : match.start()].lower()
        if not re.search(r"\b(?:vice|former|ex|late)[ -]$", before):
            offices.setdefault(_IN_FULL.get(title.lower(), title.lower()), set()).add(last)
    last_words = {n.removesuffix("’s").split()[-1] for n in names if " " in n}
    for name, gender in _list_lone(text):
        surnames.add(name)
        votes.setdefault(name, Counter())[gender] += 1
    for name, gender in _list_genders(text, surnames | last_words):
        votes.setdefault(name, Counter())[gender] += 1
    genders = {}
    for name, count in votes.items():
        best = count.most_common(2)
        if len(best) == 1 or best[0][1] > best[1][1]:
            genders[name] = best[0][0]
    return Cast(frozenset(surnames), genders, {t: frozenset(n) for t, n in offices.items()})


def _list_lone(text: str) -> Iterable[tuple[str, str]]:
    """Yield a single name that opens a clause whose "he" or "she" can only be its bearer's."""
    for match in _LONE.finditer(_QUOTED.sub(lambda m: "□" * len(m.group()), text)):
        word = match["name"]
        if word not in PLACES and word.lower() not in _NOT_SURNAME and not word.endswith("s"):
            yield word, "he" if match["he"] else "she"


def _list_genders(text: str, surnames: set[str]) -> Iterable[tuple[str, str]]:
    """Yield a surname with the pronoun that follows it in its line, before another name."""
    if not surnames:
        return
    plain = _QUOTED.sub(lambda m: "□" * len(m.group()), text)
    pattern = re.compile(r"(?<![\w-])(" + _WORD + r"?)(?=[^\w-]|$|’s\b)")
    places = [m for m in pattern.finditer(plain) if m[1].removesuffix("’s") in surnames]
    for i, match in enumerate(places):
        if match[1].endswith("’s") or plain.startswith("’s", match.end()):
            continue
        end = places[i + 1].start() if i + 1 < len(places) else len(plain)
        line = plain.find("\n", match.end())
        stop = min(end, match.end() + _REACH, line if line >= 0 else len(plain))
        found = _GENDERED.search(plain, match.end(), stop)
        if found and not re.search(r"[.!?;]\s", plain[match.end() : found.start()]):
            yield match[1].removesuffix("’s"), "he" if found[1] else "she"
