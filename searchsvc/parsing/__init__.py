"""Source → Article: which reader for which media type."""

from dataclasses import replace

from searchsvc.errors import SourceError
from searchsvc.model.article import Article, Source
from searchsvc.parsing.explanation import VERSION, Explanation
from searchsvc.parsing.portions import in_portions

__all__ = ["VERSION", "Explanation", "explain", "parse"]


def parse(source: Source) -> Article:
    """Return the article of a page, its quotes still empty.

    Raises:
        SourceError: There is no article in it, or no reader for its media type.

    """
    return explain(source).article


def explain(source: Source) -> Explanation:
    """Return the article of a page with what was left out of it, and why.

    Raises:
        SourceError: There is no article in it, or no reader for its media type.

    """
    found = _read(source)
    return replace(found, article=in_portions(found.article))


def _read(source: Source) -> Explanation:
    # Each reader is loaded when its first page comes: plain text must not wait for bs4.
    match source.media_type:
        case "text/html":
            from searchsvc.parsing.html import read_html  # noqa: PLC0415 - see above

            return read_html(source)
        case "text/plain":
            from searchsvc.parsing.text import read_plain  # noqa: PLC0415 - see above

            return read_plain(source)
        case "application/json":
            from searchsvc.parsing.record import read_record  # noqa: PLC0415 - see above

            return read_record(source)
        case other:
            raise SourceError(source.path, f"no reader for {other}: text/html, text/plain or application/json are read")
