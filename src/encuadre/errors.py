"""What may go wrong, said so that the reader can mend it."""

from __future__ import annotations

from collections.abc import Sequence


class EncuadreError(Exception):
    """A fault that the user can mend; its message says what arrived, what was expected and how."""


class StudyError(EncuadreError):
    """One or more faults of a study, reported together.

    Parameters
    ----------
    faults : sequence of str
        One sentence a fault, each naming file, row and remedy.
    """

    def __init__(self, faults: Sequence[str]):
        self.faults = tuple(faults)
        count = "1 fault" if len(self.faults) == 1 else f"{len(self.faults)} faults"
        super().__init__(f"The study has {count}:\n" + "\n".join(f"  - {f}" for f in self.faults))
