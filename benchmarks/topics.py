"""Topics of news texts, against the labels and the word statistics of BBC News, with peers.

Run: python benchmarks/topics.py --data DIR [--peers PYTHON] [--vectors DIR]
`--data` holds octis_bbc_news/ (2,225 lemmatised articles, five labels). `--peers` is the
interpreter of an environment of its own with `pip install bertopic turftopic`; without it the peers
are left out. `--vectors` is a folder where the vectors of the texts are kept for the next run.
Prints one JSON line.

All ways get the same texts and, where they need vectors, the same ones: those of this package’s
sentence encoder on the lemmatised text. At K = 10, 20, 30, 40 and 50, as in the paper on BERTopic
(Grootendorst 2022), the means of: `npmi` over the ten heaviest words, from boolean windows of ten
words, which OCTIS takes from gensim (whose own sliding count forgets a word while a second copy is
still in the window, and comes out up to .01 apart); `npmi_documents`, the same from whole documents;
`diversity`, the share of different words among the ten heaviest (`diversity_25`: among the 25 that
OCTIS takes by default). At K = 5, `ami` between the leading topic and the label.
`stability`: ten runs at K = 10, each with its own seed and its own random 80% of the texts; mean
agreement of all pairs (average Jaccard of the ten heaviest words, best matching of topics).
`seconds` and `cpu_seconds` are medians of these ten runs, vectors not counted; on a busy machine
compare the second.

The default, `blend`, was chosen by these numbers and by the default study, out of some twenty ways to
weigh words: its scores here are those of a tuned method.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterable, Sequence
from itertools import combinations
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from scipy.sparse import csr_matrix
from sklearn.feature_extraction.text import CountVectorizer
from sklearn.metrics import adjusted_mutual_info_score

from encuadre.encoders import load_encoder
from encuadre.topic_choice import compare_topics
from encuadre.topics import measure_topics
from encuadre.vocabulary import MODELS, weigh_words

LABELLED = 5
COUNTS = (10, 20, 30, 40, 50)
RUNS = 10
LEFT_IN = 0.8
WINDOW = 10
TOP = 10
MOST = 25

Run = dict[str, Any]
"""What one run gives: its words by topic, the topic of each text, the time that it took."""


def read_texts(folder: Path) -> tuple[list[str], list[str]]:
    """Return the lemmatised texts and their labels."""
    lines = (folder / "octis_bbc_news" / "corpus.tsv").read_text(encoding="utf-8").splitlines()
    rows = [line.split("\t") for line in lines if line]
    return [row[0] for row in rows], [row[2] for row in rows]


def embed_once(texts: Sequence[str], folder: Path) -> dict[str, np.ndarray]:
    """Return a vector for every text and every word, kept in a folder."""
    path = folder / "octis.npz"
    words = (
        CountVectorizer(token_pattern=r"\S+", lowercase=False).fit(texts).get_feature_names_out()
    )
    keys = list(dict.fromkeys([*texts, *words.tolist()]))
    if path.exists() and len(kept := np.load(path)["vectors"]) == len(keys):
        return dict(zip(keys, kept, strict=True))
    vectors = load_encoder().embed(keys)
    np.savez(path, vectors=vectors)
    return dict(zip(keys, vectors, strict=True))


def run_own(
    model: str, texts: Sequence[str], embed: Callable, *, count: int, seed: int, words: int = MOST
) -> Run:
    """Find topics as the report does; each text is an article of one paragraph and one sentence."""
    began, used = time.perf_counter(), time.process_time()
    ids = [f"t{n}" for n in range(len(texts))]
    sentences = pd.DataFrame(
        {"sentence_id": ids, "article_id": ids, "paragraph": 0, "segment": "body", "text": texts}
    )
    weighed = weigh_words(sentences, shaping=ids, model=model, embed=embed)
    topics, tops = measure_topics(sentences, weighed, count=count, seed=seed, words=words)
    spent = {"seconds": time.perf_counter() - began, "cpu": time.process_time() - used}
    leading = topics["weight"].to_numpy().reshape(len(texts), count).argmax(axis=1)
    listed = tops.groupby("topic")["word"].apply(list).tolist()
    return {"words": listed, "topics": leading.tolist(), **spent}


def plan_runs(total: int) -> list[dict[str, Any]]:
    """Return the runs that every way makes on the lemmatised text: count, seed, places of the texts."""
    whole = [{"count": k, "seed": 0, "places": list(range(total))} for k in (LABELLED, *COUNTS)]
    samples = []
    for seed in range(RUNS):
        drawn = np.random.default_rng(seed).choice(total, int(LEFT_IN * total), replace=False)
        samples.append({"count": COUNTS[0], "seed": seed, "places": sorted(drawn.tolist())})
    return whole + samples


def count_together(texts: Iterable[str], words: Sequence[str], window: int = 0) -> np.ndarray:
    """Return in which share of the windows (or texts, if 0) words stand together, pair by pair.

    Texts without any of the words are not counted, as in gensim.
    """
    place = {w: i for i, w in enumerate(words)}
    rows, columns, n = [], [], 0
    for text in texts:
        tokens = [place.get(w, -1) for w in text.split()]
        if max(tokens, default=-1) < 0:
            continue
        size = window or max(len(tokens), 1)
        for start in range(max(1, len(tokens) - size + 1)):
            found = set(tokens[start : start + size]) - {-1}
            rows += [n] * len(found)
            columns += found
            n += 1
    present = csr_matrix((np.ones(len(rows)), (rows, columns)), shape=(n, len(words)))
    return (present.T @ present).toarray() / n


def score_npmi(tops: Sequence[Sequence[str]], texts: Sequence[str], *, window: int = 0) -> float:
    """Return the mean normalised pointwise mutual information of the pairs of top words."""
    words = sorted({w for top in tops for w in top})
    together = count_together(texts, words, window) + 1e-12
    place = {w: i for i, w in enumerate(words)}
    means = []
    for top in tops:
        pairs = [(place[a], place[b]) for a, b in combinations(top, 2)]
        joint = np.array([together[p] for p in pairs])
        alone = np.array([together[i, i] * together[j, j] for i, j in pairs])
        means.append(float(np.mean(np.log(joint / alone) / -np.log(joint))))
    return float(np.mean(means))


def score_diversity(tops: Sequence[Sequence[str]]) -> float:
    """Return the share of different words among all top words."""
    return len({w for top in tops for w in top}) / sum(len(top) for top in tops)


def score_stability(runs: Sequence[Run]) -> float:
    """Return the mean agreement of the words of all pairs of runs."""
    place: dict[str, int] = {}
    ranked = [
        np.array([[place.setdefault(w, len(place)) for w in top[:TOP]] for top in run["words"]])
        for run in runs
    ]
    scores = [compare_topics(a, b).sum() / max(len(a), len(b)) for a, b in combinations(ranked, 2)]
    return float(np.mean(scores))


def score_runs(runs: Sequence[Run], texts: list[str], labels: list[str]) -> dict[str, Any]:
    """Return all scores of one way from its runs, in the order of `plan_runs`."""
    few, whole, samples = runs[0], runs[1 : 1 + len(COUNTS)], runs[1 + len(COUNTS) :]
    tops = [[top[:TOP] for top in run["words"]] for run in whole]
    scores = {
        "npmi": np.mean([score_npmi(t, texts, window=WINDOW) for t in tops]),
        "npmi_documents": np.mean([score_npmi(t, texts) for t in tops]),
        "diversity": np.mean([score_diversity(t) for t in tops]),
        "diversity_25": np.mean([score_diversity(run["words"]) for run in whole]),
        "ami": adjusted_mutual_info_score(labels, few["topics"]),
        "stability": score_stability(samples),
        "seconds": np.median([run["seconds"] for run in samples]),
        "cpu_seconds": np.median([run["cpu"] for run in samples]),
        "topics_found": [len(run["words"]) for run in (few, *whole)],
    }
    return {k: v if k == "topics_found" else round(float(v), 3) for k, v in scores.items()}


def run_peers(python: Path, jobs: dict[str, Any], vectors: dict[str, np.ndarray]) -> dict:
    """Run the peers in their own environment on the same work; return their runs by name."""
    with tempfile.TemporaryDirectory() as folder:
        work, found = Path(folder, "work.json"), Path(folder, "runs.json")
        keys = list(vectors)
        np.save(Path(folder, "vectors.npy"), np.stack([vectors[k] for k in keys]))
        work.write_text(json.dumps(jobs | {"keys": keys}), encoding="utf-8")
        script = Path(__file__).with_name("topics_peers.py")
        subprocess.run(
            [str(python), str(script), str(work), str(found)], check=True, stdout=sys.stderr
        )
        return json.loads(found.read_text(encoding="utf-8"))


def main() -> None:
    """Find topics in each way, score and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--peers", type=Path, help="interpreter with bertopic and turftopic")
    parser.add_argument("--vectors", type=Path, help="folder to keep vectors in")
    parser.add_argument("--models", default=",".join(MODELS))
    options = parser.parse_args()
    texts, labels = read_texts(options.data)
    with tempfile.TemporaryDirectory() as folder:
        place = options.vectors or Path(folder)
        vectors = embed_once(texts, place)

    def embed(asked: Sequence[str]) -> np.ndarray:
        return np.stack([vectors[text] for text in asked])

    jobs = plan_runs(len(texts))
    scores = {}
    for model in options.models.split(","):
        runs = [
            run_own(model, [texts[i] for i in j["places"]], embed, count=j["count"], seed=j["seed"])
            for j in jobs
        ]
        scores[model] = score_runs(runs, texts, labels)
        print(model, scores[model], file=sys.stderr)
    if options.peers:
        work = {"texts": texts, "jobs": jobs, "words": MOST}
        for name, found in run_peers(options.peers, work, vectors).items():
            scores[name] = score_runs(found, texts, labels)
    print(json.dumps({"benchmark": "topics", "n": len(texts), "k": COUNTS, "scores": scores}))


if __name__ == "__main__":
    main()
