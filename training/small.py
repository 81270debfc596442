"""The small model in torch: MiniLM and the heads of the joint model."""

from __future__ import annotations

from pathlib import Path

import torch
from heads import Encoder, Layer, TwoHeads
from transformers import AutoModel

MARKERS = {
    "start": "[CLS]",
    "end": "[SEP]",
    "open": "[unused1]",
    "close": "[unused2]",
    "unknown": "[UNK]",
}
"""Tokens by the role that they play around a target, in BERT's vocabulary."""


class MiniLMEncoder(Encoder):
    """MiniLM whose word embeddings are frozen; a learned vector marks the target."""

    def __init__(self, folder: Path) -> None:
        super().__init__()
        pretrained = AutoModel.from_pretrained(folder, add_pooling_layer=False).float()
        self.config = pretrained.config
        self.embeddings = pretrained.embeddings
        self.embeddings.word_embeddings.requires_grad_(False)
        self.encoder = pretrained.encoder
        for layer in self.encoder.layer:
            layer.register_buffer("heads", torch.arange(self.config.num_attention_heads))
        self.role = torch.nn.Parameter(torch.randn(self.config.hidden_size) * 0.05)
        self.dropout = torch.nn.Identity()

    def embed(
        self, input_ids: torch.Tensor, segments: torch.Tensor, target_mask: torch.Tensor
    ) -> torch.Tensor:
        """Return what the first layer reads (batch, pieces, size)."""
        part = self.embeddings
        places = part.position_embeddings(torch.arange(input_ids.shape[1]))[None]
        kinds = part.token_type_embeddings(segments)
        hidden = part.LayerNorm(part.word_embeddings(input_ids) + places + kinds)
        return hidden + target_mask.unsqueeze(-1).to(hidden.dtype) * self.role

    def list_layers(self) -> list[Layer]:
        """Return the layers from below."""
        return [
            Layer(
                query=layer.attention.self.query,
                key=layer.attention.self.key,
                value=layer.attention.self.value,
                gather=layer.attention.output.dense,
                gather_norm=layer.attention.output.LayerNorm,
                widen=layer.intermediate.dense,
                narrow=layer.output.dense,
                norm=layer.output.LayerNorm,
                heads=layer.heads,
            )
            for layer in self.encoder.layer
        ]


class SmallModel(TwoHeads):
    """The small model: MiniLM with both heads."""

    def __init__(self, folder: Path, *, dropout: float = 0.1) -> None:
        super().__init__(MiniLMEncoder(folder), dropout=dropout)
