"""The models: what they refuse, that results belong to a text alone, and easy cases."""

from __future__ import annotations

import hashlib
import json
import os
import shutil
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from encuadre.encoders import Encoder, load_encoder
from encuadre.errors import EncuadreError
from encuadre.model_files import MODELS
from encuadre.stance_models import (
    StanceModel,
    encode_target,
    list_stance_models,
    load_stance_model,
)

TEXTS = [
    "The Mexican government praised the agreement.",
    "No.",
    "Officials said that the ministry, which had long been accused of looking away, failed again "
    "to protect the journalists who had asked it for help, and that nobody was ever charged.",
    "Trade between the two countries rose by four per cent in August.",
]
SPANS = [(4, 22), (0, 2), (19, 31), (26, 39)]


@pytest.fixture(scope="module")
def encoder() -> Encoder:
    return load_encoder("sentence-encoder")


@pytest.fixture(scope="module", params=list_stance_models())
def stance(request: pytest.FixtureRequest) -> StanceModel:
    """Each shipped stance model."""
    return load_stance_model(request.param)


@pytest.fixture(scope="module")
def small() -> StanceModel:
    return load_stance_model("small")


@pytest.fixture
def copied(tmp_path: Path) -> Path:
    """A folder of the user's own: the shipped stance model under another path."""
    return Path(shutil.copytree(MODELS / "small", tmp_path / "own"))


def rewrite(path: Path, **fields: object) -> None:
    card = json.loads(path.read_text(encoding="utf-8"))
    path.write_text(json.dumps(card | fields), encoding="utf-8")


def test_recorded_hashes_are_those_of_the_shipped_files():
    for folder in sorted(path.parent for path in MODELS.glob("*/model.json")):
        card = json.loads((folder / "model.json").read_text(encoding="utf-8"))
        for name, recorded in card["files"].items():
            assert hashlib.sha256((folder / name).read_bytes()).hexdigest() == recorded


def test_embeddings_are_unit_vectors_that_know_near_from_far(encoder: Encoder):
    vectors = encoder.embed(
        [
            "The president rejected the charges against his minister.",
            "The head of state dismissed accusations made against a cabinet member.",
            "Wheat prices rose sharply in June.",
        ]
    )
    assert vectors.shape == (3, 384)
    assert vectors.dtype == np.float32
    assert np.allclose(np.linalg.norm(vectors, axis=1), 1, atol=1e-5)
    similarity = vectors @ vectors.T
    assert similarity[0, 1] > 0.4 > 0.2 > similarity[0, 2]


def test_embedding_of_a_text_is_the_same_in_any_company(encoder: Encoder):
    together = encoder.embed(TEXTS)
    backwards = encoder.embed(TEXTS[::-1])[::-1]
    alone = np.concatenate([encoder.embed([text]) for text in TEXTS])
    assert np.array_equal(together, backwards)
    assert np.array_equal(together, alone)


def test_stance_of_a_text_is_the_same_in_any_company(stance: StanceModel):
    together = stance.predict(TEXTS, SPANS)
    backwards = stance.predict(TEXTS[::-1], SPANS[::-1])[::-1]
    alone = np.concatenate([stance.predict([t], [s]) for t, s in zip(TEXTS, SPANS, strict=True)])
    assert np.array_equal(together, backwards)
    assert np.array_equal(together, alone)
    assert np.array_equal(stance.predict(TEXTS * 8, SPANS * 8), np.tile(together, (8, 1)))


def test_results_do_not_depend_on_the_number_of_processors(
    stance: StanceModel, monkeypatch: pytest.MonkeyPatch
):
    usual = stance.predict(TEXTS, SPANS)
    for count in (1, 3, None):
        monkeypatch.setattr(os, "cpu_count", lambda count=count: count)
        assert np.array_equal(stance.predict(TEXTS, SPANS), usual)


