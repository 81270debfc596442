"""The codebook in the report: labels with definitions, each rule once."""

from __future__ import annotations

from encuadre.definitions import describe_rules, tabulate_definitions
from encuadre.prose import escape_markdown
from encuadre.study import Field, Label

LABELS = (
    Label(id="a", label="for", definition="Speaks for it."),
    Label(id="b", label="against", definition="Speaks *against* it."),
)


def make_field(*rules: str) -> Field:
    return Field(name="side", question="Which?", applies_when="Always.", rules=rules, labels=LABELS)


def test_labels_stand_in_the_order_of_the_codebook():
    table = tabulate_definitions(make_field())
    assert table.to_numpy().tolist() == [["For", "Speaks for it."], ["Against", "Speaks *against* it."]]  # fmt: skip


def test_a_rule_of_two_fields_stands_once_and_is_escaped():
    said = describe_rules([make_field("Not *here*."), make_field("Not *here*.", "Nor [there].")])
    assert said[0].splitlines() == [
        f"- {escape_markdown(rule)}" for rule in ("Not *here*.", "Nor [there].")
    ]
    assert "*here*" not in said[0]
    assert describe_rules([make_field()]) == []
