"""Contrasts in words: one sentence each, with its numbers as links, in the form that its kind asks."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pandas as pd

from encuadre.contrasts import Group
from encuadre.prose import (
    escape_markdown,
    link_evidence,
    list_articles,
    say_count,
    say_number,
    say_percent,
    say_signed,
    start_sentence,
)
from encuadre.strength import FEW
from encuadre.study import Study

if TYPE_CHECKING:
    from encuadre.findings import Candidate


def say_contrast(
    candidate: Candidate,
    labels: pd.DataFrame,
    strength: str,
    *,
    study: Study,
    articles: pd.DataFrame,
) -> str:
    """Return the sentence of a contrast, as Markdown.

    Parameters
    ----------
    candidate : Candidate
        Its first group has the lower mean, its second the higher one (a gap: own, quoted).
    labels : DataFrame
        The labels of the report, which give the counts.
    strength : str
        "firm", "tentative" or "cannot_tell", which makes another sentence.
    """
    say = {
        "stance": _say_stance,
        "critics": _say_critics,
        "frame": _say_frame,
        "voice": _say_voice,
        "gap": _say_gap,
    }[candidate.kind]
    return say(_Facts(candidate, labels, study, articles), strength == "cannot_tell")


def shorten_contrast(candidate: Candidate, *, study: Study) -> str:
    """Name a contrast for figures and tables: what, and which two groups."""
    first, second = (
        g.outlets[0] if len(g.outlets) == 1 else "all others"
        for g in (candidate.contrast.first, candidate.contrast.second)
    )
    if candidate.kind == "gap":
        return f"Stance toward {candidate.subject}, {first}: quoted minus own"
    if candidate.kind == "frame":
        what = start_sentence(_name_frame(candidate.subject, study))
    else:
        what = {
            "voice": "Own voice",
            "stance": f"Stance toward {candidate.subject}, own voice",
            "critics": f"Criticism of {candidate.subject} in own voice",
        }[candidate.kind]
    return f"{what}: {second} minus {first}"


def _name_frame(frame: str, study: Study) -> str:
    return next(i.label for i in study.codebook.field("frame").labels if i.id == frame)


class _Facts:
    """The two groups of a contrast: names, counts, means and links."""

    def __init__(
        self, candidate: Candidate, labels: pd.DataFrame, study: Study, articles: pd.DataFrame
    ):
        self.contrast, self.target = candidate.contrast, candidate.target
        self.study, self.articles = study, articles
        self.subject = escape_markdown(candidate.subject)
        self.frame = candidate.subject
        self.low, self.high = (
            escape_markdown(g.outlets[0])
            if len(g.outlets) == 1
            else f"the other {say_number(len(g.outlets))}"
            for g in (self.contrast.first, self.contrast.second)
        )
        field = self.contrast.field
        labelled = labels[labels[field] != ""] if field in labels else labels.head(0)
        self.first, self.second = (
            self._pick(labelled, g) for g in (self.contrast.first, self.contrast.second)
        )

    def _pick(self, table: pd.DataFrame, group: Group) -> pd.DataFrame:
        kept = table[table["outlet"].isin(group.outlets)]
        own = kept["voice"] == self.study.own_voice
        return kept if group.voice == "all" else kept[own if group.voice == "own" else ~own]

    def mean(self, part: pd.DataFrame) -> float:
        """Mean of a group as the contrast values its labels."""
        values = part[self.contrast.field].map(dict(self.contrast.values)).fillna(0.0)
        return float(values.mean())

    def link(self, text: str, group: Group, **more: object) -> str:
        """A number with a link to the sentences of a group."""
        voice = {} if group.voice == "all" else {"voice": group.voice}
        ids = ",".join(list_articles(self.articles, o) for o in group.outlets)
        return link_evidence(text, article=ids, **{**voice, **more})

    def share(self, part: pd.DataFrame, group: Group, **more: object) -> str:
        """The mean of a group as a linked percentage."""
        return self.link(say_percent(self.mean(part)), group, **more)

    def signed(self, part: pd.DataFrame, group: Group) -> str:
        """The mean of a group as a linked number with its sign."""
        return self.link(say_signed(self.mean(part)), group, target=self.target)


def _say_stance(facts: _Facts, unclear: bool) -> str:
    first, second = facts.contrast.first, facts.contrast.second
    low, high = facts.signed(facts.first, first), facts.signed(facts.second, second)
    if unclear:
        return f"Which outlet is kindest to {facts.subject} in its own words cannot be told: even {facts.low} ({low}) and {facts.high} ({high}), furthest apart of those with {say_number(FEW)} sentences or more, may differ by chance."
    field = facts.contrast.field
    sign, verb = ("-1", "criticises") if facts.mean(facts.first) < 0 else ("1", "speaks well of")
    lead, rest = (
        ((facts.first, first, facts.low), (facts.second, second, facts.high))
        if sign == "-1"
        else ((facts.second, second, facts.high), (facts.first, first, facts.low))
    )
    said = []
    for part, group, name in (lead, rest):
        ids = part.loc[part[field] == sign, "sentence_id"]
        number = link_evidence(say_number(len(ids)), ids=",".join(ids)) if len(ids) else "none"
        mean = facts.signed(part, group)
        said.append((name, f"{number} of {say_number(len(part))}", mean))
    return (
        f"In its own words {said[0][0]} {verb} {facts.subject} in {said[0][1]} sentences that concern it (mean stance {said[0][2]}, on a scale from −1 to 1); "
        f"{said[1][0]} in {said[1][1]} ({said[1][2]})."
    )


def _say_critics(facts: _Facts, unclear: bool) -> str:
    first, second = facts.contrast.first, facts.contrast.second
    own = {"target": facts.target, "stance": -1, "voice": "own"}
    low = facts.link(
        say_number(int(round(facts.mean(facts.first) * len(facts.first)))), first, **own
    )
    high = facts.link(
        say_number(int(round(facts.mean(facts.second) * len(facts.second)))), second, **own
    )
    others = len(facts.first) - int(round(facts.mean(facts.first) * len(facts.first)))
    quoted = facts.link(say_number(others), first, **{**own, "voice": "quoted"})
    counted = f"{low} of {say_count(len(facts.first), 'critical sentence')}"
    other = f"{high} of {say_number(len(facts.second))}"
    if unclear:
        return f"Whether {facts.low} leaves criticism of {facts.subject} to others more than {facts.high} does cannot be told from these articles: {counted} there are the outlet’s own, against {other}."
    return f"{facts.low} lets others criticise {facts.subject}: of {say_count(len(facts.first), 'critical sentence')} {quoted} are theirs and {low} its own. {facts.high} does it itself, in {other}."


def _say_frame(facts: _Facts, unclear: bool) -> str:
    first, second = facts.contrast.first, facts.contrast.second
    label = escape_markdown(_name_frame(facts.frame, facts.study))
    high = facts.share(facts.second, second, frame=facts.frame)
    low = facts.share(facts.first, first, frame=facts.frame)
    if len(second.outlets) > 1:
        low = low if facts.mean(facts.first) > 0 else facts.link("none", first, frame=facts.frame)
        if unclear:
            return f"Whether {facts.low} ({low}) frames fewer of its sentences as {label} than {facts.high} ({high}) cannot be told from these articles."
        return f"The frame “{label}” divides the outlets: it is the main frame of {low} of the sentences in {facts.low}, against {high} in {facts.high} together."
    if unclear:
        return f"Whether {facts.high} ({high}) frames more of its sentences as {label} than {facts.low} ({low}) cannot be told from these articles."
    together = " together" if len(first.outlets) > 1 else ""
    if facts.mean(facts.first) > 0:
        return f"The frame “{label}” divides the outlets: it is the main frame of {high} of the sentences in {facts.high}, and of {low} in {facts.low}{together}."
    second_frame = ""
    if "frame2" in facts.first:
        ids = facts.first.loc[facts.first["frame2"] == facts.frame, "sentence_id"]
        if len(ids):
            count = link_evidence(say_number(len(ids)), ids=",".join(ids))
            second_frame = (
                f", where {count} touch on it" if len(ids) > 1 else f", where {count} touches on it"
            )
    return f"The frame “{label}” divides the outlets: it is the main frame of {high} of the sentences in {facts.high} and of none in {facts.low}{second_frame}."


def _say_voice(facts: _Facts, unclear: bool) -> str:
    more = {"voice": facts.study.own_voice}
    high = facts.share(facts.second, facts.contrast.second, **more)
    low = facts.share(facts.first, facts.contrast.first, **more)
    if unclear:
        return f"Whether {facts.high} makes more of its statements in its own voice ({high}) than {facts.low} ({low}) cannot be told from these articles."
    return f"{facts.high} makes {high} of its statements in its own voice, {facts.low} only {low}; the rest come from the people and bodies that it quotes."


def _say_gap(facts: _Facts, unclear: bool) -> str:
    own = facts.signed(facts.first, facts.contrast.first)
    quoted = facts.signed(facts.second, facts.contrast.second)
    harder = facts.mean(facts.second) < facts.mean(facts.first)
    if unclear:
        return f"Whether {facts.low} lets others be {'harder on' if harder else 'milder towards'} {facts.subject} ({quoted}) than it is itself ({own}) cannot be told from these articles."
    side = "harder on" if harder else "milder towards"
    return f"The voices that {facts.low} quotes are {side} {facts.subject} ({quoted}) than {facts.low} is in its own words ({own})."
