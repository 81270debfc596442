"""Train one encoder for stance and for who says what, within a given time.

Run: python training/train_joint.py --encoder DIR --low FILE --data DIR --out DIR --minutes N
Stance batches (NewsMTSC train, some targets swapped, labelled governments) alternate with tagging
batches (PolNeAR train). The learning rate is a function of elapsed time, so that training ends on
time on a busy machine too. Each core runs a process of its own on half of every batch; gradients
are averaged once a step. `--low` is the graph of the frozen layers as they will be served, written
by export_joint.py, so that the upper layers learn to read what int8 makes of the lower ones.
Prints JSON lines; writes weights on the way (50.pt at half of the time) and last.pt.
"""

from __future__ import annotations

import argparse
import json
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from pathlib import Path

import numpy as np
import onnxruntime
import torch
import torch.distributed as dist
import torch.multiprocessing as mp
from batches import encode_examples, iterate_batches, stack_inputs
from classifier import load_tokenizer
from governments import read_governments
from joint import MARKERS, JointModel
from newsmtsc import Example, read_split
from polnear import Window, list_windows, read_documents
from sklearn.metrics import f1_score
from swaps import swap_examples
from weights import average_weights

from encuadre.model_files import Inputs

CHUNK = 12
"""Batches that are drawn together and sorted by length."""


class FrozenCache:
    """Keeps what the frozen layers make of each input, in half precision."""

    def __init__(self, path: Path) -> None:
        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = options.inter_op_num_threads = 1
        options.enable_mem_pattern = False
        self.session = onnxruntime.InferenceSession(
            str(path), options, providers=["CPUExecutionProvider"]
        )
        self.rows: dict[tuple[str, int], torch.Tensor] = {}

    def read(
        self, keys: Sequence[tuple[str, int]], ids: torch.Tensor, mask: torch.Tensor
    ) -> torch.Tensor:
        """Return hidden states (batch, pieces, size), running those that are new, each alone."""
        for key, row, length in zip(keys, ids, mask.sum(1).tolist(), strict=True):
            if key not in self.rows:
                hidden = self.session.run(["low"], {"input_ids": row[None, :length].numpy()})[0]
                self.rows[key] = torch.from_numpy(hidden[0]).half()
        out = torch.zeros(*ids.shape, next(iter(self.rows.values())).shape[1])
        for place, key in enumerate(keys):
            out[place, : len(self.rows[key])] = self.rows[key].float()
        return out


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


def measure_tagging(
    model: JointModel, cache: FrozenCache, keys: list[tuple[str, int]], windows: list[Window]
) -> torch.Tensor:
    """Return the loss a word."""
    batch = stack_windows(windows, padding=model.encoder.config.pad_token_id)
    mask = batch["attention_mask"]
    low = cache.read(keys, batch["input_ids"], mask)
    none = torch.zeros_like(mask)
    scores = model.score_tags(model.encoder.read_high(low, none, none, mask))
    words = batch["words"].unsqueeze(-1).expand(-1, -1, scores.shape[-1])
    loss = model.crf(scores.gather(1, words), batch["tags"], batch["word_mask"])
    return loss / batch["word_mask"].sum()


def score_stance(
    model: JointModel, cache: FrozenCache, name: str, inputs: list[Inputs], labels: np.ndarray
) -> float:
    """Return macro-F1 in percent."""
    predicted = np.zeros(len(inputs), dtype=int)
    padding = model.encoder.config.pad_token_id
    with torch.inference_mode():
        for chosen, batch in iterate_batches(inputs, size=32, padding=padding):
            keys = [(name, int(k)) for k in chosen]
            low = cache.read(keys, batch["input_ids"], batch["attention_mask"])
            rest = [batch[name] for name in ("segments", "target_mask", "attention_mask")]
            hidden = model.encoder.read_high(low, *rest)
            predicted[chosen] = model.score_stance(hidden, *rest).argmax(1).numpy()
    return round(100 * float(f1_score(labels, predicted, average="macro")), 2)


