"""An encoder of marked targets, and the two heads on it: stance, and who says what."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import torch
from torch.nn.functional import gelu
from transformers import PretrainedConfig

from encuadre.spans import TAGS

FORBIDDEN = -1e4
BFLOAT16 = torch.backends.cpu.get_cpu_capability() == "AVX512"
"""Whether the encoder is read in bfloat16: without such instructions fp32 is several times as fast."""


class Dropout(torch.nn.Module):
    """Dropout from random bytes: on two cores torch's own takes a tenth of a training step.

    The share that is dropped is rounded to 256ths. `torch.manual_seed` before it is made fixes it.
    """

    def __init__(self, share: float) -> None:
        super().__init__()
        self.dropped = round(256 * share)
        self.generator = np.random.Generator(np.random.SFC64(int(torch.randint(2**31, ()))))

    def forward(self, values: torch.Tensor) -> torch.Tensor:
        """Return `values` with a share of them set to 0 in training, the rest scaled up."""
        if not self.training:
            return values
        drawn = np.frombuffer(self.generator.bytes(values.numel()), dtype=np.uint8)
        kept = torch.from_numpy(drawn >= self.dropped).view(values.shape)
        return values * (kept * (256 / (256 - self.dropped))).to(values.dtype)


def attend(
    query: torch.Tensor,
    key: torch.Tensor,
    value: torch.Tensor,
    *,
    heads: int,
    bias: torch.Tensor | None,
) -> torch.Tensor:
    """Return what each piece gathers, before the output projection.

    Queries, keys, values and what is returned are (batch, pieces, heads' sizes); `bias` is added to
    the scores (batch, heads, pieces, pieces) before their softmax, which is in fp32.
    """
    count, width, _ = query.shape
    q, k, v = (
        each.reshape(count, width, heads, -1).transpose(1, 2) for each in (query, key, value)
    )
    scores = (q @ k.transpose(-1, -2)).float() * q.shape[-1] ** -0.5
    if bias is not None:
        scores = scores + bias
    context = torch.softmax(scores, dim=-1).to(v.dtype) @ v
    return context.transpose(1, 2).reshape(count, width, -1)


class Layer(NamedTuple):
    """The parts of a layer under one set of names, whatever the pretrained model calls them.

    `heads` (heads) numbers those that the layer has; `prune.py` takes some out.
    """

    query: torch.nn.Linear
    key: torch.nn.Linear
    value: torch.nn.Linear
    gather: torch.nn.Linear
    gather_norm: torch.nn.LayerNorm
    widen: torch.nn.Linear
    narrow: torch.nn.Linear
    norm: torch.nn.LayerNorm
    heads: torch.Tensor


class Encoder(torch.nn.Module):
    """A pretrained encoder in which learned vectors mark the target, and `dropout` is our own."""

    config: PretrainedConfig
    dropout: torch.nn.Module

    def embed(
        self, input_ids: torch.Tensor, segments: torch.Tensor, target_mask: torch.Tensor
    ) -> torch.Tensor:
        """Return what the first layer reads (batch, pieces, size)."""
        raise NotImplementedError

    def relate(self, pieces: int) -> torch.Tensor | None:
        """Return what places add to the scores of attention (1, heads, pieces, pieces), if they do."""
        return None

    def list_layers(self) -> list[Layer]:
        """Return the layers from below."""
        raise NotImplementedError

    def forward(
        self,
        input_ids: torch.Tensor,
        segments: torch.Tensor,
        target_mask: torch.Tensor,
        attention_mask: torch.Tensor | None = None,
    ) -> torch.Tensor:
        """Return the last hidden states (batch, pieces, size)."""
        hidden = self.embed(input_ids, segments, target_mask)
        bias = self.relate(input_ids.shape[1])
        if attention_mask is not None:
            absent = (1.0 - attention_mask[:, None, None].to(hidden.dtype)) * FORBIDDEN
            bias = absent if bias is None else bias + absent
        for layer in self.list_layers():
            own = bias if bias is None or bias.shape[1] == 1 else bias[:, layer.heads]
            made = [project(hidden) for project in (layer.query, layer.key, layer.value)]
            context = attend(*made, heads=len(layer.heads), bias=own)
            hidden = layer.gather_norm(hidden + self.dropout(layer.gather(context)))
            wide = gelu(layer.widen(hidden))
            hidden = layer.norm(hidden + self.dropout(layer.narrow(wide)))
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


class TwoHeads(torch.nn.Module):
    """Pieces in; three stance logits a text and seven tag scores a piece out.

    Inputs are input_ids, segments, target_mask and perhaps attention_mask, each (batch, pieces).
    """

    def __init__(self, encoder: Encoder, *, dropout: float) -> None:
        super().__init__()
        size = encoder.config.hidden_size
        self.dropout = Dropout(dropout)
        self.dense = torch.nn.Linear(3 * size, size)
        self.out = torch.nn.Linear(size, 3)
        self.tagger = torch.nn.Linear(size, len(TAGS))
        self.crf = Crf()
        self.encoder = encoder

    def pool(
        self,
        hidden: torch.Tensor,
        segments: torch.Tensor,
        target_mask: torch.Tensor,
        attention_mask: torch.Tensor | None = None,
    ) -> torch.Tensor:
        """Return one vector a text: of the first piece, the sentence's and the target's mean."""
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
        return torch.tanh(self.dense(self.dropout(pooled)))

    def read_batch(self, batch: dict[str, torch.Tensor]) -> torch.Tensor:
        """Return the last hidden states (batch, pieces, size) of a padded batch."""
        names = ("input_ids", "segments", "target_mask", "attention_mask")
        with torch.autocast("cpu", torch.bfloat16, enabled=BFLOAT16):
            return self.encoder(*(batch[name] for name in names)).float()

    def score_texts(self, hidden: torch.Tensor, batch: dict[str, torch.Tensor]) -> torch.Tensor:
        """Return stance logits (batch, 3) of a padded batch."""
        return self.decide(self.pool_texts(hidden, batch))

    def pool_texts(self, hidden: torch.Tensor, batch: dict[str, torch.Tensor]) -> torch.Tensor:
        """Return one vector a text (batch, size) of a padded batch, on which stance is decided."""
        return self.pool(hidden, batch["segments"], batch["target_mask"], batch["attention_mask"])

    def decide(self, pooled: torch.Tensor) -> torch.Tensor:
        """Return stance logits (batch, 3)."""
        return self.out(self.dropout(pooled))

    def score_words(self, hidden: torch.Tensor, batch: dict[str, torch.Tensor]) -> torch.Tensor:
        """Return scores (batch, words, tags) of a padded batch of windows."""
        scores = self.score_tags(hidden)
        return scores.gather(1, batch["words"].unsqueeze(-1).expand(-1, -1, scores.shape[-1]))

    def score_tags(self, hidden: torch.Tensor) -> torch.Tensor:
        """Return scores (batch, pieces, tags)."""
        return self.tagger(self.dropout(hidden))
