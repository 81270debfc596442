"""Load the language models and run them: texts in, arrays out.

Each text runs alone and on one thread; several texts run side by side. The int8 graphs measure the
range of activations over the whole batch, so a text that shared its batch (or its padding) with
others would get another result. Running alone makes every result a function of its own text only:
independent of order, batch and number of cores.
"""

from __future__ import annotations

import gzip
import hashlib
import json
import os
from collections.abc import Callable, Iterable, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import onnxruntime
from tokenizers import Tokenizer

from encuadre.errors import EncuadreError

MODELS = Path(__file__).parents[2] / "models"
LABELS = ("unfavourable", "neutral", "favourable")

_FILES = ("model.onnx", "tokenizer.json")
_MARKERS = ("start", "end", "open", "close", "unknown")
_PROVIDERS = ("CUDAExecutionProvider", "CPUExecutionProvider")
_EXPECTED = {
    int: "a whole number above 0",
    float: "a number above 0, with a point",
    str: "a text",
    list: "a list",
    dict: "an object",
}
_REACH = 12
"""Characters a token that are looked at beside a target: enough for any text of words."""

Inputs = dict[str, np.ndarray]


@dataclass(frozen=True)
class Encoder:
    """Turns texts into vectors. Made by `load_encoder`."""

    name: str
    dimensions: int
    max_tokens: int
    tokenizer: Tokenizer
    session: onnxruntime.InferenceSession

    def embed(self, texts: Iterable[str]) -> np.ndarray:
        """Return one vector a text.

        Parameters
        ----------
        texts : iterable of str
            What lies beyond `max_tokens` tokens of a text is not read.

        Returns
        -------
        numpy.ndarray
            float32, shape (texts, dimensions), each row of unit length.

        Raises
        ------
        EncuadreError
            Where `texts` is one string, or holds something else than strings.
        """
        read = _list_texts(texts)

        def build(index: int) -> Inputs:
            text = read[index][: self.max_tokens * _REACH]
            tokens = _list_tokens(self.tokenizer, text, whole=True)
            if len(tokens) > self.max_tokens:
                tokens = [*tokens[: self.max_tokens - 1], tokens[-1]]
            return {"input_ids": np.array([tokens], dtype=np.int64)}

        vectors = run_each(self.session, build, count=len(read))
        return np.array(vectors, dtype=np.float32).reshape(-1, self.dimensions)


@dataclass(frozen=True)
class StanceModel:
    """Tells the stance of a sentence toward a target in it. Made by `load_stance_model`."""

    name: str
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
        read = _list_texts(texts)
        marked = _list_spans(read, spans)

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
        powers = np.exp(scaled - scaled.max(axis=1, keepdims=True))
        return powers / powers.sum(axis=1, keepdims=True)


def load_encoder(name_or_path: str | Path = "sentence-encoder") -> Encoder:
    """Return the sentence encoder in ``models/NAME`` or in a folder.

    Parameters
    ----------
    name_or_path : str or Path
        A folder's name under ``models/``, or the path of any folder with ``model.onnx``,
        ``tokenizer.json`` and ``model.json``.

    Raises
    ------
    EncuadreError
        Where the folder or a file is missing, a hash is wrong, or the model is of another kind.
    """
    folder = find_folder(name_or_path, prefix="")
    card = read_card(folder, kinds=("encoder",), needed={"max_tokens": int, "dimensions": int})
    session, tokenizer = open_files(folder, card, inputs={"input_ids"})
    return Encoder(card["name"], card["dimensions"], card["max_tokens"], tokenizer, session)