@pytest.mark.parametrize(
    ("text", "target", "sign"),
    [
        ("Critics accused Smith of lying to voters and covering up corruption.", "Smith", -1),
        ("Smith was widely condemned for his disgraceful, incompetent leadership.", "Smith", -1),
        ("Voters praised Smith for her courage and her brilliant leadership.", "Smith", 1),
        ("Smith won admiration for an outstanding, honest and generous deed.", "Smith", 1),
        ("Mexican officials failed miserably and lied about it.", "Mexican officials", -1),
        ("Analysts applauded the Mexican government's success.", "Mexican government", 1),
    ],
)
def test_plain_praise_and_blame_have_the_right_sign(
    stance: StanceModel, text: str, target: str, sign: int
):
    start = text.index(target)
    probabilities = stance.predict([text], [(start, start + len(target))])
    assert probabilities.argmax() - 1 == sign


def test_a_filtered_column_is_read_in_its_own_order(encoder: Encoder, stance: StanceModel):
    column = pd.Series(TEXTS, index=[3, 2, 1, 0])
    assert np.array_equal(encoder.embed(column), encoder.embed(TEXTS))
    assert np.array_equal(stance.predict(column, iter(SPANS)), stance.predict(TEXTS, SPANS))


def test_nothing_in_nothing_out(encoder: Encoder, stance: StanceModel):
    assert encoder.embed([]).shape == (0, 384)
    assert stance.predict([], []).shape == (0, 3)


@pytest.mark.parametrize(
    "text",
    [
        "😀" * 300,
        "قال الرئيس إن الحكومة فشلت\u202e‏",
        "a" * 100_000,
        "word " * 20_000,
        "\x00\ufeff\u200b",
        " ",
        "\ud800",
    ],
    ids=["emoji", "right-to-left", "one long word", "long", "invisible", "blank", "surrogate"],
)
def test_hostile_text_gives_probabilities_and_unit_vectors(
    encoder: Encoder, stance: StanceModel, text: str
):
    assert np.allclose(np.linalg.norm(encoder.embed([text]), axis=1), 1, atol=1e-5)
    for span in [(0, 1), (len(text) - 1, len(text)), (0, len(text))]:
        assert np.allclose(stance.predict([text], [span]).sum(axis=1), 1, atol=1e-5)


def test_a_long_sentence_is_read_around_its_target(stance: StanceModel):
    near = "Everyone despises the corrupt, lying Smith for his crimes. "
    padding = "The committee met on Tuesday and took note of the agenda. " * 60
    start = near.index("Smith")
    span = (len(padding) + start, len(padding) + start + 5)
    assert stance.predict([padding + near + padding], [span]).argmax() == 0


def test_encoded_target_is_laid_out_as_promised(small: StanceModel):
    tokenizer = small.tokenizer

    def encode(text: str, span: tuple[int, int], max_tokens: int) -> tuple[list[str], dict]:
        inputs = encode_target(tokenizer, text, span, markers=small.markers, max_tokens=max_tokens)
        return [tokenizer.id_to_token(i) for i in inputs["input_ids"][0]], inputs

    tokens, inputs = encode("we saw him run fast", (7, 10), 112)
    assert " ".join(tokens) == "[CLS] we saw [unused1] him [unused2] run fast [SEP] him [SEP]"
    assert inputs["segments"][0].tolist() == [0] * 9 + [1] * 2
    assert inputs["target_mask"][0].tolist() == [0, 0, 0, 0, 1, 0, 0, 0, 0, 0, 0]

    tokens, _ = encode("a b c d him e f g h", (8, 11), 11)
    assert " ".join(tokens) == "[CLS] c d [unused1] him [unused2] e f [SEP] him [SEP]"
    tokens, _ = encode("him e f g h i j", (0, 3), 11)
    assert " ".join(tokens) == "[CLS] [unused1] him [unused2] e f g h [SEP] him [SEP]"
    tokens, _ = encode("a b c d e f him", (12, 15), 11)
    assert " ".join(tokens) == "[CLS] c d e f [unused1] him [unused2] [SEP] him [SEP]"


def test_no_input_is_longer_than_the_model_reads(stance: StanceModel):
    text = "long " * 5_000
    for span in [(0, 4), (12_000, 12_004), (24_995, 24_999), (0, len(text))]:
        inputs = encode_target(
            stance.tokenizer, text, span, markers=stance.markers, max_tokens=stance.max_tokens
        )
        assert inputs["input_ids"].shape[1] <= stance.max_tokens
        assert inputs["target_mask"].sum() > 0


