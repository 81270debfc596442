"""Train one encoder for stance and for who says what, within a given time.

Run: python training/train_joint.py --encoder DIR --data DIR --out DIR --minutes N
Stance batches (the sets of `sets.py`) and tagging batches (PolNeAR train) take turns. With
`--taught`, stance is also learned from what teachers made of the same sentences (Hinton, Vinyals and
Dean 2015). The learning rate is a function of elapsed time, so that training ends on time on a busy
machine too. The encoder runs in bfloat16, heads and losses in fp32. Prints JSON lines; writes
weights on the way (50.pt at half of the time) and last.pt.
"""

from __future__ import annotations

import argparse
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
from joint import MARKERS, JointModel
from loop import train
from measures import measure_stance, score_dev
from newsmtsc import read_split
from polnear import list_windows, read_documents
from sets import UNLABELLED, list_sets, read_taught, weigh_teachers
from weights import average_weights, load_weights


def group_parameters(
    model: TwoHeads, *, rate: float, decay: float, head_rate: float, crf_rate: float
) -> list[dict[str, object]]:
    """Return optimiser groups: lower layers learn more slowly, fresh parts faster."""
    groups = []
    for name, parameter in model.named_parameters():
        if not parameter.requires_grad:
            continue
        if name.startswith("encoder.layers."):
            own = rate * decay ** (len(model.encoder.layers) - 1 - int(name.split(".")[2]))
        else:
            own = crf_rate if name.startswith("crf.") else head_rate
        weight_decay = 0.01 if parameter.ndim > 1 and not name.startswith("crf.") else 0.0
        groups.append({"params": [parameter], "lr": own, "peak": own, "weight_decay": weight_decay})
    return groups


def read_options() -> argparse.Namespace:
    """Return the command line's options."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--encoder", type=Path, required=True, help="folder of all-mpnet-base-v2")
    parser.add_argument("--data", type=Path, required=True, help="holds newsmtsc/ and polnear/")
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--minutes", type=float, required=True)
    parser.add_argument("--taught", type=Path, help="what teachers answered, from teach.py")
    parser.add_argument(
        "--start", type=Path, action="append", help="weights to start from; averaged"
    )
    parser.add_argument("--batch", type=int, default=32, help="targets of a stance batch")
    parser.add_argument("--pieces", type=int, default=1400, help="of a tagging batch")
    parser.add_argument("--tagging", type=float, default=0.55, help="share of tagging batches")
    parser.add_argument("--rate", type=float, default=5e-5)
    parser.add_argument("--decay", type=float, default=0.95)
    parser.add_argument("--head-rate", type=float, default=7e-4)
    parser.add_argument("--crf-rate", type=float, default=5e-3)
    parser.add_argument("--tag-weight", type=float, default=3.0, help="of the loss a word")
    parser.add_argument("--smoothing", type=float, default=0.05)
    parser.add_argument("--taught-weight", type=float, default=0.5, help="beside labels")
    parser.add_argument(
        "--unlabelled", type=int, default=UNLABELLED, help="mentions without labels"
    )
    parser.add_argument("--swaps", type=float, default=0.06, help="share of stance examples")
    parser.add_argument("--contrast-share", type=float, default=0.05)
    parser.add_argument("--government-share", type=float, default=0.16, help="in the last half")
    parser.add_argument("--person-share", type=float, default=0.0)
    parser.add_argument("--unlabelled-share", type=float, default=0.0, help="needs --taught")
    parser.add_argument(
        "--marks", default="50,65,80,90", help="percent of the time: evaluate, write weights"
    )
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--threads", type=int, default=2)
    return parser.parse_args()


def main() -> None:
    """Train until the time is over."""
    options = read_options()
    options.out.mkdir(parents=True, exist_ok=True)
    torch.manual_seed(options.seed)
    torch.set_num_threads(options.threads)
    model = JointModel(options.encoder)
    if options.start:
        load_weights(model, average_weights(options.start))
    tokenizer = load_tokenizer(options.encoder)
    padding = model.encoder.config.pad_token_id
    corpus = options.data / "newsmtsc"
    sets = list_sets(options.data, unlabelled=options.unlabelled)
    taught = read_taught(options.taught, sets) if options.taught else None
    dev = {
        name: prepare_pool(tokenizer, read_split(corpus / f"{name}.jsonl"), markers=MARKERS)
        for name in ("rw_dev", "mt_dev")
    }
    pools = {name: prepare_pool(tokenizer, rows, markers=MARKERS) for name, rows in sets.items()}
    stance = StanceSource(pools, size=options.batch, seed=options.seed)
    windows, dev_windows = (
        list_windows(tokenizer, read_documents(options.data / "polnear" / name), seed=options.seed)
        for name in ("train.jsonl.gz", "dev.jsonl.gz")
    )
    generator = np.random.default_rng(options.seed)
    tagging = iterate_windows(windows, pieces=options.pieces, generator=generator)
    groups = group_parameters(
        model,
        rate=options.rate,
        decay=options.decay,
        head_rate=options.head_rate,
        crf_rate=options.crf_rate,
    )
    chunk: list[list[tuple[str, int]]] = []
    drawn = 0

    def lose_stance(elapsed: float) -> torch.Tensor:
        if not chunk:
            shares = {
                "swapped": options.swaps,
                "governments": options.government_share * min(1.0, 0.4 + 1.2 * elapsed),
                "persons": options.person_share,
                "contrasts": options.contrast_share,
                "unlabelled": options.unlabelled_share,
            }
            chunk.extend(stance.draw_chunk(shares))
        keys = chunk.pop()
        batch = stack_inputs([pools[p][0][k] for p, k in keys], padding=padding)
        return measure_stance(
            model.score_texts(model.read_batch(batch), batch),
            torch.tensor([int(pools[p][1][k]) for p, k in keys]),
            taught and torch.stack([taught[p][k] for p, k in keys]),
            weight=weigh_teachers([p for p, _ in keys], options.taught_weight),
            smoothing=options.smoothing,
        )

    def lose_tagging(_: float) -> torch.Tensor:
        nonlocal drawn
        places = next(tagging)
        drawn += len(places)
        batch = stack_windows([windows[k] for k in places], padding=padding)
        scores = model.score_words(model.read_batch(batch), batch)
        loss = model.crf(scores, batch["tags"], batch["word_mask"])
        return options.tag_weight * loss / batch["word_mask"].sum()

    train(
        model,
        groups,
        {"stance": lose_stance, "tagging": lose_tagging},
        minutes=options.minutes,
        tagging=options.tagging,
        marks=[int(mark) for mark in options.marks.split(",")],
        evaluate=lambda: score_dev(model, dev, dev_windows, padding=padding),
        count_epochs=lambda: {
            "stance_epochs": round(stance.drawn["main"] / len(sets["main"]), 2),
            "window_epochs": round(drawn / len(windows), 2),
        },
        out=options.out,
    )


if __name__ == "__main__":
    main()
