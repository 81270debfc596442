"""The joint model in torch: one MPNet encoder, a stance head and a tagger of who says what."""

from __future__ import annotations

from pathlib import Path

import torch
from heads import FORBIDDEN, Dropout, TwoHeads, attend
from torch.nn.functional import gelu
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


class Encoder(torch.nn.Module):
    """MPNet whose embeddings are frozen; learned vectors mark the target and its repetition.

    Each layer names the `heads` that it has; `prune.py` takes some out.
    """

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

    def forward(
        self,
        input_ids: torch.Tensor,
        segments: torch.Tensor,
        target_mask: torch.Tensor,
        attention_mask: torch.Tensor | None = None,
    ) -> torch.Tensor:
        """Return the last hidden states (batch, pieces, size)."""
        part = self.embeddings
        places = torch.arange(input_ids.shape[1])
        numbers = places + self.config.pad_token_id + 1
        hidden = part.LayerNorm(
            part.word_embeddings(input_ids) + part.position_embeddings(numbers)[None]
        )
        hidden = hidden + target_mask.unsqueeze(-1).to(hidden.dtype) * self.roles[0]
        hidden = hidden + segments.unsqueeze(-1).to(hidden.dtype) * self.roles[1]
        mask = self.bias[:, places[None] - places[:, None] + LONGEST][None]
        if attention_mask is not None:
            mask = mask + (1.0 - attention_mask[:, None, None].to(mask.dtype)) * FORBIDDEN
        for layer in self.layers:
            part, own = layer.attention.attn, mask[:, layer.heads]
            projections = (part.q, part.k, part.v)
            context = part.o(attend(hidden, projections, heads=len(layer.heads), bias=own))
            hidden = layer.attention.LayerNorm(hidden + self.dropout(context))
            wide = gelu(layer.intermediate.dense(hidden))
            hidden = layer.output.LayerNorm(hidden + self.dropout(layer.output.dense(wide)))
        return hidden


class JointModel(TwoHeads):
    """The base model: MPNet with both heads."""

    def __init__(self, folder: Path, *, dropout: float = 0.1) -> None:
        super().__init__(Encoder(folder, dropout=dropout), dropout=dropout)