def load_stance_model(name_or_path: str | Path = "small") -> StanceModel:
    """Return the stance model in ``models/stance-NAME``, ``models/NAME`` or a folder.

    Parameters
    ----------
    name_or_path : str or Path
        ``"small"``, ``"base"``, or the path of any folder with ``model.onnx``,
        ``tokenizer.json`` and ``model.json``.

    Raises
    ------
    EncuadreError
        Where the folder or a file is missing, a hash is wrong, or the model is of another kind.
    """
    folder = find_folder(name_or_path, prefix="stance-")
    needed = {"max_tokens": int, "temperature": float, "labels": list, "markers": dict}
    card = read_card(folder, kinds=("stance", "joint"), needed=needed)
    if tuple(card["labels"]) != LABELS:
        raise EncuadreError(
            f"{folder / 'model.json'} gives the labels {card['labels']}; expected {list(LABELS)}, "
            "in this order. Export the model with its classes in this order."
        )
    session, tokenizer = open_files(folder, card, inputs={"input_ids", "segments", "target_mask"})
    check_markers(folder, card, tokenizer)
    return StanceModel(
        card["name"],
        card["temperature"],
        card["max_tokens"],
        card["markers"],
        tokenizer,
        session,
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
    reach = _REACH * max_tokens
    marker = {role: tokenizer.token_to_id(token) for role, token in markers.items()}
    target = _list_tokens(tokenizer, text[start : min(end, start + reach)])
    target = target[: (max_tokens - 5) // 4] or [marker["unknown"]]
    left = _list_tokens(tokenizer, text[max(0, start - reach) : start])
    right = _list_tokens(tokenizer, text[end : end + reach])
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


def _list_tokens(tokenizer: Tokenizer, text: str, *, whole: bool = False) -> list[int]:
    """Return token ids, with the marks of a whole text or without; lone surrogates become "?"."""
    return tokenizer.encode(text.encode("utf-8", "replace").decode(), add_special_tokens=whole).ids


def run_each(
    session: onnxruntime.InferenceSession,
    build: Callable[[int], Inputs],
    *,
    count: int,
    output: int = 0,
) -> list[np.ndarray]:
    """Return one output of `session` for each of `count` inputs, each run alone.

    `build` makes the inputs of one text; `output` is an output's place in the graph. The axis of
    the batch is dropped.
    """
    results: list[np.ndarray] = [np.empty(0)] * count
    wanted = [session.get_outputs()[output].name]
    workers = min(os.cpu_count() or 1, max(count, 1))

    def work(first: int) -> None:
        for index in range(first, count, workers):
            results[index] = np.asarray(session.run(wanted, build(index))[0])[0]

    if workers == 1:
        work(0)
    else:
        with ThreadPoolExecutor(workers) as pool:
            list(pool.map(work, range(workers)))
    return results


def _list_texts(texts: Iterable[str]) -> list[str]:
    if isinstance(texts, str):
        raise EncuadreError("One string arrived; expected a sequence of texts. Put it in a list.")
    listed = list(texts)
    for index, text in enumerate(listed):
        if not isinstance(text, str):
            raise EncuadreError(
                f"Text {index} is {text!r}; expected a string. Drop or fill missing texts first."
            )
    return listed


def _list_spans(texts: list[str], spans: Iterable[tuple[int, int]]) -> list[tuple[int, int]]:
    listed = [(int(start), int(end)) for start, end in spans]
    if len(texts) != len(listed):
        raise EncuadreError(
            f"{len(texts)} texts and {len(listed)} spans arrived; expected one span a text."
        )
    for index, (text, (start, end)) in enumerate(zip(texts, listed, strict=True)):
        if not 0 <= start < end <= len(text):
            raise EncuadreError(
                f"Span {index} is {start} to {end}; expected characters inside its text, which has "
                f"{len(text)}. Spans count from the start of the sentence, not of the file."
            )
    return listed


def find_folder(name_or_path: str | Path, *, prefix: str) -> Path:
    """Return ``models/PREFIX+NAME``, else ``models/NAME``, else the folder of that path."""
    folders = {path.name: path for path in MODELS.glob("*") if path.is_dir()}
    for name in (f"{prefix}{name_or_path}", name_or_path):
        if name in folders:
            return folders[name]
    if Path(name_or_path).is_dir():
        return Path(name_or_path)
    present = sorted(name.removeprefix(prefix) for name in folders)
    raise EncuadreError(
        f"No model {str(name_or_path)!r}: neither a name ({', '.join(present) or 'none present'}) "
        "nor a folder. Give one of the names, or the path of a folder with model.onnx, "
        "tokenizer.json and model.json."
    )


def read_card(folder: Path, *, kinds: tuple[str, ...], needed: dict[str, type]) -> dict:
    """Return a folder's model.json, of one of `kinds` and with the fields that are `needed`."""
    path = folder / "model.json"
    try:
        card = json.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        raise EncuadreError(
            f"{path} is missing; expected it beside {' and '.join(_FILES)}. Export the model again."
        ) from None
    except ValueError as fault:
        raise EncuadreError(f"{path} is not JSON ({fault}). Export the model again.") from fault
    if not isinstance(card, dict) or card.get("kind") not in kinds:
        found = card.get("kind") if isinstance(card, dict) else card
        raise EncuadreError(
            f"{path} describes a model of kind {found!r}; expected "
            f"{' or '.join(map(repr, kinds))}. Give another folder."
        )
    for field, expected in {**needed, "name": str, "files": dict}.items():
        value = card.get(field)
        if not isinstance(value, expected) or (isinstance(value, int | float) and value <= 0):
            raise EncuadreError(
                f"{path} gives {value!r} for {field!r}; expected {_EXPECTED[expected]}. "
                "Correct it there."
            )
    return card


def check_markers(folder: Path, card: Mapping, tokenizer: Tokenizer) -> None:
    """Refuse markers that the tokenizer does not hold."""
    for role in _MARKERS:
        token = card["markers"].get(role)
        if not isinstance(token, str) or tokenizer.token_to_id(token) is None:
            raise EncuadreError(
                f"{folder / 'model.json'} gives {token!r} as the marker {role!r}; expected a token "
                "that tokenizer.json holds. Name one under 'markers'."
            )


def open_files(
    folder: Path, card: Mapping, *, inputs: set[str]
) -> tuple[onnxruntime.InferenceSession, Tokenizer]:
    """Return the session and the tokenizer of files whose hashes are as recorded."""
    content = {}
    packed = f"{_FILES[0]}.gz" in card["files"]
    weights = f"{_FILES[0]}.gz" if packed else _FILES[0]
    for name in (weights, _FILES[1]):
        path = folder / name
        if not path.is_file():
            raise EncuadreError(f"{path} is missing. Restore it, or export the model again.")
        content[name] = path.read_bytes()
        arrived = hashlib.sha256(content[name]).hexdigest()
        if arrived != card["files"].get(name):
            raise EncuadreError(
                f"{path} has the SHA-256 {arrived}; model.json expects {card['files'].get(name)}. "
                "The file was changed or cut short: restore it, or export the model again."
            )
    try:
        tokenizer = Tokenizer.from_buffer(content["tokenizer.json"])
        graph = gzip.decompress(content[weights]) if packed else content[weights]
        session = _start_session(graph)
    except Exception as fault:
        raise EncuadreError(f"The model in {folder} cannot be read: {fault}") from fault
    found = {item.name for item in session.get_inputs()}
    if found != inputs:
        raise EncuadreError(
            f"{folder / weights} takes the inputs {sorted(found)}; expected {sorted(inputs)}. "
            "Export the model as training/README.md shows."
        )
    tokenizer.no_padding()
    tokenizer.no_truncation()
    return session, tokenizer


def _start_session(weights: bytes) -> onnxruntime.InferenceSession:
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = 1
    options.inter_op_num_threads = 1
    options.enable_mem_pattern = False
    options.log_severity_level = 3
    offered = onnxruntime.get_available_providers()
    providers = [name for name in _PROVIDERS if name in offered]
    return onnxruntime.InferenceSession(weights, options, providers=providers)
