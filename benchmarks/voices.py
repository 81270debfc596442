"""Attributed speech and its source in news sentences, against PolNeAR's annotations.

Run: python benchmarks/voices.py --data DIR [--split FILE] [--model NAME|rules]
`--data` holds polnear/; `--split` is a file in it, or a path. Prints one JSON line.

A sentence is attributed speech where one attribution with a cue of speech covers half of its words
with source, cue and content. PolNeAR marks attitudes and plans as well; against all of its
attributions the same labels are scored as `any`. The baseline takes every sentence with a double
quotation mark. `source` scores the speaker over sentences whose source is not a pronoun: right
where the last word of one name stands in the other.

With the name or folder of a model, its spans are scored too, against the first annotator's:
`source_f1`, `cue_f1` and `content_f1` count a span as right where its first and last word are;
`source_overlap_f1` and so on count words. `content_to_source` is the share of attributions with
source and content for which the predicted attribution that holds most of the content's words names
a source that shares a word with the right one; `content_to_source_found` is the same share of those
whose content was found at all. `sentences_per_second` is then the model's.
"""

from __future__ import annotations

import argparse
import bisect
import gzip
import json
import re
import resource
import sys
import time
from collections import Counter
from collections.abc import Iterable
from pathlib import Path

import pandas as pd

from encuadre.attribution_words import PRONOUNS
from encuadre.attributions import is_speech, read_attributions
from encuadre.sentences import split_sentences
from encuadre.spans import (
    ROLES,
    AttributionModel,
    find_attributions,
    list_sentences,
    load_attribution_model,
)
from encuadre.study import Codebook, Study, Target, Voice
from encuadre.voices import measure_voices

_WORD = re.compile(r"\w+(?:[’'.\-]\w+)*")
_TOKEN = re.compile(r"\w+|[^\w\s]")
_QUOTE = re.compile(r"[“”\"«»]")


def build_study(article_ids: Iterable[str]) -> Study:
    """Return a study with two voices, the outlet and whoever is quoted, and no list of speakers."""
    sources = pd.DataFrame([{"article_id": i, "outlet": "news"} for i in article_ids])
    return Study(
        root=Path(),
        title="",
        question="",
        targets=(Target(id="any", label="any", names=("any",)),),
        voices=(
            Voice(id="outlet", label="outlet"),
            Voice(id="quoted", label="quoted", cues=("*",)),
        ),
        outlets=(),
        speakers=(),
        topic_names={},
        near_duplicates="allow",
        parameters={},
        codebook=Codebook(version="none", unit="sentence", fields=()),
        events={},
        sources=sources,
    )


def label_gold(text: str, attributions: list[dict], start: int, end: int) -> tuple[bool, bool, str]:
    """Return whether a sentence is attributed speech, whether attributed at all, and its source."""
    words = [m.span() for m in _WORD.finditer(text, start, end)]
    best, speech, anything = 0.0, False, False
    source = ""
    for attribution in attributions:
        content = [tuple(s) for s in attribution["content"]]
        if not any(a < end and b > start for a, b in content):
            continue
        spans = content + [tuple(s) for s in attribution["cue"] + attribution["source"]]
        share = sum(any(a <= w < b for a, b in spans) for w, _ in words) / max(1, len(words))
        if share < 0.5:
            continue
        anything = True
        cue, words_said = (
            " ".join(text[a:b] for a, b in attribution[role]) for role in ("cue", "content")
        )
        if is_speech(cue, words_said) and share > best:
            best, speech = share, True
            source = " ".join(text[a:b] for a, b in attribution["source"])
    return speech, anything, source


def match_source(predicted: str, source: str) -> bool:
    """Whether the last word of one name stands in the other."""
    one, two = _WORD.findall(predicted.lower()), _WORD.findall(source.lower())
    return bool(one and two) and (one[-1] in two or two[-1] in one)


def score(gold: list[bool], predicted: list[bool]) -> dict[str, float]:
    """Return precision, recall and F1 in percent."""
    hits = sum(g and p for g, p in zip(gold, predicted, strict=True))
    return score_counts(hits, sum(predicted), sum(gold))


def score_counts(hits: int, predicted: int, gold: int) -> dict[str, float]:
    """Return precision, recall and F1 in percent from counts."""
    precision, recall = hits / max(1, predicted), hits / max(1, gold)
    f1 = 2 * precision * recall / max(1e-9, precision + recall)
    return {
        "precision": round(100 * precision, 1),
        "recall": round(100 * recall, 1),
        "f1": round(100 * f1, 1),
    }


def list_tokens(tokens: list[tuple[int, int]], start: int, end: int) -> list[int]:
    """Return the numbers of the tokens that characters `start` to `end` touch."""
    first = bisect.bisect_right(tokens, start, key=lambda token: token[1])
    last = bisect.bisect_left(tokens, end, key=lambda token: token[0])
    return list(range(first, last))


