"""Train the small model to do what the base model does, within a given time.

Run: python training/distil.py --encoder DIR --teacher FILE.pt ... --teacher-encoder DIR
         --taught FILE.npz --data DIR --out DIR --minutes N
The teacher, the base model's weights in torch, reads everything once before: the sets of `sets.py`,
PolNeAR train and articles without annotations. The student learns labels where there are some
(articles get the teacher's tags), the probabilities of `--taught`, the teacher's scores of tags
(Hinton, Vinyals and Dean 2015), and the direction of the teacher's last hidden state at each piece,
which both see alike: their vocabularies share the pieces of words (after Sanh et al. 2019). The
learning rate is a function of elapsed time. Prints JSON lines; writes last.pt.
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
from measures import measure_stance, score_stance, score_tagging
from newsmtsc import read_split
from polnear import Window, list_windows, read_documents
from sets import SEED, list_sets, read_taught
from small import MARKERS, SmallModel
from torch.nn.functional import cosine_similarity, kl_div, log_softmax
from unlabelled import read_articles
from weights import average_weights

from encuadre.model_files import Inputs
from encuadre.spans import decode_tags

SHARES = {"swapped": 0.06, "governments": 0.1, "contrasts": 0.03, "unlabelled": 0.4}
"""Shares of a stance batch; the rest is NewsMTSC."""


def observe_texts(
    teacher: TwoHeads, inputs: Sequence[Inputs], *, padding: int
) -> list[torch.Tensor]:
    """Return the teacher's last hidden states (pieces, size) of each text, in bfloat16."""
    found: list[torch.Tensor] = [torch.empty(0)] * len(inputs)
    with torch.inference_mode():
        for chosen, batch in iterate_batches(inputs, size=64, padding=padding):
            hidden = teacher.read_batch(batch).bfloat16()
            for row, place in enumerate(chosen):
                found[place] = hidden[row, : inputs[place]["input_ids"].shape[1]].clone()
    return found


def observe_windows(
    teacher: TwoHeads, windows: Sequence[Window], *, padding: int
) -> list[torch.Tensor]:
    """Return the teacher's last hidden states (pieces, size) of each window, in bfloat16."""
    found: list[torch.Tensor] = [torch.empty(0)] * len(windows)
    order = np.argsort([len(window.ids) for window in windows], kind="stable")
    with torch.inference_mode():
        for start in range(0, len(order), 8):
            chosen = order[start : start + 8]
            batch = stack_windows([windows[k] for k in chosen], padding=padding)
            hidden = teacher.read_batch(batch).bfloat16()
            for row, place in enumerate(chosen):
                found[place] = hidden[row, : len(windows[place].ids)].clone()
    return found


def tag_windows(
    teacher: TwoHeads, windows: Sequence[Window], hidden: Sequence[torch.Tensor]
) -> list[Window]:
    """Return windows with the tags that the teacher gives them."""
    transitions, starts = (scores.detach().numpy() for scores in teacher.crf.list_scores())
    tagged = []
    with torch.inference_mode():
        for window, states in zip(windows, hidden, strict=True):
            scores = teacher.score_tags(states.float())[window.words].numpy()
            tags = decode_tags(scores, transitions=transitions, starts=starts)
            tagged.append(dataclasses.replace(window, tags=np.asarray(tags, dtype=np.int64)))
    return tagged


def stack_states(states: Sequence[torch.Tensor]) -> torch.Tensor:
    """Return hidden states of several texts, padded (batch, pieces, size)."""
    return torch.nn.utils.rnn.pad_sequence(list(states), batch_first=True).float()


