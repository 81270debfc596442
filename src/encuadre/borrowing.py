"""Borrowing between the sources: who names whom, shared speakers, quoted words and passages.

Quoted words are looked for in the other articles by their content words, since copies can be
altered; passages are compared by the Jaccard index of their runs of three words (Broder 1997),
exactly, for articles have few sentences.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from itertools import combinations

import pandas as pd

from encuadre.prose import (
    cut_text,
    escape_markdown,
    join_words,
    link_evidence,
    link_source,
    round_brackets,
    say_count,
    say_percent,
)
from encuadre.quotations import find_quotations
from encuadre.study import Study
from encuadre.wording import PLAIN_WORDS, Token, find_tokens

RUN = 3
ALIKE = 0.2
_FOUND = 0.75
_PART = 0.5
_ROOM = 2
_CONTENT = 2
_AROUND, _LONGEST = 60, 200
_AUTHORS = re.compile(r"[,;&]|\b(?:and|with)\b")


def place_sentences(sentences: pd.DataFrame, articles: pd.DataFrame) -> pd.DataFrame:
    """Return the sentences of headline and body with outlet and integrity, in the order of the text."""
    kept = sentences[sentences["segment"] != "boilerplate"]
    columns = ["article_id", "outlet", "integrity"]
    return kept.merge(articles[columns], on="article_id").reset_index(drop=True)


def find_citations(
    sentences: pd.DataFrame, articles: pd.DataFrame, *, study: Study
) -> pd.DataFrame:
    """Find where an article names another outlet of the study, or its author.

    A name of the outlet that stands in the field `author` of one of its articles is the author's.

    Returns
    -------
    DataFrame
        article_id, outlet, cites, sentence_id, named (the outlet; or its author and what he or she
        wrote, where the sentence names nobody but the author).
    """
    placed = place_sentences(sentences, articles)
    rows = []
    for cited in study.outlets:
        own = articles[articles["outlet"] == cited.name]
        names = {n: _name_author(n, own, cited.name) for n in (cited.name, *cited.names)}
        names[cited.name] = ""
        for name, author in sorted(names.items(), key=lambda pair: bool(pair[1])):
            whole = rf"(?<!\w){re.escape(name)}(?!\w)"
            hits = placed[placed["text"].str.contains(whole) & (placed["outlet"] != cited.name)]
            rows += [
                (h.article_id, h.outlet, cited.name, h.sentence_id, author or cited.name)
                for h in hits.itertuples(index=False)
            ]
    columns = ["article_id", "outlet", "cites", "sentence_id", "named"]
    table = pd.DataFrame(rows, columns=pd.Index(columns))
    return table.drop_duplicates(["cites", "sentence_id"]).reset_index(drop=True)


def _name_author(name: str, articles: pd.DataFrame, outlet: str) -> str:
    """Return the author whom a name stands for, and what he or she wrote; "" where it is no author's."""
    words = set(name.casefold().split())
    for field in articles["author"].fillna("") if "author" in articles else ():
        authors = [a.strip() for a in _AUTHORS.split(field) if a.strip()]
        for author in authors:
            if words and words <= set(author.casefold().split()):
                work = f"the {outlet} article" if len(articles) == 1 else f"an article in {outlet}"
                role = "who wrote" if len(authors) == 1 else "an author of"
                return f"{author}, {role} {work}"
    return ""


def find_shared_speakers(speakers: pd.DataFrame) -> pd.DataFrame:
    """Return the speakers heard in two outlets or more: speaker, outlets (list), ids (list).

    Parameters
    ----------
    speakers : DataFrame
        As `encuadre.speaking.name_speakers` gives it.
    """
    heard = speakers[speakers["speaker"] != ""]
    rows = [
        (speaker, list(dict.fromkeys(group["outlet"])), list(group["sentence_id"]))
        for speaker, group in heard.groupby("speaker")
        if group["outlet"].nunique() > 1
    ]
    return pd.DataFrame(rows, columns=pd.Index(["speaker", "outlets", "ids"]))