def group_parameters(
    model: JointModel, *, rate: float, decay: float, head_rate: float, crf_rate: float
) -> list[dict[str, object]]:
    """Return optimiser groups: lower layers learn more slowly, fresh parts faster."""
    groups = []
    count = len(model.encoder.layers)
    for name, parameter in model.named_parameters():
        if not parameter.requires_grad:
            continue
        if name.startswith("encoder.layers."):
            own = rate * decay ** (count - 1 - int(name.split(".")[2]))
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
    parser.add_argument("--low", type=Path, required=True, help="graph of the frozen layers")
    parser.add_argument("--data", type=Path, required=True, help="holds newsmtsc/ and polnear/")
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--minutes", type=float, required=True)
    parser.add_argument("--governments", type=Path, help="CSV; read when it appears or changes")
    parser.add_argument(
        "--start", type=Path, action="append", help="weights to start from; averaged"
    )
    parser.add_argument("--frozen", type=int, default=5)
    parser.add_argument("--batch", type=int, default=16, help="targets of a stance batch, a core")
    parser.add_argument("--pieces", type=int, default=700, help="of a tagging batch, a core")
    parser.add_argument("--rate", type=float, default=6e-5)
    parser.add_argument("--decay", type=float, default=0.95)
    parser.add_argument("--head-rate", type=float, default=7e-4)
    parser.add_argument("--crf-rate", type=float, default=5e-3)
    parser.add_argument("--tag-weight", type=float, default=3.0, help="of the loss a word")
    parser.add_argument("--smoothing", type=float, default=0.05)
    parser.add_argument("--swaps", type=float, default=0.08, help="share of stance examples")
    parser.add_argument("--government-share", type=float, default=0.22, help="in the last half")
    parser.add_argument(
        "--marks", default="50,60,70,80,90", help="percent of the time: evaluate, write weights"
    )
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--cores", type=int, default=2)
    return parser.parse_args()


def report(rank: int, line: dict[str, object]) -> None:
    """Print a line once, whatever the number of processes."""
    if rank == 0:
        print(json.dumps(line), flush=True)


def share_gradients(parameters: Sequence[torch.nn.Parameter]) -> torch.Tensor:
    """Return one vector of which all gradients are views."""
    flat = torch.zeros(sum(parameter.numel() for parameter in parameters))
    place = 0
    for parameter in parameters:
        parameter.grad = flat[place : place + parameter.numel()].view_as(parameter)
        place += parameter.numel()
    return flat


def main() -> None:
    """Start one process a core."""
    options = read_options()
    options.out.mkdir(parents=True, exist_ok=True)
    mp.spawn(train, args=(options, time.monotonic()), nprocs=options.cores)


