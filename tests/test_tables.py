"""Tables: saved beside and renamed, loaded with their contract, harmless in a spreadsheet."""

import pandas as pd
import pytest

from encuadre.build.tables import defuse_formulas, load_table, save_table
from encuadre.errors import EncuadreError

CODINGS = pd.DataFrame(
    {
        "sentence_id": ["a-000", "a-001"],
        "coder": ["x", "x"],
        "field": ["voice", "voice"],
        "label": ["outlet", "=HYPERLINK(1)"],
        "codebook_version": ["1", "1"],
    }
)


def test_what_is_saved_is_loaded(tmp_path):
    save_table(CODINGS, "codings", tables=tmp_path)
    pd.testing.assert_frame_equal(load_table("codings", tables=tmp_path), CODINGS)
    assert sorted(p.name for p in tmp_path.iterdir()) == ["codings.csv", "codings.parquet"]


def test_the_same_table_gives_the_same_bytes(tmp_path):
    for folder in ("a", "b"):
        save_table(CODINGS, "codings", tables=tmp_path / folder)
    for name in ("codings.parquet", "codings.csv"):
        assert (tmp_path / "a" / name).read_bytes() == (tmp_path / "b" / name).read_bytes()


@pytest.mark.parametrize("sign", ["=", "+", "-", "@", "\t", "\r"])
def test_a_formula_is_text_in_the_csv(sign):
    table = defuse_formulas(pd.DataFrame({"text": [f"{sign}1+1", "plain"], "n": [-1, 2]}))
    assert table["text"].tolist() == [f"'{sign}1+1", "plain"]
    assert table["n"].tolist() == [-1, 2]


def test_a_table_that_breaks_its_contract_leaves_the_earlier_one(tmp_path):
    save_table(CODINGS, "codings", tables=tmp_path)
    before = (tmp_path / "codings.parquet").read_bytes()
    with pytest.raises(EncuadreError, match="missing: \\['label'\\]"):
        save_table(CODINGS.drop(columns="label"), "codings", tables=tmp_path)
    assert (tmp_path / "codings.parquet").read_bytes() == before


def test_a_missing_and_a_broken_file_say_what_to_do(tmp_path):
    with pytest.raises(EncuadreError, match="Run `make report`"):
        load_table("voices", tables=tmp_path)
    (tmp_path / "voices.parquet").write_bytes(b"not parquet")
    with pytest.raises(EncuadreError, match="Delete it and run"):
        load_table("voices", tables=tmp_path)
