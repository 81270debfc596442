"""Models of the user's own: which stance they give, and what is refused."""

from __future__ import annotations

import base64
import gzip
import json
import shutil
from pathlib import Path

import numpy as np
import pytest

from encuadre.errors import EncuadreError
from encuadre.model_files import MODELS
from encuadre.sequence_classifiers import SequenceClassifier
from encuadre.stance_models import load_stance_model

PAIRS = base64.b64decode(
    "CAg6tAcKJAoJaW5wdXRfaWRzCg5hdHRlbnRpb25fbWFzaxICbjIiA011bAodCg50b2tlbl90eXBlX2lkcwoCYzMSAm40"
    "IgNNdWwKEQoCbjIKAm40EgJuNSIDQWRkChMKAm41CgJjNhICbjciBUVxdWFsChkKAm43EgJuOCIEQ2FzdCoJCgJ0bxgB"
    "oAECCigKAm44CgJjMRICbjkiCVJlZHVjZVN1bSoPCghrZWVwZGltcxgBoAECChUKAm41CgNjMTASA24xMSIFRXF1YWwK"
    "GwoDbjExEgNuMTIiBENhc3QqCQoCdG8YAaABAgoqCgNuMTIKAmMxEgNuMTMiCVJlZHVjZVN1bSoPCghrZWVwZGltcxgB"
    "oAECChUKAm41CgNjMTQSA24xNSIFRXF1YWwKGwoDbjE1EgNuMTYiBENhc3QqCQoCdG8YAaABAgoqCgNuMTYKAmMxEgNu"
    "MTciCVJlZHVjZVN1bSoPCghrZWVwZGltcxgBoAECChUKAm41CgNjMTgSA24xOSIFRXF1YWwKGwoDbjE5EgNuMjAiBENh"
    "c3QqCQoCdG8YAaABAgoqCgNuMjAKAmMxEgNuMjEiCVJlZHVjZVN1bSoPCghrZWVwZGltcxgBoAECChUKAm41CgNjMjIS"
    "A24yMyIFRXF1YWwKGwoDbjIzEgNuMjQiBENhc3QqCQoCdG8YAaABAgoqCgNuMjQKAmMxEgNuMjUiCVJlZHVjZVN1bSoP"
    "CghrZWVwZGltcxgBoAECChMKAm45CgNjMjYSA24yNyIDTXVsChQKA24yNwoDYzI4EgNuMjkiA0FkZAorCgNuMTMKA24y"
    "OQoCbjkSBmxvZ2l0cyIGQ29uY2F0KgsKBGF4aXMYAaABAhIEdGlueSoSCAEQB0ICYzFKCAEAAAAAAAAAKhAQB0ICYzNK"
    "CAAAAAAAAAAAKhAQB0ICYzZKCPY/AAAAAAAAKhEQB0IDYzEwSggSFQAAAAAAACoREAdCA2MxNEoIWxAAAAAAAAAqERAH"
    "QgNjMThKCPceAAAAAAAAKhEQB0IDYzIySgipCAAAAAAAACoNEAFCA2MyNkoEAAAAACoNEAFCA2MyOEoEAAAAP1odCglp"
    "bnB1dF9pZHMSEAoOCAcSCgoDEgFiCgMSAW5aIgoOYXR0ZW50aW9uX21hc2sSEAoOCAcSCgoDEgFiCgMSAW5aIgoOdG9r"
    "ZW5fdHlwZV9pZHMSEAoOCAcSCgoDEgFiCgMSAW5iGQoGbG9naXRzEg8KDQgBEgkKAxIBYgoCCANCBAoAEBE="
)
INFERENCE = base64.b64decode(
    "CAg6nwcKJAoJaW5wdXRfaWRzCg5hdHRlbnRpb25fbWFzaxICbjIiA011bAoTCgJuMgoCYzMSAm40IgVFcXVhbAoZCgJu"
    "NBICbjUiBENhc3QqCQoCdG8YAaABAgooCgJuNQoCYzESAm42IglSZWR1Y2VTdW0qDwoIa2VlcGRpbXMYAaABAgoTCgJu"
    "MgoCYzcSAm44IgVFcXVhbAoZCgJuOBICbjkiBENhc3QqCQoCdG8YAaABAgopCgJuOQoCYzESA24xMCIJUmVkdWNlU3Vt"
    "Kg8KCGtlZXBkaW1zGAGgAQIKFQoCbjIKA2MxMRIDbjEyIgVFcXVhbAobCgNuMTISA24xMyIEQ2FzdCoJCgJ0bxgBoAEC"
    "CioKA24xMwoCYzESA24xNCIJUmVkdWNlU3VtKg8KCGtlZXBkaW1zGAGgAQIKFQoCbjIKA2MxNRIDbjE2IgVFcXVhbAob"
    "CgNuMTYSA24xNyIEQ2FzdCoJCgJ0bxgBoAECCioKA24xNwoCYzESA24xOCIJUmVkdWNlU3VtKg8KCGtlZXBkaW1zGAGg"
    "AQIKFQoCbjIKA2MxORIDbjIwIgVFcXVhbAobCgNuMjASA24yMSIEQ2FzdCoJCgJ0bxgBoAECCioKA24yMQoCYzESA24y"
    "MiIJUmVkdWNlU3VtKg8KCGtlZXBkaW1zGAGgAQIKEwoCbjYKA24xNBIDbjIzIgNNdWwKFAoDbjEwCgNuMTgSA24yNCID"
    "TXVsChQKA24yMwoDbjI0EgNuMjUiA0FkZAoUCgNuMjIKA2MyNhIDbjI3IgNNdWwKFAoDbjI1CgNuMjcSA24yOCIDQWRk"
    "ChQKA24yOAoDYzI5EgNuMzAiA011bAosCgNuMjgKA24zMAoDbjMwEgZsb2dpdHMiBkNvbmNhdCoLCgRheGlzGAGgAQIS"
    "BHRpbnkqEggBEAdCAmMxSggBAAAAAAAAACoQEAdCAmMzSgj2PwAAAAAAACoQEAdCAmM3SggSFQAAAAAAACoREAdCA2Mx"
    "MUoIWxAAAAAAAAAqERAHQgNjMTVKCPceAAAAAAAAKhEQB0IDYzE5SgipCAAAAAAAACoNEAFCA2MyNkoEAAAAPyoNEAFC"
    "A2MyOUoEAAAAAFodCglpbnB1dF9pZHMSEAoOCAcSCgoDEgFiCgMSAW5aIgoOYXR0ZW50aW9uX21hc2sSEAoOCAcSCgoD"
    "EgFiCgMSAW5iGQoGbG9naXRzEg8KDQgBEgkKAxIBYgoCCANCBAoAEBE="
)
"""Graphs that count words: "hero" is favourable, "liar" unfavourable. The second one counts them only
beside a hypothesis with "favour" or "critical", and 1/2 beside one with "side"."""

