"""Who says what: windows, decoding, links, and the shipped model on easy and hostile texts."""

from __future__ import annotations

import base64
import gzip
import hashlib
import itertools
import json
import shutil
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tokenizers import Tokenizer

from encuadre.encoders import load_encoder
from encuadre.errors import EncuadreError
from encuadre.model_files import MODELS
from encuadre.spans import (
    COLUMNS,
    TAGS,
    AttributionModel,
    cut_windows,
    decode_tags,
    find_attributions,
    link_spans,
    list_words,
    load_attribution_model,
    measure_certainty,
)
from encuadre.stance_models import load_stance_model

QUOTED = (
    "The talks resumed on Monday. “We will not give in,” Ana Ruiz said. “There is no reason to.”\n"
    "According to the ministry, prices rose by four per cent in May."
)

TINY = base64.b64decode(
    "CAgSADqGBAodCglpbnB1dF9pZHMKBXNldmVuEgRyZXN0IgNNb2QKOQoEcmVzdAoFc2V2ZW4KBnZhbHVlcxIEdGFn"
    "cyIGT25lSG90KhQKBGF4aXMY////////////AaABAgokCgt0YXJnZXRfbWFzaxIEbWFzayIEQ2FzdCoJCgJ0bxgB"
    "oAECCiAKCHNlZ21lbnRzEgNzZWciBENhc3QqCQoCdG8YAaABAgoWCgRtYXNrCgNzZWcSBGJvdGgiA0FkZAovCgRi"
    "b3RoCgRheGlzEgV0b3RhbCIJUmVkdWNlU3VtKg8KCGtlZXBkaW1zGAGgAQIKHQoFdG90YWwKB3dlaWdodHMSBnN0"
    "YW5jZSIDTXVsEgF0KhMQB0IFc2V2ZW5KCAcAAAAAAAAAKhYIAhABQgZ2YWx1ZXNKCAAAAAAAABBBKhQIARAHQgRh"
    "eGlzSggBAAAAAAAAACodCAEIAxABQgd3ZWlnaHRzSgwAAAAAAAAAAAAAgD9aHQoJaW5wdXRfaWRzEhAKDggHEgoK"
    "AxIBYgoDEgFuWhwKCHNlZ21lbnRzEhAKDggHEgoKAxIBYgoDEgFuWh8KC3RhcmdldF9tYXNrEhAKDggHEgoKAxIB"
    "YgoDEgFuYhkKBnN0YW5jZRIPCg0IARIJCgMSAWIKAggDYhwKBHRhZ3MSFAoSCAESDgoDEgFiCgMSAW4KAggHQgQK"
    "ABAR"
)
"""A graph with both heads: tags are piece ids modulo 7, stance is favourable where a target is."""

shipped = pytest.mark.skipif(
    not (MODELS / "base").is_dir(), reason="models/base is not here; training/README.md makes it"
)


@pytest.fixture(scope="module")
def tokenizer() -> Tokenizer:
    return load_encoder("sentence-encoder").tokenizer


@pytest.fixture(scope="module")
def base() -> AttributionModel:
    return load_attribution_model("base")


@pytest.fixture
def own(tmp_path: Path) -> Path:
    """A folder of the user's own with a tiny model of both heads."""
    tokenizer = MODELS / "sentence-encoder" / "tokenizer.json"
    shutil.copyfile(tokenizer, tmp_path / "tokenizer.json")
    write_model(tmp_path, gzip.compress(TINY, mtime=0))
    return tmp_path


def write_model(folder: Path, packed: bytes) -> None:
    (folder / "model.onnx.gz").write_bytes(packed)
    files = {
        name: hashlib.sha256((folder / name).read_bytes()).hexdigest()
        for name in ("model.onnx.gz", "tokenizer.json")
    }
    card = {
        "name": "tiny",
        "kind": "joint",
        "labels": ["unfavourable", "neutral", "favourable"],
        "temperature": 1.0,
        "max_tokens": 112,
        "markers": {
            "start": "[CLS]",
            "end": "[SEP]",
            "open": "[unused1]",
            "close": "[unused2]",
            "unknown": "[UNK]",
        },
        "tags": list(TAGS),
        "window": 40,
        "overlap": 6,
        "transitions": [[0.0] * 7] * 7,
        "starts": [0.0] * 7,
        "files": files,
    }
    (folder / "model.json").write_text(json.dumps(card), encoding="utf-8")


