"""The small model in torch: a BERT-like encoder with the heads of the joint model."""

from __future__ import annotations

from pathlib import Path

import torch
from heads import TwoHeads
from transformers import AutoModel

MARKERS = {
    "start": "[CLS]",
    "end": "[SEP]",
    "open": "[unused1]",
    "close": "[unused2]",
    "unknown": "[UNK]",
}
"""Tokens by the role that they play around a target, in BERT's vocabulary."""


class SmallModel(TwoHeads):
    """Pieces in; three stance logits a text and seven tag scores a piece out."""

    def __init__(self, folder: Path, *, dropout: float = 0.1) -> None:
        encoder = AutoModel.from_pretrained(
            folder,
            attn_implementation="eager",
            add_pooling_layer=False,
            attention_probs_dropout_prob=0.0,
            hidden_dropout_prob=dropout,
        ).float()
        super().__init__(encoder.config.hidden_size, dropout=dropout)
        self.encoder = encoder

    def read(
        self,
        input_ids: torch.Tensor,
        segments: torch.Tensor,
        target_mask: torch.Tensor,
        attention_mask: torch.Tensor | None = None,
    ) -> torch.Tensor:
        """Return the last hidden states (batch, pieces, size); the target shows by its marks."""
        if attention_mask is None:
            attention_mask = torch.ones_like(input_ids)
        return self.encoder(
            input_ids=input_ids, attention_mask=attention_mask, token_type_ids=segments
        )[0]
