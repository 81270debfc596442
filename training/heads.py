"""An encoder with two heads, stance and who says what, and the attention of its layers."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import torch

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
    hidden: torch.Tensor,
    projections: Sequence[torch.nn.Module],
    *,
    heads: int,
    bias: torch.Tensor | None,
) -> torch.Tensor:
    """Return what each piece gathers (batch, pieces, heads' sizes), before the output projection.

    `projections` make queries, keys and values of `heads`; `bias` is added to the scores (batch,
    heads, pieces, pieces) before their softmax, which is in fp32.
    """
    count, width, _ = hidden.shape
    q, k, v = (
        project(hidden).view(count, width, heads, -1).transpose(1, 2) for project in projections
    )
    scores = (q @ k.transpose(-1, -2)).float() * q.shape[-1] ** -0.5
    if bias is not None:
        scores = scores + bias
    context = torch.softmax(scores, dim=-1).to(v.dtype) @ v
    return context.transpose(1, 2).reshape(count, width, -1)


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

    The encoder gets input_ids, segments, target_mask and perhaps attention_mask, each (batch, pieces),
    and returns its last hidden states (batch, pieces, size).
    """

    def __init__(self, encoder: torch.nn.Module, *, dropout: float) -> None:
        super().__init__()
        size = encoder.config.hidden_size
        self.dropout = Dropout(dropout)
        self.dense = torch.nn.Linear(3 * size, size)
        self.out = torch.nn.Linear(size, 3)
        self.tagger = torch.nn.Linear(size, len(TAGS))
        self.crf = Crf()
        self.encoder = encoder

    def forward(
        self, input_ids: torch.Tensor, segments: torch.Tensor, target_mask: torch.Tensor
    ) -> tuple[torch.Tensor, torch.Tensor]:
        """Return both heads' scores, as the exported graph does: texts of one length, no padding."""
        hidden = self.encoder(input_ids, segments, target_mask)
        return self.decide(self.pool(hidden, segments, target_mask)), self.score_tags(hidden)

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
