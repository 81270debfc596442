"""Who a noun phrase stands for: names, short names, descriptions and pronouns of one article."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass, field

from encuadre.attribution_words import (
    DETERMINERS,
    FUNCTION_WORDS,
    PREPOSITIONS,
    PRONOUNS,
    ROLE_NOUNS,
    SOURCE_NOUNS,
)
from encuadre.study import Study

_NAME = re.compile(
    r"[A-ZÀ-ÖØ-Þ][\w’'\-]*\.?(?: (?:(?:de|del|la|las|van|von|bin|al|der|da|dos|"
    r"el) )*[A-ZÀ-ÖØ-Þ][\w’'\-]*\.?)+"
)
_TITLES = frozenset(
    "mr mrs ms dr president vice prime minister secretary senator sen rep "
    "representative congressman congresswoman gov governor general "
    "gen colonel col judge justice king queen prince pope mayor ambassador professor "
    "prof director chief sir lord lady former then-president "
    "administrator attorney then chairman chairwoman speaker spokesman spokeswoman "
    "analyst mexican american candidate democrat republican "
    "presidential majority minority leader first lady house senate state".split()
)
_BODIES = frozenset(
    "house senate congress states state department street city county university "
    "college institute party court committee commission "
    "council center centre group association union bank times post journal news "
    "daily magazine agency administration bureau ministry "
    "government cartel organization campaign office company corp inc board force "
    "army navy police guard embassy security intelligence "
    "democrats republicans americans foundation fund network press media service act "
    "law day room north south east west new today "
    "world europe america island valley river beach".split()
)
_SHE = re.compile(
    r"\b(?:Mrs\.?|Ms\.?|Miss|\w*woman|wife|mother|daughter|sister|queen|actress|her)\b"
)
_HE = re.compile(r"\b(?:Mr\.?|\w+man|husband|father|son|brother|king|actor|his)\b")
_TITLE_SHE = re.compile(r"\b(?:Mrs\.?|Ms\.?|Miss|\w*woman)\b")
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


def make_slug(name: str) -> str:
    """Return a name in small ASCII letters, digits and hyphens; other scripts as code points."""
    plain = unicodedata.normalize("NFKD", name).encode("ascii", "ignore").decode().lower()
    slug = re.sub(r"[^a-z0-9]+", "-", plain.replace("'", "")).strip("-")
    return slug or "-".join(f"{ord(c):x}" for c in name if not c.isspace())[:60]


def straighten(text: str) -> str:
    """Return the text with curly apostrophes made of straight ones."""
    return text.replace("'", "’")


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
        for speaker in study.speakers:
            person = Person(speaker.name, speaker.voice, 1.0, speaker.pronouns)
            self.known[speaker.name] = person
            self.aliases += [(straighten(a), person) for a in (speaker.name, *speaker.aliases)]
        self.aliases.sort(key=lambda item: -len(item[0]))
        self.names = list(dict.fromkeys(m.group() for m in _NAME.finditer(self.text)))

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
        listed = self._match_alias(subject)
        if listed:
            return listed
        name = self._read_name(subject)
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
        if not words[0][:1].isupper() or (before and before[-1].lower() in PREPOSITIONS | {"and"}):
            return ""
        while len(words) > 1 and words[0].lower().strip(".").removesuffix("’s") in _TITLES:
            words = words[1:]
        bodies = {w.lower().strip(".").removesuffix("’s") for w in words}
        if bodies & _BODIES or "." in words[-1].rstrip(".") or all(w.isupper() for w in words):
            return ""
        if words[-1].lower() in ROLE_NOUNS:
            return ""
        if len(words) > 1:
            return " ".join(words if len(words) < 5 else words[-2:])
        return self._complete(words[0]) or ""

    def _complete(self, short: str) -> str:
        """Find the full name that a single word is short for."""
        for name in self.known:
            if name.split(" ")[-1] == short:
                return name
        for name in self.names:
            words = name.removesuffix("’s").split(" ")
            while len(words) > 1 and words[0].lower().strip(".") in _TITLES:
                words = words[1:]
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
        last = name.split(" ")[-1]
        same = [
            p
            for n, p in self.known.items()
            if n.split(" ")[-1] == last and p.named and (n in name or name in n)
        ]
        if same:
            return same[0]
        beside = " ".join([subject, aside, *self._read_asides(name)])
        voice, sure = self._judge(beside)
        pronoun = (
            "she"
            if _TITLE_SHE.search(beside)
            else "he"
            if re.search(r"\bMr\.?\b|\w+sman\b", beside)
            else ""
        )
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
        name = " ".join(words)[:80].strip() or subject
        if name in self.known:
            return self.known[name]
        if definite and (match := self._match_description(words)):
            return match
        voice, sure = self._judge(name, aside)
        if sure < 0.95 and " and " in name and (first := self._match_alias(name.split(" and ")[0])):
            voice, sure = first.voice, 0.95
        head = words[-1].lower() if words else ""
        plural = head.endswith("s") and not head.endswith(("ss", "’s"))
        pronoun = (
            "they"
            if plural
            else "it"
            if name[:1].isupper() and not set(name.lower().split()) & {"spokesman", "spokeswoman"}
            else ""
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
            or any(w[0].isupper() for w in words)
        ):
            return None
        fits = []
        for name, person in self.known.items():
            if person.named and name in self.text:
                beside = " ".join(self._read_asides(name)).lower()
                if all(re.search(rf"\b{re.escape(w)}\b", beside) for w in wanted):
                    fits.append(person)
        return fits[0] if len(fits) == 1 else None

    def _judge(self, *texts: str) -> tuple[str, float]:
        """Return the voice of the longest cue in the first text that has one, and how sure."""
        for text in texts:
            head = re.split(r"\s(?:of|in|at|with|from|for|within|on|by)\s", text, maxsplit=1)[0]
            for part in (head, text):
                for _, pattern, voice in self.cues:
                    if pattern.search(part):
                        return voice, 0.95
        return self.fallback, 0.6


def fits_pronoun(person: Person, pronoun: str) -> bool:
    """Whether a pronoun may stand for a speaker."""
    if pronoun in ("he", "she"):
        return person.pronoun in (pronoun, "") and (person.named or person.pronoun == "")
    if pronoun == "they":
        return person.pronoun in ("they", "it")
    return person.pronoun == "it"
