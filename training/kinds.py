"""The two models that are trained, by name."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

import joint
import small
from heads import TwoHeads


class Kind(NamedTuple):
    """How a model is made from the folder of its pretrained encoder.

    `markers` are its tokens by the role that they play around a target; `pretrained` is the encoder's
    name.
    """

    make: Callable[[Path], TwoHeads]
    markers: dict[str, str]
    pretrained: str


KINDS = {
    "base": Kind(joint.JointModel, joint.MARKERS, "all-mpnet-base-v2"),
    "small": Kind(small.SmallModel, small.MARKERS, "all-MiniLM-L6-v2"),
}
