"""The peers of topics.py, run by it with the interpreter of their own environment.

Install: pip install bertopic turftopic
Run: python benchmarks/topics_peers.py WORK.json RUNS.json

BERTopic runs with its defaults (UMAP, HDBSCAN), topics reduced to the number asked for and texts
without a topic given the nearest one; and with k-means in place of HDBSCAN, which makes exactly that
number. Turftopic runs KeyNMF with its defaults. No model is downloaded: the vectors are given.
"""

from __future__ import annotations

import json
import sys
import time
from pathlib import Path

import numpy as np
from bertopic import BERTopic
from sklearn.cluster import KMeans
from sklearn.feature_extraction.text import CountVectorizer
from turftopic import KeyNMF
from turftopic.encoders.base import ExternalEncoder
from umap import UMAP


class Given(ExternalEncoder):
    """Looks vectors up."""

    def __init__(self, vectors: dict[str, np.ndarray]):
        self.vectors = vectors

    def encode(self, sentences, **options) -> np.ndarray:
        """Return the vector of each text; the texts must be known."""
        return np.stack([self.vectors[s] for s in sentences])


def count_words() -> CountVectorizer:
    """Return the vectoriser that all peers share: the tokens as they are."""
    return CountVectorizer(token_pattern=r"\S+", lowercase=False)


def run_bertopic(texts, encoder, *, count, seed, words, exact=False) -> dict:
    """Run BERTopic."""
    vectors = encoder.encode(texts)
    options = (
        {"hdbscan_model": KMeans(count, random_state=seed)} if exact else {"nr_topics": count + 1}
    )
    reduce = UMAP(n_neighbors=15, n_components=5, min_dist=0.0, metric="cosine", random_state=seed)
    began, used = time.perf_counter(), time.process_time()
    model = BERTopic(
        umap_model=reduce, vectorizer_model=count_words(), top_n_words=words, **options
    )
    topics, _ = model.fit_transform(texts, embeddings=vectors)
    spent = {"seconds": time.perf_counter() - began, "cpu": time.process_time() - used}
    if -1 in topics and len(set(topics)) > 1:
        topics = model.reduce_outliers(texts, topics, strategy="embeddings", embeddings=vectors)
    found = [[w for w, _ in v if w] for k, v in sorted(model.get_topics().items()) if k >= 0]
    return {"words": found, "topics": [int(t) for t in topics], **spent}


def run_keynmf(texts, encoder, *, count, seed, words) -> dict:
    """Run Turftopic's KeyNMF."""
    vectors = encoder.encode(texts)
    began, used = time.perf_counter(), time.process_time()
    model = KeyNMF(count, encoder=encoder, vectorizer=count_words(), random_state=seed)
    weights = np.asarray(model.fit_transform(texts, embeddings=vectors))
    found = [[str(w) for w, _ in top] for _, top in model.get_topics(top_k=words)]
    spent = {"seconds": time.perf_counter() - began, "cpu": time.process_time() - used}
    return {"words": found, "topics": weights.argmax(axis=1).tolist(), **spent}


def main() -> None:
    """Run every peer on every piece of work."""
    path, out = map(Path, sys.argv[1:3])
    work = json.loads(path.read_text(encoding="utf-8"))
    stacked = np.load(path.with_name("vectors.npy"))
    encoder = Given(dict(zip(work["keys"], stacked, strict=True)))
    peers = {
        "bertopic": run_bertopic,
        "bertopic_kmeans": lambda *a, **k: run_bertopic(*a, exact=True, **k),
        "turftopic_keynmf": run_keynmf,
    }
    results = {}
    for name, run in peers.items():
        results[name] = [
            run(
                [work["texts"][i] for i in job["places"]],
                encoder,
                count=job["count"],
                seed=job["seed"],
                words=work["words"],
            )
            for job in work["jobs"]
        ]
        print(name, "done", file=sys.stderr)
    out.write_text(json.dumps(results), encoding="utf-8")


if __name__ == "__main__":
    main()
