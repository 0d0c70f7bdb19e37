"""Copies of an article → the published JSON, with its shapes."""

from typing import Annotated

import msgspec

from searchsvc.json_output import published_head, to_json
from searchsvc.json_shapes import HeadJson
from searchsvc.model.result import IndexInfo
from searchsvc.search import ArticleCopies, CopyComparison
from searchsvc.versions import BlockChange, DiffRun


class CopyJson(msgspec.Struct, frozen=True):
    """A copy of an article, and what it words otherwise."""

    article: HeadJson
    headline: Annotated[
        tuple[DiffRun, ...] | None,
        msgspec.Meta(description="Words of both headlines; null in those that were not compared: after 20."),
    ]
    blocks: Annotated[
        tuple[BlockChange, ...],
        msgspec.Meta(description="Blocks that differ: `removed` is in the article only, `added` in the copy only."),
    ]


class ArticleCopiesJson(msgspec.Struct, frozen=True):
    """An article, and the other articles that print the same story, the first printed first."""

    article: HeadJson
    total: Annotated[int, msgspec.Meta(description="How many copies there are.")]
    copies: list[CopyJson]
    index: IndexInfo


def copies_to_json(found: ArticleCopies) -> bytes:
    """Return an article with its copies as one line of JSON."""
    copies = list(map(_copy, found.copies))
    return to_json(ArticleCopiesJson(published_head(found.head), len(copies), copies, found.index))


def _copy(copy: CopyComparison) -> CopyJson:
    return CopyJson(published_head(copy.head), copy.headline, copy.blocks)
