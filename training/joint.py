"""The joint model in torch: one MPNet encoder, a stance head and a tagger of who says what."""

from __future__ import annotations

from pathlib import Path

import torch
from torch.nn.functional import gelu, scaled_dot_product_attention
from transformers import AutoModel

from encuadre.spans import TAGS

MARKERS = {
    "start": "<s>",
    "end": "</s>",
    "open": "[unused1]",
    "close": "[unused2]",
    "unknown": "<unk>",
}
"""Tokens by the role that they play around a target, in MPNet's vocabulary."""

LONGEST = 512
FORBIDDEN = -1e4


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


class Crf(torch.nn.Module):
    """A linear chain over tags; transitions that BIO forbids stay forbidden."""

    def __init__(self) -> None:
        super().__init__()
        count = len(TAGS)
        allowed = torch.ones(count, count, dtype=torch.bool)
        for to, tag in enumerate(TAGS):
            if tag.startswith("I-"):
                allowed[:, to] = torch.tensor([before[2:] == tag[2:] for before in TAGS])
        self.register_buffer("allowed", allowed)
        self.register_buffer("opening", torch.tensor([not tag.startswith("I-") for tag in TAGS]))
        self.transitions = torch.nn.Parameter(torch.zeros(count, count))
        self.starts = torch.nn.Parameter(torch.zeros(count))

    def list_scores(self) -> tuple[torch.Tensor, torch.Tensor]:
        """Return the scores of transitions (from, to) and of first tags."""
        return (
            self.transitions.masked_fill(~self.allowed, FORBIDDEN),
            self.starts.masked_fill(~self.opening, FORBIDDEN),
        )

    def forward(
        self, emissions: torch.Tensor, tags: torch.Tensor, mask: torch.Tensor
    ) -> torch.Tensor:
        """Return the negative log likelihood summed over a batch of words (batch, words, tags)."""
        transitions, starts = self.list_scores()
        chosen = emissions.gather(2, tags.unsqueeze(-1)).squeeze(-1)
        steps = transitions[tags[:, :-1], tags[:, 1:]]
        truth = starts[tags[:, 0]] + (chosen * mask).sum(1) + (steps * mask[:, 1:]).sum(1)
        alpha = starts + emissions[:, 0]
        for place in range(1, emissions.shape[1]):
            step = torch.logsumexp(alpha.unsqueeze(2) + transitions, dim=1) + emissions[:, place]
            alpha = torch.where(mask[:, place, None] > 0, step, alpha)
        return (torch.logsumexp(alpha, dim=1) - truth).sum()


class JointModel(torch.nn.Module):
    """Pieces in; three stance logits a text and seven tag scores a piece out."""

    def __init__(self, folder: Path, *, frozen: int = 5, dropout: float = 0.1) -> None:
        super().__init__()
        self.encoder = Encoder(folder, frozen=frozen, dropout=dropout)
        size = self.encoder.config.hidden_size
        self.dropout = torch.nn.Dropout(dropout)
        self.dense = torch.nn.Linear(3 * size, size)
        self.out = torch.nn.Linear(size, 3)
        self.tagger = torch.nn.Linear(size, len(TAGS))
        self.crf = Crf()

    def score_stance(
        self,
        hidden: torch.Tensor,
        segments: torch.Tensor,
        target_mask: torch.Tensor,
        attention_mask: torch.Tensor | None = None,
    ) -> torch.Tensor:
        """Return logits (batch, 3) from the first piece, the sentence's and the target's mean."""
        present = torch.ones_like(segments) if attention_mask is None else attention_mask
        sentence = (present * (1 - segments)).unsqueeze(-1).to(hidden.dtype)
        target = target_mask.unsqueeze(-1).to(hidden.dtype)
        pooled = torch.cat(
            [
                hidden[:, 0],
                (hidden * sentence).sum(1) / sentence.sum(1).clamp(min=1.0),
                (hidden * target).sum(1) / target.sum(1).clamp(min=1.0),
            ],
            dim=-1,
        )
        return self.out(self.dropout(torch.tanh(self.dense(self.dropout(pooled)))))

    def score_tags(self, hidden: torch.Tensor) -> torch.Tensor:
        """Return scores (batch, pieces, tags)."""
        return self.tagger(self.dropout(hidden))

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
