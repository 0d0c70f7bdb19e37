"""SearchRequest → Page."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime

from searchsvc.engines.base import Engine
from searchsvc.model.query import Node, Notice, Query, Sort, TextField, Understood
from searchsvc.model.result import Hit, Page, Ranking, Result, Snippet
from searchsvc.search.matching import FEW, any_word, most_words
from searchsvc.search.reading import understand
from searchsvc.search.request import SearchRequest
from searchsvc.search.spelling import respell
from searchsvc.snippets import highlight, highlight_related, make_page_snippets

#: A correction is looked for where fewer articles than this have all the words.
FEW_FOR_SPELLING = 3
#: Fields that stand beside the article's own text: where only they match, the text shows no reason.
BESIDE: frozenset[TextField] = frozenset({"related", "speaker", "author"})


def search(engine: Engine, request: SearchRequest, *, now: datetime | None = None) -> Page:
    """Answer one request.

    Args:
        engine: The collection.
        request: What is asked.
        now: What relative dates count from; the present if not given.

    Raises:
        QueryError: The text cannot be read, or would cost too much.
        EngineError: The index cannot be read.

    """
    understood = understand(request, now or datetime.now(UTC))
    info = engine.info()
    root, ranking, notices = _rank(engine, request, understood)
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
        suggestion=_suggestion(engine, request, understood, ranking),
        index=info,
    )


def count(engine: Engine, request: SearchRequest) -> int:
    """Return how many articles a search lists.

    Raises:
        QueryError: The text cannot be read, or would cost too much.
        EngineError: The index cannot be read.

    """
    _, ranking, _ = _rank(engine, replace(request, page=1, size=1), understand(request, datetime.now(UTC)))
    return ranking.total


def _sort(request: SearchRequest) -> Sort:
    return request.sort or ("relevance" if request.text.strip() else "newest")


def _rank(engine: Engine, request: SearchRequest, understood: Understood) -> tuple[Node, Ranking, tuple[Notice, ...]]:
    """Rank by the words an article must have; the rule looks at the whole collection, so all pages agree."""
    root = any_word(understood) if request.match == "any" else understood.root
    relaxed = most_words(understood) if request.match == "auto" else None
    if relaxed is None:
        found = _ask(engine, request, root)
        if root != understood.root:
            found = replace(found, total_all_words=_matching(engine, understood.root, request))
        return root, found, ()
    ranking = None if request.filters() else _ask(engine, request, root)
    having_all = _matching(engine, root) if ranking is None else ranking.total
    if having_all >= FEW:
        return root, ranking or _ask(engine, request, root), ()
    ranking = _ask(engine, request, relaxed)
    return relaxed, ranking, (_relaxed(ranking, _sort(request)),) if ranking.total > ranking.total_all_words else ()


def _matching(engine: Engine, root: Node, request: SearchRequest | None = None) -> int:
    """Return how many articles match a tree, in the whole collection or among those a request is narrowed to."""
    return engine.search(Query(root, request.filters() if request else ()), limit=0, facets=False).total


def _ask(engine: Engine, request: SearchRequest, root: Node) -> Ranking:
    query = Query(root, request.filters(), _sort(request))
    return engine.search(query, limit=request.size, offset=(request.page - 1) * request.size)


def _relaxed(ranking: Ranking, sort: Sort) -> Notice:
    count = ranking.total_all_words
    if not count:
        return Notice("relaxed", "No article has all the words: those with most of them are shown.")
    others = "those with most of them follow" if sort == "relevance" else "those with most of them stand among them"
    return Notice("relaxed", f"{count} article{'s have' if count > 1 else ' has'} all the words; {others}.")


def _results(engine: Engine, hits: Sequence[Hit], root: Node) -> tuple[Result, ...]:
    results = []
    for hit, snippets in zip(hits, make_page_snippets(hits, root), strict=True):
        if "related" in hit.matched_in and BESIDE.issuperset(hit.matched_in):
            snippets = (*snippets[:1], *_related(engine, hit, root))  # noqa: PLW2901  the same, with what shows why
        results.append(Result(hit.head, hit.score, _title(hit, root), snippets, hit.matched_in))
    return tuple(results)


def _related(engine: Engine, hit: Hit, root: Node) -> tuple[Snippet, ...]:
    """Return the related headline that shows most of the query, where nothing of the article itself does."""
    article = engine.article(hit.head.id)
    texts = [headline.text for headline in article.related] if article else []
    marked = highlight_related(texts, root, hit.head.language)
    best = max(range(len(marked)), key=lambda i: (len(marked[i].marks), -i), default=None)
    return () if best is None or not marked[best].marks else (replace(marked[best], anchor=f"r{best}"),)


def _title(hit: Hit, root: Node) -> Snippet:
    title = hit.head.title
    return highlight(title, root, hit.head.language) if "title" in hit.matched_in else Snippet(title)


def _suggestion(engine: Engine, request: SearchRequest, understood: Understood, ranking: Ranking) -> str | None:
    """Return a spelling that finds more, if few articles have what is asked for: all the words, or any."""
    found = ranking.total if request.match == "any" else ranking.total_all_words
    if found >= FEW_FOR_SPELLING or request.page > 1:
        return None
    text = respell(engine, request.text, understood)
    if text is None:
        return None
    better = understand(replace(request, text=text), datetime.now(UTC))
    if _matching(engine, better.root, request) > ranking.total_all_words:
        return text
    # Where nothing at all was found, articles with some of the words are more, if those are listed too.
    relaxed = {"all": None, "any": any_word(better), "auto": most_words(better)}[request.match]
    return text if not ranking.total and relaxed and _matching(engine, relaxed, request) else None
