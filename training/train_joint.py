"""Train one encoder for stance and for who says what, within a given time.

Run: python training/train_joint.py --encoder DIR --data DIR --out DIR --minutes N
Stance batches (NewsMTSC train, some targets swapped, labelled governments) and tagging batches
(PolNeAR train) take turns. The learning rate is a function of elapsed time, so that training ends on
time on a busy machine too. The encoder runs in bfloat16, heads and losses in fp32. Prints JSON
lines; writes weights on the way (50.pt at half of the time) and last.pt.
"""

from __future__ import annotations

import argparse
import json
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from pathlib import Path

import numpy as np
import torch
from batches import encode_examples, iterate_batches, load_tokenizer, stack_inputs
from contrasts import read_contrasts
from governments import read_governments
from heads import TwoHeads
from joint import MARKERS, JointModel
from newsmtsc import Example, read_split
from polnear import Window, list_windows, read_documents
from sklearn.metrics import f1_score
from swaps import swap_examples
from weights import average_weights

from encuadre.model_files import Inputs
from encuadre.spans import ROLES, decode_tags, list_spans

CHUNK = 12
"""Batches that are drawn together and sorted by length."""


class StanceSource:
    """Draws stance batches: NewsMTSC in epochs, with shares of swapped and government examples."""

    def __init__(
        self, pools: dict[str, tuple[list[Inputs], np.ndarray]], *, size: int, seed: int
    ) -> None:
        self.pools = pools
        self.size = size
        self.generator = np.random.default_rng(seed)
        self.queues: dict[str, list[int]] = {}
        self.drawn: Counter[str] = Counter()

    def _draw(self, pool: str, count: int) -> list[tuple[str, int]]:
        taken = []
        while len(taken) < count:
            if not self.queues.get(pool):
                self.queues[pool] = self.generator.permutation(len(self.pools[pool][0])).tolist()
            taken.append((pool, self.queues[pool].pop()))
        self.drawn[pool] += count
        return taken

    def draw_chunk(self, shares: dict[str, float]) -> Iterator[list[tuple[str, int]]]:
        """Yield `CHUNK` batches of keys; `shares` are those of pools beside the main one."""
        total = CHUNK * self.size
        counts = {
            pool: round(share * total) for pool, share in shares.items() if pool in self.pools
        }
        counts["main"] = total - sum(counts.values())
        keys = [key for pool, count in counts.items() for key in self._draw(pool, count)]
        lengths = [self.pools[p][0][k]["input_ids"].shape[1] for p, k in keys]
        order = np.argsort(np.array(lengths) + self.generator.random(len(keys)) * 6)
        for number in self.generator.permutation(CHUNK):
            yield [keys[k] for k in order[number * self.size : (number + 1) * self.size]]


def iterate_windows(
    windows: Sequence[Window], *, pieces: int, generator: np.random.Generator
) -> Iterator[list[int]]:
    """Yield indices of windows of like length with some `pieces` together, epoch after epoch."""
    lengths = np.array([len(window.ids) for window in windows])
    while True:
        order = np.argsort(lengths + generator.random(len(lengths)) * 24)
        batches: list[list[int]] = [[]]
        for k in order.tolist():
            if batches[-1] and lengths[k] * (len(batches[-1]) + 1) > pieces:
                batches.append([])
            batches[-1].append(k)
        for number in generator.permutation(len(batches)):
            yield batches[number]


def stack_windows(windows: Sequence[Window], *, padding: int) -> dict[str, torch.Tensor]:
    """Return one padded batch: pieces with their mask; words, tags and their mask."""

    def pad(rows: list[np.ndarray], value: int) -> torch.Tensor:
        width = max(map(len, rows))
        padded = [np.pad(row, (0, width - len(row)), constant_values=value) for row in rows]
        return torch.from_numpy(np.stack(padded))

    return {
        "input_ids": pad([w.ids for w in windows], padding),
        "attention_mask": pad([np.ones_like(w.ids) for w in windows], 0),
        "words": pad([w.words for w in windows], 0),
        "tags": pad([w.tags for w in windows], 0),
        "word_mask": pad([np.ones_like(w.words) for w in windows], 0),
    }


