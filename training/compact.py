"""Make the joint model small and fast: int8 with smooth activations and exact outliers.

Dynamic int8 measures one range for all activations of a product, which a few dimensions with huge
values spoil: these are multiplied in fp32 beside it. The others are brought nearer to each other, and
the weights take up the difference (Xiao et al. 2023).
"""

from __future__ import annotations

import copy
import tempfile
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import onnx
import torch
from heads import Layer, TwoHeads, attend
from onnx import TensorProto, helper, numpy_helper
from onnxruntime.quantization import QuantType, quantize_dynamic
from onnxruntime.quantization.matmul_nbits_quantizer import MatMulNBitsQuantizer
from onnxruntime.quantization.shape_inference import quant_pre_process
from torch.nn.functional import gelu


class Attention(torch.autograd.Function):
    """The attention of all heads, as the one operator that ONNX Runtime has for it."""

    @staticmethod
    def forward(
        _,
        query: torch.Tensor,
        key: torch.Tensor,
        value: torch.Tensor,
        bias: torch.Tensor | None,
        heads: int,
    ) -> torch.Tensor:
        """Return what each piece gathers (batch, pieces, heads' sizes)."""
        return attend(query, key, value, heads=heads, bias=bias)

    @staticmethod
    def symbolic(graph, query, key, value, bias, heads: int) -> torch.Value:
        """Return the operator in the exported graph."""
        absent = graph.op("prim::Constant")
        absent.setType(torch._C.OptionalType.ofTensor())
        inputs = (query, key, value, absent, absent, absent if bias is None else bias)
        return graph.op("com.microsoft::MultiHeadAttention", *inputs, num_heads_i=heads)


class ServedLayer(torch.nn.Module):
    """A layer that makes queries, keys and values in one product."""

    def __init__(self, layer: Layer) -> None:
        super().__init__()
        made = (layer.query, layer.key, layer.value)
        self.size = len(layer.query.weight)
        self.join = torch.nn.Linear(layer.query.in_features, 3 * self.size)
        self.join.weight.data = torch.cat([each.weight.detach() for each in made])
        self.join.bias.data = torch.cat([each.bias.detach() for each in made])
        self.gather, self.gather_norm = copy.deepcopy((layer.gather, layer.gather_norm))
        self.widen, self.narrow = copy.deepcopy((layer.widen, layer.narrow))
        self.norm = copy.deepcopy(layer.norm)
        self.register_buffer("heads", layer.heads)

    def forward(self, hidden: torch.Tensor, bias: torch.Tensor | None) -> torch.Tensor:
        """Return the layer's hidden states (batch, pieces, size)."""
        if bias is not None and bias.shape[1] != len(self.heads):
            bias = bias[:, self.heads]
        parts = self.join(hidden).split(self.size, -1)
        context = Attention.apply(*parts, bias, len(self.heads))
        hidden = self.gather_norm(hidden + self.gather(context))
        return self.norm(hidden + self.narrow(gelu(self.widen(hidden))))


class ServedModel(torch.nn.Module):
    """What a trained model computes, in the form that is fastest to serve; it learns no more."""

    def __init__(self, model: TwoHeads) -> None:
        super().__init__()
        self.model = model
        self.layers = torch.nn.ModuleList(map(ServedLayer, model.encoder.list_layers()))

    def forward(
        self, input_ids: torch.Tensor, segments: torch.Tensor, target_mask: torch.Tensor
    ) -> tuple[torch.Tensor, torch.Tensor]:
        """Return both heads' scores of texts of one length, without padding."""
        hidden = self.model.encoder.embed(input_ids, segments, target_mask)
        bias = self.model.encoder.relate(input_ids.shape[1])
        for layer in self.layers:
            hidden = layer(hidden, bias)
        pooled = self.model.pool(hidden, segments, target_mask)
        return self.model.decide(pooled), self.model.score_tags(hidden)