@pytest.fixture
def chance() -> np.random.Generator:
    return np.random.default_rng(3)


class Scores:
    """Stands in for a graph: the tag of a piece depends on the piece alone."""

    def __init__(self, tokenizer: Tokenizer, tags: dict[str, str]) -> None:
        self.tags = {tokenizer.token_to_id(word): TAGS.index(tag) for word, tag in tags.items()}
        self.lengths: list[int] = []

    def get_outputs(self) -> list:
        return [SimpleNamespace(name="stance"), SimpleNamespace(name="tags")]

    def run(self, names: list[str], inputs: dict[str, np.ndarray]) -> list[np.ndarray]:
        assert names == ["tags"]
        row = inputs["input_ids"]
        self.lengths.append(row.shape[1])
        found = np.array([[self.tags.get(int(piece), 0) for piece in row[0]]])
        return [np.eye(len(TAGS), dtype=np.float32)[found] * 9]


def fake_model(tokenizer: Tokenizer, session: Scores, *, window: int = 20) -> AttributionModel:
    return AttributionModel(
        name="fake",
        identity="fake",
        window=window,
        overlap=4,
        transitions=np.zeros((7, 7)),
        starts=np.zeros(7),
        markers={"start": "[CLS]", "end": "[SEP]"},
        tokenizer=tokenizer,
        session=session,  # type: ignore[arg-type]
    )


def test_spans_and_links_of_a_made_up_model(tokenizer: Tokenizer):
    tags = {"ruiz": "B-source", "said": "B-cue", "prices": "B-content", "rose": "I-content"}
    session = Scores(tokenizer, tags)
    text = "Nothing happened on Monday.\nRuiz said prices rose. Then they fell again."
    found = find_attributions(text, model=fake_model(tokenizer, session))
    assert list(found.columns) == COLUMNS
    assert [text[a:b] for a, b in zip(found["start"], found["end"], strict=True)] == [
        "Ruiz",
        "said",
        "prices rose",
    ]
    assert found["attribution"].tolist() == [0, 0, 0]
    assert found["role"].tolist() == ["source", "cue", "content"]
    assert found["score"].between(0.99, 1).all()


def test_the_window_changes_nothing_where_a_piece_decides_alone(tokenizer: Tokenizer):
    tags = {"he": "B-source", "said": "B-cue", "rain": "B-content", "fell": "I-content"}
    text = "He said rain fell. " * 40
    results = []
    for window in (8, 20, 300):
        session = Scores(tokenizer, tags)
        results.append(find_attributions(text, model=fake_model(tokenizer, session, window=window)))
        assert max(session.lengths) <= window
    assert results[0].equals(results[1]) and results[1].equals(results[2])
    assert len(results[0]) == 120 and results[0]["attribution"].nunique() == 40


@settings(max_examples=60, deadline=None)
@given(
    st.text(st.sampled_from("ab. \n“”’é\U0001f600\ud800"), max_size=120),
    st.integers(6, 40),
    st.integers(1, 30),
)
def test_windows_read_every_piece_once_and_none_is_too_long(
    tokenizer: Tokenizer, text: str, longest: int, overlap: int
):
    ids, firsts, spans = list_words(tokenizer, text)
    windows = cut_windows(text, firsts, spans, pieces=len(ids), longest=longest, overlap=overlap)
    assert [start for _, start, _ in windows] == [0, *(end for *_, end in windows)][: len(windows)]
    assert (windows[-1][2] if windows else 0) == len(ids)
    for left, start, end in windows:
        assert left <= start < end and end - left <= longest and start - left <= overlap


def test_windows_end_with_sentences_where_they_fit(tokenizer: Tokenizer):
    text = "One two three four. Five six seven eight. Nine ten eleven twelve."
    ids, firsts, spans = list_words(tokenizer, text)
    windows = cut_windows(text, firsts, spans, pieces=len(ids), longest=12)
    assert windows == [(0, 0, 10), (10, 10, 15)]


