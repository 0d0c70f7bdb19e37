"""Search articles: a SearchRequest in, an ArticlePage out.

If few articles have all the words, the query is relaxed; if none has any, and a better spelling finds some, those are
shown.
"""

from collections.abc import Mapping, Sequence
from dataclasses import replace

from searchsvc.engines.base import Engine
from searchsvc.engines.ranking_rules import FUZZY_FORMS
from searchsvc.highlighting import highlight, highlight_related, make_page_snippets
from searchsvc.model.article import RelatedHeadline
from searchsvc.model.fields import RELATED, TEXT_FIELDS, TITLE, TextField
from searchsvc.model.query import Fuzzy, Leaf, Node, Notice, Query, Sort, positive_leaves, with_leaves
from searchsvc.model.result import ArticlePage, ArticleResult, Hit, Ranking, Snippet
from searchsvc.search.other_spellings import EXACT_WINDOW, exact_first, widened, with_possessives
from searchsvc.search.request import RELAX_BELOW, SearchRequest, any_word, most_words, with_stop_words
from searchsvc.search.suggestions import Respelling, suggestions

#: Fields that are not part of the article's own text: if only they match, no snippet contains a word of the query.
NOT_HIGHLIGHTED_FIELDS: frozenset[TextField] = frozenset(row.name for row in TEXT_FIELDS if row.beside)
_POSSESSIVES = Notice("possessives", "No article has the phrase as typed: words that end in s may be possessives.")


def search_articles(engine: Engine, request: SearchRequest, *, offers: bool = False) -> ArticlePage:
    """Return one page of the articles that match a request.

    With `match="auto"`, if fewer than RELAX_BELOW articles of the whole index have all the words, articles with most
    of the words are found, too, and a notice says so.

    Args:
        engine: The index to search.
        request: The search.
        offers: Also compute what a results page offers next: a facet with chosen values is counted as if none were
            chosen, so that others can be added; and if nothing is found, `zero_hit_suggestions`.

    Raises:
        QueryError: The text cannot be parsed, or the query would cost too much.
        EngineError: The index cannot be read.

    """
    info = engine.info()
    answered = request = with_stop_words(engine, request)
    root, ranking, notices = _rank(engine, request, sideways=offers)
    spelling = Respelling(engine, request)
    is_hopeless = not (ranking.total_unfiltered or request.plain or request.spelling == "typed")
    suggestion = spelling.better if is_hopeless else None
    if suggestion is not None:
        better = _rank(engine, replace(request, text=suggestion), sideways=offers)
        if better[1].total:
            answered = replace(request, text=suggestion)
            root, ranking, notices = better
            notices = (_shown_instead(request.text, suggestion), *notices)
    root, cut = _expanded(engine, root)
    zero_hit = None
    if answered is request:
        suggestion, zero_hit = suggestions(engine, request, ranking, spelling, offers=offers)
    return ArticlePage(
        text=request.text,
        asked=request.asked,
        understood=answered.understood.text,
        notices=(*answered.understood.notices, *notices, *cut),
        sort=answered.order,
        page=request.page,
        size=request.size,
        total=ranking.total,
        total_all_words=ranking.total_all_words,
        results=_results(engine, ranking.hits, root),
        facets=ranking.facets,
        suggestion=suggestion,
        index=info,
        respelled=answered is not request,
        zero_hit_suggestions=zero_hit,
    )


def _rank(engine: Engine, request: SearchRequest, *, sideways: bool) -> tuple[Node, Ranking, tuple[Notice, ...]]:
    """Return the query that was ranked, strict or relaxed, its ranking, and the notice if it was relaxed.

    Whether the query is relaxed depends on counts over the whole index, not on filters or the page, so that all pages
    of a result agree.
    """
    understood = request.understood
    wide = None if request.plain else widened(engine, understood, request.stop_words)
    notices: tuple[Notice, ...] = ()
    if wide:
        understood, notices = wide.understood, (wide.notice,)
    all_words = wide.all_words if wide else None
    query = Query(understood.root, request.filters(sideways=sideways), request.order, all_words)
    if request.match == "any":
        root = any_word(understood)
        strict = None if root == understood.root else all_words or understood.root
        return root, _ask(engine, request, replace(query, root=root, all_words=strict)), notices
    relaxed = most_words(understood) if request.match == "auto" else None
    ranking = _ask(engine, request, query, least=RELAX_BELOW if relaxed else 0)
    if not ranking.total_unfiltered and (possessive := with_possessives(understood)):
        again = _ask(engine, request, replace(query, root=possessive.root))
        if again.total_unfiltered:
            return possessive.root, again, (*notices, _POSSESSIVES)
    if relaxed is None or ranking.total_unfiltered >= RELAX_BELOW:
        return query.root, ranking, notices
    ranking = _ask(engine, request, replace(query, root=relaxed, all_words=None))
    told = (_relaxed(ranking, query.sort),) if ranking.total > ranking.total_all_words else ()
    return relaxed, ranking, (*notices, *told)


