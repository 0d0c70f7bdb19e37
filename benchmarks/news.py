"""A corpus of real articles: the JSONL records of a folder, where one is at hand."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from searchsvc.model.article import Article
from searchsvc.model.source import Source
from searchsvc.parsing import parse
from searchsvc.sources import read_sources


@dataclass(frozen=True)
class News:
    """Where the records lie."""

    folder: Path
    seed: int = 7

    def __iter__(self) -> Iterator[Article]:
        """Yield the articles, always in the same order."""
        places = sorted(str(path) for path in self.folder.glob("*.jsonl*"))
        for source in read_sources(places):
            if isinstance(source, Source):
                yield parse(source)
