"""Own against quoted voice and stance toward people in whole articles, against BASIL's annotations.

Run: python benchmarks/basil.py --data DIR [--split FILE] [--model NAME] [--voices NAME|rules]
`--data` holds basil/; `--split` is a file in it, or a path; `--model` is a stance model,
`--voices` the model of who says what that helps the rules, as in the report, or `rules` for none.
Prints one JSON line.

BASIL (Fan et al. 2019) marks spans of bias with a target, a polarity, a speaker and whether they
stand in a quotation, and each article with the author's feeling toward its main entities.
`quoted` scores the measured voice of the sentence around a span against its quote flag; `speaker`
is the share of quoted spans by a named person whose measured speaker has the same last name;
`polarity` is the share of spans on a main entity with the measured stance of the right sign, among
those whose sentence the model does not call neutral. `feeling` is the rank correlation of the
author's feeling with the mean stance of the outlet's own sentences, of the quoted ones, and of all.
"""

from __future__ import annotations

import argparse
import gzip
import json
import math
from pathlib import Path

import numpy as np
import pandas as pd
from scipy.stats import spearmanr
from voices import build_study, match_source, score

from encuadre.attributions import read_attributions
from encuadre.phrases import Token, is_role
from encuadre.spans import load_attribution_model
from encuadre.stance import measure_stance
from encuadre.stance_models import load_stance_model
from encuadre.study import Target
from encuadre.targets import find_mentions
from encuadre.voices import measure_voices

SIGNS = {"neg": -1, "neu": 0, "pos": 1}
FEELING = "author_feeling_"


def lay_out_sentences(article: dict, article_id: str) -> pd.DataFrame:
    """Return the sentences table of one article, split as BASIL splits it."""
    rows, at = [], 0
    for paragraph, texts in enumerate(article["paragraphs"]):
        for text in texts:
            rows.append(
                {
                    "sentence_id": f"{article_id}-{len(rows)}",
                    "article_id": article_id,
                    "paragraph": paragraph,
                    "position": len(rows),
                    "start": at,
                    "end": at + len(text),
                    "text": text,
                    "segment": "body",
                }
            )
            at += len(text) + 1
    return pd.DataFrame(rows)


def name_targets(entities: list[str]) -> tuple[Target, ...]:
    """Return a target for each main entity: its name and its last name."""
    return tuple(
        Target(
            id=f"t{n}",
            label=name,
            names=tuple(dict.fromkeys((name, name.replace("_", " ").split()[-1]))),
        )
        for n, name in enumerate(entities)
    )


def read_spans(article: dict, article_id: str, targets: tuple[Target, ...]) -> list[dict]:
    """Return the annotated spans of bias that stand in the body, with the target's id or ""."""
    ids = {target.label.replace(" ", "_"): target.id for target in targets}
    return [
        {
            "sentence_id": f"{article_id}-{mark['id'][1:]}",
            "quoted": mark["quote"] == "yes",
            "speaker": mark["speaker"].replace("_", " "),
            "target": ids.get(mark["target"], "") if mark["aim"] == "dir" else "",
            "sign": SIGNS[mark["polarity"]],
        }
        for mark in article["annotation"]["phrase-level-annotations"]
        if mark["id"] != "title"
    ]


def is_person(speaker: str) -> bool:
    """Whether an annotated speaker is one person: not "other anti", "House Democrats"."""
    last = speaker.split(" ")[-1]
    group = is_role(Token(last, 0, len(last)))
    return " " in speaker and speaker[:5] != "other" and last[0].isupper() and not group


def correlate(pairs: list[tuple[int, float]]) -> float | None:
    """Return Spearman's rank correlation over pairs without a missing value."""
    known = [pair for pair in pairs if not math.isnan(pair[1])]
    if len(known) < 3:
        return None
    return round(float(spearmanr(*zip(*known, strict=True)).statistic), 3)


def main() -> None:
    """Label, score and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--split", default="basil_dev.jsonl.gz")
    parser.add_argument("--model", default="base")
    parser.add_argument("--voices", default="base")
    options = parser.parse_args()
    path = options.data / "basil" / options.split
    path = path if path.exists() else Path(options.split)
    model = load_stance_model(options.model)
    tagger = None if options.voices == "rules" else load_attribution_model(options.voices)
    with gzip.open(path, "rt", encoding="utf-8") as lines:
        articles = [json.loads(line) for line in lines]

    spans: list[dict] = []
    feelings: dict[str, list[tuple[int, float]]] = {"own": [], "quoted": [], "all": []}
    for number, article in enumerate(articles):
        article_id = f"a{number}"
        targets = name_targets(article["main_entities"])
        study = build_study([article_id]).model_copy(update={"targets": targets})
        sentences = lay_out_sentences(article, article_id)
        read = read_attributions(sentences, model=tagger) if tagger else None
        voices = measure_voices(sentences, study=study, attributions=read)
        voices = voices.set_index("sentence_id")
        stances = measure_stance(sentences, find_mentions(sentences, study=study), model=model)
        stances["mean"] = stances["p_favourable"] - stances["p_unfavourable"]
        stances["quoted"] = stances["sentence_id"].map(voices["voice"]).ne("outlet")
        labels = stances.set_index(["sentence_id", "target"])["label"]
        for span in read_spans(article, article_id, targets):
            voice = voices.loc[span["sentence_id"]]
            span["predicted_quoted"] = voice["voice"] != "outlet"
            span["predicted_speaker"] = voice["speaker"]
            span["predicted_sign"] = labels.get((span["sentence_id"], span["target"]), 0)
            spans.append(span)
        marks = article["annotation"]["article-level-annotations"]
        for target in targets:
            feeling = SIGNS.get(marks.get(FEELING + target.label.replace(" ", "_"), ""))
            if feeling is None:
                continue
            rows = stances[stances["target"] == target.id]
            feelings["own"].append((feeling, rows.loc[~rows["quoted"], "mean"].mean()))
            feelings["quoted"].append((feeling, rows.loc[rows["quoted"], "mean"].mean()))
            feelings["all"].append((feeling, rows["mean"].mean()))

    frame = pd.DataFrame(spans)
    named = frame[frame["quoted"] & frame["speaker"].map(is_person)]
    sided = frame[frame["target"].ne("") & frame["sign"].ne(0) & frame["predicted_sign"].ne(0)]
    print(
        json.dumps(
            {
                "benchmark": "basil",
                "split": path.name,
                "model": options.model,
                "articles": len(articles),
                "n": len(frame),
                "quoted": score(list(frame["quoted"]), list(frame["predicted_quoted"])),
                "quoted_accuracy": round(
                    100 * float((frame["quoted"] == frame["predicted_quoted"]).mean()), 1
                ),
                "quoted_majority": round(
                    100 * float(max(frame["quoted"].mean(), 1 - frame["quoted"].mean())), 1
                ),
                "speaker": round(
                    100
                    * float(
                        np.mean(
                            [
                                match_source(a, b)
                                for a, b in zip(
                                    named["predicted_speaker"], named["speaker"], strict=True
                                )
                            ]
                        )
                    ),
                    1,
                ),
                "speaker_n": len(named),
                "polarity": round(
                    100 * float((sided["sign"] == sided["predicted_sign"]).mean()), 1
                ),
                "polarity_n": len(sided),
                "feeling": {voice: correlate(pairs) for voice, pairs in feelings.items()},
                "feeling_n": len(feelings["all"]),
            }
        )
    )


if __name__ == "__main__":
    main()