def _expanded(engine: Engine, root: Node) -> tuple[Node, tuple[Notice, ...]]:
    """Return the query with the forms of its fuzzy words, and a notice that names those that have more of them."""
    near = {
        leaf: [form for form, _ in engine.similar_words(leaf.text, edits=leaf.edits, limit=FUZZY_FORMS + 1)]
        for leaf in positive_leaves(root)
        if isinstance(leaf, Fuzzy)
    }
    if not near:
        return root, ()
    told: dict[Leaf, Leaf] = {leaf: replace(leaf, forms=tuple(forms[:FUZZY_FORMS])) for leaf, forms in near.items()}
    cut = dict.fromkeys(f"{leaf.text}~" for leaf, forms in near.items() if len(forms) > FUZZY_FORMS)
    text = f"{', '.join(cut)}: more words are so near; the {FUZZY_FORMS} nearest were looked for."
    return with_leaves(root, told), (Notice("fuzzy-cut", text),) if cut else ()


def _shown_instead(typed: str, better: str) -> Notice:
    return Notice("respelled", f"No article matches “{typed}”: those that match “{better}” are shown.")


def _ask(engine: Engine, request: SearchRequest, query: Query, *, least: int = 0) -> Ranking:
    """Return the ranking of a query on the requested page; `least` as of `Engine.search`.

    Of the first EXACT_WINDOW hits those come first that print the query's phrases with the accents typed.
    """
    printed, end = request.understood.printed, request.offset + request.size
    if not printed or query.sort != "relevance" or end > EXACT_WINDOW:
        limit, offset = request.size, request.offset
        return engine.search(query, limit=limit, offset=offset, selection=request.selection, least=least)
    ranking = engine.search(query, limit=EXACT_WINDOW, selection=request.selection, least=least)
    return replace(ranking, hits=tuple(exact_first(ranking.hits, printed)[request.offset : end]))


def _relaxed(ranking: Ranking, sort: Sort) -> Notice:
    """Return the notice that articles without all the words are among the hits."""
    count = ranking.total_all_words
    if not count:
        return Notice("relaxed", "No article has all the words: those with most of them are shown.")
    others = "those with most of them follow" if sort == "relevance" else "those with most of them stand among them"
    return Notice("relaxed", f"{count} article{'s have' if count > 1 else ' has'} all the words; {others}.")


def _results(engine: Engine, hits: Sequence[Hit], root: Node) -> tuple[ArticleResult, ...]:
    """Return the hits with title and snippets, the words of the query marked.

    A hit that only its related headlines explain gets the best of them as a snippet after its first one.
    """
    related = _related(engine, hits)
    results = []
    for hit, snippets in zip(hits, make_page_snippets(hits, root), strict=True):
        if hit.head.id in related:
            snippets = (*snippets[:1], *_best(related[hit.head.id], hit, root))  # noqa: PLW2901  replaces them
        results.append(ArticleResult(hit.head, hit.score, _title(hit, root), snippets, hit.matched_in))
    return tuple(results)


def _related(engine: Engine, hits: Sequence[Hit]) -> Mapping[str, Sequence[RelatedHeadline]]:
    """Return, by article id, the related headlines of the hits that match there and not in the article's own text."""
    ids = [
        hit.head.id for hit in hits if RELATED in hit.matched_in and NOT_HIGHLIGHTED_FIELDS.issuperset(hit.matched_in)
    ]
    annotations = engine.annotations(ids) if ids else ()
    return {article_id: one.related for article_id, one in zip(ids, annotations, strict=True)}


def _best(related: Sequence[RelatedHeadline], hit: Hit, root: Node) -> tuple[Snippet, ...]:
    """Return the related headline with the most marked words, the first of equals; () if none has any."""
    marked = highlight_related([headline.text for headline in related], root, hit.head.language)
    best = max(range(len(marked)), key=lambda i: (len(marked[i].marks), -i), default=None)
    return () if best is None or not marked[best].marks else (replace(marked[best], anchor=f"r{best}"),)


def _title(hit: Hit, root: Node) -> Snippet:
    """Return the title, with the words of the query marked if the query matches in the title."""
    title = hit.head.title
    return highlight(title, root, hit.head.language) if TITLE in hit.matched_in else Snippet(title)
