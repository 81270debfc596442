"""The sentence encoder: texts in, vectors out."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import onnxruntime
from tokenizers import Tokenizer

from encuadre.model_files import (
    REACH,
    Inputs,
    find_folder,
    list_texts,
    list_tokens,
    open_files,
    read_card,
    run_each,
)


@dataclass(frozen=True)
class Encoder:
    """Turns texts into vectors. Made by `load_encoder`."""

    name: str
    identity: str
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
        read = list_texts(texts)

        def build(index: int) -> Inputs:
            text = read[index][: self.max_tokens * REACH]
            tokens = list_tokens(self.tokenizer, text, whole=True)
            if len(tokens) > self.max_tokens:
                tokens = [*tokens[: self.max_tokens - 1], tokens[-1]]
            return {"input_ids": np.array([tokens], dtype=np.int64)}

        vectors = run_each(self.session, build, count=len(read))
        return np.array(vectors, dtype=np.float32).reshape(-1, self.dimensions)


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
    folder = find_folder(name_or_path)
    card = read_card(folder, kinds=("encoder",), needed={"max_tokens": int, "dimensions": int})
    session, tokenizer = open_files(folder, card, inputs={"input_ids"})
    return Encoder(
        name=card["name"],
        identity=card["identity"],
        dimensions=card["dimensions"],
        max_tokens=card["max_tokens"],
        tokenizer=tokenizer,
        session=session,
    )