def measure_distance(
    hidden: torch.Tensor, states: torch.Tensor, mask: torch.Tensor
) -> torch.Tensor:
    """Return one minus the mean cosine between hidden states, over the pieces that are there."""
    distance = 1 - cosine_similarity(hidden, states, dim=-1)
    return (distance * mask).sum() / mask.sum()


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
    parser.add_argument(
        "--teacher", type=Path, required=True, action="append", help="weights of the base model"
    )
    parser.add_argument("--teacher-encoder", type=Path, required=True, help="all-mpnet-base-v2")
    parser.add_argument("--taught", type=Path, required=True, help="from teach.py")
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument(
        "--minutes", type=float, required=True, help="of training; teaching is extra"
    )
    parser.add_argument("--articles", type=int, default=600, help="articles without annotations")
    parser.add_argument("--batch", type=int, default=32)
    parser.add_argument("--pieces", type=int, default=1400)
    parser.add_argument("--rate", type=float, default=1.5e-4)
    parser.add_argument("--head-rate", type=float, default=7e-4)
    parser.add_argument("--crf-rate", type=float, default=5e-3)
    parser.add_argument("--tagging", type=float, default=0.5, help="share of tagging batches")
    parser.add_argument("--tag-weight", type=float, default=2.0, help="of the loss a word")
    parser.add_argument("--taught-weight", type=float, default=0.7, help="beside labels")
    parser.add_argument("--state-weight", type=float, default=1.0, help="of hidden states")
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
    sets = list_sets(options.data)
    taught = read_taught(options.taught, sets)
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
    texts_seen = {
        name: observe_texts(teacher, rows, padding=outer) for name, (rows, _) in pools.items()
    }
    annotated_seen, plain_seen = (observe_windows(teacher, some, padding=outer) for some in both)
    windows_seen = annotated_seen + plain_seen
    pools, annotated, plain = prepare(options.encoder, MARKERS)
    windows = annotated + tag_windows(teacher, plain, plain_seen)
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
    groups = group_parameters(
        model, rate=options.rate, head_rate=options.head_rate, crf_rate=options.crf_rate
    )
    widen = torch.nn.Linear(model.encoder.config.hidden_size, teacher.encoder.config.hidden_size)
    rate = options.head_rate
    groups.append({"params": list(widen.parameters()), "lr": rate, "peak": rate})
    chunk: list[list[tuple[str, int]]] = []
    drawn = 0

    def lose_stance(_: float) -> torch.Tensor:
        if not chunk:
            chunk.extend(source.draw_chunk(SHARES))
        keys = chunk.pop()
        batch = stack_inputs([pools[p][0][k] for p, k in keys], padding=padding)
        hidden = model.read_batch(batch)
        loss = measure_stance(
            model.score_texts(hidden, batch),
            torch.tensor([int(pools[p][1][k]) for p, k in keys]),
            torch.stack([taught[p][k] for p, k in keys]),
            weight=options.taught_weight,
            smoothing=0.0,
        )
        states = stack_states([texts_seen[p][k] for p, k in keys])
        distance = measure_distance(widen(hidden), states, batch["attention_mask"])
        return loss + options.state_weight * distance

    def lose_tagging(_: float) -> torch.Tensor:
        nonlocal drawn
        places = next(tagging)
        drawn += len(places)
        batch = stack_windows([windows[k] for k in places], padding=padding)
        states = stack_states([windows_seen[k] for k in places])
        with torch.no_grad():
            target = log_softmax(teacher.score_words(states, batch), -1)
        hidden = model.read_batch(batch)
        scores = model.score_words(hidden, batch)
        present = batch["word_mask"]
        apart = kl_div(log_softmax(scores, -1), target, log_target=True, reduction="none").sum(-1)
        loss = (model.crf(scores, batch["tags"], present) + (apart * present).sum()) / present.sum()
        distance = measure_distance(widen(hidden), states, batch["attention_mask"])
        return options.tag_weight * loss + options.state_weight * distance

    def evaluate() -> dict[str, float]:
        scores = {name: score_stance(model, *pool, padding=padding) for name, pool in dev.items()}
        return scores | score_tagging(model, dev_windows, padding=padding)

    train(
        model,
        groups,
        {"stance": lose_stance, "tagging": lose_tagging},
        minutes=options.minutes,
        tagging=options.tagging,
        marks=[int(mark) for mark in options.marks.split(",")],
        evaluate=evaluate,
        count_epochs=lambda: {
            "stance_epochs": round(source.drawn["main"] / len(sets["main"]), 2),
            "window_epochs": round(drawn / len(windows), 2),
        },
        out=options.out,
    )


if __name__ == "__main__":
    main()