@pytest.mark.parametrize("span", [(-1, 3), (3, 3), (5, 2), (0, 1_000)])
def test_span_outside_its_text_is_refused(stance: StanceModel, span: tuple[int, int]):
    with pytest.raises(EncuadreError, match="Span 1 is"):
        stance.predict(["A minister.", "A minister."], [(2, 10), span])


def test_unfit_inputs_are_refused(encoder: Encoder, stance: StanceModel):
    with pytest.raises(EncuadreError, match="Put it in a list"):
        encoder.embed("one text")
    with pytest.raises(EncuadreError, match="Text 1 is nan"):
        encoder.embed(["one text", float("nan")])  # type: ignore[list-item]
    with pytest.raises(EncuadreError, match="2 texts and 1 spans"):
        stance.predict(["One.", "Two."], [(0, 3)])


def test_own_folder_gives_the_same_results(copied: Path, small: StanceModel):
    own = load_stance_model(str(copied))
    assert np.array_equal(own.predict(TEXTS, SPANS), small.predict(TEXTS, SPANS))


def test_temperature_flattens_but_keeps_the_order(copied: Path, small: StanceModel):
    rewrite(copied / "model.json", temperature=small.temperature * 4)
    flat, usual = load_stance_model(copied).predict(TEXTS, SPANS), small.predict(TEXTS, SPANS)
    assert (flat.max(axis=1) < usual.max(axis=1)).all()
    assert np.array_equal(flat.argsort(axis=1), usual.argsort(axis=1))


@pytest.mark.parametrize("name", ["model.onnx.gz", "tokenizer.json"])
def test_changed_file_is_refused(copied: Path, name: str):
    content = bytearray((copied / name).read_bytes())
    content[-3] ^= 1
    (copied / name).write_bytes(content)
    with pytest.raises(EncuadreError, match=rf"{name} has the SHA-256"):
        load_stance_model(copied)


@pytest.mark.parametrize("name", ["model.onnx.gz", "tokenizer.json", "model.json"])
def test_missing_file_is_named(copied: Path, name: str):
    (copied / name).unlink()
    with pytest.raises(EncuadreError, match=rf"{name} is missing"):
        load_stance_model(copied)


def test_missing_folder_lists_the_models_there_are():
    with pytest.raises(EncuadreError, match=r"No model 'large'.*small"):
        load_stance_model("large")


def test_model_of_another_kind_is_refused():
    with pytest.raises(EncuadreError, match="of kind 'encoder'; expected 'joint'"):
        load_stance_model(MODELS / "sentence-encoder")


@pytest.mark.parametrize(
    ("fields", "message"),
    [
        ({"temperature": 0.0}, "0.0 for 'temperature'; expected a number above 0"),
        ({"temperature": None}, "None for 'temperature'"),
        ({"labels": ["favourable", "neutral", "unfavourable"]}, "in this order"),
        ({"markers": {"start": "[CLS]"}}, "as the marker 'end'"),
        ({"files": {"model.onnx.gz": "0"}}, "model.json expects 0"),
    ],
)
def test_faulty_model_json_is_refused(copied: Path, fields: dict, message: str):
    rewrite(copied / "model.json", **fields)
    with pytest.raises(EncuadreError, match=message):
        load_stance_model(copied)


def test_broken_json_is_refused(copied: Path):
    (copied / "model.json").write_text("{", encoding="utf-8")
    with pytest.raises(EncuadreError, match="is not JSON"):
        load_stance_model(copied)


def test_weights_that_are_no_model_are_refused(copied: Path):
    (copied / "model.onnx.gz").write_bytes(b"nothing")
    files = {
        name: hashlib.sha256((copied / name).read_bytes()).hexdigest()
        for name in ("model.onnx.gz", "tokenizer.json")
    }
    rewrite(copied / "model.json", files=files)
    with pytest.raises(EncuadreError, match="cannot be read"):
        load_stance_model(copied)
