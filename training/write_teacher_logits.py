"""Write a teacher's logits for NewsMTSC train, then for unlabelled sentences.

Run: python training/write_teacher_logits.py --data DIR --unlabelled FILE.jsonl --model DIR
                                             --out FILE.npy
`--model` given several times averages the teachers. A copy of the unlabelled sentences goes beside
FILE.npy, where train_stance.py looks for them.
"""

from __future__ import annotations

import argparse
import json
from pathlib import Path

import numpy as np
from newsmtsc import read_split
from unlabelled import read_examples, write_examples

from encuadre.encoders import load_stance_model


def main() -> None:
    """Write float32 logits (examples, 3), up to a constant a row."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--unlabelled", type=Path, required=True)
    parser.add_argument("--model", type=Path, required=True, action="append")
    parser.add_argument("--out", type=Path, required=True)
    options = parser.parse_args()
    unlabelled = read_examples(options.unlabelled)
    examples = read_split(options.data / "newsmtsc" / "train.jsonl") + unlabelled
    texts = [example.text for example in examples]
    spans = [(example.start, example.end) for example in examples]
    logits = [
        np.log(model.predict(texts, spans).clip(1e-7)) * model.temperature
        for model in map(load_stance_model, options.model)
    ]
    np.save(options.out, np.mean(logits, axis=0).astype(np.float32), allow_pickle=False)
    write_examples(unlabelled, options.out.with_suffix(".jsonl"))
    print(json.dumps({"examples": len(examples), "teachers": len(logits)}))


if __name__ == "__main__":
    main()
