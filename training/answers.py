"""Write down all that the base model makes of what the small model learns from.

Run: python training/answers.py --data DIR --out FILE.pt [--model models/base] [--add FILE.pt]
The sets of `sets.list_student_sets`, PolNeAR train and articles without annotations, and of
`sets.list_candidates` those that the small model should learn from ("doubtful"). Of each target the
stance logits ("logits") and what the stance head makes of the text before it decides ("pooled"), of
the doubtful ones also their numbers among the candidates ("places") and the last hidden states of
their pieces ("hidden"); of each window the scores of its words' tags ("tags"), and how many articles
there are ("articles"). `--add` goes on from answers written before: only doubtful mentions that they do
not hold are read, and stand behind theirs. Prints one JSON line.
"""

from __future__ import annotations

import argparse
import gzip
import json
import time
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
import onnx
import torch
from batches import encode_examples, load_tokenizer, stack_windows
from joint import MARKERS
from newsmtsc import Example
from onnxruntime import InferenceSession
from polnear import Window, list_windows
from sets import OTHERS, TAGGED, list_candidates, list_student_documents, list_student_sets
from tokenizers import Tokenizer

from encuadre.model_files import Inputs, start_session
from encuadre.stance_models import LABELS, load_stance_model

WORKERS = 2
DOUBTFUL = 50_000
SEED = 1


def open_graph(folder: Path) -> InferenceSession:
    """Return a session with two outputs more: what the stance head decides on, and hidden states."""
    with gzip.open(folder / "model.onnx.gz") as stream:
        model = onnx.load_from_string(stream.read())
    for kind in ("Tanh", "LayerNormalization"):
        last = [node.output[0] for node in model.graph.node if node.op_type == kind][-1]
        model.graph.output.append(onnx.ValueInfoProto(name=last))
    return start_session(model.SerializeToString())


def choose_doubtful(texts: Sequence[str], neutral: np.ndarray, *, count: int) -> list[int]:
    """Return the places of `count` mentions, shuffled.

    `neutral` (n) is the small model's probability. Three quarters are in the sentences with the least
    neutral mentions, together with the other mentions there, so that the model learns to keep targets
    apart. The rest are drawn by chance, so that what it takes to be neutral is seen too.
    """
    least: dict[str, float] = {}
    for text, chance in zip(texts, neutral.tolist(), strict=True):
        least[text] = min(chance, least.get(text, 1.0))
    order = np.array(sorted(range(len(texts)), key=lambda k: (least[texts[k]], texts[k], k)))
    sure = 3 * count // 4
    generator = np.random.default_rng(SEED)
    rest = generator.permutation(order[sure:])[: count - sure]
    return generator.permutation(np.concatenate([order[:sure], rest])).tolist()


def read_all(read: Callable[[int], object], count: int) -> list:
    """Return what `read` gives for each number below `count`."""
    with ThreadPoolExecutor(WORKERS) as pool:
        return list(pool.map(read, range(count)))


def read_texts(
    session: InferenceSession, rows: list[Inputs], *, whole: bool = False
) -> dict[str, torch.Tensor]:
    """Return logits (n, 3) and pooled vectors (n, size) of texts, the latter in bfloat16.

    Where they are read `whole`, also the hidden states of all their pieces, one text after the other
    (pieces, size).
    """
    names = {"logits": "stance", "pooled": session.get_outputs()[2].name}
    if whole:
        names["hidden"] = session.get_outputs()[3].name

    def read(number: int) -> list[torch.Tensor]:
        logits, *others = session.run(list(names.values()), rows[number])
        return [torch.from_numpy(logits), *(torch.from_numpy(x).bfloat16() for x in others)]

    found = dict(zip(names, zip(*read_all(read, len(rows)), strict=True), strict=True))
    if whole:
        found["hidden"] = [states[0] for states in found["hidden"]]
    return {name: torch.cat(list(tensors)) for name, tensors in found.items()}


def read_doubtful(
    session: InferenceSession,
    tokenizer: Tokenizer,
    candidates: Sequence[Example],
    *,
    small: str,
    count: int,
    known: Sequence[int],
) -> dict[str, torch.Tensor]:
    """Return what the base model makes of `count` of the candidates, none at the places `known`."""
    new = sorted(set(range(len(candidates))) - set(known))
    texts = [candidates[k].text for k in new]
    spans = [(candidates[k].start, candidates[k].end) for k in new]
    neutral = load_stance_model(small).predict(texts, spans)[:, LABELS.index("neutral")]
    places = [new[k] for k in choose_doubtful(texts, neutral, count=count)]
    chosen = encode_examples(tokenizer, [candidates[k] for k in places], markers=MARKERS)
    return read_texts(session, chosen, whole=True) | {"places": torch.tensor(places)}


def read_tags(session: InferenceSession, windows: Sequence[Window]) -> list[torch.Tensor]:
    """Return the scores of the tags of each window's words."""
    inputs = {each.name for each in session.get_inputs()}

    def read(number: int) -> torch.Tensor:
        batch = stack_windows([windows[number]], padding=0)
        feed = {name: batch[name].numpy() for name in inputs}
        scores = session.run(["tags"], feed)[0][0]
        return torch.from_numpy(scores[windows[number].words])

    return read_all(read, len(windows))


def main() -> None:
    """Let the model read everything, and write."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--model", type=Path, default=Path("models/base"))
    parser.add_argument("--doubtful", type=int, default=DOUBTFUL, help="mentions in articles")
    parser.add_argument("--small", default="small", help="the model that finds those")
    parser.add_argument("--others", type=int, default=OTHERS, help="more mentions in NewsMTSC")
    parser.add_argument("--articles", type=int, default=TAGGED, help="to be tagged")
    parser.add_argument("--add", type=Path, help="answers to go on from")
    options = parser.parse_args()
    began = time.monotonic()
    session, tokenizer = open_graph(options.model), load_tokenizer(options.model)
    if options.add:
        answers = torch.load(options.add, weights_only=True, mmap=True)
    else:
        sets = list_student_sets(options.data, others=options.others)
        documents, articles = list_student_documents(options.data, articles=options.articles)
        marks = (MARKERS["start"], MARKERS["end"])
        answers = {
            "stance": {
                name: read_texts(session, encode_examples(tokenizer, rows, markers=MARKERS))
                for name, rows in sets.items()
            },
            "tags": read_tags(
                session, list_windows(tokenizer, [*documents, *articles], marks=marks)
            ),
            "articles": len(articles),
        }
    former = answers["stance"].get("doubtful", {})
    found = read_doubtful(
        session,
        tokenizer,
        list_candidates(options.data),
        small=options.small,
        count=options.doubtful,
        known=former["places"].tolist() if former else [],
    )
    answers["stance"]["doubtful"] = {
        name: torch.cat([former[name], rows]) if former else rows for name, rows in found.items()
    }
    torch.save(answers, options.out)
    counts = {name: len(rows["logits"]) for name, rows in answers["stance"].items()}
    counts["windows"] = len(answers["tags"])
    print(json.dumps(counts | {"seconds": round(time.monotonic() - began)}))


if __name__ == "__main__":
    main()
