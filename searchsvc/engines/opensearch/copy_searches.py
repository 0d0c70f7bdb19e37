"""Query → the members of groups of copies among what matches it, and what a page shows of them.

Only documents that are in groups are read, in a search of their own: its price is that of the query, and of the copies
that match. Where a commit has no groups, nothing is asked.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from typing import TypeVar

from searchsvc.engines.opensearch.commit_state import CommitState
from searchsvc.engines.opensearch.copy_fields import FACETED, member_in
from searchsvc.engines.opensearch.facet_aggregations import Narrowing
from searchsvc.engines.opensearch.index_session import IndexSession
from searchsvc.engines.opensearch.indexed_documents import ShownHead, article_key, decoded
from searchsvc.engines.opensearch.mapping import ARTICLE, COPY, GROUP, MEMBER, QUOTE, WORDING, members_of_groups
from searchsvc.engines.opensearch.matching_copies import NO_COPIES, MatchingCopies, Member, Sideways
from searchsvc.engines.opensearch.query_dsl import Kind, all_of
from searchsvc.engines.opensearch.wire_format import RESULT_WINDOW, Json, search_line
from searchsvc.engines.ranking_rules import COPIES_LISTED
from searchsvc.model.article import ArticleHead
from searchsvc.model.deadline import check_deadline
from searchsvc.model.query import Node
from searchsvc.model.result import Hit, QuoteHit

AnyHit = TypeVar("AnyHit", Hit, QuoteHit)
#: What is read of a member: of an article one packed value, as each field has its price for every one of them.
_SHOWN: Json = {"stored_fields": "_none_", "docvalue_fields": [MEMBER]}
_QUOTE_SHOWN: Json = {"docvalue_fields": ["id", "dated", "index", WORDING, "full_name", *FACETED]}


def copies_search(state: CommitState, kind: Kind, matching: Json) -> tuple[str, Json]:
    """Return the search for the members of groups among the articles, or quotes, that match a query."""
    members = members_of_groups()
    if kind == QUOTE:
        of_members = {"has_parent": {"parent_type": ARTICLE, "query": {"has_child": {"type": COPY, "query": members}}}}
        found, order, shown = all_of([matching, of_members]), [{"id": "asc"}, {"index": "asc"}], _QUOTE_SHOWN
    else:
        found = all_of([members, {"has_parent": {"parent_type": ARTICLE, "query": matching}}])
        order, shown = [{"id": "asc"}], _SHOWN
    return state.articles, {"query": found, "sort": order, "size": RESULT_WINDOW, "_source": False, **shown}


def matching_copies(
    session: IndexSession, state: CommitState, kind: Kind, queries: Sequence[Json]
) -> list[MatchingCopies]:
    """Return the members of groups among what matches each of several queries, which are of one commit."""
    if not state.statistics.copies or not queries:
        return [NO_COPIES] * len(queries)
    kept = session.pin.copies if session.pin is not None else {}
    keys = [search_line(kind, query) for query in queries]
    missing = {key: query for key, query in zip(keys, queries, strict=True) if key not in kept}
    found = kept | dict(zip(missing, _members_among(session, state, kind, list(missing.values())), strict=True))
    if session.pin is not None:
        session.pin.copies = found
    return [found[key] for key in keys]


def _members_among(
    session: IndexSession, state: CommitState, kind: Kind, queries: Sequence[Json]
) -> list[MatchingCopies]:
    searches = [copies_search(state, kind, query) for query in queries]
    found = [
        list(_all_hits(session, state, body, answer))
        for (_, body), answer in zip(searches, session.ask_at(state, searches), strict=True)
    ]
    if kind != QUOTE:
        return [MatchingCopies(map(_article, hits)) for hits in found]
    groups = _groups_of(session, state, sorted({hit["fields"]["id"][0] for hits in found for hit in hits}))
    return [MatchingCopies(_quotes(hits, groups)) for hits in found]


def _all_hits(session: IndexSession, state: CommitState, body: Json, answer: Json) -> Iterator[Json]:
    """Yield all hits of a search, whose first ones were answered."""
    hits = answer["hits"]["hits"]
    if len(hits) < RESULT_WINDOW:
        yield from hits
        return
    for chunk in session.walk(state, {name: part for name, part in body.items() if name != "size"}):
        check_deadline()
        yield from chunk


def _article(hit: Json) -> Member:
    fields = member_in(hit["fields"][MEMBER][0])
    article = fields["id"][0]
    return Member(article_key(article), article, _dated(fields), fields[GROUP][0], fields)


def _quotes(hits: Sequence[Json], groups: Mapping[str, str]) -> Iterator[Member]:
    for hit in hits:
        fields = hit["fields"]
        article = fields["id"][0]
        if article in groups:
            group = groups[article], fields[WORDING][0]
            yield Member(hit["_id"], article, _dated(fields), group, fields)


def _dated(fields: Json) -> int | None:
    dated: int | None = fields.get("dated", [None])[0]
    return dated


def _groups_of(session: IndexSession, state: CommitState, article_ids: Sequence[str]) -> dict[str, str]:
    """Return the group of each of some articles that is in one."""
    parts = [article_ids[start : start + RESULT_WINDOW] for start in range(0, len(article_ids), RESULT_WINDOW)]
    shown: Json = {"size": RESULT_WINDOW, "_source": False, "docvalue_fields": ["id", GROUP]}
    searches = [
        (state.articles, shown | {"query": all_of([members_of_groups(), {"terms": {"id": part}}])}) for part in parts
    ]
    return {
        hit["fields"]["id"][0]: hit["fields"][GROUP][0]
        for answer in session.ask_at(state, searches)
        for hit in answer["hits"]["hits"]
    }


def sideways_bodies(narrowing: Narrowing, root: Node) -> list[Json]:
    """Return the queries of what matches root and filters, and of what does without each choice of a facet."""
    parts = [[one for one in narrowing.filters if one is not choice] for choice in (None, *narrowing.choices)]
    return [narrowing.builder.matching(narrowing.kind, root, part) for part in parts]


def sideways_copies(
    session: IndexSession, state: CommitState, narrowing: Narrowing, root: Node, *others: Json
) -> tuple[Sideways, Sequence[MatchingCopies]]:
    """Return the members of groups among what matches root and filters, with and without each choice of a facet.

    Args:
        session: The index.
        state: The commit.
        narrowing: The filters.
        root: The root.
        others: More queries; the members among what each matches are returned, too.

    """
    choices = narrowing.choices
    bodies = sideways_bodies(narrowing, root)
    every, *found = matching_copies(session, state, narrowing.kind, [*bodies, *others])
    by_facet = {choice.field: one for choice, one in zip(choices, found, strict=False)}
    return Sideways(every, by_facet), found[len(choices) :]


def with_copies(
    session: IndexSession, state: CommitState, hits: Sequence[AnyHit], others: Sequence[Sequence[str]]
) -> tuple[AnyHit, ...]:
    """Return the hits of a page with the articles for which they stand.

    Args:
        session: The index.
        state: The commit.
        hits: The hits.
        others: Of each hit the ids of these articles.

    """
    heads = heads_of(session, state, (one for ids in others for one in ids[:COPIES_LISTED]))
    return tuple(
        replace(hit, copies=tuple(heads[one] for one in ids[:COPIES_LISTED]), copies_total=len(ids)) if ids else hit
        for hit, ids in zip(hits, others, strict=True)
    )


def heads_of(session: IndexSession, state: CommitState, article_ids: Iterable[str]) -> dict[str, ArticleHead]:
    """Return the heads of articles of a commit, by id."""
    ids = list(dict.fromkeys(article_ids))
    parts = [ids[start : start + RESULT_WINDOW] for start in range(0, len(ids), RESULT_WINDOW)]
    searches = [
        (
            state.articles,
            {"query": {"ids": {"values": list(map(article_key, part))}}, "size": len(part), "_source": ["shown"]},
        )
        for part in parts
    ]
    heads = (
        decoded(hit["_source"]["shown"], ShownHead).head
        for answer in session.ask_at(state, searches)
        for hit in answer["hits"]["hits"]
    )
    return {head.id: head for head in heads}


def copies_of(session: IndexSession, article_id: str) -> list[ArticleHead]:
    """Return the heads of the other articles of an article's group of copies, the first printed first."""
    own = {"term": {"id": article_id}}
    shown: Json = {"size": 1, "_source": False, "docvalue_fields": [GROUP]}
    search = shown | {"query": all_of([members_of_groups(), own])}
    state, answers = session.ask(lambda state: [(state.articles, search)] if state.statistics.copies else [])
    for hit in (hit for answer in answers for hit in answer["hits"]["hits"]):
        same: Json = {"term": {GROUP: hit["fields"][GROUP][0]}}
        body: Json = {"query": all_of([members_of_groups(), same]), "sort": [{"id": "asc"}], "size": RESULT_WINDOW}
        body |= {"_source": False, **_SHOWN}
        (found,) = session.ask_at(state, [(state.articles, body)])
        members = sorted(map(_article, _all_hits(session, state, body, found)), key=lambda one: one.printed)
        others = [one.article for one in members if one.article != article_id]
        heads = heads_of(session, state, others)
        return [heads[one] for one in others]
    return []
