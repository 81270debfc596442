"""Train the small model, or a pruned base model, to do what the base model does, within a given time.

Run: python training/distil.py --encoder DIR --answers FILE.pt --data DIR --out DIR --minutes N
         [--model small|base] [--start FILE.pt]
`answers.py` wrote what the base model makes of the sets of `sets.py`, of PolNeAR train and of articles
without annotations. The student learns labels where there are some, the teacher's probabilities and
its scores of tags (Hinton, Vinyals and Dean 2015), and, after Romero et al. (2015), what the teacher's
stance head makes of a text before it decides and, where that was written down, the teacher's last
hidden state of each piece. The learning rate is a function of elapsed time. Prints JSON lines; writes
last.pt.
"""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from pathlib import Path

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
from heads import TwoHeads
from kinds import KINDS
from loop import train
from measures import measure_agreement, measure_stance, score_dev
from newsmtsc import read_split
from polnear import Window, list_windows, read_documents
from sets import list_candidates, list_student_documents, list_student_sets, weigh_teachers
from torch.nn.functional import cosine_similarity, kl_div, log_softmax, softmax
from weights import average_weights, load_weights

from encuadre.model_files import Inputs

SHARES = {
    "small": {
        "swapped": 0.02,
        "governments": 0.06,
        "persons": 0.04,
        "contrasts": 0.02,
        "doubtful": 0.66,
        "others": 0.05,
    },
    "base": {
        "swapped": 0.02,
        "governments": 0.09,
        "persons": 0.04,
        "contrasts": 0.02,
        "doubtful": 0.45,
        "others": 0.05,
    },
}
"""Shares of a stance batch; the rest is NewsMTSC."""
UNSEEN = 500
"""Mentions without labels that are kept back, and of those seen that are compared with them."""
EVALUATED = 3
"""One window in so many of PolNeAR dev is scored while training."""


def group_parameters(
    model: TwoHeads, widen: torch.nn.Module, *, rate: float, head_rate: float, crf_rate: float
) -> list[dict[str, object]]:
    """Return optimiser groups; `widen` is what only training needs."""
    groups: list[dict[str, object]] = [
        {"params": list(widen.parameters()), "lr": head_rate, "peak": head_rate}
    ]
    for name, parameter in model.named_parameters():
        if not parameter.requires_grad:
            continue
        own = rate if name.startswith("encoder.") and "encoder.role" not in name else head_rate
        own = crf_rate if name.startswith("crf.") else own
        decay = 0.01 if parameter.ndim > 1 and not name.startswith("crf.") else 0.0
        groups.append({"params": [parameter], "lr": own, "peak": own, "weight_decay": decay})
    return groups


def check_answers(
    pools: dict, windows: Sequence[Window], *, taught: dict, scores: Sequence[torch.Tensor]
) -> None:
    """Raise where the answers are of other examples or windows."""
    expected = {name: len(rows) for name, (rows, _) in pools.items()}
    arrived = {name: len(rows) for name, rows in taught.items()}
    if arrived != expected:
        raise ValueError(f"answers to {arrived}, expected {expected}: run answers.py again")
    if [len(each) for each in scores] != [len(each.words) for each in windows]:
        raise ValueError("answers about other windows: run answers.py again")


def take_last(found: dict[str, torch.Tensor], count: int | None) -> dict[str, torch.Tensor]:
    """Return what was written down of the last `count` mentions; their hidden states stay whole."""
    kept = {name: rows[-count:] for name, rows in found.items()} if count else dict(found)
    return kept | {"hidden": found["hidden"]}


def split_states(
    hidden: torch.Tensor, inputs: Sequence[Inputs], *, last: bool
) -> list[torch.Tensor]:
    """Return the hidden states of each text's pieces, all of `hidden` (pieces, size) or the last.

    Raises ValueError where they are of other texts.
    """
    lengths = [row["input_ids"].shape[1] for row in inputs]
    if sum(lengths) > len(hidden) or not last and sum(lengths) < len(hidden):
        raise ValueError(f"hidden states of {len(hidden)} pieces, expected {sum(lengths)}")
    return list(hidden[len(hidden) - sum(lengths) :].split(lengths))


def compare_states(
    own: torch.Tensor, states: Sequence[torch.Tensor], present: torch.Tensor
) -> torch.Tensor:
    """Return the mean cosine distance of `own` (texts, pieces, size) from the teacher's states."""
    theirs = torch.nn.utils.rnn.pad_sequence([each.float() for each in states], batch_first=True)
    width = theirs.shape[1]
    apart = 1 - cosine_similarity(own[:, :width], theirs, dim=-1)
    return (apart * present[:, :width]).sum() / present.sum()


