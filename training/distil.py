"""Train the small model to do what the shipped base model does, within a given time.

Run: python training/distil.py --encoder DIR --teacher models/base --data DIR --out DIR --minutes N
The teacher reads NewsMTSC train (some targets swapped), the labelled governments, sentences without
labels, PolNeAR train and articles without annotations. The student learns labels where there are
some, and everywhere the teacher's probabilities (Hinton, Vinyals and Dean 2015). The learning rate
is a function of elapsed time. Prints JSON lines; writes last.pt.
"""

from __future__ import annotations

import argparse
import functools
import json
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import torch
from batches import (
    StanceSource,
    iterate_windows,
    load_tokenizer,
    prepare_pool,
    stack_inputs,
    stack_windows,
)
from loop import train
from measures import measure_stance, score_dev
from newsmtsc import read_split
from polnear import Window, list_windows, read_documents
from sets import ARTICLES, SEED, list_sets
from small import MARKERS, SmallModel
from tokenizers import Tokenizer
from torch.nn.functional import kl_div, log_softmax
from unlabelled import read_articles

from encuadre.spans import ROLES, ScoresWords, find_attributions, load_attribution_model
from encuadre.stance_models import load_stance_model

SHARES = {"swapped": 0.06, "governments": 0.1, "contrasts": 0.03, "unlabelled": 0.4}
"""Shares of a stance batch; the rest is NewsMTSC."""


@dataclass(frozen=True)
class Taught:
    """A window with the teacher's scores of each word's tags."""

    window: Window
    scores: np.ndarray


def teach_tags(
    tokenizer: Tokenizer, documents: list[dict], *, teacher: ScoresWords
) -> list[Taught]:
    """Return windows of documents with what the teacher makes of them."""
    marks = (MARKERS["start"], MARKERS["end"])
    taught = []
    for number, document in enumerate(documents):
        scores, spans = teacher.score_words(document["text"])
        by_start = {start: row for (start, _), row in zip(spans, scores, strict=True)}
        for window in list_windows(tokenizer, [document], marks=marks, seed=number):
            rows = [by_start.get(int(start)) for start in window.starts]
            if all(row is not None for row in rows):
                taught.append(Taught(window, np.array(rows, dtype=np.float32)))
    return taught


def annotate(text: str, *, teacher: ScoresWords) -> dict:
    """Return a document with the teacher's attributions in the place of people's."""
    found = find_attributions(text, model=teacher)
    attributions = [
        {
            role: [(int(row.start), int(row.end)) for row in rows.itertuples() if row.role == role]
            for role in ROLES
        }
        for _, rows in found.groupby("attribution")
    ]
    return {"text": text, "attributions": attributions}


def measure_tagging(
    model: SmallModel, taught: Sequence[Taught], *, padding: int, weight: float
) -> torch.Tensor:
    """Return the loss a word: of the tags, and of the distance to the teacher's scores."""
    batch = stack_windows([each.window for each in taught], padding=padding)
    emissions = model.score_words(model.read_batch(batch), batch)
    present = batch["word_mask"]
    loss = model.crf(emissions, batch["tags"], present) / present.sum()
    target = torch.zeros_like(emissions)
    for row, each in enumerate(taught):
        target[row, : len(each.scores)] = torch.from_numpy(each.scores)
    distance = kl_div(
        log_softmax(emissions, -1), log_softmax(target, -1), log_target=True, reduction="none"
    ).sum(-1)
    return loss + weight * (distance * present).sum() / present.sum()


def group_parameters(
    model: SmallModel, *, rate: float, head_rate: float, crf_rate: float
) -> list[dict[str, object]]:
    """Return optimiser groups; word embeddings stay as they are."""
    groups = []
    model.encoder.embeddings.word_embeddings.requires_grad_(False)
    for name, parameter in model.named_parameters():
        if not parameter.requires_grad:
            continue
        own = rate if name.startswith("encoder.") else head_rate
        own = crf_rate if name.startswith("crf.") else own
        decay = 0.01 if parameter.ndim > 1 and not name.startswith("crf.") else 0.0
        groups.append({"params": [parameter], "lr": own, "peak": own, "weight_decay": decay})
    return groups


