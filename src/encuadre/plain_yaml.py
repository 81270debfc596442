"""Plain YAML: `name: value` lines with no code, no doubled names and no aliases that explode."""

from __future__ import annotations

from typing import Any

import yaml

from encuadre.errors import EncuadreError

MAX_VALUES = 100_000


def parse_mapping(text: str, name: str, faults: list[str]) -> dict[str, Any] | None:
    """Return what a YAML text of `name: value` lines holds.

    Parameters
    ----------
    text : str
        The text of the file.
    name : str
        The name of the file, for the messages.
    faults : list of str
        What is wrong is added here, each with file, line and remedy.

    Returns
    -------
    dict or None
        None where the text cannot be used.
    """
    try:
        node = yaml.compose(text, Loader=yaml.SafeLoader)
        doubled = _find_doubled(node) if node else []
        data = yaml.safe_load(text)
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        where = f", line {mark.line + 1}" if mark else ""
        problem = getattr(error, "problem", None) or getattr(error, "reason", "cannot be parsed")
        faults.append(f"{name}{where}: not plain YAML ({problem}). Correct the line.")
        return None
    except RecursionError:
        faults.append(f"{name}: nested too deeply. Write lists of plain values.")
        return None
    except (ValueError, AttributeError, EncuadreError) as error:
        faults.append(f"{name}: not plain YAML ({error}). Correct or quote the value.")
        return None
    faults += [
        f"{name}, line {n}: '{key}' stands twice. Keep one of the two." for key, n in doubled
    ]
    if isinstance(data, dict) and all(isinstance(key, str) for key in data):
        return data
    kind = "names that are not text" if isinstance(data, dict) else f"a {type(data).__name__}"
    faults.append(
        f"{name} holds {'nothing' if data is None else kind}; expected `name: value` lines, as the "
        "default study has."
    )
    return None


def _find_doubled(root: yaml.Node) -> list[tuple[str, int]]:
    """Return the names that stand twice in a mapping; EncuadreError where aliases explode."""
    sizes: dict[int, int] = {}
    doubled: list[tuple[str, int]] = []

    def measure(node: yaml.Node) -> int:
        if id(node) in sizes:
            if sizes[id(node)] == 0:
                raise EncuadreError(f"the alias of line {node.start_mark.line + 1} holds itself")
            return sizes[id(node)]
        sizes[id(node)] = 0
        children: list[yaml.Node] = []
        if isinstance(node, yaml.SequenceNode):
            children = node.value
        elif isinstance(node, yaml.MappingNode):
            children = [child for pair in node.value for child in pair]
            doubled.extend(_list_doubled(node))
        sizes[id(node)] = 1 + sum(measure(child) for child in children)
        if sizes[id(node)] > MAX_VALUES:
            raise EncuadreError(f"more than {MAX_VALUES:,} values, aliases unfolded")
        return sizes[id(node)]

    measure(root)
    return doubled


def _list_doubled(mapping: yaml.MappingNode) -> list[tuple[str, int]]:
    seen: set[str] = set()
    doubled = []
    for key, _ in mapping.value:
        if not isinstance(key, yaml.ScalarNode):
            continue
        if key.value in seen:
            doubled.append((key.value, key.start_mark.line + 1))
        seen.add(key.value)
    return doubled
