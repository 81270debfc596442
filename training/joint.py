"""The joint model in torch: one MPNet encoder, a stance head and a tagger of who says what."""

from __future__ import annotations

from pathlib import Path

import torch
from heads import FORBIDDEN, TwoHeads
from torch.nn.functional import gelu, scaled_dot_product_attention
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
    """MPNet whose lower layers are frozen; the target is marked again where training begins.

    The marker tokens' embeddings are frozen too, so that a learned vector is added to the target's
    pieces, and another to its repetition, above the frozen layers.
    """

    def __init__(self, folder: Path, *, frozen: int, dropout: float) -> None:
        super().__init__()
        pretrained = AutoModel.from_pretrained(folder, add_pooling_layer=False).float()
        self.config = pretrained.config
        self.frozen = frozen
        self.embeddings = pretrained.embeddings
        self.layers = pretrained.encoder.layer
        self.roles = torch.nn.Parameter(torch.randn(2, self.config.hidden_size) * 0.05)
        self.dropout = torch.nn.Dropout(dropout)
        reach = torch.arange(-LONGEST, LONGEST + 1)
        bucket = pretrained.encoder.relative_position_bucket(reach)
        bias = pretrained.encoder.relative_attention_bias(bucket).detach().T.contiguous()
        self.register_buffer("bias", bias)
        for part in (self.embeddings, *self.layers[:frozen]):
            part.requires_grad_(False)

    def read_low(
        self, input_ids: torch.Tensor, attention_mask: torch.Tensor | None = None
    ) -> torch.Tensor:
        """Return what the frozen layers make of the pieces; never with dropout."""
        part = self.embeddings
        places = torch.arange(input_ids.shape[1]) + self.config.pad_token_id + 1
        hidden = part.LayerNorm(
            part.word_embeddings(input_ids) + part.position_embeddings(places)[None]
        )
        return self._run(hidden, attention_mask, self.layers[: self.frozen], train=False)

    def read_high(
        self,
        hidden: torch.Tensor,
        segments: torch.Tensor,
        target_mask: torch.Tensor,
        attention_mask: torch.Tensor | None = None,
    ) -> torch.Tensor:
        """Return the last hidden states."""
        hidden = hidden + target_mask.unsqueeze(-1).to(hidden.dtype) * self.roles[0]
        hidden = hidden + segments.unsqueeze(-1).to(hidden.dtype) * self.roles[1]
        return self._run(hidden, attention_mask, self.layers[self.frozen :], train=True)

    def _run(
        self,
        hidden: torch.Tensor,
        attention_mask: torch.Tensor | None,
        layers: torch.nn.ModuleList,
        *,
        train: bool,
    ) -> torch.Tensor:
        count, width, size = hidden.shape
        heads = self.config.num_attention_heads
        places = torch.arange(width)
        mask = self.bias[:, places[None] - places[:, None] + LONGEST][None]
        if attention_mask is not None:
            mask = mask + (1.0 - attention_mask[:, None, None].to(hidden.dtype)) * FORBIDDEN
        drop = self.dropout if train else torch.nn.Identity()
        for layer in layers:
            part = layer.attention.attn
            q, k, v = (
                project(hidden).view(count, width, heads, size // heads).transpose(1, 2)
                for project in (part.q, part.k, part.v)
            )
            context = scaled_dot_product_attention(q, k, v, attn_mask=mask)
            context = part.o(context.transpose(1, 2).reshape(count, width, size))
            hidden = layer.attention.LayerNorm(hidden + drop(context))
            wide = gelu(layer.intermediate.dense(hidden))
            hidden = layer.output.LayerNorm(hidden + drop(layer.output.dense(wide)))
        return hidden


class JointModel(TwoHeads):
    """Pieces in; three stance logits a text and seven tag scores a piece out."""

    def __init__(self, folder: Path, *, frozen: int = 5, dropout: float = 0.1) -> None:
        encoder = Encoder(folder, frozen=frozen, dropout=dropout)
        super().__init__(encoder.config.hidden_size, dropout=dropout)
        self.encoder = encoder

    def forward(
        self, input_ids: torch.Tensor, segments: torch.Tensor, target_mask: torch.Tensor
    ) -> tuple[torch.Tensor, torch.Tensor]:
        """Return both heads' scores, as the exported graph does: texts of one length, no padding."""
        hidden = self.encoder.read_high(self.encoder.read_low(input_ids), segments, target_mask)
        return self.score_stance(hidden, segments, target_mask), self.score_tags(hidden)


class LowLayers(torch.nn.Module):
    """The frozen layers alone, for `train_joint.py`."""

    def __init__(self, model: JointModel) -> None:
        super().__init__()
        self.encoder = model.encoder

    def forward(self, input_ids: torch.Tensor) -> torch.Tensor:
        """Return hidden states above the frozen layers."""
        return self.encoder.read_low(input_ids)