def find_shared_quotations(
    sentences: pd.DataFrame, articles: pd.DataFrame, *, citations: pd.DataFrame
) -> pd.DataFrame:
    """Find quoted words of one outlet that stand in another one too, quoted or not.

    A quotation is found where its words stand one after the other, or where three quarters of its
    content words, at least two, and half of all its words stand within a passage hardly longer than
    the quotation. One word alone counts only where the sentence names the other outlet. Names and
    headlines are no quotations.

    Parameters
    ----------
    citations : DataFrame
        As `find_citations` gives it.

    Returns
    -------
    DataFrame
        quoted (the words), outlet, sentence_id, excerpt (the passage with a few words around it);
        the outlet that quotes first, then every other in which the words were found.
    """
    placed = place_sentences(sentences, articles)
    tokens = [find_tokens(text) for text in placed["text"]]
    named = set(zip(citations["sentence_id"], citations["cites"], strict=True))
    rows: dict[frozenset[str], dict[str, tuple]] = {}
    for k, r in enumerate(placed.itertuples(index=False)):
        for quotation in find_quotations(str(r.text)) if r.segment == "body" else []:
            wanted = [t.word.lower() for t in find_tokens(quotation.inner)]
            content = [w for w in wanted if w not in PLAIN_WORDS]
            if not content or quotation.titled:
                continue
            found = {}
            for other in placed.loc[placed["outlet"] != r.outlet, "outlet"].unique():
                if len(wanted) < _CONTENT and (r.sentence_id, other) not in named:
                    continue
                hits = [
                    (*_match_words(tokens[m], wanted, content), m)
                    for m in placed.index[placed["outlet"] == other]
                ]
                score, start, end, m = max(hits, key=lambda h: (h[0], -h[3]))
                if score >= _FOUND:
                    found[other] = (
                        placed["sentence_id"][m],
                        _cut_around(placed["text"][m], start, end),
                    )
            if found:
                group = rows.setdefault(frozenset(content), {})
                said = quotation.inner.strip(" ,.")
                around = _cut_around(placed["text"][k], quotation.start, quotation.end)
                for outlet, (sentence, text) in {
                    r.outlet: (r.sentence_id, around),
                    **found,
                }.items():
                    group.setdefault(str(outlet), (said, outlet, sentence, text))
    table = [(next(iter(g.values()))[0], *row[1:]) for g in rows.values() for row in g.values()]
    columns = ["quoted", "outlet", "sentence_id", "excerpt"]
    return pd.DataFrame(table, columns=pd.Index(columns))


def _match_words(
    tokens: Sequence[Token], wanted: Sequence[str], content: Sequence[str]
) -> tuple[float, int, int]:
    """How well words stand in a sentence (0..1), and from where to where."""
    words = [t.word.lower() for t in tokens]
    size, sought, whole = len(wanted), Counter(content), Counter(wanted)
    best = (0.0, 0, 0)
    for k, word in enumerate(words):
        if word == wanted[0] and words[k : k + size] == list(wanted):
            return 1.0, tokens[k].start, tokens[k + size - 1].end
        if word in sought:
            part = words[k : k + size + _ROOM]
            shared = (Counter(part) & sought).total()
            last = max(i for i, w in enumerate(part) if w in sought)
            enough = (Counter(part) & whole).total() >= _PART * size
            if shared >= _CONTENT and enough and shared / len(content) > best[0]:
                best = (shared / len(content), tokens[k].start, tokens[k + last].end)
    return best


def _cut_around(text: str, start: int, end: int) -> str:
    """A passage with a few words on either side."""
    left, right = text[max(0, start - _AROUND) : start], text[end : end + _AROUND]
    left = left.partition(" ")[2] if start > _AROUND else left
    right = right.rpartition(" ")[0] if end + _AROUND < len(text) else right
    before, after = ("… " if start > _AROUND else ""), (" …" if end + _AROUND < len(text) else "")
    return f"{before}{left}{text[start:end]}{right}{after}"


def find_shared_passages(sentences: pd.DataFrame, articles: pd.DataFrame) -> pd.DataFrame:
    """Compare every two sentences of different outlets by their runs of three words.

    Returns
    -------
    DataFrame
        jaccard (0..1), sentence_id, outlet, other_id, other, for pairs that share a run at all, the
        most alike first.
    """
    placed = place_sentences(sentences, articles)
    runs = [_list_runs(find_tokens(text)) for text in placed["text"]]
    holders: dict[tuple[str, ...], list[int]] = {}
    for k, some in enumerate(runs):
        for run in some:
            holders.setdefault(run, []).append(k)
    pairs = {
        (a, b)
        for places in holders.values()
        for a, b in combinations(places, 2)
        if placed["outlet"][a] != placed["outlet"][b]
    }
    rows = [
        (len(runs[a] & runs[b]) / len(runs[a] | runs[b]), placed["sentence_id"][a],
         placed["outlet"][a], placed["sentence_id"][b], placed["outlet"][b])
        for a, b in sorted(pairs)
    ]  # fmt: skip
    columns = ["jaccard", "sentence_id", "outlet", "other_id", "other"]
    table = pd.DataFrame(rows, columns=pd.Index(columns)).astype({"jaccard": float})
    return table.sort_values("jaccard", ascending=False, kind="stable").reset_index(drop=True)


