"""The stance classifier in torch: an encoder and a head over sentence and target."""

from __future__ import annotations

from pathlib import Path

import torch
from tokenizers import Tokenizer
from transformers import AutoModel

MARKERS = {
    "start": "[CLS]",
    "end": "[SEP]",
    "open": "[unused1]",
    "close": "[unused2]",
    "unknown": "[UNK]",
}
"""Tokens by the role that they play around a target, in BERT's vocabulary."""


class TargetClassifier(torch.nn.Module):
    """First token, sentence mean and target mean, joined, then tanh, then three logits."""

    def __init__(self, encoder: torch.nn.Module, *, dropout: float) -> None:
        super().__init__()
        size = encoder.config.hidden_size
        self.encoder = encoder
        self.dropout = torch.nn.Dropout(dropout)
        self.dense = torch.nn.Linear(3 * size, size)
        self.out = torch.nn.Linear(size, 3)

    def forward(
        self,
        input_ids: torch.Tensor,
        segments: torch.Tensor,
        target_mask: torch.Tensor,
        attention_mask: torch.Tensor | None = None,
    ) -> torch.Tensor:
        if attention_mask is None:
            attention_mask = torch.ones_like(input_ids)
        hidden = self.encoder(
            input_ids=input_ids, attention_mask=attention_mask, token_type_ids=segments
        )[0]
        sentence = (attention_mask * (1 - segments)).unsqueeze(-1).to(hidden.dtype)
        target = target_mask.unsqueeze(-1).to(hidden.dtype)
        pooled = torch.cat(
            [
                hidden[:, 0],
                (hidden * sentence).sum(1) / sentence.sum(1),
                (hidden * target).sum(1) / target.sum(1),
            ],
            dim=-1,
        )
        return self.out(self.dropout(torch.tanh(self.dense(self.dropout(pooled)))))


def load_classifier(folder: Path, *, dropout: float, attention: str = "sdpa") -> TargetClassifier:
    """Return a classifier with a fresh head over the pretrained encoder in `folder`.

    Attention weights are never dropped out: it costs time on a CPU.
    """
    encoder = AutoModel.from_pretrained(
        folder,
        attn_implementation=attention,
        add_pooling_layer=False,
        attention_probs_dropout_prob=0.0,
    )
    return TargetClassifier(encoder.float(), dropout=dropout)


def load_tokenizer(folder: Path) -> Tokenizer:
    """Return the tokenizer in `folder`, without padding and truncation."""
    tokenizer = Tokenizer.from_file(str(folder / "tokenizer.json"))
    tokenizer.no_padding()
    tokenizer.no_truncation()
    return tokenizer
