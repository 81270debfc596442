"""Who a noun phrase stands for: names, short names, descriptions and pronouns of one article."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from encuadre.attribution_words import (
    BODY_NOUNS,
    DETERMINERS,
    FUNCTION_WORDS,
    PREPOSITIONS,
    PRONOUNS,
    ROLE_NOUNS,
    SOURCE_NOUNS,
)
from encuadre.names import (
    PARTICLES,
    bears_two_titles,
    drop_initials,
    ends_office,
    make_slug,
    read_cast,
    straighten,
    strip_titles,
)
from encuadre.place_names import PLACES
from encuadre.study import Study

_CAPITAL = r"[A-ZÀ-ÖØ-Þ][\w’'\-]*\.?"
_NAME = re.compile(rf"{_CAPITAL}(?: (?:{PARTICLES} )*{_CAPITAL})+")
_BODIES = frozenset(
    "house senate congress states state department street city county university "
    "college institute party court committee commission "
    "council center centre group association union bank times post journal news "
    "daily magazine agency administration bureau ministry "
    "government organization campaign office company corp inc board force "
    "army navy police guard embassy security intelligence "
    "democrats republicans americans foundation fund network press media service act "
    "law day room north south east west new today "
    "world europe america island valley river beach".split()
)
_TITLE_SHE = re.compile(r"\b(?:Mrs\.?|Ms\.?|Miss|\w*woman)\b")
_SURNAME = re.compile(r"(?:Mac|Van|Fitz|[A-Z][a-z]?’?)?[A-ZÀ-Þ][a-zß-ÿ]+(?:-[A-ZÀ-Þ][a-zß-ÿ]+)?")
_CAPTIONS = frozenset("CLOSE LIVE MORE PHOTOS READ VIDEO WATCH".split())
"""What a page prints before the name that opens a text."""
_MAN = re.compile(r"(?:\w+s|chair)(?P<kind>man|woman)")
_LONGEST_NAME = 80
_LONGER = {
    "president": re.compile(r"\bvice[ -]$", re.I),
    "vice": re.compile(r"\b(?:senior|executive|assistant|associate|regional|group)\s$", re.I),
    "general": re.compile(
        r"\b(?:attorney|solicitor|surgeon|secretary|inspector|director)\s$", re.I
    ),
    "secretary": re.compile(r"\b(?:press|assistant|deputy|under)[ -]$", re.I),
    "minister": re.compile(r"\b(?:prime)\s$", re.I),
}
"""First word of a cue to what makes it part of another office."""
_OF_PLACE = re.compile(rf"^(?P<name>(?:(?!\band\b).)+?) of (?:the )?(?:{_CAPITAL}\s?)+$")
_BRACKETS = re.compile(r" ?\([^()]*\)")
_AT_BODY = re.compile(r"^(?P<name>(?:(?!\b(?:and|of|for)\b).)+?) (?:at|from|in|with) ")
_ROLE_BESIDE = re.compile(
    r", (?:who\b|(?:(?:an?|the) )?(?:[\w’-]+ ){0,3}?(\w+)(?= (?:of|for|at|in|with|who)\b|[,.]))"
)
_OF_PERSON = re.compile(
    r"(?P<owner>.+)’s (?:\w+ )?(?:account|feed|tweet|statement|letter|post|email|memo|memoir|book)"
)
"""What somebody made or owns that speaks for that person: "Trump’s account"."""
_MAIN = 3
"""How many times as often as others the bearer of an office is named whom "the president" means."""
_OF_NAMED = re.compile(
    r"(?:’s)? (?:administration|campaign|team|camp|era|presidency|aides|allies|voters|supporters)\b"
)
"""Behind the name of somebody who only gives it to others: "the Obama administration"."""
_UNKNOWN = "a speaker who is not named"
CATCH_ALL = "*"
"""Cue of the voice that takes the speakers whom no other cue decides."""


@dataclass
class Person:
    """A speaker of an article.

    Attributes
    ----------
    name : str
        Full name, or description where the text gives no name.
    voice : str
        Id of the voice.
    sure : float
        How the voice was found: 1 list of speakers, .95 cue, .6 fallback.
    pronoun : str
        "he", "she", "they", "it" or "" (not known).
    named : bool
        Whether it is a name rather than a description.
    """

    name: str
    voice: str
    sure: float
    pronoun: str = ""
    named: bool = True
    descriptions: set[str] = field(default_factory=set)

    @property
    def speaker_id(self) -> str:
        """The name as a slug."""
        return make_slug(self.name)


def compile_cue(cue: str) -> re.Pattern[str]:
    """Compile a cue: whole words, small letters match any case, "..." spans up to six words."""
    parts = [re.escape(p.strip()) for p in re.split(r"\.\.\.|…", straighten(cue))]
    pattern = r"(?:\W+[\w.’\-]+){0,6}?\W+".join(parts)
    return re.compile(rf"(?<!\w){pattern}(?!\w)", 0 if re.search(r"[A-Z]", cue) else re.I)


class Register:
    """The speakers of one article, from the study's list and from what the text says of them.

    Parameters
    ----------
    study : Study
        Its `speakers` come first, then the cues of its `voices`.
    text : str
        The article, to look up full names and what stands beside them.
    own_names : iterable of str
        Names of the outlet, which is not a speaker in its own article.
    """

    def __init__(self, study: Study, text: str, own_names: Iterable[str] = ()):
        self.text = straighten(text)
        self.own = {straighten(n).lower() for n in own_names}
        self.known: dict[str, Person] = {}
        self.aliases: list[tuple[str, Person]] = []
        self.cues = [
            (c, compile_cue(c), v.id) for v in study.voices for c in v.cues if c != CATCH_ALL
        ]
        self.cues.sort(key=lambda item: -len(item[0]))
        quoted = [v.id for v in study.voices[1:]] or [study.own_voice]
        self.fallback = next((v.id for v in study.voices[1:] if CATCH_ALL in v.cues), quoted[-1])
        self.unknown = Person(_UNKNOWN, self.fallback, 0.6, named=False)
        for speaker in study.speakers:
            person = Person(speaker.name, speaker.voice, 1.0, speaker.pronouns)
            self.known[speaker.name] = person
            self.aliases += [(straighten(a), person) for a in (speaker.name, *speaker.aliases)]
        self.aliases.sort(key=lambda item: -len(item[0]))
        self.names = list(dict.fromkeys(m.group() for m in _NAME.finditer(self.text)))
        self.cast = read_cast(self.text, self.names)

    def is_own(self, subject: str) -> bool:
        """Whether a subject is the outlet itself."""
        return straighten(subject).strip().lower().removeprefix("the ") in self.own

    def find_person(self, subject: str, aside: str = "") -> Person:
        """Return the speaker that a noun phrase stands for.

        Parameters
        ----------
        subject : str
            The noun phrase, with neither verb nor quotation.
        aside : str
            What stands beside it in the sentence ("an analyst with ..."), "" if nothing.
        """
        subject = straighten(subject).strip(" ,;:—–-()")
        owned = _OF_PERSON.fullmatch(subject)
        if owned and not PREPOSITIONS.intersection(owned["owner"].lower().split()):
            return self.find_person(owned["owner"], aside)
        listed = self._match_alias(subject)
        if listed:
            return listed
        plain = _BRACKETS.sub("", subject).strip()
        name = self._read_name(plain) or self._read_before_preposition(plain)
        if name:
            return self._find_named(name, subject, aside)
        return self._describe(subject, aside)

    def _match_alias(self, subject: str) -> Person | None:
        low = subject.lower()
        for alias, person in self.aliases:
            tail = alias.lower()
            if not low.endswith(tail):
                continue
            before = low[: len(low) - len(tail)]
            if before and (before[-1].isalnum() or before[-1] in "-’"):
                continue
            words = before.split()
            if (
                not words
                or not any(w in PREPOSITIONS | {"and", "with"} for w in words[-2:])
                or "," in before
            ):
                return person
        return None

    def _read_name(self, subject: str) -> str:
        found = [m for m in _NAME.finditer(subject) if m.end() == len(subject)]
        words = (found[-1].group() if found else subject.split(" ")[-1] if subject else "").split(
            " "
        )
        before = subject[: len(subject) - len(" ".join(words))].split()
        joint = bears_two_titles(before, words)
        if before[-1:] == ["the"] and len(before) > 1 and before[-2] in PREPOSITIONS:
            return ""
        if len(words) > 1 and ends_office(before):
            words, before = words[-2:] if len(words) > 2 else words[1:], []
        if not words[0][:1].isupper() or (
            before and before[-1].lower() in PREPOSITIONS | {"and"} and not joint
        ):
            return ""
        words = strip_titles(words)
        words = words[1:] if len(words) > 2 and words[0] in _CAPTIONS else words
        definite = words[0].lower() in DETERMINERS
        while len(words) > 1 and words[0].lower() in FUNCTION_WORDS | DETERMINERS:
            words = words[1:]
        if definite and len(words) == 1:
            return ""
        owner = max((i for i, w in enumerate(words[:-1]) if w.endswith("’s")), default=-1)
        words = words[owner + 1 :]
        bodies = {w.lower().strip(".").removesuffix("’s") for w in words}
        if bodies & _BODIES or "." in words[-1].rstrip(".") or all(w.isupper() for w in words):
            return ""
        if words[-1].lower() in ROLE_NOUNS:
            return ""
        if len(words) > 1:
            return " ".join(words if len(words) < 5 else words[-2:])
        lone = words[0] if words[0] in self.cast.surnames else ""
        return self._complete(words[0]) or lone

    def _read_before_preposition(self, subject: str) -> str:
        """Read the person in "Sen. Pat Roberts of Kansas"; "" for a body or two persons."""
        match = _OF_PLACE.match(subject) or _AT_BODY.match(subject)
        name = self._read_name(match["name"]) if match else ""
        known = name in self.cast.surnames
        full = " " in name and name.split(" ")[0].lower() not in DETERMINERS
        return name if full or known else ""

    def list_named(self, text: str) -> list[Person]:
        """List the persons named in a text, as far as the article shows them to be persons.

        A surname alone counts for a speaker whose full name was read before.
        """
        listed = []
        lone = {n.split(" ")[-1]: p for n, p in self.known.items() if p.named and " " in n}
        for match in _NAME.finditer(straighten(text)):
            name = self._read_name(match.group())
            if _OF_NAMED.match(straighten(text), match.end()):
                continue
            beside = _ROLE_BESIDE.match(straighten(text), match.end())
            known = name.split(" ")[-1] in self.cast.surnames | self.cast.genders.keys()
            if beside and beside[1]:
                known = known or beside[1].lower() in ROLE_NOUNS
            elif beside:
                known = True
            if name and " " in name and known:
                listed.append(self._match_alias(name) or self._find_named(name, match.group(), ""))
        words = re.findall(r"\b[A-ZÀ-ÖØ-Þ]\w+", _NAME.sub("", straighten(text)))
        listed += [lone[word] for word in words if word in lone and lone[word] not in listed]
        return listed

    def _complete(self, short: str) -> str:
        """Find the full name that a single word is short for."""
        for name in self.known:
            if name.split(" ")[-1] == short:
                return name
        for name in self.names:
            words = strip_titles(name.removesuffix("’s").split(" "))
            small = {w.lower() for w in words}
            odd = small & (_BODIES | FUNCTION_WORDS | DETERMINERS | PRONOUNS) or any(
                "’" in w for w in words[:-1]
            )
            if 1 < len(words) < 5 and words[-1] == short and not odd:
                return " ".join(words)
        return ""

    def _find_named(self, name: str, subject: str, aside: str) -> Person:
        if name in self.known:
            return self.known[name]
        plain, last = drop_initials(name), name.split(" ")[-1]
        same = [
            p
            for n, p in self.known.items()
            if n.split(" ")[-1] == last
            and p.named
            and (drop_initials(n) in plain or plain in drop_initials(n))
        ]
        if same:
            return same[0]
        beside = " ".join([subject, aside, *self._read_asides(name)])
        voice, sure = self._judge(beside)
        pronoun = self.cast.genders.get(last, "")
        if not pronoun and _TITLE_SHE.search(beside):
            pronoun = "she"
        elif not pronoun and re.search(r"\bMr\.?\b|\w+sman\b", beside):
            pronoun = "he"
        person = Person(name, voice, sure, pronoun)
        self.known[name] = person
        return person

    def _read_asides(self, name: str) -> list[str]:
        asides = []
        for match in re.finditer(re.escape(name), self.text):
            after = re.match(
                r",\s(?:(?:an?|the|who|then|former|acting|appearing)\b|[A-Z][\w.]*’s\b|[a-z])[^.;“”\"]{3,160}",
                self.text[match.end() : match.end() + 180],
            )
            before = re.search(
                r"(?:^|[.,;“”\"\n]\s?|\b(?:said|told|says)\s)([^.,;“”\"\n]{3,80})$",
                self.text[max(0, match.start() - 100) : match.start()],
            )
            asides += [after.group()] if after else []
            asides += [before.group(1)] if before else []
        return asides[:8]

    def _describe(self, subject: str, aside: str) -> Person:
        words = subject.split()
        definite = bool(words) and words[0].lower() == "the"
        while words and (
            words[0].lower() in DETERMINERS - {"some", "many", "several", "most", "all", "various"}
        ):
            words = words[1:]
        name = _shorten(" ".join(words)) or subject
        if name in self.known:
            return self.known[name]
        if definite and (match := self._match_description(words)):
            return match
        voice, sure = self._judge(name, aside)
        if sure < 0.95 and " and " in name:
            parts = [re.sub(r" of [A-Z].*$", "", p) for p in re.split(r" and |, ", name)]
            listed = [p for p in map(self._match_alias, parts) if p]
            voice, sure = (listed[0].voice, 0.95) if listed else (voice, sure)
        head = words[-1].lower() if words else ""
        plural = head.endswith("s") and not head.endswith(("ss", "’s")) or head == "people"
        pronoun = (
            "they"
            if plural
            else "it"
            if head in BODY_NOUNS or (name[:1].isupper() and not _may_be_person(name))
            else _read_pronoun(words)
        )
        person = Person(name, voice, sure, pronoun, named=False)
        self.known[name] = person
        return person

    def _match_description(self, words: list[str]) -> Person | None:
        """Match "the former ambassador" with a named person of whom the text says so."""
        wanted = [w.lower() for w in words if len(w) > 2 and w.lower() not in PREPOSITIONS]
        if (
            not wanted
            or wanted[-1] not in ROLE_NOUNS - SOURCE_NOUNS
            or any(w[0].isupper() for w in words[:-1])
            and len(wanted) > 3
        ):
            return None
        surname = self._find_bearer(" ".join(w.lower() for w in words))
        if surname:
            return self._find_named(self._complete(surname) or surname, surname, "")
        capital = any(w[0].isupper() for w in words)
        phrase = re.compile(r"\b" + r"\s".join(re.escape(w.lower()) for w in words) + r"\b")
        fits = []
        for name, person in self.known.items():
            if person.named and name in self.text:
                asides = self._read_asides(name)
                heads = [_cut_head(a) for a in asides if a[0] == "," or not capital]
                beside = " ".join(heads).lower()
                if (
                    phrase.search(beside)
                    if capital
                    else all(re.search(rf"\b{re.escape(w)}\b", beside) for w in wanted)
                ):
                    fits.append(person)
        return fits[0] if len(fits) == 1 else None

    def _find_bearer(self, office: str) -> str:
        """Return the surname that bears an office; of several the one that the text is about."""
        bearers = self.cast.offices.get(office, frozenset())
        named = {b: len(re.findall(rf"\b{re.escape(b)}\b", self.text)) for b in bearers}
        first, *others = sorted(named, key=lambda b: (-named[b], b)) or [""]
        return first if all(named[first] >= _MAIN * named[b] for b in others) else ""

    def _judge(self, *texts: str) -> tuple[str, float]:
        """Return the voice of the longest cue in the first text that has one, and how sure."""
        for text in texts:
            for cue, pattern, voice in self.cues:
                if any(not _in_longer_title(text, m, cue) for m in pattern.finditer(text)):
                    return voice, 0.95
        return self.fallback, 0.6


def _in_longer_title(text: str, match: re.Match[str], cue: str) -> bool:
    """Whether a cue is only part of another office: "president" in "vice president"."""
    first = cue.split(" ")[0].lower()
    return first in _LONGER and bool(_LONGER[first].search(text[: match.start()]))


def _may_be_person(name: str) -> bool:
    """Whether a description with a capital may be "he" or "she": a surname alone, a spokesman."""
    words = name.split(" ")
    lone = bool(_SURNAME.fullmatch(name)) and name not in PLACES
    return (lone and name.lower() not in _BODIES) or bool({"spokesman", "spokeswoman"} & set(words))


def _read_pronoun(words: Sequence[str]) -> str:
    """Return the pronoun that a description itself gives: "he" of a spokesman, else ""."""
    match = next(filter(None, (_MAN.fullmatch(word.lower()) for word in words)), None)
    return "" if match is None else "she" if match["kind"] == "woman" else "he"


def _cut_head(description: str) -> str:
    """Return a description up to its first preposition: "chief economist" of the bank's."""
    words = description.split()
    end = next((i for i, w in enumerate(words) if i and w.lower() in PREPOSITIONS), len(words))
    return " ".join(words[:end])


def _shorten(name: str) -> str:
    """Return a description of at most 80 characters that ends with a whole word, not "of the"."""
    if len(name) <= _LONGEST_NAME:
        return name
    words = name[: _LONGEST_NAME + 1].split()[:-1]
    while words and words[-1].lower() in FUNCTION_WORDS | DETERMINERS:
        words = words[:-1]
    return " ".join(words) or name[:_LONGEST_NAME]


def fits_pronoun(person: Person, pronoun: str) -> bool:
    """Whether a pronoun may stand for a speaker."""
    if pronoun in ("he", "she"):
        return person.pronoun in (pronoun, "")
    unclear = person.pronoun == "" and not person.named
    return unclear or person.pronoun in (("they", "it") if pronoun == "they" else ("it",))
