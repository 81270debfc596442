"""The files of a model: find them, check them, open them, and run texts through them.

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
from pathlib import Path

import numpy as np
import onnxruntime
from tokenizers import Tokenizer

from encuadre.errors import EncuadreError

MODELS = Path(__file__).parents[2] / "models"
REACH = 12
"""Characters a token that are looked at beside a target: enough for any text of words."""

_FILES = ("model.onnx", "tokenizer.json")
_MARKERS = ("start", "end", "open", "close", "unknown")
_PROVIDERS = ("CUDAExecutionProvider", "CPUExecutionProvider")
_SLOWER = ["SkipLayerNormFusion"]
"""What ONNX Runtime would make of a graph that then takes a few percent longer on a processor."""
_EXPECTED = {
    int: "a whole number above 0",
    float: "a number above 0, with a point",
    str: "a text",
    list: "a list",
    dict: "an object",
}

Inputs = dict[str, np.ndarray]


def find_folder(name_or_path: str | Path) -> Path:
    """Return ``models/NAME``, else the folder of that path."""
    folders = {path.name: path for path in MODELS.glob("*") if path.is_dir()}
    if name_or_path in folders:
        return folders[name_or_path]
    if Path(name_or_path).is_dir():
        return Path(name_or_path)
    names = ", ".join(sorted(folders)) or "none present"
    raise EncuadreError(
        f"No model {str(name_or_path)!r}: neither a name ({names}) "
        "nor a folder. Give one of the names, or the path of a folder with model.onnx, "
        "tokenizer.json and model.json."
    )


def read_card(folder: Path, *, kinds: tuple[str, ...], needed: dict[str, type]) -> dict:
    """Return a folder's model.json, of one of `kinds` and with the fields that are `needed`.

    `identity` is added to it: the SHA-256 of the file, which holds those of the others.
    """
    path = folder / "model.json"
    try:
        content = path.read_bytes()
        card = json.loads(content)
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
    return card | {"identity": hashlib.sha256(content).hexdigest()}


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
        session = start_session(graph)
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


def start_session(weights: bytes | str) -> onnxruntime.InferenceSession:
    """Return a session for a graph or the path of one: one thread, GPU where there is one."""
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = 1
    options.inter_op_num_threads = 1
    options.enable_mem_pattern = False
    options.log_severity_level = 3
    offered = onnxruntime.get_available_providers()
    providers = [name for name in _PROVIDERS if name in offered]
    return onnxruntime.InferenceSession(
        weights, options, providers=providers, disabled_optimizers=_SLOWER
    )


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


def list_tokens(tokenizer: Tokenizer, text: str, *, whole: bool = False) -> list[int]:
    """Return token ids, with the marks of a whole text or without; lone surrogates become "?"."""
    return tokenizer.encode(text.encode("utf-8", "replace").decode(), add_special_tokens=whole).ids


def list_texts(texts: Iterable[str]) -> list[str]:
    """Return texts as a list; refuse one string alone and what is no string."""
    if isinstance(texts, str):
        raise EncuadreError("One string arrived; expected a sequence of texts. Put it in a list.")
    listed = list(texts)
    for index, text in enumerate(listed):
        if not isinstance(text, str):
            raise EncuadreError(
                f"Text {index} is {text!r}; expected a string. Drop or fill missing texts first."
            )
    return listed


def list_spans(texts: list[str], spans: Iterable[tuple[int, int]]) -> list[tuple[int, int]]:
    """Return spans as pairs of numbers; refuse those that do not fit their texts."""
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
