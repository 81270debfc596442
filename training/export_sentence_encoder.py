"""Turn all-MiniLM-L6-v2 into models/sentence-encoder and measure what int8 costs.

Run: python training/export_sentence_encoder.py --encoder DIR --data DIR [--out DIR]
`--encoder` holds config.json, model.safetensors and tokenizer.json; `--data` holds newsmtsc/.
"""

from __future__ import annotations

import argparse
import json
import tempfile
from pathlib import Path

import numpy as np
import onnxruntime
import torch
from batches import load_tokenizer
from onnx_export import export_graph, quantise_graph, write_model_folder
from tokenizers import Tokenizer
from transformers import AutoModel

MAX_TOKENS = 256


class SentenceEncoder(torch.nn.Module):
    """Mean of the last hidden states over the tokens, scaled to unit length."""

    def __init__(self, encoder: torch.nn.Module) -> None:
        super().__init__()
        self.encoder = encoder

    def forward(self, input_ids: torch.Tensor) -> torch.Tensor:
        hidden = self.encoder(input_ids=input_ids, attention_mask=torch.ones_like(input_ids))[0]
        return torch.nn.functional.normalize(hidden.mean(1), dim=-1)


def compare_precisions(
    exact: Path, quantised: Path, tokenizer: Tokenizer, texts: list[str]
) -> dict[str, float]:
    """Return how far int8 embeddings and their pairwise cosines are from fp32."""
    vectors = []
    for path in (exact, quantised):
        session = onnxruntime.InferenceSession(str(path), providers=["CPUExecutionProvider"])
        rows = []
        for text in texts:
            ids = np.array([tokenizer.encode(text).ids[:MAX_TOKENS]], dtype=np.int64)
            rows.append(session.run(None, {"input_ids": ids})[0][0])
        vectors.append(np.stack(rows))
    cosine = (vectors[0] * vectors[1]).sum(1)
    pairs = np.triu_indices(len(texts), 1)
    similarity = [(v @ v.T)[pairs] for v in vectors]
    nearest = [np.where(np.eye(len(texts)) > 0, -1, v @ v.T).argmax(1) for v in vectors]
    return {
        "sentences": len(texts),
        "cosine_mean": round(float(cosine.mean()), 4),
        "cosine_min": round(float(cosine.min()), 4),
        "pair_similarity_correlation": round(float(np.corrcoef(*similarity)[0, 1]), 4),
        "same_nearest_neighbour": round(float((nearest[0] == nearest[1]).mean()), 4),
    }


def main() -> None:
    """Export, quantise, compare and print one JSON line."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--encoder", type=Path, required=True)
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--out", type=Path, default=Path("models/sentence-encoder"))
    options = parser.parse_args()

    encoder = AutoModel.from_pretrained(
        options.encoder, attn_implementation="eager", add_pooling_layer=False
    )
    tokenizer = load_tokenizer(options.encoder)
    sample = torch.tensor([tokenizer.encode("One plain sentence.").ids] * 2)
    with tempfile.TemporaryDirectory() as folder:
        exact, quantised = Path(folder) / "exact.onnx", Path(folder) / "int8.onnx"
        export_graph(
            SentenceEncoder(encoder),
            (sample,),
            exact,
            inputs=["input_ids"],
            output="embedding",
        )
        quantise_graph(exact, quantised)
        rows = (options.data / "newsmtsc" / "rw_dev.jsonl").read_text(encoding="utf-8")
        texts = [json.loads(row)["sentence_normalized"] for row in rows.splitlines()]
        report = compare_precisions(exact, quantised, tokenizer, sorted(set(texts)))
        write_model_folder(
            options.out,
            weights=quantised,
            tokenizer=options.encoder / "tokenizer.json",
            description={
                "name": "sentence-encoder",
                "kind": "encoder",
                "base": "sentence-transformers/all-MiniLM-L6-v2",
                "licence": "Apache-2.0",
                "max_tokens": MAX_TOKENS,
                "dimensions": encoder.config.hidden_size,
            },
        )
    report["megabytes"] = round((options.out / "model.onnx").stat().st_size / 1e6, 1)
    print(json.dumps(report))


if __name__ == "__main__":
    main()
