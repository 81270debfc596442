"""Write down all that the base model makes of what the small model learns from.

Run: python training/answers.py --data DIR --out FILE.pt [--model models/base]
The sets of `sets.list_student_sets`, PolNeAR train and articles without annotations. Of each target
the stance logits ("logits") and what the stance head makes of the text before it decides ("pooled"),
of each window the scores of its words' tags ("tags"), and how many articles there are ("articles").
Prints one JSON line.
"""

from __future__ import annotations

import argparse
import gzip
import json
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
import onnx
import torch
from batches import encode_examples, load_tokenizer, stack_windows
from joint import MARKERS
from onnxruntime import InferenceSession
from polnear import list_windows
from sets import OTHERS, TAGGED, UNLABELLED, list_student_documents, list_student_sets

from encuadre.model_files import Inputs, start_session

WORKERS = 2


def open_graph(folder: Path) -> InferenceSession:
    """Return a session whose outputs are stance, tags and what the stance head decides on."""
    with gzip.open(folder / "model.onnx.gz") as stream:
        model = onnx.load_from_string(stream.read())
    (pooled,) = (node.output[0] for node in model.graph.node if node.op_type == "Tanh")
    model.graph.output.append(onnx.ValueInfoProto(name=pooled))
    return start_session(model.SerializeToString())


def read_all(read: Callable[[int], object], count: int) -> list:
    """Return what `read` gives for each number below `count`."""
    with ThreadPoolExecutor(WORKERS) as pool:
        return list(pool.map(read, range(count)))


def read_texts(session: InferenceSession, rows: list[Inputs]) -> dict[str, torch.Tensor]:
    """Return logits (n, 3) and pooled vectors (n, size), in bfloat16, of texts."""
    wanted = ["stance", session.get_outputs()[2].name]
    found = read_all(lambda k: tuple(session.run(wanted, rows[k])), len(rows))
    logits, pooled = (
        torch.from_numpy(np.concatenate(arrays)) for arrays in zip(*found, strict=True)
    )
    return {"logits": logits, "pooled": pooled.bfloat16()}


def main() -> None:
    """Let the model read everything, and write."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--model", type=Path, default=Path("models/base"))
    parser.add_argument("--unlabelled", type=int, default=UNLABELLED, help="mentions in articles")
    parser.add_argument("--others", type=int, default=OTHERS, help="more mentions in NewsMTSC")
    parser.add_argument("--articles", type=int, default=TAGGED, help="to be tagged")
    options = parser.parse_args()
    began = time.monotonic()
    session, tokenizer = open_graph(options.model), load_tokenizer(options.model)
    sets = list_student_sets(options.data, unlabelled=options.unlabelled, others=options.others)
    stance = {
        name: read_texts(session, encode_examples(tokenizer, rows, markers=MARKERS))
        for name, rows in sets.items()
    }
    documents, articles = list_student_documents(options.data, articles=options.articles)
    marks = (MARKERS["start"], MARKERS["end"])
    windows = list_windows(tokenizer, [*documents, *articles], marks=marks)
    inputs = {each.name for each in session.get_inputs()}

    def tag(number: int) -> torch.Tensor:
        batch = stack_windows([windows[number]], padding=0)
        feed = {name: batch[name].numpy() for name in inputs}
        scores = session.run(["tags"], feed)[0][0]
        return torch.from_numpy(scores[windows[number].words])

    tags = read_all(tag, len(windows))
    answers = {"stance": stance, "tags": tags, "articles": len(articles)}
    torch.save(answers, options.out)
    counts = {name: len(rows) for name, rows in sets.items()} | {"windows": len(windows)}
    print(json.dumps(counts | {"seconds": round(time.monotonic() - began)}))


if __name__ == "__main__":
    main()