TEXTS = ["A liar, said Ruiz.", "The ministry met.", "Ruiz is a hero, a hero."]
SPANS = [(13, 17), (4, 12), (0, 4)]


def write_folder(folder: Path, graph: bytes, labels: list[str], **config: object) -> Path:
    shutil.copyfile(MODELS / "sentence-encoder" / "tokenizer.json", folder / "tokenizer.json")
    (folder / "model.onnx").write_bytes(graph)
    named = {str(place): label for place, label in enumerate(labels)}
    text = json.dumps({"id2label": named, **config})
    (folder / "config.json").write_text(text, encoding="utf-8")
    return folder


@pytest.fixture
def pairs(tmp_path: Path) -> Path:
    return write_folder(tmp_path, PAIRS, ["Positive", "neutral", "NEGATIVE"])


@pytest.fixture
def inference(tmp_path: Path) -> Path:
    return write_folder(tmp_path, INFERENCE, ["ENTAILMENT", "NEUTRAL", "CONTRADICTION"])


def test_three_classes_are_put_in_order_by_their_names(pairs: Path):
    model = load_stance_model(pairs)
    assert isinstance(model, SequenceClassifier)
    assert model.name == pairs.name
    found = model.predict(TEXTS, SPANS)
    scores = np.array([[1, 0.5, 0], [0, 0.5, 0], [0, 0.5, 2]])
    expected = np.exp(scores) / np.exp(scores).sum(axis=1, keepdims=True)
    assert found == pytest.approx(expected, abs=1e-6)


