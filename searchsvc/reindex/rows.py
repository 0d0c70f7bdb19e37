"""What is remembered of one page: where it lies, what it was, what became of it."""

from dataclasses import dataclass
from typing import Literal, NamedTuple

#: What the rows of a generation belong to that is being built.
BUILDING = "built after "

PageStatus = Literal["indexed", "superseded", "failed"]


class PageKey(NamedTuple):
    """Which page: the place that was read, and the page's name in it."""

    place: str
    name: str


@dataclass(frozen=True, slots=True)
class PageRow:
    """What is remembered of one page."""

    key: PageKey
    path: str
    sha256: str
    #: Version of the readers that read it.
    reader: str
    status: PageStatus
    #: None where the page could not be read.
    article: str | None = None
    #: Sorts the captures of one article, newest last.
    version: str = ""
    error: str | None = None


def building(current: str | None) -> str:
    """Return what the rows belong to of the generation that is being built while another one is current."""
    return f"{BUILDING}{current}"