def _list_runs(tokens: Sequence[Token]) -> set[tuple[str, ...]]:
    words = [t.word.lower() for t in tokens]
    return {tuple(words[k : k + RUN]) for k in range(len(words) - RUN + 1)}


def describe_borrowing(
    citations: pd.DataFrame,
    speakers: pd.DataFrame,
    quotations: pd.DataFrame,
    passages: pd.DataFrame,
) -> list[str]:
    """Say what the articles share with one another, and what was looked for in vain.

    Parameters
    ----------
    citations, speakers, quotations, passages : DataFrame
        As the functions of this module find them.
    """
    parts = []
    for (outlet, cites, named), group in citations.groupby(
        ["outlet", "cites", "named"], sort=False
    ):
        link = link_evidence(say_count(len(group), "sentence"), ids=",".join(group["sentence_id"]))
        verb = "names" if named == cites else "cites"
        parts.append(f"{escape_markdown(outlet)} {verb} {escape_markdown(named)} ({link})")
    first = (
        f"The sources are not wholly independent of one another: {join_words(parts)}."
        if parts
        else "No article names another outlet of the study."
    )
    heard = [
        f"{escape_markdown(r.speaker)} ({link_evidence(join_words([escape_markdown(o) for o in r.outlets]), ids=','.join(r.ids))})"
        for r in speakers.itertuples(index=False)
    ]
    first += (
        f" Speakers heard in more than one outlet: {join_words(heard)}."
        if heard
        else " No speaker is heard in more than one outlet."
    )
    second = (
        f"Quoted words of one outlet that stand in another too: {join_words([_quote(q, g) for q, g in quotations.groupby('quoted', sort=False)])}."
        if len(quotations)
        else "No quoted words of one outlet were found in another."
    )
    alike = passages[passages["jaccard"] >= ALIKE]
    if len(alike):
        second += f" Passages that share at least {say_percent(ALIKE)} of their runs of three words: {say_count(len(alike), 'pair')}, side by side below."
    elif len(passages):
        top = passages.iloc[0]
        nearest = link_evidence(
            say_percent(top["jaccard"]), ids=f"{top['sentence_id']},{top['other_id']}"
        )
        second += f" No passage is taken over: the two sentences of different outlets that are most alike share {nearest} of their runs of three words."
    else:
        second += " No two sentences of different outlets share a run of three words."
    return [first, second]


def _quote(quoted: object, group: pd.DataFrame) -> str:
    outlets = join_words([escape_markdown(o) for o in group["outlet"]])
    words = link_evidence(
        escape_markdown(cut_text(str(quoted), 60)), ids=",".join(group["sentence_id"])
    )
    return f"“{words}” ({outlets})"


def tabulate_borrowing(
    quotations: pd.DataFrame,
    passages: pd.DataFrame,
    speakers: pd.DataFrame,
    sentences: pd.DataFrame,
    articles: pd.DataFrame,
    *,
    study: Study,
) -> pd.DataFrame:
    """Return what articles share, side by side: what, and a passage of each outlet.

    Speakers who are a target themselves are left out: to quote them is no borrowing.
    """
    placed = place_sentences(sentences, articles).set_index("sentence_id")
    rows = []

    def add(what: str, ids: Sequence[str], texts: Sequence[str]) -> None:
        for k, (sentence_id, text) in enumerate(zip(ids, texts, strict=True)):
            place = placed.loc[sentence_id]
            words = link_source(text, str(place["integrity"]), limit=_LONGEST, ids=sentence_id)
            rows.append(
                {"Shared": "" if k else what, "Outlet": place["outlet"], "In its words": words}
            )

    for quoted, group in quotations.groupby("quoted", sort=False):
        words = round_brackets(cut_text(str(quoted), 60))
        add(f"the words “{words}”", list(group["sentence_id"]), list(group["excerpt"]))
    for r in passages[passages["jaccard"] >= ALIKE].itertuples(index=False):
        ids = [r.sentence_id, r.other_id]
        add(f"a passage ({say_percent(r.jaccard)})", ids, list(placed.loc[ids, "text"]))
    targets = {n.casefold() for t in study.targets for n in t.names}
    for r in speakers.itertuples(index=False):
        if r.speaker.casefold() not in targets:
            ids = list(placed.loc[r.ids].drop_duplicates("outlet").index)
            speaker = f"the speaker {round_brackets(r.speaker)}"
            add(speaker, ids, list(placed.loc[ids, "text"]))
    return pd.DataFrame(rows, columns=pd.Index(["Shared", "Outlet", "In its words"]))