def test_words_are_slices_of_the_raw_text(tokenizer: Tokenizer):
    text = "“Señor   López’s unbelievableness,”\n(she said) naïvely …"
    _, firsts, spans = list_words(tokenizer, text)
    assert len(firsts) == len(spans)
    assert [text[a:b] for a, b in spans][:5] == ["“", "Señor", "López", "’", "s"]
    assert "unbelievableness" in [text[a:b] for a, b in spans]


def test_decoding_finds_the_best_sequence_and_its_probabilities(chance: np.random.Generator):
    scores = chance.normal(size=(4, 7)) * 2
    transitions = chance.normal(size=(7, 7))
    transitions[0, 2] = -1e4
    starts = chance.normal(size=7)
    paths = list(itertools.product(range(7), repeat=4))
    totals = np.array(
        [
            starts[path[0]]
            + sum(scores[k, tag] for k, tag in enumerate(path))
            + sum(transitions[a, b] for a, b in itertools.pairwise(path))
            for path in paths
        ]
    )
    tags = decode_tags(scores, transitions=transitions, starts=starts)
    assert tuple(tags.tolist()) == paths[int(totals.argmax())]
    weights = np.exp(totals - totals.max())
    weights /= weights.sum()
    sure = measure_certainty(scores, tags, transitions=transitions, starts=starts)
    for place, tag in enumerate(tags):
        share = sum(w for w, path in zip(weights, paths, strict=True) if path[place] == tag)
        assert sure[place] == pytest.approx(share)


def locate(text: str, **names: list[str]) -> dict[str, list[tuple[int, int]]]:
    spans = {"source": [], "cue": [], "content": []}
    for role, words in names.items():
        spans[role] = sorted((text.index(word), text.index(word) + len(word)) for word in words)
    return spans


def read_links(text: str, **names: list[str]) -> list[set[str]]:
    groups = link_spans(text, locate(text, **names))
    return [{text[a:b] for _, (a, b) in group} for group in groups]


def test_both_halves_of_a_quotation_belong_together():
    text = "“We will fight,” Ruiz said, “until we win.” The judge warned that time was short."
    links = read_links(
        text,
        source=["Ruiz", "The judge"],
        cue=["said", "warned"],
        content=["“We will fight,”", "“until we win.”", "that time was short"],
    )
    assert links == [
        {"Ruiz", "said", "“We will fight,”", "“until we win.”"},
        {"The judge", "warned", "that time was short"},
    ]


def test_the_end_of_a_sentence_is_farther_than_some_words():
    text = "It is over, the long-serving spokesman of the party said. He denied that he lied."
    links = read_links(
        text,
        source=["the long-serving spokesman of the party", "He"],
        cue=["said", "denied"],
        content=["It is over", "that he lied"],
    )
    assert links[0] == {"the long-serving spokesman of the party", "said", "It is over"}
    assert links[1] == {"He", "denied", "that he lied"}


def test_one_source_can_serve_two_cues_and_what_is_alone_stays():
    text = "Ruiz said it rained and added that it poured."
    links = read_links(
        text, source=["Ruiz"], cue=["said", "added"], content=["it rained", "that it poured"]
    )
    assert links == [{"Ruiz", "said", "it rained"}, {"Ruiz", "added", "that it poured"}]
    assert read_links(text, source=["Ruiz"]) == [{"Ruiz"}]
    assert read_links(text, content=["it rained"]) == [{"it rained"}]


def test_one_folder_serves_both_heads(own: Path):
    model, stance = load_attribution_model(own), load_stance_model(own)
    assert model.name == stance.name == "tiny"
    found = find_attributions(QUOTED, model=model)
    assert found.equals(find_attributions(QUOTED, model=load_attribution_model(str(own))))
    ids, firsts, spans = list_words(model.tokenizer, QUOTED)
    for row in found.itertuples():
        first = next(k for k, (start, _) in enumerate(spans) if start == row.start)
        assert TAGS[int(ids[firsts[first]]) % 7][2:] == row.role
    assert stance.predict(["The ministry spoke."], [(4, 12)]).argmax() == 2