def read_stance(model: TwoHeads, batch: dict[str, torch.Tensor]) -> torch.Tensor:
    """Return logits (batch, 3) of a padded batch."""
    marks = (batch["segments"], batch["target_mask"], batch["attention_mask"])
    with torch.autocast("cpu", torch.bfloat16):
        hidden = model.read(batch["input_ids"], *marks)
    return model.score_stance(hidden.float(), *marks)


def read_tags(model: TwoHeads, batch: dict[str, torch.Tensor]) -> torch.Tensor:
    """Return scores (batch, words, tags) of a padded batch of windows."""
    mask = batch["attention_mask"]
    none = torch.zeros_like(mask)
    with torch.autocast("cpu", torch.bfloat16):
        hidden = model.read(batch["input_ids"], none, none, mask)
    scores = model.score_tags(hidden.float())
    return scores.gather(1, batch["words"].unsqueeze(-1).expand(-1, -1, scores.shape[-1]))


def measure_tagging(model: TwoHeads, batch: dict[str, torch.Tensor]) -> torch.Tensor:
    """Return the loss a word."""
    loss = model.crf(read_tags(model, batch), batch["tags"], batch["word_mask"])
    return loss / batch["word_mask"].sum()


def score_stance(
    model: TwoHeads, inputs: list[Inputs], labels: np.ndarray, *, padding: int
) -> float:
    """Return macro-F1 in percent."""
    predicted = np.zeros(len(inputs), dtype=int)
    with torch.inference_mode():
        for chosen, batch in iterate_batches(inputs, size=32, padding=padding):
            predicted[chosen] = read_stance(model, batch).argmax(1).numpy()
    return round(100 * float(f1_score(labels, predicted, average="macro")), 2)


def score_tagging(model: TwoHeads, windows: Sequence[Window], *, padding: int) -> dict[str, float]:
    """Return exact F1 of spans by role in percent, each window by itself."""
    transitions, starts = (scores.detach().numpy() for scores in model.crf.list_scores())
    counts = {role: Counter() for role in ROLES}
    order = np.argsort([len(window.ids) for window in windows])
    with torch.inference_mode():
        for start in range(0, len(order), 8):
            chosen = [windows[k] for k in order[start : start + 8]]
            scores = read_tags(model, stack_windows(chosen, padding=padding)).numpy()
            for window, row in zip(chosen, scores, strict=True):
                row = row[: len(window.tags)]
                tags = decode_tags(row, transitions=transitions, starts=starts)
                true, found = set(list_spans(window.tags)), set(list_spans(tags))
                for role in ROLES:
                    gold = {span for span in true if span[0] == role}
                    guess = {span for span in found if span[0] == role}
                    counts[role] += Counter(hits=len(gold & guess), all=len(gold) + len(guess))
    return {role: round(200 * c["hits"] / max(1, c["all"]), 2) for role, c in counts.items()}


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


def prepare_pool(tokenizer, examples: Sequence[Example]) -> tuple[list[Inputs], np.ndarray]:
    """Return inputs and labels."""
    labels = np.array([example.label for example in examples])
    return encode_examples(tokenizer, examples, markers=MARKERS), labels


