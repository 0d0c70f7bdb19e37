"""Article → Documents: which fielded documents of the index an article becomes."""

from collections.abc import Iterable, Sequence

from searchsvc.analysis import tokenize
from searchsvc.model.article import STORY_KINDS, Article, Block
from searchsvc.model.document import ArticleDocument, Document, HeadlineDocument, Passage, QuoteDocument

#: Words a passage may hold before a new one opens. Passages of 100-200 words rank best with
#: the whole document beside them (Pyserini's MaxP segments; our own trials agree).
PASSAGE_WORDS = 180

#: Quotes that are somebody's words; terms in marks are searchable as quotes of their own only.
SPEECH = frozenset({"full", "partial", "pullquote", "blockquote", "headline"})


def chunk(article: Article) -> tuple[Document, ...]:
    """Return the article's documents: the ArticleDocument, then one for each quote and each related headline."""
    head = article.head
    lead = _lead_block(article)
    body = [i for i, block in enumerate(article.blocks) if block.kind in STORY_KINDS and i != lead]
    whole = ArticleDocument(
        article=article,
        title=head.title,
        lead=head.lead or "",
        body=_joined(article.blocks[i].text for i in body),
        crossheads=_joined(b.text for b in article.blocks if b.kind == "crosshead"),
        captions=_joined(b.text for b in article.blocks if b.kind == "caption"),
        quotes=_joined(q.text for q in article.quotes if q.kind in SPEECH),
        related=_joined(r.text for r in article.related),
        passages=passages(article.blocks),
        body_blocks=tuple(body),
    )
    quotes = [
        QuoteDocument(
            head,
            i,
            quote,
            article.context_of(quote),
            article.mention_context_of(quote),
            None if quote.block is None else f"b{quote.block}",
        )
        for i, quote in enumerate(article.quotes)
    ]
    headlines = [HeadlineDocument(head, i, headline) for i, headline in enumerate(article.related)]
    return (whole, *quotes, *headlines)


def passages(blocks: Sequence[Block]) -> tuple[Passage, ...]:
    """Return ranges of whole blocks that cover all of them, in order, without overlap.

    A passage holds about PASSAGE_WORDS words at most (one long block may exceed it); a
    cross-head opens a new one; bullets stay with the paragraph that introduces them.
    """
    found: list[Passage] = []
    first = words = 0
    for i, (size, opens) in enumerate(_units(blocks)):
        if i > first and opens and (blocks[i].kind == "crosshead" or words + size > PASSAGE_WORDS):
            found.append(Passage(first, i, words, f"b{first}"))
            first, words = i, 0
        words += _words(blocks[i])
    if blocks:
        found.append(Passage(first, len(blocks), words, f"b{first}"))
    return tuple(found)


def _units(blocks: Sequence[Block]) -> list[tuple[int, bool]]:
    """For each block: the words of the unit it opens, and whether it may open a passage.

    A unit is a cross-head with the block after it, or an intro with its bullets.
    """
    sizes = [_words(block) for block in blocks]
    units = [(size, True) for size in sizes]
    for i in range(len(blocks) - 1, 0, -1):
        if blocks[i].kind == "bullet" or (blocks[i - 1].kind == "crosshead" and blocks[i].kind != "crosshead"):
            units[i - 1] = (sizes[i - 1] + units[i][0], True)
            units[i] = (units[i][0], False)
    return units


def _lead_block(article: Article) -> int | None:
    """Index of the block that the lead repeats."""
    lead = article.head.lead
    return (
        next((i for i, b in enumerate(article.blocks) if b.kind == "paragraph" and b.text == lead), None)
        if lead
        else None
    )


def _words(block: Block) -> int:
    return sum(1 for _ in tokenize(block.text))


def _joined(texts: Iterable[str]) -> str:
    return "\n".join(" ".join(text.split("\n")) for text in texts)
