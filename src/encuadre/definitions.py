"""The codebook in the report: what each label means, and the rules for unclear cases."""

from __future__ import annotations

from collections.abc import Iterable

import pandas as pd

from encuadre.prose import escape_markdown, start_sentence
from encuadre.study import Field


def tabulate_definitions(field: Field) -> pd.DataFrame:
    """Return the labels of a field with their definitions, for reading."""
    rows = [(start_sentence(label.label), label.definition) for label in field.labels]
    return pd.DataFrame(rows, columns=pd.Index(["Label", "What counts as it"]))


def describe_rules(fields: Iterable[Field]) -> list[str]:
    """Return the rules of fields as a Markdown list, each rule once; empty where there are none."""
    rules = dict.fromkeys(rule for field in fields for rule in field.rules)
    if not rules:
        return []
    return ["\n".join(f"- {escape_markdown(rule)}" for rule in rules)]
