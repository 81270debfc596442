"""Train the small model to do what the base model does, within a given time.

Run: python training/distil.py --encoder DIR --teacher FILE.pt ... --teacher-encoder DIR --data DIR
         --out DIR --minutes N
The teacher, the base model's weights in torch, reads everything once before: the sets of `sets.py`,
PolNeAR train and articles without annotations. The student learns labels where there are some
(articles get the teacher's tags), the teacher's probabilities and its scores of tags (Hinton, Vinyals
and Dean 2015), and what the teacher's stance head makes of a text before it decides (after Romero et
al. 2015). The learning rate is a function of elapsed time. Prints JSON lines; writes last.pt.
"""

from __future__ import annotations

import argparse
import dataclasses
import json
import time
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import torch
from batches import (
    StanceSource,
    iterate_batches,
    iterate_windows,
    load_tokenizer,
    prepare_pool,
    stack_inputs,
    stack_windows,
)
from heads import TwoHeads
from joint import MARKERS as TEACHER_MARKERS
from joint import JointModel
from loop import train
from measures import measure_stance, predict_tags, score_dev
from newsmtsc import read_split
from polnear import Window, list_windows, read_documents
from sets import SEED, list_sets, weigh_teachers
from small import MARKERS, SmallModel
from torch.nn.functional import cosine_similarity, kl_div, log_softmax, softmax
from unlabelled import read_articles
from weights import average_weights

from encuadre.model_files import Inputs
from encuadre.spans import decode_tags

SHARES = {
    "swapped": 0.06,
    "governments": 0.1,
    "persons": 0.08,
    "contrasts": 0.03,
    "unlabelled": 0.33,
}
"""Shares of a stance batch; the rest is NewsMTSC."""


def teach_stance(teacher: TwoHeads, inputs: Sequence[Inputs], *, padding: int) -> torch.Tensor:
    """Return what the teacher's stance head makes of each text, (n, size), in bfloat16."""
    found = torch.zeros(len(inputs), teacher.dense.out_features, dtype=torch.bfloat16)
    with torch.inference_mode():
        for chosen, batch in iterate_batches(inputs, size=64, padding=padding):
            pooled = teacher.pool_texts(teacher.read_batch(batch), batch)
            found[torch.from_numpy(chosen)] = pooled.bfloat16()
    return found


def tag_window(teacher: TwoHeads, window: Window, scores: torch.Tensor) -> Window:
    """Return the window with the tags that the teacher gives it."""
    transitions, starts = (each.detach().numpy() for each in teacher.crf.list_scores())
    tags = decode_tags(scores.numpy(), transitions=transitions, starts=starts)
    return dataclasses.replace(window, tags=np.asarray(tags, dtype=np.int64))


def group_parameters(
    model: SmallModel, widen: torch.nn.Linear, *, rate: float, head_rate: float, crf_rate: float
) -> list[dict[str, object]]:
    """Return optimiser groups; `widen` is what only training needs."""
    groups: list[dict[str, object]] = [
        {"params": list(widen.parameters()), "lr": head_rate, "peak": head_rate}
    ]
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
    parser.add_argument(
        "--teacher", type=Path, required=True, action="append", help="weights of the base model"
    )
    parser.add_argument("--teacher-encoder", type=Path, required=True, help="all-mpnet-base-v2")
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument(
        "--minutes", type=float, required=True, help="of training; teaching is extra"
    )
    parser.add_argument("--unlabelled", type=int, default=20000, help="mentions without labels")
    parser.add_argument("--articles", type=int, default=300, help="articles without annotations")
    parser.add_argument("--batch", type=int, default=32)
    parser.add_argument("--pieces", type=int, default=1400)
    parser.add_argument("--rate", type=float, default=2e-4)
    parser.add_argument("--head-rate", type=float, default=7e-4)
    parser.add_argument("--crf-rate", type=float, default=5e-3)
    parser.add_argument("--tagging", type=float, default=0.45, help="share of tagging batches")
    parser.add_argument("--tag-weight", type=float, default=2.0, help="of the loss a word")
    parser.add_argument("--taught-weight", type=float, default=0.7, help="beside labels")
    parser.add_argument("--head-weight", type=float, default=1.0, help="of the teacher's head")
    parser.add_argument(
        "--marks", default="50,85,97", help="percent of the time: evaluate, write weights"
    )
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--threads", type=int, default=2)
    return parser.parse_args()


