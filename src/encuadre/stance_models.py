"""The stance models: sentences and their targets in, probabilities out."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import onnxruntime
from scipy.special import softmax
from tokenizers import Tokenizer

from encuadre.errors import EncuadreError
from encuadre.model_files import (
    MODELS,
    REACH,
    Inputs,
    check_markers,
    find_folder,
    list_spans,
    list_texts,
    list_tokens,
    open_files,
    read_card,
    run_each,
)
from encuadre.sequence_classifiers import LABELS, SequenceClassifier, open_classifier

_KIND = "joint"


@dataclass(frozen=True)
class StanceModel:
    """Tells the stance of a sentence toward a target in it. Made by `load_stance_model`."""

    name: str
    identity: str
    temperature: float
    max_tokens: int
    markers: Mapping[str, str]
    tokenizer: Tokenizer
    session: onnxruntime.InferenceSession

    def predict(self, texts: Iterable[str], spans: Iterable[tuple[int, int]]) -> np.ndarray:
        """Return the probability of each stance toward the target of each text.

        Parameters
        ----------
        texts : iterable of str
            Sentences; a long one is cut around its target.
        spans : iterable of (int, int)
            First character of the target in its text, and the character after its last.

        Returns
        -------
        numpy.ndarray
            float32, shape (texts, 3): unfavourable, neutral, favourable; each row sums to 1.

        Raises
        ------
        EncuadreError
            Where texts and spans differ in number, or a span lies outside its text.
        """
        read = list_texts(texts)
        marked = list_spans(read, spans)

        def build(index: int) -> Inputs:
            return encode_target(
                self.tokenizer,
                read[index],
                marked[index],
                markers=self.markers,
                max_tokens=self.max_tokens,
            )

        logits = run_each(self.session, build, count=len(read))
        scaled = np.array(logits, dtype=np.float32).reshape(-1, 3) / np.float32(self.temperature)
        return softmax(scaled, axis=1)


def list_stance_models() -> list[str]:
    """Return the names of the stance models under ``models/``."""
    cards = {
        path.parent.name: json.loads(path.read_bytes()) for path in MODELS.glob("*/model.json")
    }
    return sorted(name for name, card in cards.items() if card["kind"] == _KIND)


def describe_training(name: str) -> str:
    """Return what a model under ``models/`` was trained on; "" for any other."""
    card = MODELS / name / "model.json"
    return json.loads(card.read_bytes())["trained_on"] if card.is_file() else ""


def load_stance_model(name_or_path: str | Path = "base") -> StanceModel | SequenceClassifier:
    """Return the stance model in ``models/NAME`` or a folder.

    Parameters
    ----------
    name_or_path : str or Path
        ``"small"``, ``"base"``, or the path of a folder: with ``model.onnx``, ``tokenizer.json``
        and ``model.json`` as those have, or with ``config.json`` in its place
        (`encuadre.sequence_classifiers`).

    Raises
    ------
    EncuadreError
        Where the folder or a file is missing, a hash is wrong, or the model is of another kind.
    """
    folder = find_folder(name_or_path)
    if (folder / "config.json").is_file() and not (folder / "model.json").exists():
        return open_classifier(folder)
    needed = {"max_tokens": int, "temperature": float, "labels": list, "markers": dict}
    card = read_card(folder, kinds=(_KIND,), needed=needed)
    if tuple(card["labels"]) != LABELS:
        raise EncuadreError(
            f"{folder / 'model.json'} gives the labels {card['labels']}; expected {list(LABELS)}, "
            "in this order. Export the model with its classes in this order."
        )
    session, tokenizer = open_files(folder, card, inputs={"input_ids", "segments", "target_mask"})
    check_markers(folder, card, tokenizer)
    return StanceModel(
        name=card["name"],
        identity=card["identity"],
        temperature=card["temperature"],
        max_tokens=card["max_tokens"],
        markers=card["markers"],
        tokenizer=tokenizer,
        session=session,
    )


def encode_target(
    tokenizer: Tokenizer,
    text: str,
    span: tuple[int, int],
    *,
    markers: Mapping[str, str],
    max_tokens: int,
) -> Inputs:
    """Return a sentence and its marked target as model inputs, cut around the target.

    The tokens are ``start left open target close right end target end``. The longer side gives way
    first, so that a target at either end of a long sentence keeps as much context as fits.

    Parameters
    ----------
    tokenizer : Tokenizer
        Without padding and truncation.
    text : str
        The sentence.
    span : tuple of int
        Characters of the target in `text`, end exclusive.
    markers : mapping
        The tokens to put for ``start``, ``end``, ``open``, ``close`` and ``unknown``.
    max_tokens : int
        The most tokens to return.

    Returns
    -------
    dict of numpy.ndarray
        ``input_ids``, ``segments`` (0 sentence, 1 repeated target) and ``target_mask``, int64,
        each of shape (1, tokens).
    """
    start, end = span
    reach = REACH * max_tokens
    marker = {role: tokenizer.token_to_id(token) for role, token in markers.items()}
    target = list_tokens(tokenizer, text[start : min(end, start + reach)])
    target = target[: (max_tokens - 5) // 4] or [marker["unknown"]]
    left = list_tokens(tokenizer, text[max(0, start - reach) : start])
    right = list_tokens(tokenizer, text[end : end + reach])
    room = max_tokens - 5 - 2 * len(target)
    kept = min(len(left), max(room // 2, room - len(right)))
    left, right = left[len(left) - kept :], right[: room - kept]
    before = [marker["start"], *left, marker["open"]]
    after = [marker["close"], *right, marker["end"]]
    again = [*target, marker["end"]]
    rows = {
        "input_ids": [*before, *target, *after, *again],
        "segments": [0] * len([*before, *target, *after]) + [1] * len(again),
        "target_mask": [0] * len(before) + [1] * len(target) + [0] * len([*after, *again]),
    }
    return {name: np.array([row], dtype=np.int64) for name, row in rows.items()}
