"""SearchRequest → Page."""

from collections.abc import Mapping, Sequence
from dataclasses import replace

from searchsvc.engines.base import Engine
from searchsvc.highlighting import highlight, highlight_related, make_page_snippets
from searchsvc.model.article import RelatedHeadline
from searchsvc.model.fields import RELATED, TEXT_FIELDS, TITLE
from searchsvc.model.query import Node, Notice, Query, Sort
from searchsvc.model.result import Hit, Page, Ranking, Result, Snippet
from searchsvc.model.rows import TextField
from searchsvc.search.request import FEW, SearchRequest, any_word, most_words
from searchsvc.search.ways_out import ways_out

#: Fields that stand beside the article's own text: where only they match, the text shows no reason.
BESIDE: frozenset[TextField] = frozenset(row.name for row in TEXT_FIELDS if row.beside)


def search(engine: Engine, request: SearchRequest, *, offers: bool = False) -> Page:
    """Answer one request.

    Args:
        engine: The collection.
        request: What is asked.
        offers: Also find out what a page offers to go on with: a facet that has chosen values is
            counted as if it had none, for these may be added; where nothing is found, the ways out.

    Raises:
        QueryError: The text cannot be read, or would cost too much.
        EngineError: The index cannot be read.

    """
    understood = request.understood
    info = engine.info()
    root, ranking, notices = _rank(engine, request, sideways=offers)
    suggestion, ways = ways_out(engine, request, ranking, offers=offers)
    return Page(
        text=request.text,
        understood=understood.text,
        notices=(*understood.notices, *notices),
        sort=_sort(request),
        page=request.page,
        size=request.size,
        total=ranking.total,
        total_all_words=ranking.total_all_words,
        results=_results(engine, ranking.hits, root),
        facets=ranking.facets,
        suggestion=suggestion,
        index=info,
        ways_out=ways,
    )


def _sort(request: SearchRequest) -> Sort:
    return request.sort or ("relevance" if request.text.strip() else "newest")


def _rank(engine: Engine, request: SearchRequest, *, sideways: bool) -> tuple[Node, Ranking, tuple[Notice, ...]]:
    """Rank by the words an article must have; the rule looks at the whole collection, so all pages agree."""
    understood, filters = request.understood, request.filters(sideways=sideways)
    query = Query(understood.root, filters, _sort(request))
    if request.match == "any":
        root = any_word(understood)
        strict = None if root == understood.root else understood.root
        return root, _ask(engine, request, replace(query, root=root, all_words=strict)), ()
    relaxed = most_words(understood) if request.match == "auto" else None
    ranking = _ask(engine, request, query, least=FEW if relaxed else 0)
    if relaxed is None or ranking.total_unfiltered >= FEW:
        return query.root, ranking, ()
    ranking = _ask(engine, request, replace(query, root=relaxed))
    return relaxed, ranking, (_relaxed(ranking, query.sort),) if ranking.total > ranking.total_all_words else ()


def _ask(engine: Engine, request: SearchRequest, query: Query, *, least: int = 0) -> Ranking:
    return engine.search(query, limit=request.size, offset=request.offset, least=least)


def _relaxed(ranking: Ranking, sort: Sort) -> Notice:
    count = ranking.total_all_words
    if not count:
        return Notice("relaxed", "No article has all the words: those with most of them are shown.")
    others = "those with most of them follow" if sort == "relevance" else "those with most of them stand among them"
    return Notice("relaxed", f"{count} article{'s have' if count > 1 else ' has'} all the words; {others}.")


def _results(engine: Engine, hits: Sequence[Hit], root: Node) -> tuple[Result, ...]:
    related = _related(engine, hits)
    results = []
    for hit, snippets in zip(hits, make_page_snippets(hits, root), strict=True):
        if hit.head.id in related:
            snippets = (*snippets[:1], *_best(related[hit.head.id], hit, root))  # noqa: PLW2901  and what shows why
        results.append(Result(hit.head, hit.score, _title(hit, root), snippets, hit.matched_in))
    return tuple(results)


def _related(engine: Engine, hits: Sequence[Hit]) -> Mapping[str, Sequence[RelatedHeadline]]:
    """Return the related headlines of the articles that are found by these, or by nothing that they show."""
    ids = [hit.head.id for hit in hits if RELATED in hit.matched_in and BESIDE.issuperset(hit.matched_in)]
    found = engine.annotations(ids) if ids else ()
    return {article_id: one.related for article_id, one in zip(ids, found, strict=True)}


def _best(related: Sequence[RelatedHeadline], hit: Hit, root: Node) -> tuple[Snippet, ...]:
    """Return the related headline that shows most of the query."""
    marked = highlight_related([headline.text for headline in related], root, hit.head.language)
    best = max(range(len(marked)), key=lambda i: (len(marked[i].marks), -i), default=None)
    return () if best is None or not marked[best].marks else (replace(marked[best], anchor=f"r{best}"),)


def _title(hit: Hit, root: Node) -> Snippet:
    title = hit.head.title
    return highlight(title, root, hit.head.language) if TITLE in hit.matched_in else Snippet(title)
