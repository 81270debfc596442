"""Take out of a trained model what it needs least, so that it reads faster.

Run: python training/prune.py --encoder DIR --data DIR --weights FILE.pt --out FILE.pt [--keep 0.75]
         [--model base|small]
Heads of attention and blocks of inner neurons go, the least first, until the share `--keep` of the
encoder's multiplications is left. What a group costs is the error that remains once the weights beside
it have taken over (optimal brain surgeon, Hassibi and Stork 1993; by groups, Kurtić, Frantar and
Alistarh 2023), each output dimension weighted by the Fisher information of both heads' answers about
it. Looks at training data only. Prints one JSON line.
"""

from __future__ import annotations

import argparse
import json
from collections.abc import Callable, Sequence
from pathlib import Path

import numpy as np
import torch
from batches import iterate_batches, load_tokenizer, prepare_pool, stack_windows
from heads import Layer, TwoHeads
from kinds import KINDS
from polnear import Window, list_windows, read_documents
from sets import list_sets
from torch.nn.functional import cross_entropy
from weights import average_weights, load_weights

from encuadre.model_files import Inputs

SAMPLE = {"main": 480, "governments": 180, "persons": 80}
"""Texts of each set that are looked at."""
WINDOWS = 120
BLOCK = 32
"""Inner neurons that go together."""
TAGGING = 3.0
"""What a word's tag weighs beside a text's stance."""
DAMPING = 0.01
SEED = 1


class Product:
    """A linear layer of the encoder that loses inputs, group by group.

    `makers` are the layers whose outputs are its inputs. `groups` (inputs) numbers the group of each
    input, or is None where neurons are grouped by how little they are needed. `price` is the number of
    multiplications a piece that one input takes, those that make it included.
    """

    def __init__(
        self,
        linear: torch.nn.Linear,
        makers: Sequence[torch.nn.Linear],
        *,
        groups: torch.Tensor | None,
    ) -> None:
        self.linear, self.makers, self.groups = linear, makers, groups
        self.price = linear.out_features + sum(maker.in_features for maker in makers)
        self.weight = linear.weight.detach().clone()
        outputs, inputs = self.weight.shape
        self.alive = torch.ones(inputs, dtype=torch.bool)
        self.squares, self.sums, self.count = torch.zeros(inputs, inputs), torch.zeros(inputs), 0
        self.fisher = torch.zeros(outputs)

    def watch(self, present: torch.Tensor, weight: float) -> torch.utils.hooks.RemovableHandle:
        """Take account of what passes through: of pieces that are `present`, gradients by `weight`."""

        def see(_, inputs: tuple[torch.Tensor, ...], output: torch.Tensor) -> None:
            rows = inputs[0].detach()[present]
            self.squares += rows.T @ rows
            self.sums += rows.sum(0)
            self.count += len(rows)
            output.register_hook(weigh)

        def weigh(gradient: torch.Tensor) -> None:
            self.fisher += weight * (gradient[present] ** 2).sum(0)

        return self.linear.register_forward_hook(see)

    def prepare(self) -> None:
        """Make ready to lose inputs, once all data have passed."""
        self.mean = self.sums / self.count
        covariance = self.squares / self.count - torch.outer(self.mean, self.mean)
        damping = DAMPING * covariance.diagonal().mean() * torch.eye(len(covariance))
        self.inverse = torch.linalg.inv((covariance + damping).double()).float()
        self.least = self._find_least()

    def _weigh(self, inputs: torch.Tensor) -> tuple[float, torch.Tensor, torch.Tensor]:
        """Return what losing `inputs` costs, them, and what solves for the others."""
        solve = torch.linalg.inv(self.inverse[inputs][:, inputs].double()).float()
        part = self.weight[:, inputs]
        cost = float((self.fisher * ((part @ solve) * part).sum(1)).sum()) / 2
        return cost, inputs, solve

    def _find_least(self) -> tuple[float, torch.Tensor, torch.Tensor] | None:
        left = self.alive.nonzero().squeeze(1)
        if self.groups is not None:
            numbers = self.groups[left].unique()
            each = [self._weigh((self.groups == number).nonzero().squeeze(1)) for number in numbers]
            return min(each, key=lambda found: found[0]) if len(each) > 1 else None
        if len(left) <= BLOCK:
            return None
        costs = (self.fisher[:, None] * self.weight[:, left] ** 2).sum(0)
        order = (costs / self.inverse.diagonal()[left]).argsort(stable=True)
        return self._weigh(left[order[:BLOCK]].sort().values)

    def rate_least(self) -> float:
        """Return what the next group costs a multiplication; infinite where it must stay."""
        if self.least is None:
            return float("inf")
        return self.least[0] / (self.price * len(self.least[1]))

    def lose_least(self) -> int:
        """Take out the next group; return the multiplications a piece that this saves."""
        _, inputs, solve = self.least
        rows = self.inverse[inputs]
        self.weight -= self.weight[:, inputs] @ solve @ rows
        self.inverse -= rows.T @ solve @ rows
        self.weight[:, inputs] = 0.0
        self.alive[inputs] = False
        self.least = self._find_least()
        return self.price * len(inputs)

    def narrow(self) -> None:
        """Leave nothing in the model of what was lost, nor of what made it."""
        shift = (self.linear.weight.detach() - self.weight) @ self.mean
        self.linear.weight.data = self.weight[:, self.alive].clone()
        self.linear.bias.data = self.linear.bias.detach() + shift
        for maker in self.makers:
            for part in (maker.weight, maker.bias):
                part.data = part.data[self.alive].clone()


