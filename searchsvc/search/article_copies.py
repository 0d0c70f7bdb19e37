"""Article → its copies: the other articles that print the same story, and what each of them words otherwise."""

from dataclasses import dataclass

from searchsvc.engines.base import Engine
from searchsvc.model.article import ArticleHead
from searchsvc.model.deadline import check_deadline
from searchsvc.model.result import IndexInfo
from searchsvc.search.versions_of_article import find_article
from searchsvc.versions import BlockChange, DiffRun, compare

#: Copies that are compared with the article, at most: the first printed ones; further ones are named only.
MOST_COMPARED = 20


@dataclass(frozen=True, slots=True)
class CopyComparison:
    """A copy of an article beside it."""

    head: ArticleHead
    #: Words of both headlines; None: it is not compared.
    headline: tuple[DiffRun, ...] | None
    #: The blocks that differ, in order: what the article has is removed, what the copy has is added.
    blocks: tuple[BlockChange, ...] = ()

    @property
    def has_other_headline(self) -> bool:
        """Whether the headlines differ."""
        return any(run.kind != "same" for run in self.headline or ())


@dataclass(frozen=True, slots=True)
class ArticleCopies:
    """An article and its copies, the first printed first."""

    head: ArticleHead
    copies: tuple[CopyComparison, ...]
    index: IndexInfo


def find_copies(engine: Engine, article_id: str) -> ArticleCopies:
    """Return an article with its copies.

    Raises:
        NotFoundError: There is no such article.
        EngineError: The index cannot be read.

    """
    return engine.at_one_commit(lambda held: _copies(held, article_id))


def _copies(engine: Engine, article_id: str) -> ArticleCopies:
    article = find_article(engine, article_id)
    heads = engine.copies(article_id)
    others = engine.articles([head.id for head in heads[:MOST_COMPARED]])
    compared = []
    for head, other in zip(heads, [*others, *[None] * (len(heads) - len(others))], strict=True):
        check_deadline()
        if other is None:
            compared.append(CopyComparison(head, None))
            continue
        found = compare(article, other)
        changed = tuple(block for block in found.blocks if block.state != "same")
        compared.append(CopyComparison(head, found.headline, changed))
    return ArticleCopies(article.head, tuple(compared), engine.info())
