"""Stance by a model of the user's own: any Hugging Face sequence classifier exported to ONNX.

Expected is a folder with ``model.onnx``, ``tokenizer.json`` and ``config.json``, as
``optimum-cli export onnx --task text-classification`` writes it. Two kinds are read, told apart by
the labels in ``config.json``:

- three classes from unfavourable to favourable: the sentence and the target are given as a pair;
- natural language inference, used zero-shot: the sentence is the premise, and there is one
  hypothesis a stance; their entailment scores are compared (Yin, Hay and Roth 2019).
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import onnxruntime
from scipy.special import softmax
from tokenizers import Tokenizer

from encuadre.errors import EncuadreError
from encuadre.model_files import Inputs, list_spans, list_texts, run_each, start_session

LABELS = ("unfavourable", "neutral", "favourable")
HYPOTHESES = (
    "This text is critical of {}.",
    "This text takes no side on {}.",
    "This text is in favour of {}.",
)
"""For models of inference, in the order of `LABELS`."""

_NAMES = (
    {"unfavourable", "unfavorable", "negative", "neg", "against", "con", "oppose"},
    {"neutral", "neu", "none", "neither"},
    {"favourable", "favorable", "positive", "pos", "favour", "favor", "for", "pro", "support"},
)
_ENTAILMENT = "entailment"
_ACCEPTED = {"input_ids", "attention_mask", "token_type_ids"}
_MAX_TOKENS = 512
_REACH = 1000
"""Characters of a sentence that are read on either side of its target."""


@dataclass(frozen=True)
class SequenceClassifier:
    """Tells stance by a classifier of pairs of texts. Made by `open_classifier`."""

    name: str
    identity: str
    columns: tuple[int, ...]
    tokenizer: Tokenizer
    session: onnxruntime.InferenceSession

    @property
    def infers(self) -> bool:
        """Whether this is a model of inference, with one class that counts."""
        return len(self.columns) == 1

    def predict(self, texts: Iterable[str], spans: Iterable[tuple[int, int]]) -> np.ndarray:
        """Return the probability of each stance toward the target of each text.

        As `encuadre.stance_models.StanceModel.predict`; probabilities are those of the model, not
        calibrated.
        """
        read = list_texts(texts)
        marked = list_spans(read, spans)
        pairs = []
        for text, (start, end) in zip(read, marked, strict=True):
            target = text[start : min(end, start + _REACH)]
            sentence = text[max(0, start - _REACH) : end + _REACH]
            asked = [h.format(target) for h in HYPOTHESES] if self.infers else [target]
            pairs += [(sentence, each) for each in asked]
        names = {item.name for item in self.session.get_inputs()}

        def build(index: int) -> Inputs:
            one, two = (part.encode("utf-8", "replace").decode() for part in pairs[index])
            encoded = self.tokenizer.encode(one, two)
            rows = {
                "input_ids": encoded.ids,
                "attention_mask": encoded.attention_mask,
                "token_type_ids": encoded.type_ids,
            }
            return {
                name: np.array([row], dtype=np.int64) for name, row in rows.items() if name in names
            }

        logits = run_each(self.session, build, count=len(pairs))
        scores = np.array([row[list(self.columns)] for row in logits], dtype=np.float32)
        return softmax(scores.reshape(-1, 3), axis=1)


def open_classifier(folder: Path) -> SequenceClassifier:
    """Return the classifier in a folder.

    Raises
    ------
    EncuadreError
        Where a file is missing or cannot be read, the graph takes other inputs than `input_ids`,
        `attention_mask` and `token_type_ids`, or its classes are neither three stances nor those
        of inference.
    """
    content = {}
    for name in ("config.json", "tokenizer.json", "model.onnx"):
        if not (folder / name).is_file():
            raise EncuadreError(
                f"{folder / name} is missing; expected config.json, tokenizer.json and model.onnx "
                "together. Export the model with: optimum-cli export onnx --model NAME "
                "--task text-classification FOLDER"
            )
        content[name] = hashlib.sha256((folder / name).read_bytes()).hexdigest()
    try:
        config = json.loads((folder / "config.json").read_text(encoding="utf-8"))
        labels = {int(key): str(label) for key, label in dict(config["id2label"]).items()}
        longest = min(_MAX_TOKENS, int(config.get("max_position_embeddings", _MAX_TOKENS)))
    except (ValueError, TypeError, KeyError) as fault:
        raise EncuadreError(
            f"{folder / 'config.json'} does not tell the classes ({fault!r}); expected 'id2label' "
            "with one name a class, as Hugging Face models have it."
        ) from fault
    try:
        tokenizer = Tokenizer.from_file(str(folder / "tokenizer.json"))
        session = start_session(str(folder / "model.onnx"))
    except Exception as fault:
        raise EncuadreError(f"The model in {folder} cannot be read: {fault}") from fault
    found = {item.name for item in session.get_inputs()}
    if "input_ids" not in found or not found <= _ACCEPTED:
        raise EncuadreError(
            f"{folder / 'model.onnx'} takes the inputs {sorted(found)}; expected input_ids, with or "
            "without attention_mask and token_type_ids. Export it for text-classification."
        )
    columns = _pick_columns(folder, labels)
    width = session.get_outputs()[0].shape[-1]
    if isinstance(width, int) and width != len(labels):
        raise EncuadreError(
            f"{folder / 'model.onnx'} gives {width} scores a text; config.json names "
            f"{len(labels)} classes. Take both from the same model."
        )
    tokenizer.no_padding()
    tokenizer.enable_truncation(longest, strategy="only_first")
    identity = hashlib.sha256(repr(sorted(content.items())).encode()).hexdigest()
    return SequenceClassifier(
        name=folder.resolve().name,
        identity=identity,
        columns=columns,
        tokenizer=tokenizer,
        session=session,
    )


def _pick_columns(folder: Path, labels: dict[int, str]) -> tuple[int, ...]:
    """Return the places of the three stances, or of entailment alone."""
    places = {label.strip().lower(): place for place, label in labels.items()}
    if _ENTAILMENT in places:
        return (places[_ENTAILMENT],)
    found = [[place for label, place in places.items() if label in names] for names in _NAMES]
    if len(labels) != 3 or any(len(each) != 1 for each in found):
        raise EncuadreError(
            f"{folder / 'config.json'} names the classes {list(labels.values())}; expected three "
            "(such as negative, neutral, positive), or a model of inference with 'entailment'. "
            "Where the names are only numbers, write what they stand for under 'id2label'."
        )
    return tuple(each[0] for each in found)
