"""Parameters of the notebooks: their names, types and help, and values checked against them."""

from __future__ import annotations

import ast
import difflib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from encuadre.errors import EncuadreError

Value = str | int | float | bool
TYPES: dict[str, type] = {"str": str, "int": int, "float": float, "bool": bool}
PATHS = ("study", "tables")


@dataclass(frozen=True)
class Parameter:
    """One line of a notebook's `parameters` cell: `name: type = default  # help`."""

    name: str
    type: str
    default: Value
    help: str
    notebooks: tuple[str, ...]


def read_parameters(source: str, *, notebook: str) -> list[Parameter]:
    """Read the parameters from the source of a `parameters` cell.

    Raises
    ------
    EncuadreError
        Where a line is not `name: type = value  # help` with a type of str, int, float or bool.
    """
    lines = source.splitlines()
    parameters = []
    for node in ast.parse(source).body:
        line = lines[node.lineno - 1]
        fits = (
            isinstance(node, ast.AnnAssign)
            and isinstance(node.target, ast.Name)
            and node.value is not None
        )
        kind = node.annotation.id if fits and isinstance(node.annotation, ast.Name) else ""
        _, mark, text = line.partition("  # ")
        if not fits or kind not in TYPES or not mark:
            raise EncuadreError(
                f"Notebook {notebook}, parameters cell: `{line.strip()}` arrived; expected "
                "`name: type = value  # help` with a type of str, int, float or bool."
            )
        parameters.append(
            Parameter(node.target.id, kind, ast.literal_eval(node.value), text.strip(), (notebook,))
        )
    return parameters


def merge_parameters(parts: Sequence[Parameter]) -> dict[str, Parameter]:
    """Bring parameters of the same name together; they must agree on type, default and help."""
    merged: dict[str, Parameter] = {}
    for part in parts:
        known = merged.get(part.name)
        if known and (known.type, known.default, known.help) != (
            part.type,
            part.default,
            part.help,
        ):
            raise EncuadreError(
                f"Parameter '{part.name}' differs between {known.notebooks[0]} ({known.type} = {known.default!r}, {known.help}) "
                f"and {part.notebooks[0]} ({part.type} = {part.default!r}, {part.help}). Write the same line in both."
            )
        notebooks = (*known.notebooks, *part.notebooks) if known else part.notebooks
        merged[part.name] = Parameter(part.name, part.type, part.default, part.help, notebooks)
    return merged


def check_values(
    values: Mapping[str, Any], known: Mapping[str, Parameter], *, origin: str
) -> dict[str, Value]:
    """Return the values in the types that the notebooks declare.

    Parameters
    ----------
    values : mapping
        Names and values as they arrived; text is read as the declared type.
    known : mapping
        The parameters by name.
    origin : str
        Where the values come from, for the message.

    Raises
    ------
    EncuadreError
        For an unknown name (with the nearest right one) or a value of another type.
    """
    checked: dict[str, Value] = {}
    for name, value in values.items():
        if name in PATHS:
            raise EncuadreError(
                f"{origin}: '{name}' is not set as a parameter. Use --study and --out."
            )
        if name not in known:
            near = difflib.get_close_matches(str(name), [n for n in known if n not in PATHS], n=1)
            hint = f"Did you mean '{near[0]}'? " if near else ""
            raise EncuadreError(
                f"{origin}: there is no parameter '{name}'. {hint}`build_report.py --help-parameters` lists them."
            )
        checked[name] = _read_value(value, known[name], origin)
    return checked


def _read_value(value: Any, parameter: Parameter, origin: str) -> Value:
    wanted = TYPES[parameter.type]
    if type(value) is wanted:
        return value
    if wanted is float and type(value) is int:
        return float(value)
    if isinstance(value, str):
        if wanted is bool and value.lower() in ("true", "false"):
            return value.lower() == "true"
        if wanted in (int, float):
            try:
                return wanted(value)
            except ValueError:
                pass
    raise EncuadreError(
        f"{origin}: {parameter.name} is {value!r}; expected {parameter.type}, for example {parameter.default!r}. ({parameter.help})"
    )


def describe_parameters(known: Mapping[str, Parameter]) -> str:
    """Return a text with one paragraph a parameter: name, type, default, help, notebooks."""
    lines = []
    for p in sorted(known.values(), key=lambda p: p.name):
        if p.name in PATHS:
            continue
        lines.append(
            f"{p.name}: {p.type} = {p.default!r}\n    {p.help}\n    used by {', '.join(p.notebooks)}"
        )
    return "\n".join(lines)