def score_spans(documents: list[dict], *, model: AttributionModel) -> dict[str, float]:
    """Return F1 of spans and of words by role, links, and speed of a model over documents."""
    exact = {role: Counter() for role in ROLES}
    words = {role: Counter() for role in ROLES}
    links: Counter[str] = Counter()
    seconds, read = 0.0, 0
    for document in documents:
        text = document["text"]
        began = time.perf_counter()
        found = find_attributions(text, model=model)
        seconds += time.perf_counter() - began
        read += sum(1 for _ in list_sentences(text))
        tokens = [match.span() for match in _TOKEN.finditer(text)]
        gold = [
            {role: [list_tokens(tokens, a, b) for a, b in attribution[role]] for role in ROLES}
            for attribution in document["attributions"][min(document["attributions"])]
        ]
        predicted = [
            {
                role: [
                    list_tokens(tokens, int(row.start), int(row.end))
                    for row in rows.itertuples()
                    if row.role == role
                ]
                for role in ROLES
            }
            for _, rows in found.groupby("attribution")
        ]
        for role in ROLES:
            for counts, gather in ((exact, gather_spans), (words, gather_words)):
                true, guessed = gather(gold, role), gather(predicted, role)
                counts[role] += Counter(
                    hits=len(true & guessed), gold=len(true), predicted=len(guessed)
                )
        links += count_links(gold, predicted)
    report: dict[str, float] = {}
    for name, counts in (("", exact), ("overlap_", words)):
        for role in ROLES:
            count = counts[role]
            scores = score_counts(count["hits"], count["predicted"], count["gold"])
            report[f"{role}_{name}f1"] = scores["f1"]
    report["content_to_source"] = round(links["right"] / max(1, links["all"]), 3)
    report["content_to_source_found"] = round(links["right"] / max(1, links["found"]), 3)
    return report | {"sentences_per_second": round(read / seconds)}


def gather_spans(attributions: list[dict], role: str) -> set:
    """Return first and last token of each span of a role."""
    return {(span[0], span[-1]) for each in attributions for span in each[role] if span}


def gather_words(attributions: list[dict], role: str) -> set:
    """Return the tokens of a role."""
    return {token for each in attributions for span in each[role] for token in span}


def count_links(gold: list[dict], predicted: list[dict]) -> Counter[str]:
    """Return how many gold attributions there are, how many are found and rightly sourced."""
    counts: Counter[str] = Counter()
    contents = [gather_words([each], "content") for each in predicted]
    for each in gold:
        source, content = gather_words([each], "source"), gather_words([each], "content")
        if not source or not content:
            continue
        shared = [len(content & other) for other in contents]
        best = max(range(len(shared)), key=shared.__getitem__, default=None)
        found = best is not None and shared[best] > 0
        right = found and bool(source & gather_words([predicted[best]], "source"))
        counts += Counter(all=1, found=int(found), right=int(right))
    return counts


def main() -> None:
    """Label, score and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--split", default="dev.jsonl.gz")
    parser.add_argument("--model", default="base", help="a model's name or folder, or rules")
    options = parser.parse_args()
    path = options.data / "polnear" / options.split
    path = path if path.exists() else Path(options.split)
    with gzip.open(path, "rt", encoding="utf-8") as lines:
        documents = {f"d{n}": json.loads(line) for n, line in enumerate(lines)}
    texts = {i: d["text"] for i, d in documents.items()}
    articles = pd.DataFrame({"article_id": list(texts), "integrity": "intact"})
    sentences = split_sentences(articles, texts)
    sentences = sentences.assign(
        segment=sentences["segment"].where(sentences["segment"] == "headline", "body")
    )
    model = None if options.model == "rules" else load_attribution_model(options.model)
    started = time.perf_counter()
    attributions = read_attributions(sentences, model=model) if model else None
    voices = measure_voices(sentences, study=build_study(texts), attributions=attributions)
    seconds = time.perf_counter() - started
    gold = []
    for row in sentences.itertuples(index=False):
        document = documents[str(row.article_id)]
        annotated = document["attributions"][min(document["attributions"])]
        gold.append(label_gold(document["text"], annotated, int(row.start), int(row.end)))
    speech, anything, sources = (list(column) for column in zip(*gold, strict=True))
    predicted = list(voices["voice"] != "outlet")
    named = [bool(s) and s.lower() not in PRONOUNS for s in sources]
    hits = sum(
        n and match_source(str(v), s)
        for n, v, s in zip(named, voices["speaker"], sources, strict=True)
    )
    marked = [bool(_QUOTE.search(t)) for t in sentences["text"]]
    spans: dict[str, float] = {}
    if model:
        spans = score_spans(list(documents.values()), model=model)
    unit = 2**20 if sys.platform == "darwin" else 2**10
    report = {
        "benchmark": "voices",
        "model": options.model,
        "split": path.name,
        "documents": len(documents),
        "n": len(sentences),
        "speech": score(speech, predicted),
        "any": score(anything, predicted),
        "source": score_counts(
            hits,
            sum(p and (n or not g) for p, n, g in zip(predicted, named, speech, strict=True)),
            sum(named),
        ),
        "baseline_quote_mark": score(speech, marked),
        "sentences_per_second": round(len(sentences) / seconds),
        "peak_mb": round(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / unit),
    }
    print(json.dumps(report | spans))


if __name__ == "__main__":
    main()
