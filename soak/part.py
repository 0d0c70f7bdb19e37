"""A part of the soak: trials of one kind, each repeatable by its seed and number alone."""

from abc import ABC, abstractmethod
from pathlib import Path
from random import Random
from typing import ClassVar, Self


class Wrong(Exception):  # noqa: N818  a finding, no error of the trial
    """A trial found what must not be.

    Attributes:
        evidence: Bytes that show it, kept in a file beside the state; None if the text says all.

    """

    def __init__(self, text: str, evidence: bytes | None = None) -> None:
        """Store the text and the bytes."""
        super().__init__(text)
        self.evidence = evidence


def require(condition: object, text: str, evidence: bytes | None = None) -> None:
    """Raise Wrong with the text unless the condition holds."""
    if not condition:
        raise Wrong(text, evidence)


class Part(ABC):
    """Trials of one kind, and what they share: an index, a server, a launcher of commands."""

    #: Name of the part, as `PART=` takes it.
    name: ClassVar[str]
    #: Trials at full size.
    full: ClassVar[int]
    #: Trials that one call of `trial` makes.
    step: ClassVar[int] = 1

    def __init__(self, place: Path, seed: int) -> None:
        """Store an empty folder that belongs to the part while it runs, and the seed of all its trials."""
        self.place, self.seed = place, seed

    def __enter__(self) -> Self:
        """Make what the trials share."""
        return self

    def __exit__(self, *_: object) -> None:  # noqa: B027  many parts share nothing
        """Let go of what the trials share."""

    def most(self) -> int | None:
        """Return how many different trials there are; None if any number."""
        return None

    @abstractmethod
    def trial(self, number: int, rng: Random) -> None:
        """Make the trials from `number` on, `step` of them.

        Args:
            number: Number of the first trial, from 0.
            rng: Source of all chance in them, seeded by the seed of the part and the number.

        Raises:
            Wrong: A trial found what must not be.

        """

    def finish(self) -> str:
        """Look at all trials of this run together; return a remark for the table, or "".

        Raises:
            Wrong: They show together what must not be.

        """
        return ""