def read_options() -> argparse.Namespace:
    """Return the command line's options."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--encoder", type=Path, required=True, help="folder of all-mpnet-base-v2")
    parser.add_argument("--data", type=Path, required=True, help="holds newsmtsc/ and polnear/")
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--minutes", type=float, required=True)
    parser.add_argument("--governments", type=Path, help="CSV; read again when it changes")
    parser.add_argument("--contrasts", type=Path, help="CSV of sentences written for training")
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
    parser.add_argument("--swaps", type=float, default=0.06, help="share of stance examples")
    parser.add_argument("--contrast-share", type=float, default=0.05)
    parser.add_argument("--government-share", type=float, default=0.16, help="in the last half")
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
    began = time.monotonic()
    torch.manual_seed(options.seed)
    torch.set_num_threads(options.threads)
    model = JointModel(options.encoder)
    if options.start:
        model.load_state_dict(average_weights(options.start))
    tokenizer = load_tokenizer(options.encoder)
    padding = model.encoder.config.pad_token_id
    corpus = options.data / "newsmtsc"
    examples = read_split(corpus / "train.jsonl")
    swapped = swap_examples(examples, share=0.25, seed=options.seed)
    dev = {
        name: prepare_pool(tokenizer, read_split(corpus / f"{name}.jsonl"))
        for name in ("rw_dev", "mt_dev")
    }
    pools = {
        "main": prepare_pool(tokenizer, examples),
        "swapped": prepare_pool(tokenizer, swapped),
    }
    if options.contrasts:
        pools["contrasts"] = prepare_pool(tokenizer, read_contrasts(options.contrasts))
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
    optimiser = torch.optim.AdamW(groups, fused=True)
    parameters = [parameter for group in groups for parameter in group["params"]]
    marks = sorted(int(mark) for mark in options.marks.split(","))
    changed = 0.0
    chunk: list[list[tuple[str, int]]] = []
    log: Counter[str] = Counter()
    step, tags_due = 0, 0.0
    print(json.dumps({"ready": round(time.monotonic() - began), "windows": len(windows)}))

    while (elapsed := (time.monotonic() - began) / (options.minutes * 60)) < 1:
        if options.governments and options.governments.is_file():
            modified = options.governments.stat().st_mtime
            if modified > changed:
                changed = modified
                rows = read_governments(options.governments, options.data)
                pools["governments"] = prepare_pool(tokenizer, rows)
                stance.queues.pop("governments", None)
                chunk.clear()
                print(json.dumps({"governments": len(rows), "elapsed": round(elapsed, 4)}))
        for group in optimiser.param_groups:
            group["lr"] = group["peak"] * min(elapsed / 0.05, (1 - elapsed) / 0.95)
        model.train()
        tags_due += options.tagging
        if tags_due < 1:
            if not chunk:
                share = options.government_share * min(1.0, 0.4 + 1.2 * elapsed)
                shares = {
                    "governments": share,
                    "swapped": options.swaps,
                    "contrasts": options.contrast_share,
                }
                chunk = list(stance.draw_chunk(shares))
            keys = chunk.pop()
            batch = stack_inputs([pools[p][0][k] for p, k in keys], padding=padding)
            labels = torch.tensor([int(pools[p][1][k]) for p, k in keys])
            loss = torch.nn.functional.cross_entropy(
                read_stance(model, batch), labels, label_smoothing=options.smoothing
            )
            task = "stance"
        else:
            tags_due -= 1
            places = next(tagging)
            batch = stack_windows([windows[k] for k in places], padding=padding)
            loss = options.tag_weight * measure_tagging(model, batch)
            log["windows"] += len(places)
            task = "tagging"
        loss.backward()
        torch.nn.utils.clip_grad_norm_(parameters, 1.0)
        optimiser.step()
        optimiser.zero_grad()
        log[f"{task}_steps"] += 1
        log[f"{task}_loss"] += loss.item()
        step += 1
        if step % 40 == 0:
            line = {
                "step": step,
                "elapsed": round(elapsed, 4),
                "stance_epochs": round(stance.drawn["main"] / len(examples), 3),
                "window_epochs": round(log["windows"] / len(windows), 3),
            }
            for name in ("stance", "tagging"):
                count = max(1, log.pop(f"{name}_steps"))
                line[f"{name}_loss"] = round(log.pop(f"{name}_loss") / count, 4)
            print(json.dumps(line), flush=True)
        if marks and 100 * elapsed > marks[0]:
            torch.save(model.state_dict(), options.out / f"{marks.pop(0)}.pt")
            model.eval()
            scores = {
                name: score_stance(model, *pool, padding=padding) for name, pool in dev.items()
            }
            scores |= score_tagging(model, dev_windows, padding=padding)
            print(json.dumps({"elapsed": round(elapsed, 4)} | scores), flush=True)
    torch.save(model.state_dict(), options.out / "last.pt")


if __name__ == "__main__":
    main()