def read_options() -> argparse.Namespace:
    """Return the command line's options."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--encoder", type=Path, required=True, help="folder of the encoder")
    parser.add_argument("--answers", type=Path, required=True, help="of the base model")
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--minutes", type=float, required=True)
    parser.add_argument("--model", choices=tuple(KINDS), default="small")
    parser.add_argument("--start", type=Path, help="weights to go on from")
    parser.add_argument("--doubtful", type=int, help="only the last so many of these mentions")
    parser.add_argument("--batch", type=int, default=32)
    parser.add_argument("--pieces", type=int, default=1400)
    parser.add_argument("--rate", type=float, default=2e-4)
    parser.add_argument("--head-rate", type=float, default=7e-4)
    parser.add_argument("--crf-rate", type=float, default=5e-3)
    parser.add_argument("--tagging", type=float, default=0.45, help="share of tagging batches")
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
    """Read the answers and train until the time is over."""
    options = read_options()
    options.out.mkdir(parents=True, exist_ok=True)
    torch.manual_seed(options.seed)
    torch.set_num_threads(options.threads)
    tokenizer = load_tokenizer(options.encoder)
    kind = KINDS[options.model]
    model = kind.make(options.encoder)
    if options.start:
        load_weights(model, average_weights([options.start]))
    padding = model.encoder.config.pad_token_id
    markers = kind.markers
    marks = (markers["start"], markers["end"])
    answers = torch.load(options.answers, weights_only=True, mmap=True)
    doubtful = take_last(answers["stance"]["doubtful"], options.doubtful)
    answers["stance"]["doubtful"] = doubtful
    sets = list_student_sets(options.data, others=len(answers["stance"]["others"]["logits"]))
    candidates = list_candidates(options.data)
    sets["doubtful"] = [candidates[k] for k in doubtful["places"].tolist()]
    pools = {name: prepare_pool(tokenizer, rows, markers=markers) for name, rows in sets.items()}
    taught = {name: softmax(found["logits"], -1) for name, found in answers["stance"].items()}
    made = {name: found["pooled"] for name, found in answers["stance"].items()}
    documents, articles = list_student_documents(options.data, articles=answers["articles"])
    windows = list_windows(tokenizer, [*documents, *articles], marks=marks)
    annotated = len(list_windows(tokenizer, documents, marks=marks))
    scores = answers["tags"]
    check_answers(pools, windows, taught=taught, scores=scores)
    kept, labels = pools["doubtful"]
    states = split_states(doubtful["hidden"], kept, last=bool(options.doubtful))
    pools["doubtful"] = (kept[:-UNSEEN], labels[:-UNSEEN])
    compared = {
        "doubtful": (kept[:UNSEEN], taught["doubtful"][:UNSEEN]),
        "unseen": (kept[-UNSEEN:], taught["doubtful"][-UNSEEN:]),
    }
    dev = {
        name: prepare_pool(
            tokenizer, read_split(options.data / "newsmtsc" / f"{name}.jsonl"), markers=markers
        )
        for name in ("rw_dev", "mt_dev")
    }
    dev_windows = list_windows(
        tokenizer,
        read_documents(options.data / "polnear" / "dev.jsonl.gz"),
        marks=marks,
    )[::EVALUATED]
    source = StanceSource(pools, size=options.batch, seed=options.seed)
    generator = np.random.default_rng(options.seed)
    tagging = iterate_windows(windows, pieces=options.pieces, generator=generator)
    size, teacher_size = model.encoder.config.hidden_size, made["main"].shape[1]
    same = size == teacher_size
    widen = torch.nn.ModuleDict(
        {
            name: torch.nn.Identity() if same else torch.nn.Linear(size, teacher_size)
            for name in ("pooled", "states")
        }
    )
    groups = group_parameters(
        model, widen, rate=options.rate, head_rate=options.head_rate, crf_rate=options.crf_rate
    )
    chunk: list[list[tuple[str, int]]] = []
    drawn = 0

    def lose_stance(_: float) -> torch.Tensor:
        if not chunk:
            chunk.extend(source.draw_chunk(SHARES[options.model]))
        keys = chunk.pop()
        batch = stack_inputs([pools[p][0][k] for p, k in keys], padding=padding)
        hidden = model.read_batch(batch)
        pooled = model.pool_texts(hidden, batch)
        loss = measure_stance(
            model.decide(pooled),
            torch.tensor([int(pools[p][1][k]) for p, k in keys]),
            torch.stack([taught[p][k] for p, k in keys]),
            weight=weigh_teachers([p for p, _ in keys], options.taught_weight),
            smoothing=0.0,
        )
        head = torch.stack([made[p][k] for p, k in keys]).float()
        apart = (1 - cosine_similarity(widen["pooled"](pooled), head)).mean()
        rows = [row for row, (p, _) in enumerate(keys) if p == "doubtful"]
        if rows:
            theirs = [states[keys[row][1]] for row in rows]
            own = widen["states"](hidden[rows])
            apart = apart + compare_states(own, theirs, batch["attention_mask"][rows])
        return loss + options.state_weight * apart

    def lose_tagging(_: float) -> torch.Tensor:
        nonlocal drawn
        places = next(tagging)
        drawn += len(places)
        batch = stack_windows([windows[k] for k in places], padding=padding)
        target = torch.nn.utils.rnn.pad_sequence([scores[k] for k in places], batch_first=True)
        emissions = model.score_words(model.read_batch(batch), batch)
        present = batch["word_mask"]
        known = torch.tensor(places) < annotated
        apart = kl_div(
            log_softmax(emissions, -1), log_softmax(target, -1), log_target=True, reduction="none"
        ).sum(-1)
        loss = (apart * present).sum() / present.sum()
        if known.any():
            labels = model.crf(emissions[known], batch["tags"][known], present[known])
            loss = loss + labels / present[known].sum()
        return options.tag_weight * loss

    def evaluate() -> dict[str, object]:
        agreement = {
            name: measure_agreement(model, rows, answered, padding=padding)
            for name, (rows, answered) in compared.items()
        }
        return score_dev(model, dev, dev_windows, padding=padding) | {"agreement": agreement}

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