class SmoothLinear(torch.nn.Module):
    """A linear layer, taken over: its input is scaled by dimension, some stay apart in fp32."""

    def __init__(
        self, linear: torch.nn.Linear, dimensions: torch.Tensor, scales: torch.Tensor
    ) -> None:
        super().__init__()
        keep = 1 / scales
        keep[dimensions] = 0.0
        self.register_buffer("dimensions", dimensions)
        self.register_buffer("exact", linear.weight.detach()[:, dimensions].T.contiguous())
        linear.weight.data *= scales
        linear.weight.data[:, dimensions] = 0.0
        self.linear = linear
        self.register_buffer("keep", keep)

    def forward(self, hidden: torch.Tensor) -> torch.Tensor:
        product = self.linear(hidden * self.keep)
        if not len(self.dimensions):
            return product
        return product + hidden.index_select(-1, self.dimensions) @ self.exact


def list_linears(model: ServedModel) -> dict[str, torch.nn.Linear]:
    """Return the linear layers of the encoder by name."""
    return {
        name: module
        for name, module in model.layers.named_modules()
        if isinstance(module, torch.nn.Linear)
    }


def measure_inputs(
    model: ServedModel, rows: Sequence[dict[str, torch.Tensor]]
) -> dict[str, torch.Tensor]:
    """Return the greatest absolute value of each input dimension of each linear layer."""
    greatest: dict[str, torch.Tensor] = {}

    def watch(name: str):
        def hook(_, inputs: tuple[torch.Tensor, ...]) -> None:
            found = inputs[0].abs().flatten(0, -2).amax(0)
            greatest[name] = torch.maximum(greatest.get(name, found), found)

        return hook

    handles = [
        module.register_forward_pre_hook(watch(name))
        for name, module in list_linears(model).items()
    ]
    with torch.inference_mode():
        for row in rows:
            model(**row)
    for handle in handles:
        handle.remove()
    return greatest


def smooth_inputs(
    model: ServedModel,
    greatest: dict[str, torch.Tensor],
    *,
    ratio: float = 2.5,
    most: int = 32,
    smoothing: float,
) -> None:
    """Make the inputs of the encoder's linear layers even.

    Those that exceed the others `ratio` times stand apart. The others are divided by their greatest
    value to the power of `smoothing`, times that of their weights to the rest of 1.
    """
    for name, linear in list_linears(model).items():
        ordered = greatest[name].sort(descending=True)
        count = int((ordered.values[:most] > ratio * ordered.values[most]).sum())
        chosen = ordered.indices[:count].sort().values
        weights = linear.weight.detach().abs().amax(0).clamp(min=1e-5)
        scales = greatest[name].clamp(min=1e-5) ** smoothing / weights ** (1 - smoothing)
        parent = model.layers.get_submodule(name.rpartition(".")[0])
        setattr(parent, name.rpartition(".")[2], SmoothLinear(linear, chosen, scales))


def export_joint(
    module: torch.nn.Module, path: Path, *, inputs: Sequence[str], outputs: Sequence[str]
) -> None:
    """Write the fp32 graph; the axes of texts and pieces are free."""
    module.eval()
    row = torch.arange(12)[None] + 100
    target = torch.zeros_like(row)
    target[0, 4] = 1
    rows = {"input_ids": row, "segments": torch.zeros_like(row), "target_mask": target}
    axes = {name: {0: "batch", 1: "tokens"} for name in [*inputs, *outputs]}
    if "stance" in axes:
        axes["stance"] = {0: "batch"}
    with torch.no_grad():
        torch.onnx.export(
            module,
            tuple(rows[name] for name in inputs),
            str(path),
            input_names=list(inputs),
            output_names=list(outputs),
            dynamic_axes=axes,
            opset_version=18,
            custom_opsets={"com.microsoft": 1},
            dynamo=False,
        )


