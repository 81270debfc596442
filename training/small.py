"""The small model in torch: MiniLM and the heads of the joint model."""

from __future__ import annotations

from pathlib import Path

import torch
from heads import FORBIDDEN, TwoHeads, attend
from torch.nn.functional import gelu
from transformers import AutoModel

MARKERS = {
    "start": "[CLS]",
    "end": "[SEP]",
    "open": "[unused1]",
    "close": "[unused2]",
    "unknown": "[UNK]",
}
"""Tokens by the role that they play around a target, in BERT's vocabulary."""


class Encoder(torch.nn.Module):
    """BERT whose word embeddings are frozen; a learned vector marks the target."""

    def __init__(self, folder: Path) -> None:
        super().__init__()
        pretrained = AutoModel.from_pretrained(folder, add_pooling_layer=False).float()
        self.config = pretrained.config
        self.embeddings = pretrained.embeddings
        self.embeddings.word_embeddings.requires_grad_(False)
        self.encoder = pretrained.encoder
        self.role = torch.nn.Parameter(torch.randn(self.config.hidden_size) * 0.05)

    def forward(
        self,
        input_ids: torch.Tensor,
        segments: torch.Tensor,
        target_mask: torch.Tensor,
        attention_mask: torch.Tensor | None = None,
    ) -> torch.Tensor:
        """Return the last hidden states (batch, pieces, size)."""
        part = self.embeddings
        places = part.position_embeddings(torch.arange(input_ids.shape[1]))[None]
        kinds = part.token_type_embeddings(segments)
        hidden = part.LayerNorm(part.word_embeddings(input_ids) + places + kinds)
        hidden = hidden + target_mask.unsqueeze(-1).to(hidden.dtype) * self.role
        mask = None
        if attention_mask is not None:
            mask = (1.0 - attention_mask[:, None, None].to(hidden.dtype)) * FORBIDDEN
        heads = self.config.num_attention_heads
        for layer in self.encoder.layer:
            part, output = layer.attention.self, layer.attention.output
            context = attend(hidden, (part.query, part.key, part.value), heads=heads, bias=mask)
            hidden = output.LayerNorm(hidden + output.dense(context))
            wide = gelu(layer.intermediate.dense(hidden))
            hidden = layer.output.LayerNorm(hidden + layer.output.dense(wide))
        return hidden


class SmallModel(TwoHeads):
    """The small model: MiniLM with both heads."""

    def __init__(self, folder: Path, *, dropout: float = 0.1) -> None:
        super().__init__(Encoder(folder), dropout=dropout)