def test_a_broken_or_changed_graph_is_refused(own: Path):
    write_model(own, gzip.compress(TINY, mtime=0)[:-20])
    with pytest.raises(EncuadreError, match="cannot be read"):
        load_attribution_model(own)
    (own / "model.onnx.gz").write_bytes(b"else")
    with pytest.raises(EncuadreError, match=r"model\.onnx\.gz has the SHA-256"):
        load_attribution_model(own)
    (own / "model.onnx.gz").unlink()
    with pytest.raises(EncuadreError, match=r"model\.onnx\.gz is missing"):
        load_attribution_model(own)


@shipped
def test_quotation_and_paraphrase_are_found(base: AttributionModel):
    found = find_attributions(QUOTED, model=base)
    first, second = (
        {
            role: [QUOTED[a:b] for a, b in rows[["start", "end"]].itertuples(index=False)]
            for role, rows in group.groupby("role")
        }
        for _, group in found.groupby("attribution")
    )
    assert first["source"] == ["Ana Ruiz"] and first["cue"] == ["said"]
    assert "We will not give in" in first["content"][0]
    assert "There is no reason to" in " ".join(first["content"])
    assert second["source"] == ["the ministry"] and second["cue"] == ["According to"]


@shipped
def test_the_same_text_gives_the_same_spans(base: AttributionModel):
    text = f"{QUOTED}\n" * 12
    once, again = (find_attributions(text, model=base) for _ in range(2))
    assert once.equals(again)
    assert (once["end"] > once["start"]).all() and once["score"].between(0, 1).all()


@shipped
@pytest.mark.parametrize(
    "text", ["", " \n", "\ud800", "😀" * 400, "a" * 20_000, "قال الرئيس إن الحكومة فشلت", "x\x00y"]
)
def test_hostile_text_is_tagged_without_a_fault(base: AttributionModel, text: str):
    found = find_attributions(text, model=base)
    assert ((found["start"] >= 0) & (found["end"] <= len(text))).all()


@shipped
def test_base_reads_stance_too(base: AttributionModel):
    stance = load_stance_model("base")
    assert stance.name == base.name == "base"
    texts = ["Critics say the ministry lied.", "Voters praised the ministry for its courage."]
    spans = [(text.index("the ministry"), text.index("the ministry") + 12) for text in texts]
    assert stance.predict(texts, spans).argmax(axis=1).tolist() == [0, 2]


@pytest.mark.parametrize(
    ("fields", "message"),
    [
        ({"tags": list(reversed(TAGS))}, "in this order"),
        ({"starts": [0.0]}, "7 rows of 7 numbers"),
        ({"window": 0}, "0 for 'window'"),
        ({"markers": {}}, "as the marker 'start'"),
        ({"kind": "stance"}, "of kind 'stance'; expected 'joint'"),
    ],
)
def test_faulty_model_json_is_refused(own: Path, fields: dict, message: str):
    card = json.loads((own / "model.json").read_text(encoding="utf-8"))
    (own / "model.json").write_text(json.dumps(card | fields), encoding="utf-8")
    with pytest.raises(EncuadreError, match=message):
        load_attribution_model(own)


@pytest.mark.parametrize(
    "text", ["", " \n", "\ud800", "😀" * 90, "a" * 5_000, "قال الرئيس إن الحكومة", "x\x00y"]
)
def test_hostile_text_gives_spans_inside_it(own: Path, text: str):
    found = find_attributions(text, model=load_attribution_model(own))
    assert ((found["start"] >= 0) & (found["end"] <= len(text))).all()


def test_a_graph_with_one_head_is_refused(own: Path):
    place = TINY.index(b"b\x1c\n\x04tags")  # 30 bytes that declare the output; the graph's length
    one = (TINY[:place] + TINY[place + 30 :]).replace(b":\x86\x04", b":\xe8\x03", 1)
    write_model(own, gzip.compress(one, mtime=0))
    with pytest.raises(EncuadreError, match="has one output"):
        load_attribution_model(own)


def test_a_model_without_tags_is_refused():
    with pytest.raises(EncuadreError, match="of kind 'encoder'; expected 'joint'"):
        load_attribution_model(MODELS / "sentence-encoder")