def list_products(layer: Layer) -> tuple[Product, Product]:
    """Return the products of a layer that lose inputs: heads, and inner neurons."""
    size = layer.gather.weight.shape[1]
    return (
        Product(
            layer.gather,
            (layer.query, layer.key, layer.value),
            groups=torch.arange(size) // (size // len(layer.heads)),
        ),
        Product(layer.narrow, (layer.widen,), groups=None),
    )


def measure_products(
    model: TwoHeads,
    products: Sequence[Product],
    *,
    inputs: Sequence[Inputs],
    windows: Sequence[Window],
) -> None:
    """Let texts and windows pass; gradients are of answers drawn from the model's own."""
    padding = model.encoder.config.pad_token_id
    words = sum(len(window.words) for window in windows)

    def look(
        batch: dict[str, torch.Tensor], score: Callable[..., torch.Tensor], weight: float
    ) -> None:
        handles = [product.watch(batch["attention_mask"] > 0, weight) for product in products]
        logits = score(model.read_batch(batch), batch)
        logits = logits[batch["word_mask"] > 0] if "word_mask" in batch else logits
        drawn = torch.multinomial(logits.detach().softmax(-1), 1).squeeze(1)
        cross_entropy(logits, drawn, reduction="sum").backward()
        model.zero_grad()
        for handle in handles:
            handle.remove()

    for _, batch in iterate_batches(inputs, size=20, padding=padding):
        look(batch, model.score_texts, 1 / len(inputs))
    for start in range(0, len(windows), 4):
        batch = stack_windows(windows[start : start + 4], padding=padding)
        look(batch, model.score_words, TAGGING / words)


def lose_until(products: Sequence[Product], keep: float) -> None:
    """Take out groups, the least first, until the share `keep` of multiplications is left."""
    total = sum(product.price * len(product.alive) for product in products)
    left = total
    for product in products:
        product.prepare()
    while left > keep * total:
        left -= min(products, key=Product.rate_least).lose_least()


def main() -> None:
    """Measure, take out, write."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--encoder", type=Path, required=True, help="folder of the encoder")
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--weights", type=Path, required=True, action="append", help="averaged")
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--keep", type=float, default=0.75, help="share of multiplications")
    parser.add_argument("--model", choices=tuple(KINDS), default="base")
    options = parser.parse_args()
    torch.manual_seed(SEED)
    kind = KINDS[options.model]
    model = kind.make(options.encoder).eval()
    load_weights(model, average_weights(options.weights))
    tokenizer = load_tokenizer(options.encoder)
    generator = np.random.default_rng(SEED)
    sets = list_sets(options.data, unlabelled=0)
    chosen = [
        sets[name][k]
        for name, count in SAMPLE.items()
        for k in generator.permutation(len(sets[name]))[:count]
    ]
    inputs, _ = prepare_pool(tokenizer, chosen, markers=kind.markers)
    documents = read_documents(options.data / "polnear" / "train.jsonl.gz")
    marks = (kind.markers["start"], kind.markers["end"])
    windows = list_windows(tokenizer, documents, marks=marks)
    windows = [windows[k] for k in generator.permutation(len(windows))[:WINDOWS]]
    layers = model.encoder.list_layers()
    pairs = [list_products(layer) for layer in layers]
    products = [product for pair in pairs for product in pair]
    measure_products(model, products, inputs=inputs, windows=windows)
    lose_until(products, options.keep)
    for layer, (gather, _) in zip(layers, pairs, strict=True):
        layer.heads.data = layer.heads[gather.groups[gather.alive].unique()]
    for product in products:
        product.narrow()
    torch.save(model.state_dict(), options.out)
    left = {
        "heads": [len(layer.heads) for layer in layers],
        "neurons": [layer.narrow.weight.shape[1] for layer in layers],
    }
    print(json.dumps(left))


if __name__ == "__main__":
    main()