def read_options() -> argparse.Namespace:
    """Return the command line's options."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--encoder", type=Path, required=True, help="folder of MiniLM")
    parser.add_argument("--teacher", type=Path, default=Path("models/base"))
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument(
        "--minutes", type=float, required=True, help="of training; teaching is extra"
    )
    parser.add_argument("--unlabelled", type=int, default=30000, help="mentions without labels")
    parser.add_argument("--articles", type=int, default=600, help="articles without annotations")
    parser.add_argument("--batch", type=int, default=32)
    parser.add_argument("--pieces", type=int, default=1400)
    parser.add_argument("--rate", type=float, default=1.5e-4)
    parser.add_argument("--head-rate", type=float, default=7e-4)
    parser.add_argument("--crf-rate", type=float, default=5e-3)
    parser.add_argument("--tag-weight", type=float, default=3.0, help="of the loss a word")
    parser.add_argument("--taught", type=float, default=0.7, help="weight of the teacher")
    parser.add_argument(
        "--marks", default="50,85,97", help="percent of the time: evaluate, write weights"
    )
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--threads", type=int, default=2)
    return parser.parse_args()


def main() -> None:
    """Let the teacher answer, then train until the time is over."""
    options = read_options()
    options.out.mkdir(parents=True, exist_ok=True)
    torch.manual_seed(options.seed)
    torch.set_num_threads(options.threads)
    began = time.monotonic()
    tokenizer = load_tokenizer(options.encoder)
    corpus = options.data / "newsmtsc"
    sets = list_sets(options.data, unlabelled=options.unlabelled)
    texts = read_articles(options.data, count=ARTICLES, seed=SEED)
    stance = load_stance_model(options.teacher)
    taught = {
        name: torch.from_numpy(
            stance.predict([e.text for e in rows], [(e.start, e.end) for e in rows])
        )
        for name, rows in sets.items()
    }
    print(json.dumps({"stances taught": round(time.monotonic() - began)}), flush=True)
    tagger = load_attribution_model(options.teacher)
    teacher = SimpleNamespace(
        score_words=functools.cache(tagger.score_words),
        transitions=tagger.transitions,
        starts=tagger.starts,
    )
    documents = read_documents(options.data / "polnear" / "train.jsonl.gz")
    windows = teach_tags(tokenizer, documents, teacher=teacher)
    silver = [annotate(text, teacher=teacher) for text in texts[: options.articles]]
    windows += teach_tags(tokenizer, silver, teacher=teacher)
    print(json.dumps({"all taught": round(time.monotonic() - began)}), flush=True)

    model = SmallModel(options.encoder)
    padding = model.encoder.config.pad_token_id
    dev = {name: read_split(corpus / f"{name}.jsonl") for name in ("rw_dev", "mt_dev")}
    pools, dev_pools = (
        {name: prepare_pool(tokenizer, rows, markers=MARKERS) for name, rows in some.items()}
        for some in (sets, dev)
    )
    dev_windows = list_windows(
        tokenizer,
        read_documents(options.data / "polnear" / "dev.jsonl.gz"),
        marks=(MARKERS["start"], MARKERS["end"]),
    )
    source = StanceSource(pools, size=options.batch, seed=options.seed)
    generator = np.random.default_rng(options.seed)
    tagging = iterate_windows(
        [each.window for each in windows], pieces=options.pieces, generator=generator
    )
    groups = group_parameters(
        model, rate=options.rate, head_rate=options.head_rate, crf_rate=options.crf_rate
    )
    chunk: list[list[tuple[str, int]]] = []
    drawn = 0

    def lose_stance(_: float) -> torch.Tensor:
        if not chunk:
            chunk.extend(source.draw_chunk(SHARES))
        keys = chunk.pop()
        batch = stack_inputs([pools[p][0][k] for p, k in keys], padding=padding)
        return measure_stance(
            model.score_texts(model.read_batch(batch), batch),
            torch.tensor([int(pools[p][1][k]) for p, k in keys]),
            torch.stack([taught[p][k] for p, k in keys]),
            weight=options.taught,
            smoothing=0.0,
        )

    def lose_tagging(_: float) -> torch.Tensor:
        nonlocal drawn
        places = next(tagging)
        drawn += len(places)
        chosen = [windows[k] for k in places]
        loss = measure_tagging(model, chosen, padding=padding, weight=1.0)
        return options.tag_weight * loss

    train(
        model,
        groups,
        {"stance": lose_stance, "tagging": lose_tagging},
        minutes=options.minutes,
        tagging=0.5,
        marks=[int(mark) for mark in options.marks.split(",")],
        evaluate=lambda: score_dev(model, dev_pools, dev_windows, padding=padding),
        count_epochs=lambda: {
            "stance_epochs": round(source.drawn["main"] / len(sets["main"]), 2),
            "window_epochs": round(drawn / len(windows), 2),
        },
        out=options.out,
    )


if __name__ == "__main__":
    main()