def quantise_joint(source: Path, target: Path, *, width: int, bits: int = 8) -> None:
    """Write `source` with small weights, and one scale a row of embeddings.

    `bits` 8: one scale a channel, and as in `onnx_export.quantise_graph` seven of the eight bits;
    4: one scale for 32 weights, activations in blocks of int8.
    """
    with tempfile.TemporaryDirectory() as folder:
        prepared = Path(folder) / "prepared.onnx"
        quant_pre_process(str(source), str(prepared), skip_symbolic_shape=True)
        graph = onnx.load(prepared).graph
        constants = {tensor.name: tensor.dims for tensor in graph.initializer}
        apart = [
            node.name
            for node in graph.node
            if node.op_type == "MatMul"
            and node.input[1] in constants
            and min(constants[node.input[1]]) < 64
        ]
        if bits == 8:
            quantize_dynamic(
                str(prepared),
                str(target),
                per_channel=True,
                weight_type=QuantType.QInt8,
                reduce_range=True,
                nodes_to_exclude=apart,
                op_types_to_quantize=["MatMul"],
            )
            model = onnx.load(target)
        else:
            quantiser = MatMulNBitsQuantizer(
                onnx.load(prepared),
                bits=bits,
                block_size=32,
                is_symmetric=True,
                accuracy_level=4,
                nodes_to_exclude=apart,
                op_types_to_quantize=("MatMul",),
            )
            quantiser.process()
            model = quantiser.model.model
    compact_embeddings(model.graph, width=width)
    halve_constants(model.graph)
    model.doc_string = ""
    for node in model.graph.node:
        node.doc_string = ""
    order_nodes(model.graph)
    onnx.save(model, target)


class Builder:
    """Adds constants and nodes to a graph under names that begin alike."""

    def __init__(self, graph: onnx.GraphProto, name: str) -> None:
        self.graph, self.name, self.count = graph, name, 0

    def hold(self, array: np.ndarray) -> str:
        """Add a constant and return its name."""
        self.count += 1
        name = f"{self.name}_c{self.count}"
        self.graph.initializer.append(numpy_helper.from_array(array, name))
        return name

    def apply(self, kind: str, *inputs: str, output: str = "", **attributes: object) -> str:
        """Add a node and return its output's name."""
        self.count += 1
        output = output or f"{self.name}_n{self.count}"
        node = helper.make_node(kind, list(inputs), [output], name=f"{output}_node", **attributes)
        self.graph.node.append(node)
        return output


def compact_embeddings(graph: onnx.GraphProto, *, width: int) -> None:
    """Store the embeddings of pieces in int8, those of places in half precision."""
    tensors = {tensor.name: tensor for tensor in graph.initializer}
    for node in list(graph.node):
        tensor = tensors.get(node.input[0]) if node.op_type == "Gather" else None
        if tensor is None or len(tensor.dims) != 2 or tensor.dims[1] != width:
            continue
        table = numpy_helper.to_array(tensor)
        graph.initializer.remove(tensor)
        graph.node.remove(node)
        build = Builder(graph, f"{tensor.name}_compact")
        places, output = node.input[1], node.output[0]
        if len(table) < 1000:
            found = build.apply("Gather", build.hold(table.astype(np.float16)), places)
            build.apply("Cast", found, output=output, to=TensorProto.FLOAT)
            continue
        scales = np.maximum(np.abs(table).max(1, keepdims=True) / 127, 1e-8)
        codes = np.round(table / scales).astype(np.int8)
        found = build.apply("Gather", build.hold(codes), places)
        wide = build.apply("Cast", found, to=TensorProto.FLOAT)
        scale = build.apply("Gather", build.hold(scales.astype(np.float32)), places)
        build.apply("Mul", wide, scale, output=output)


def halve_constants(graph: onnx.GraphProto, *, least: int = 2**18) -> None:
    """Store the large matrices that are still fp32 in half precision."""
    for tensor in list(graph.initializer):
        if tensor.data_type == TensorProto.FLOAT and np.prod(tensor.dims) >= least:
            graph.initializer.remove(tensor)
            build = Builder(graph, f"{tensor.name}_half")
            half = build.hold(numpy_helper.to_array(tensor).astype(np.float16))
            build.apply("Cast", half, output=tensor.name, to=TensorProto.FLOAT)


def order_nodes(graph: onnx.GraphProto) -> None:
    """Sort nodes so that each stands after those that it reads."""
    known = {tensor.name for tensor in graph.initializer} | {each.name for each in graph.input}
    waiting, ordered = list(graph.node), []
    while waiting:
        ready = [node for node in waiting if all(not n or n in known for n in node.input)]
        if not ready:
            raise ValueError("the graph has a cycle or an input that nothing makes")
        for node in ready:
            known.update(node.output)
        ordered += ready
        names = {id(node) for node in ready}
        waiting = [node for node in waiting if id(node) not in names]
    del graph.node[:]
    graph.node.extend(ordered)
