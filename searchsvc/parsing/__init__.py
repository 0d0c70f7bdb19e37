"""Parse a Source (HTML, plain text or JSON record) into an Article, and bound the sizes of its texts.

A paragraph of more than LONGEST_BLOCK characters is a log or an attack rather than news. It is split into several
blocks, so that all of it stays searchable; a longer headline or name is cut. A warning in the provenance reports both.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import replace

from searchsvc.errors import SourceError
from searchsvc.model.article import Article, ArticleHead, Block, Source
from searchsvc.parsing.parse_result import VERSION, Explanation

__all__ = ["VERSION", "Explanation", "explain", "parse"]

#: Most code points of a block, of a headline, of a name. The longest block read from the pages of `make quality` has
#: 15,301 code points.
LONGEST_BLOCK, LONGEST_HEADLINE, LONGEST_NAME = 40_000, 1_000, 300
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
    return replace(explanation, article=with_bounded_sizes(explanation.article))


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
    """Return the article with over-long blocks split, and over-long headlines and names cut."""
    head = article.head
    short = _bounded_head(head)
    related = tuple(replace(headline, text=_truncated(headline.text, LONGEST_HEADLINE)) for headline in article.related)
    long = [block for block in article.blocks if len(block.text) > LONGEST_BLOCK]
    if not long and short == head and related == article.related:
        return article
    warnings = list(article.provenance.warnings)
    if long:
        warnings.append(f"{len(long)} blocks of over {LONGEST_BLOCK:,} characters were parted")
    if replace(short, lead=head.lead) != head or related != article.related:
        warnings.append("an over-long headline or name was cut")
    return replace(
        article,
        head=short,
        blocks=tuple(piece for block in article.blocks for piece in _split_block(block)),
        related=related,
        provenance=replace(article.provenance, warnings=tuple(warnings)),
    )


def _bounded_head(head: ArticleHead) -> ArticleHead:
    return replace(
        head,
        title=_truncated(head.title, LONGEST_HEADLINE),
        outlet=head.outlet and _truncated(head.outlet, LONGEST_NAME),
        section=head.section and _truncated(head.section, LONGEST_NAME),
        authors=tuple(_truncated(author, LONGEST_NAME) for author in head.authors),
        lead=head.lead and next(_split_text(head.lead)),
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