def test_inference_compares_one_hypothesis_a_stance(inference: Path):
    found = load_stance_model(inference).predict(TEXTS, SPANS)
    scores = np.array([[1, 0.5, 0], [0, 0.5, 0], [0, 0.5, 2]])
    expected = np.exp(scores) / np.exp(scores).sum(axis=1, keepdims=True)
    assert found == pytest.approx(expected, abs=1e-6)


def test_the_target_is_given_beside_the_sentence(pairs: Path):
    model = load_stance_model(pairs)
    apart = model.predict(["A liar and a hero."], [(2, 6)])
    other = model.predict(["A liar and a hero."], [(13, 17)])
    assert apart[0, 0] > apart[0, 2]
    assert other[0, 2] > other[0, 0]


def test_results_belong_to_a_text_alone(inference: Path):
    model = load_stance_model(inference)
    backwards = model.predict(TEXTS[::-1], SPANS[::-1])[::-1]
    assert np.array_equal(model.predict(TEXTS, SPANS), backwards)
    assert model.predict([], []).shape == (0, 3)


@pytest.mark.parametrize("text", ["hero " * 30_000, "\ud800", "😀" * 3000, "\x00"])
def test_hostile_and_long_text_gives_probabilities(pairs: Path, text: str):
    model = load_stance_model(pairs)
    for span in ((0, 1), (len(text) - 1, len(text)), (0, len(text))):
        found = model.predict([text], [span])
        assert found.sum() == pytest.approx(1, abs=1e-5)


def test_a_text_is_cut_to_what_the_model_reads(tmp_path: Path):
    folder = write_folder(
        tmp_path, PAIRS, ["positive", "neutral", "negative"], max_position_embeddings=12
    )
    found = load_stance_model(folder).predict(["hero " * 50], [(0, 4)])
    seen = np.array([12 - 3, 0.5, 0.0])  # three marks; the target again is one of the rest
    assert found[0, ::-1] == pytest.approx(np.exp(seen) / np.exp(seen).sum(), abs=1e-5)


@pytest.mark.parametrize(
    ("labels", "message"),
    [
        (["LABEL_0", "LABEL_1", "LABEL_2"], "only numbers, write what they stand for"),
        (["positive", "negative"], "expected three"),
        (["positive", "neutral", "against", "negative"], "expected three"),
        (["a", "b", "entailment", "c"], "gives 3 scores a text; config.json names 4 classes"),
    ],
)
def test_classes_that_are_no_stances_are_refused(tmp_path: Path, labels: list[str], message: str):
    write_folder(tmp_path, PAIRS, labels)
    with pytest.raises(EncuadreError, match=message):
        load_stance_model(tmp_path)


def test_graph_with_other_inputs_is_refused(pairs: Path):
    packed = (MODELS / "small" / "model.onnx.gz").read_bytes()
    (pairs / "model.onnx").write_bytes(gzip.decompress(packed))
    with pytest.raises(EncuadreError, match="takes the inputs .*target_mask.*; expected input_ids"):
        load_stance_model(pairs)


@pytest.mark.parametrize("name", ["model.onnx", "tokenizer.json"])
def test_missing_file_is_named(pairs: Path, name: str):
    (pairs / name).unlink()
    with pytest.raises(EncuadreError, match=f"{name} is missing.*optimum-cli"):
        load_stance_model(pairs)


@pytest.mark.parametrize("name", ["model.onnx", "tokenizer.json"])
def test_files_that_are_no_model_are_refused(pairs: Path, name: str):
    (pairs / name).write_bytes(b"nothing")
    with pytest.raises(EncuadreError, match="cannot be read"):
        load_stance_model(pairs)


@pytest.mark.parametrize("config", ["{", "[]", "{}", '{"id2label": {"one": "a"}}'])
def test_config_without_classes_is_refused(pairs: Path, config: str):
    (pairs / "config.json").write_text(config, encoding="utf-8")
    with pytest.raises(EncuadreError, match="does not tell the classes"):
        load_stance_model(pairs)
