"""Article → the same in portions that can be shown: no part of it as long as a page may be.

News has no paragraph of a hundred thousand letters; a log, or an attack, under a page's name has. All
of a text stays searchable, in several blocks; a name or headline is cut, and a warning says so.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import replace

from searchsvc.model.article import Article, ArticleHead, Block

#: Code points of a block, of a headline, of a name at most. The longest paragraph of our samples has 17,000.
LONGEST_BLOCK, LONGEST_HEADLINE, LONGEST_NAME = 40_000, 1_000, 300
#: Where a text is parted, the best place first; and how much of it may be left for a better place.
_PLACES = (re.compile(r"[.!?…][\"'”’»)]*\s"), re.compile(r"\s"))
_SPARE = 1_000


def in_portions(article: Article) -> Article:
    """Return the article with over-long blocks parted, and over-long headlines and names cut."""
    head = article.head
    short = _short_head(head)
    related = tuple(replace(one, text=_cut(one.text, LONGEST_HEADLINE)) for one in article.related)
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
        blocks=tuple(part for block in article.blocks for part in _parts(block)),
        related=related,
        provenance=replace(article.provenance, warnings=tuple(warnings)),
    )


def _short_head(head: ArticleHead) -> ArticleHead:
    return replace(
        head,
        title=_cut(head.title, LONGEST_HEADLINE),
        outlet=head.outlet and _cut(head.outlet, LONGEST_NAME),
        section=head.section and _cut(head.section, LONGEST_NAME),
        authors=tuple(_cut(author, LONGEST_NAME) for author in head.authors),
        lead=head.lead and next(_pieces(head.lead)),
    )


def _cut(text: str, longest: int) -> str:
    return text if len(text) <= longest else f"{text[: longest - 1].rstrip()}…"


def _parts(block: Block) -> Sequence[Block]:
    if len(block.text) <= LONGEST_BLOCK:
        return (block,)
    return [replace(block, text=text) for text in _pieces(block.text)]


def _pieces(text: str) -> Iterator[str]:
    """Yield the text in pieces, parted after a sentence if one ends near, else between words, else anywhere."""
    at = 0
    while len(text) - at > LONGEST_BLOCK:
        end = at + LONGEST_BLOCK
        ends = ([match.end() for match in place.finditer(text, end - _SPARE, end)] for place in _PLACES)
        end = next((found[-1] for found in ends if found), end)
        piece = text[at:end].strip()
        if piece:
            yield piece
        at = end
    if rest := text[at:].strip() if at else text:
        yield rest