def train(rank: int, options: argparse.Namespace, began: float) -> None:
    """Train until the time is over."""
    length = options.minutes * 60
    meeting = f"file://{(options.out / 'meeting').resolve()}"
    dist.init_process_group("gloo", init_method=meeting, rank=rank, world_size=options.cores)
    torch.manual_seed(options.seed)
    torch.set_num_threads(1)
    model = JointModel(options.encoder, frozen=options.frozen)
    if options.start:
        model.load_state_dict(average_weights(options.start))
    tokenizer = load_tokenizer(options.encoder)
    padding = model.encoder.config.pad_token_id
    corpus = options.data / "newsmtsc"
    examples = read_split(corpus / "train.jsonl")
    dev = {
        name: prepare_pool(tokenizer, read_split(corpus / f"{name}.jsonl"))
        for name in ("rw_dev", "mt_dev")
    }
    pools = {"main": prepare_pool(tokenizer, examples)}
    swapped = swap_examples(examples, share=0.25, seed=options.seed)
    pools["swapped"] = prepare_pool(tokenizer, swapped)
    own = options.seed + 100 * rank
    stance = StanceSource(pools, size=options.batch, seed=own)
    documents = read_documents(options.data / "polnear" / "train.jsonl.gz")
    windows = list_windows(tokenizer, documents[rank :: options.cores], seed=own)
    generator = np.random.default_rng(own)
    tagging = iterate_windows(windows, pieces=options.pieces, generator=generator)
    cache = FrozenCache(options.low)
    groups = group_parameters(
        model,
        rate=options.rate,
        decay=options.decay,
        head_rate=options.head_rate,
        crf_rate=options.crf_rate,
    )
    optimiser = torch.optim.AdamW(groups, fused=True)
    parameters = [parameter for group in groups for parameter in group["params"]]
    gradients = share_gradients(parameters)
    torch.manual_seed(own)
    marks = sorted(int(mark) for mark in options.marks.split(","))
    changed = 0.0
    chunk: list[list[tuple[str, int]]] = []
    log: Counter[str] = Counter()
    step = 0
    report(rank, {"ready": round(time.monotonic() - began), "windows": len(windows)})

    clock = torch.zeros(1, dtype=torch.float64)
    while True:
        clock[0] = (time.monotonic() - began) / length
        dist.broadcast(clock, 0)
        if (elapsed := float(clock)) >= 1:
            break
        if options.governments and options.governments.is_file():
            modified = options.governments.stat().st_mtime
            if modified > changed:
                changed = modified
                rows = read_governments(options.governments, options.data)
                pools["governments"] = prepare_pool(tokenizer, rows)
                stance.queues.pop("governments", None)
                for key in [key for key in cache.rows if key[0] == "governments"]:
                    del cache.rows[key]
                report(rank, {"governments": len(rows), "elapsed": elapsed})
        for group in optimiser.param_groups:
            group["lr"] = group["peak"] * min(elapsed / 0.05, (1 - elapsed) / 0.95)
        model.train()
        if step % 2 == 0:
            if not chunk:
                share = options.government_share * min(1.0, 0.4 + 1.2 * elapsed)
                chunk = list(stance.draw_chunk({"governments": share, "swapped": options.swaps}))
            keys = chunk.pop()
            batch = stack_inputs([pools[p][0][k] for p, k in keys], padding=padding)
            low = cache.read(keys, batch["input_ids"], batch["attention_mask"])
            rest = [batch[name] for name in ("segments", "target_mask", "attention_mask")]
            logits = model.score_stance(model.encoder.read_high(low, *rest), *rest)
            labels = torch.tensor([int(pools[p][1][k]) for p, k in keys])
            loss = torch.nn.functional.cross_entropy(
                logits, labels, label_smoothing=options.smoothing
            )
            task = "stance"
        else:
            places = next(tagging)
            keys = [("windows", k) for k in places]
            loss = options.tag_weight * measure_tagging(
                model, cache, keys, [windows[k] for k in places]
            )
            task = "tagging"
            log["windows"] += len(places)
        loss.backward()
        dist.all_reduce(gradients)
        gradients /= options.cores
        norm = torch.nn.utils.clip_grad_norm_(parameters, 1.0)
        optimiser.step()
        gradients.zero_()
        log[f"{task}_steps"] += 1
        log[f"{task}_loss"] += loss.item()
        log[f"{task}_norm"] += float(norm)
        step += 1
        if step % 20 == 0:
            line = {
                "step": step,
                "elapsed": round(elapsed, 4),
                "stance_epochs": round(options.cores * stance.drawn["main"] / len(examples), 3),
                "drawn": dict(stance.drawn),
                "window_epochs": round(log["windows"] / len(windows), 3),
            }
            for name in ("stance", "tagging"):
                count = max(1, log.pop(f"{name}_steps"))
                line |= {
                    f"{name}_{kind}": round(log.pop(f"{name}_{kind}") / count, 4)
                    for kind in ("loss", "norm")
                }
            report(rank, line)
        if marks and 100 * elapsed > marks[0]:
            mark = marks.pop(0)
            if rank == 0:
                torch.save(model.state_dict(), options.out / f"{mark}.pt")
            model.eval()
            for name in list(dev)[rank :: options.cores]:
                print(
                    json.dumps(
                        {"elapsed": elapsed, name: score_stance(model, cache, name, *dev[name])}
                    ),
                    flush=True,
                )
    if rank == 0:
        torch.save(model.state_dict(), options.out / "last.pt")
    dist.destroy_process_group()


if __name__ == "__main__":
    main()