def main() -> None:
    """Let the teacher read, then train until the time is over."""
    options = read_options()
    options.out.mkdir(parents=True, exist_ok=True)
    torch.manual_seed(options.seed)
    torch.set_num_threads(options.threads)
    began = time.monotonic()
    sets = list_sets(options.data, unlabelled=options.unlabelled)
    documents = read_documents(options.data / "polnear" / "train.jsonl.gz")
    articles = [
        {"text": text, "attributions": []}
        for text in read_articles(options.data, count=options.articles, seed=SEED)
    ]

    def prepare(folder: Path, markers: dict[str, str]) -> tuple[dict, list[Window], list[Window]]:
        tokenizer = load_tokenizer(folder)
        marks = (markers["start"], markers["end"])
        pools = {n: prepare_pool(tokenizer, rows, markers=markers) for n, rows in sets.items()}
        both = [list_windows(tokenizer, some, marks=marks) for some in (documents, articles)]
        return pools, *both

    teacher = JointModel(options.teacher_encoder).eval()
    teacher.load_state_dict(average_weights(options.teacher))
    outer = teacher.encoder.config.pad_token_id
    pools, *both = prepare(options.teacher_encoder, TEACHER_MARKERS)
    made = {name: teach_stance(teacher, rows, padding=outer) for name, (rows, _) in pools.items()}
    with torch.inference_mode():
        taught = {name: softmax(teacher.out(rows.float()), -1) for name, rows in made.items()}
    scores = [predict_tags(teacher, some, padding=outer) for some in both]
    pools, annotated, plain = prepare(options.encoder, MARKERS)
    windows = annotated + [
        tag_window(teacher, window, each) for window, each in zip(plain, scores[1], strict=True)
    ]
    scores = [each for some in scores for each in some]
    print(json.dumps({"read by teacher": round(time.monotonic() - began)}), flush=True)

    tokenizer = load_tokenizer(options.encoder)
    model = SmallModel(options.encoder)
    padding = model.encoder.config.pad_token_id
    dev = {
        name: prepare_pool(
            tokenizer, read_split(options.data / "newsmtsc" / f"{name}.jsonl"), markers=MARKERS
        )
        for name in ("rw_dev", "mt_dev")
    }
    dev_windows = list_windows(
        tokenizer,
        read_documents(options.data / "polnear" / "dev.jsonl.gz"),
        marks=(MARKERS["start"], MARKERS["end"]),
    )
    source = StanceSource(pools, size=options.batch, seed=options.seed)
    generator = np.random.default_rng(options.seed)
    tagging = iterate_windows(windows, pieces=options.pieces, generator=generator)
    widen = torch.nn.Linear(model.dense.out_features, teacher.dense.out_features)
    groups = group_parameters(
        model, widen, rate=options.rate, head_rate=options.head_rate, crf_rate=options.crf_rate
    )
    chunk: list[list[tuple[str, int]]] = []
    drawn = 0

    def lose_stance(_: float) -> torch.Tensor:
        if not chunk:
            chunk.extend(source.draw_chunk(SHARES))
        keys = chunk.pop()
        batch = stack_inputs([pools[p][0][k] for p, k in keys], padding=padding)
        pooled = model.pool_texts(model.read_batch(batch), batch)
        loss = measure_stance(
            model.decide(pooled),
            torch.tensor([int(pools[p][1][k]) for p, k in keys]),
            torch.stack([taught[p][k] for p, k in keys]),
            weight=weigh_teachers([p for p, _ in keys], options.taught_weight),
            smoothing=0.0,
        )
        head = torch.stack([made[p][k] for p, k in keys]).float()
        return loss + options.head_weight * (1 - cosine_similarity(widen(pooled), head)).mean()

    def lose_tagging(_: float) -> torch.Tensor:
        nonlocal drawn
        places = next(tagging)
        drawn += len(places)
        batch = stack_windows([windows[k] for k in places], padding=padding)
        target = torch.nn.utils.rnn.pad_sequence([scores[k] for k in places], batch_first=True)
        emissions = model.score_words(model.read_batch(batch), batch)
        present = batch["word_mask"]
        apart = kl_div(
            log_softmax(emissions, -1), log_softmax(target, -1), log_target=True, reduction="none"
        ).sum(-1)
        loss = model.crf(emissions, batch["tags"], present) + (apart * present).sum()
        return options.tag_weight * loss / present.sum()

    train(
        model,
        groups,
        {"stance": lose_stance, "tagging": lose_tagging},
        minutes=options.minutes,
        tagging=options.tagging,
        marks=[int(mark) for mark in options.marks.split(",")],
        evaluate=lambda: score_dev(model, dev, dev_windows, padding=padding),
        count_epochs=lambda: {
            "stance_epochs": round(source.drawn["main"] / len(sets["main"]), 2),
            "window_epochs": round(drawn / len(windows), 2),
        },
        out=options.out,
    )


if __name__ == "__main__":
    main()
