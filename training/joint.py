"""The joint model in torch: one MPNet encoder, a stance head and a tagger of who says what."""

from __future__ import annotations

from pathlib import Path

import torch
from heads import Dropout, Encoder, Layer, TwoHeads
from transformers import AutoModel

MARKERS = {
    "start": "<s>",
    "end": "</s>",
    "open": "[unused1]",
    "close": "[unused2]",
    "unknown": "<unk>",
}
"""Tokens by the role that they play around a target, in MPNet's vocabulary."""

LONGEST = 512


class MpnetEncoder(Encoder):
    """MPNet whose embeddings are frozen; learned vectors mark the target and its repetition."""

    def __init__(self, folder: Path, *, dropout: float) -> None:
        super().__init__()
        pretrained = AutoModel.from_pretrained(folder, add_pooling_layer=False).float()
        self.config = pretrained.config
        self.embeddings = pretrained.embeddings.requires_grad_(False)
        self.layers = pretrained.encoder.layer
        for layer in self.layers:
            layer.register_buffer("heads", torch.arange(self.config.num_attention_heads))
        self.roles = torch.nn.Parameter(torch.randn(2, self.config.hidden_size) * 0.05)
        self.dropout = Dropout(dropout)
        reach = torch.arange(-LONGEST, LONGEST + 1)
        bucket = pretrained.encoder.relative_position_bucket(reach)
        bias = pretrained.encoder.relative_attention_bias(bucket).detach().T.contiguous()
        self.register_buffer("bias", bias)

    def embed(
        self, input_ids: torch.Tensor, segments: torch.Tensor, target_mask: torch.Tensor
    ) -> torch.Tensor:
        """Return what the first layer reads (batch, pieces, size)."""
        part = self.embeddings
        numbers = torch.arange(input_ids.shape[1]) + self.config.pad_token_id + 1
        hidden = part.LayerNorm(
            part.word_embeddings(input_ids) + part.position_embeddings(numbers)[None]
        )
        hidden = hidden + target_mask.unsqueeze(-1).to(hidden.dtype) * self.roles[0]
        return hidden + segments.unsqueeze(-1).to(hidden.dtype) * self.roles[1]

    def relate(self, pieces: int) -> torch.Tensor:
        """Return what places add to the scores of attention (1, heads, pieces, pieces)."""
        places = torch.arange(pieces)
        return self.bias[:, places[None] - places[:, None] + LONGEST][None]

    def list_layers(self) -> list[Layer]:
        """Return the layers from below."""
        return [
            Layer(
                query=layer.attention.attn.q,
                key=layer.attention.attn.k,
                value=layer.attention.attn.v,
                gather=layer.attention.attn.o,
                gather_norm=layer.attention.LayerNorm,
                widen=layer.intermediate.dense,
                narrow=layer.output.dense,
                norm=layer.output.LayerNorm,
                heads=layer.heads,
            )
            for layer in self.layers
        ]


class JointModel(TwoHeads):
    """The base model: MPNet with both heads."""

    def __init__(self, folder: Path, *, dropout: float = 0.1) -> None:
        super().__init__(MpnetEncoder(folder, dropout=dropout), dropout=dropout)
