"""Parse a Source (HTML, plain text or JSON record) into an Article, and bound the sizes of its texts and lists.

A paragraph of more than LONGEST_BLOCK characters is a log or an attack rather than news. It is split into several
blocks, so that all of it stays searchable. A longer headline or name is cut; an id or address that is too long is
replaced or left out, since a part of it means something else; lists are cut. A warning in the provenance reports each.
The quotes of an article are bounded where they are found (`quotes.MOST_QUOTES`).
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import TypeVar

from searchsvc.errors import SourceError
from searchsvc.model.article import Article, ArticleHead, Block, RelatedHeadline
from searchsvc.model.source import Source
from searchsvc.parsing.parse_result import VERSION, Explanation, article_id

__all__ = ["VERSION", "Explanation", "explain", "parse"]

#: Most code points of a block, of a headline, of a name. The longest block read from the pages of `make quality` has
#: 15,301 code points.
LONGEST_BLOCK, LONGEST_HEADLINE, LONGEST_NAME = 40_000, 1_000, 300
#: Most code points of an address, and of the id that a record gives itself. Most browsers and servers take addresses of
#: 2,000; the longest of the 16,932 real articles that were read has 306.
LONGEST_ADDRESS, LONGEST_ID = 2_000, 300
#: Most blocks, related headlines, authors and warnings of an article. The most of those articles: 332, 40, 3 and 1.
MOST_BLOCKS, MOST_RELATED, MOST_AUTHORS, MOST_WARNINGS = 5_000, 500, 100, 50
#: Where a long text is split: after a sentence, else at white space. Such a place is searched in the last
#: `_SPLIT_WINDOW` characters before the limit.
_SPLIT_POINTS = (re.compile(r"[.!?…][\"'”’»)]*\s"), re.compile(r"\s"))
_SPLIT_WINDOW = 1_000


def parse(source: Source) -> Article:
    """Return the article of a page; its `quotes` are empty, `reindex.read_article` adds them.

    Raises:
        SourceError: The page holds no article, or no reader exists for its media type.
        RefusedError: The page exceeds a size limit.

    """
    return explain(source).article


def explain(source: Source) -> Explanation:
    """Return the article of a page, and the texts of the page that are not in it with the reason for each.

    Raises:
        SourceError: The page holds no article, or no reader exists for its media type.
        RefusedError: The page exceeds a size limit.

    """
    explanation = _read(source)
    article = explanation.article
    if source.warnings:
        provenance = article.provenance
        article = replace(article, provenance=replace(provenance, warnings=(*source.warnings, *provenance.warnings)))
    return replace(explanation, article=with_bounded_sizes(article))


def _read(source: Source) -> Explanation:
    # Imported on first use: reading plain text must not pay for importing lxml and bs4.
    match source.media_type:
        case "text/html":
            from searchsvc.parsing.html import read_html  # noqa: PLC0415 - see above

            return read_html(source)
        case "text/plain":
            from searchsvc.parsing.text import read_text  # noqa: PLC0415 - see above

            return read_text(source)
        case "application/json":
            from searchsvc.parsing.json_record import read_record  # noqa: PLC0415 - see above

            return read_record(source)
        case other:
            raise SourceError(source.path, f"no reader for {other}: text/html, text/plain or application/json are read")


def with_bounded_sizes(article: Article) -> Article:
    """Return the article with over-long texts and lists made shorter, and a warning for each kind of them."""
    bounds = _Bounds()
    head = bounds.head(article.head)
    long = [block for block in article.blocks if len(block.text) > LONGEST_BLOCK]
    pieces = [piece for block in article.blocks for piece in _split_block(block)] if long else article.blocks
    blocks = bounds.first(pieces, MOST_BLOCKS, "blocks")
    related = tuple(map(bounds.related, bounds.first(article.related, MOST_RELATED, "related headlines")))
    given = bounds.first(article.provenance.warnings, MOST_WARNINGS, "warnings")
    parted = [f"{len(long)} blocks of over {LONGEST_BLOCK:,} characters were parted"] if long else []
    added = (*parted, *bounds.warnings)
    if not added and head == article.head:
        return article
    return replace(
        article,
        head=head,
        blocks=blocks,
        related=related,
        provenance=replace(article.provenance, warnings=(*given, *added)),
    )


T = TypeVar("T")


class _Bounds:
    """Makes parts of one article shorter, and gathers the warnings about what was left out, each once."""

    def __init__(self) -> None:
        self.warnings: list[str] = []

    def _note(self, warning: str) -> None:
        if warning not in self.warnings:
            self.warnings.append(warning)

    def first(self, values: Sequence[T], most: int, what: str) -> tuple[T, ...]:
        if len(values) > most:
            self._note(f"{len(values) - most:,} of {len(values):,} {what} were cut")
        return tuple(values[:most])

    def text(self, text: str | None, longest: int) -> str | None:
        return text and self._cut(text, longest)

    def _cut(self, text: str, longest: int) -> str:
        shorter = _truncated(text, longest)
        if shorter != text:
            self._note("an over-long headline or name was cut")
        return shorter

    def address(self, url: str | None) -> str | None:
        """Return an address; None if it is too long, since a part of it would lead elsewhere."""
        if url is None or len(url) <= LONGEST_ADDRESS:
            return url
        self._note(f"an address of over {LONGEST_ADDRESS:,} characters was cut")
        return None

    def head(self, head: ArticleHead) -> ArticleHead:
        id_ = head.id
        if len(id_) > LONGEST_ID:
            self._note(f"an id of over {LONGEST_ID} characters is replaced by a hash of it; it was cut")
            id_ = article_id(None, None, id_)
        authors = self.first(head.authors, MOST_AUTHORS, "authors")
        return replace(
            head,
            id=id_,
            title=self._cut(head.title, LONGEST_HEADLINE),
            url=self.address(head.url),
            kicker=self.text(head.kicker, LONGEST_HEADLINE),
            outlet=self.text(head.outlet, LONGEST_NAME),
            agency=self.text(head.agency, LONGEST_NAME),
            section=self.text(head.section, LONGEST_NAME),
            authors=tuple(self._cut(author, LONGEST_NAME) for author in authors),
            lead=head.lead and next(_split_text(head.lead)),
        )

    def related(self, headline: RelatedHeadline) -> RelatedHeadline:
        return replace(
            headline,
            text=self._cut(headline.text, LONGEST_HEADLINE),
            url=self.address(headline.url),
            section=self.text(headline.section, LONGEST_NAME),
            outlet=self.text(headline.outlet, LONGEST_NAME),
            age=self.text(headline.age, LONGEST_NAME),
        )


def _truncated(text: str, longest: int) -> str:
    return text if len(text) <= longest else f"{text[: longest - 1].rstrip()}…"


def _split_block(block: Block) -> Sequence[Block]:
    if len(block.text) <= LONGEST_BLOCK:
        return (block,)
    return [replace(block, text=text) for text in _split_text(block.text)]


def _split_text(text: str) -> Iterator[str]:
    """Yield pieces of at most LONGEST_BLOCK characters.

    A piece ends after the last sentence within the split window, else at its last white space, else at the limit.
    """
    start = 0
    while len(text) - start > LONGEST_BLOCK:
        end = start + LONGEST_BLOCK
        split_points = (
            [match.end() for match in pattern.finditer(text, end - _SPLIT_WINDOW, end)] for pattern in _SPLIT_POINTS
        )
        end = next((points[-1] for points in split_points if points), end)
        piece = text[start:end].strip()
        if piece:
            yield piece
        start = end
    if rest := text[start:].strip() if start else text:
        yield rest
