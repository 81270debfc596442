"""What the obvious rule would say: words of the codebook, words of praise and blame, quotation marks.

Baselines that a model must beat to be worth its trouble. They read English, as the models do.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

import numpy as np
import pandas as pd
from sklearn.feature_extraction.text import ENGLISH_STOP_WORDS

from encuadre.attribution_words import FORMS
from encuadre.frames import NONE
from encuadre.quotations import find_quotations
from encuadre.study import Field, Study

_WORD = re.compile(r"[^\W\d_]{3,}")

_PRAISE = frozenset(
    "achieve achieved achievement admire admired advance agree agreed applaud applauded approve "
    "approved benefit best better brave build care commend commended committed cooperate cooperative "
    "courage credit credited defend defended dignity effective efficient endorse endorsed excellent "
    "fair friend gain good grateful great help helped helpful honest honour hope improve improved "
    "improvement justified justify legitimate peace positive praise praised progress protect "
    "protected proud reliable respect respected right safe safer save saved solve solved strong "
    "succeed succeeded success successful support supported thank thanked triumph trust trusted "
    "victory welcome welcomed win wise worked worthy".split()
)
_BLAME = frozenset(
    "absurd abuse abused abuses accusation accuse accused accuses afraid allege alleged anger angry "
    "arrogant attack attacked bad betray blame blamed blames block blocked collapse collapsed "
    "collusion complicit complicity condemn condemned corrupt corruption cover crisis critic critical "
    "criticise criticised criticism criticize criticized critics dangerous deadly denied denies deny "
    "deteriorate deteriorated disappoint disaster dismiss dismissed disrespect doubt doubts erode "
    "eroded fail failed failing fails failure false falsely fear feared guilty harm harmed hide "
    "hostile ignore ignored impunity inadequate incompetent lack lacked lie lied lies limit limited "
    "lose losing lost mock mocked neglect obstruct poor problem protest refusal refuse refused "
    "refuses reject rejected scandal shameful suspicion suspicious threat threaten threatened "
    "undermine undermined undermines unreliable violate violated violation weak weaken weakened "
    "worse worst wrong".split()
)


def label_by_seeds(texts: Sequence[str], *, field: Field) -> list[str]:
    """Return for each text the label whose seed phrases share most words with it.

    The first in the codebook wins a tie; a text that shares no word is `none`, or the first label
    where the field has no such.
    """
    seeds = [_list_words(" ".join(label.seeds)) for label in field.labels]
    ids = [label.id for label in field.labels]
    other = NONE if NONE in ids else ids[0]
    labels = []
    for text in texts:
        shared = [len(words & _list_words(text)) for words in seeds]
        labels.append(ids[int(np.argmax(shared))] if max(shared) else other)
    return labels


def label_by_praise(texts: Sequence[str]) -> list[str]:
    """Return 1 for each text with more words of praise than of blame, -1 for the other way, else 0."""
    labels = []
    for text in texts:
        words = [w.lower() for w in _WORD.findall(text)]
        balance = sum(w in _PRAISE for w in words) - sum(w in _BLAME for w in words)
        labels.append(str(int(np.sign(balance))))
    return labels


def label_by_marks(texts: Sequence[str], *, study: Study) -> list[str]:
    """Return the voice of each text: quoted where it has a quotation or a verb of saying.

    The group is that with the longest cue in the text; for want of any, the one that takes whom no
    cue decides.
    """
    groups = study.voices[1:]
    rest = next((v.id for v in groups if "*" in v.cues), groups[0].id if groups else "")
    cues = sorted(((c, v.id) for v in groups for c in v.cues if c != "*"), key=lambda c: -len(c[0]))
    labels = []
    for text in texts:
        said = any(
            FORMS.get(w.lower(), ("", "", ""))[1] == "state" for w in _WORD.findall(text)
        ) or bool(find_quotations(text))
        found = next((v for cue, v in cues if re.search(rf"\b{re.escape(cue)}\b", text)), rest)
        labels.append(found if said and groups else study.own_voice)
    return labels


def label_by_rule(raw: pd.DataFrame, sentences: pd.DataFrame, *, study: Study) -> pd.DataFrame:
    """Lay out what the obvious rules say, like the models' labels.

    Parameters
    ----------
    raw : DataFrame
        The models' labels as `label_by_model` gives them. Whether a sentence is about a target is
        taken from there: the rule for stance says only which side it takes.
    """
    texts = sentences.set_index("sentence_id")["text"].reindex(raw["sentence_id"]).tolist()
    table = raw.copy()
    codebook = {f.name: f for f in study.codebook.fields}
    for field in raw.columns:
        if field == "voice":
            table[field] = label_by_marks(texts, study=study)
        elif field.startswith("stance_"):
            table[field] = np.where(raw[field] == "", "", label_by_praise(texts))
        elif field in codebook:
            table[field] = label_by_seeds(texts, field=codebook[field])
    return table


def _list_words(text: str) -> set[str]:
    return {w.lower() for w in _WORD.findall(text)} - ENGLISH_STOP_WORDS
