"""Parameters: read from the cell, merged, and values checked with the nearest right name."""

import pytest

from encuadre.errors import EncuadreError
from encuadre.settings import (
    check_values,
    describe_parameters,
    merge_parameters,
    read_parameters,
)

CELL = """\
study: str = "../data"  # Folder of the study
seed: int = 7  # Seed of every random choice
floor: float = 0.3  # Likeness # to reach
strict: bool = False  # Whether to be strict
"""


@pytest.fixture
def known():
    return merge_parameters(read_parameters(CELL, notebook="01_x"))


def test_name_type_default_and_help_are_read():
    seed = read_parameters(CELL, notebook="01_x")[1]
    assert (seed.name, seed.type, seed.default) == ("seed", "int", 7)
    assert seed.help == "Seed of every random choice"


@pytest.mark.parametrize(
    "line", ["seed = 7  # no type", "seed: int = 7", "seed: int | None = 7  # help", "import os"]
)
def test_a_line_that_is_no_parameter_is_named(line):
    with pytest.raises(EncuadreError, match="expected `name: type = value  # help`"):
        read_parameters(line, notebook="01_x")


def test_the_same_name_must_mean_the_same():
    parts = read_parameters("seed: int = 1  # a", notebook="01") + read_parameters(
        "seed: int = 2  # a", notebook="02"
    )
    with pytest.raises(EncuadreError, match="'seed' differs between 01 .* and 02"):
        merge_parameters(parts)


@pytest.mark.parametrize(
    ("name", "text", "value"),
    [("seed", "12", 12), ("floor", "0.5", 0.5), ("floor", 1, 1.0), ("strict", "True", True)],
)
def test_text_is_read_as_the_declared_type(known, name, text, value):
    checked = check_values({name: text}, known, origin="command line")
    assert checked == {name: value}
    assert type(checked[name]) is type(value)


@pytest.mark.parametrize(
    ("name", "value"), [("seed", "x"), ("seed", 1.5), ("strict", "maybe"), ("seed", True)]
)
def test_a_wrong_type_says_what_arrived_and_what_was_expected(known, name, value):
    with pytest.raises(EncuadreError, match=f"{name} is .*; expected"):
        check_values({name: value}, known, origin="command line")


def test_an_unknown_name_gets_the_nearest_right_one(known):
    with pytest.raises(EncuadreError, match="no parameter 'sed'. Did you mean 'seed'"):
        check_values({"sed": 1}, known, origin="study.yml, parameters")


def test_paths_are_not_parameters(known):
    with pytest.raises(EncuadreError, match="Use --study and --out"):
        check_values({"study": "elsewhere"}, known, origin="command line")
    assert "study:" not in describe_parameters(known)
    assert "seed: int = 7" in describe_parameters(known)
