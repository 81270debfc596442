"""Read a model's weights back into torch, so that a training can go on from them.

Run: python training/recover.py --encoder DIR --model models/base --out FILE.pt [--kind base|small]
Works for int8 graphs whose outlying dimensions were kept apart (`export_joint.py`). Word embeddings,
which training leaves as they are, come from the encoder. What int8 rounded off stays lost: the model
scores about as its int8 file does.
"""

from __future__ import annotations

import argparse
import gzip
import json
from pathlib import Path

import numpy as np
import onnx
import torch
from export_joint import OUTSIDE
from heads import TwoHeads
from kinds import KINDS
from onnx import numpy_helper

from encuadre.spans import TAGS


def read_weights(graph: onnx.GraphProto) -> dict[str, np.ndarray]:
    """Return biases, norms and linear weights (out, in) in fp32 by their names in the graph."""
    held = {tensor.name: numpy_helper.to_array(tensor) for tensor in graph.initializer}
    makers = {name: node for node in graph.node for name in node.output}
    found = {
        name: array
        for name, array in held.items()
        if "LayerNorm" in name or name.endswith((".heads", ".role", "norm.weight", "norm.bias"))
    }
    for node in graph.node:
        bias = next((name for name in node.input if name.endswith("bias") and name in held), "")
        if node.op_type != "Add" or not bias or bias in found:
            continue
        product = makers[next(name for name in node.input if name != bias)]
        if product.op_type == "MatMul":
            weight = held[product.input[1]].T.copy()
        else:
            scales = makers[next(name for name in product.input if "scales_mul" in name)]
            name = next(name for name in scales.input if name in held).removesuffix("_scale")
            codes = held[f"{name}_quantized"].astype(np.float32) - held[f"{name}_zero_point"]
            weight = (codes * held[f"{name}_scale"]).T.copy()
        layer = bias.removesuffix("bias").removesuffix("linear.")
        if f"{layer}keep" in held:
            weight *= held[f"{layer}keep"]
        if f"{layer}exact" in held:
            apart = next(each for each in graph.node if f"{layer}exact" in each.input)
            weight[:, held[makers[apart.input[0]].input[1]]] = held[f"{layer}exact"].T
        found[f"{layer}weight"], found[f"{layer}bias"] = weight, held[bias]
    for name, array in held.items():
        if array.dtype == np.float16 and array.ndim == 2 and "_compact" in name:
            found[name.partition("_compact")[0]] = array.astype(np.float32)
    found = {name.removeprefix("model."): array for name, array in found.items()}
    roles = [held[name] for name in held if name.startswith("onnx::Mul_")]
    return found | ({"encoder.roles": np.stack(roles)} if roles else {})


def rename_layers(found: dict[str, np.ndarray], model: TwoHeads) -> None:
    """Give what `found` holds of the served layers the names that it has in `model`."""
    names: dict[object, str] = {module: name for name, module in model.named_modules()}
    names |= {id(buffer): name for name, buffer in model.named_buffers()}
    for number, layer in enumerate(model.encoder.list_layers()):
        own = f"layers.{number}."
        for kind in ("weight", "bias"):
            thirds = np.split(found.pop(f"{own}join.{kind}"), 3)
            for part, third in zip((layer.query, layer.key, layer.value), thirds, strict=True):
                found[f"{names[part]}.{kind}"] = third
            for part in ("gather", "gather_norm", "widen", "narrow", "norm"):
                name = f"{names[getattr(layer, part)]}.{kind}"
                found[name] = found.pop(f"{own}{part}.{kind}")
        left = len(third) * len(layer.heads) // layer.query.out_features
        found[names[id(layer.heads)]] = found.pop(f"{own}heads", np.arange(left))


def recover(model: TwoHeads, folder: Path) -> dict[str, torch.Tensor]:
    """Return the state of `model` with the weights of `folder`."""
    with gzip.open(folder / "model.onnx.gz") as stream:
        found = read_weights(onnx.load_from_string(stream.read()).graph)
    if "layers.0.join.weight" in found:
        rename_layers(found, model)
    state = model.state_dict()
    for name, array in found.items():
        if name in state:
            state[name] = torch.tensor(array)
    card = json.loads((folder / "model.json").read_text(encoding="utf-8"))
    transitions, starts = torch.tensor(card["transitions"]), torch.tensor(card["starts"])
    transitions[:, TAGS.index("O")] -= OUTSIDE
    starts[TAGS.index("O")] -= OUTSIDE
    state["crf.transitions"] = transitions * model.crf.allowed
    state["crf.starts"] = starts * model.crf.opening
    kept = ("word_embeddings", "position_embeddings", "encoder.bias", "crf.", ".heads")
    missing = [n for n in state if n not in found and not any(word in n for word in kept)]
    if missing:
        raise ValueError(f"{folder} does not hold {', '.join(missing)}")
    return state


def main() -> None:
    """Recover and write."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--encoder", type=Path, required=True)
    parser.add_argument("--model", type=Path, required=True)
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--kind", choices=tuple(KINDS), default="base")
    options = parser.parse_args()
    torch.manual_seed(1)
    model = KINDS[options.kind].make(options.encoder)
    torch.save(recover(model, options.model), options.out)


if __name__ == "__main__":
    main()
