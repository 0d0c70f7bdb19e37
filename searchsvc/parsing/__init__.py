"""Source → Article: which reader for which media type, and how long a text, headline or name may be.

News has no paragraph of a hundred thousand letters; a log, or an attack, under a page's name has. All
of a text stays searchable, in several blocks; a name or headline is cut, and a warning says so.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import replace

from searchsvc.errors import SourceError
from searchsvc.model.article import Article, ArticleHead, Block, Source
from searchsvc.parsing.parse_result import VERSION, Explanation

__all__ = ["VERSION", "Explanation", "explain", "parse"]

#: Code points of a block, of a headline, of a name at most. The longest paragraph of our samples has 17,000.
LONGEST_BLOCK, LONGEST_HEADLINE, LONGEST_NAME = 40_000, 1_000, 300
#: Where a text is split, the best place first; how far back from its longest length such a place is looked for.
_SPLIT_POINTS = (re.compile(r"[.!?…][\"'”’»)]*\s"), re.compile(r"\s"))
_SPLIT_WINDOW = 1_000


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
    explanation = _read(source)
    return replace(explanation, article=with_bounded_sizes(explanation.article))


def _read(source: Source) -> Explanation:
    # Each reader is loaded when its first page comes: plain text must not wait for bs4.
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
    related = tuple(replace(one, text=_truncated(one.text, LONGEST_HEADLINE)) for one in article.related)
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
        blocks=tuple(part for block in article.blocks for part in _split_block(block)),
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
    """Yield the text in parts, split after a sentence if one ends near, else between words, else anywhere."""
    at = 0
    while len(text) - at > LONGEST_BLOCK:
        end = at + LONGEST_BLOCK
        ends = (
            [match.end() for match in pattern.finditer(text, end - _SPLIT_WINDOW, end)] for pattern in _SPLIT_POINTS
        )
        end = next((found[-1] for found in ends if found), end)
        part = text[at:end].strip()
        if part:
            yield part
        at = end
    if rest := text[at:].strip() if at else text:
        yield rest
