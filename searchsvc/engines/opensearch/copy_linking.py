"""Articles of a commit that is being made → which of them are copies: a document beside each that names its group.

A commit looks at what came in and went: it reads the groups that there are, the articles that share a band of their
signatures with a new text, and the texts of pairs that may be copies. What is kept depends only on which articles there
are. Articles themselves are not written anew.
"""

from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Sequence
from itertools import islice

import numpy as np

from searchsvc.copies import (
    BANDS,
    NO_LINKS,
    ComparedText,
    CopyLinks,
    TextFingerprint,
    compared_text,
    stacked,
    update_links,
)
from searchsvc.engines.opensearch.copy_fields import (
    MEMBER_FIELDS,
    CopyDocument,
    article_of,
    band_terms,
    copy_key,
    fingerprint_in,
    packed_member,
    term_of,
)
from searchsvc.engines.opensearch.index_session import IndexSession, refresh
from searchsvc.engines.opensearch.indexed_documents import stored_article
from searchsvc.engines.opensearch.mapping import (
    ARTICLE,
    BANDED,
    COMPONENT,
    COPY,
    GROUP,
    LEADER,
    MEMBER,
    SIGNATURE,
    WORDING,
)
from searchsvc.engines.opensearch.wire_format import Json

#: Terms, or ids, of one search; documents that are read and written in one go.
TERMS_AT_ONCE, WRITTEN_AT_ONCE = 4_000, 500
_NO_BANDS = (0,) * BANDS


def link_copies(session: IndexSession, index: str, touched: Collection[str] | None = None) -> None:
    """Bring up to date which articles of an index are copies of each other; searches must see all articles.

    Args:
        session: The index.
        index: Index of articles.
        touched: Document ids of the articles that were stored or deleted since the commit before; None: the index is
            new.

    """
    linker = _Linker(session, index)
    if linker.write(linker.held if touched is not None else {}, set(touched or ()), new=touched is None):
        refresh(session.cluster, [index])


class _Linker:
    """The articles of one index, as far as they may be copies."""

    def __init__(self, session: IndexSession, index: str) -> None:
        self._session, self._index = session, index
        #: Digest of the text of each article that was looked at, by its document id; and fingerprints of texts.
        self._alive: dict[str, int] = {}
        self._prints: dict[int, TextFingerprint] = {}

    @property
    def held(self) -> dict[str, CopyDocument]:
        """What the index says of copies, by the document ids of articles."""
        fields = [WORDING, GROUP, LEADER, COMPONENT]
        return {
            article_of(hit["_id"]): CopyDocument.read(hit["fields"])
            for hit in self._walk({"term": {"kind": COPY}}, fields)
        }

    def write(self, held: dict[str, CopyDocument], touched: set[str], *, new: bool) -> bool:
        """Make `held` true for the articles that there are now; return whether anything was written."""
        gone = touched | self._orphans() if held else touched
        self._alive = {key: one.wording for key, one in held.items() if key not in gone}
        arrived = set(self._look_up([{"match_all": {}}] if new else _ids(sorted(gone))))
        old = _links_of(held.values())
        if not new:
            self._look_up_candidates(arrived, old)
        wanted = self._wanted(arrived, old)
        deleted = [key for key in held if key not in wanted]
        changed = [key for key, one in wanted.items() if one != held.get(key) or key in gone]
        self._session.cluster.bulk(self._actions(deleted, changed, wanted))
        return bool(deleted or changed)

    def _orphans(self) -> set[str]:
        """Return the articles that are gone although something is said of their copies."""
        parent = {"has_parent": {"parent_type": ARTICLE, "query": {"match_all": {}}}}
        query = {"bool": {"filter": [{"term": {"kind": COPY}}], "must_not": [parent]}}
        return {article_of(hit["_id"]) for hit in self._walk(query, [])}

    def _look_up(self, queries: Iterable[Json]) -> list[int]:
        """Look at the articles that match any of some queries; return the digests of their texts."""
        found = []
        for query in queries:
            articles = {"bool": {"filter": [{"term": {"kind": ARTICLE}}, {"exists": {"field": WORDING}}, query]}}
            for hit in self._walk(articles, [SIGNATURE]):
                made = fingerprint_in(hit["fields"][SIGNATURE][0])
                self._alive[hit["_id"]] = made.text
                self._prints[made.text] = made
                found.append(made.text)
        return found

    def _look_up_candidates(self, arrived: set[int], old: CopyLinks) -> None:
        """Look at what may be a copy of texts that came in, or that hang together with texts which went."""
        gone = np.unique(old.component[~np.isin(old.text, _digests(self._alive.values()))])
        loose = old.text[np.isin(old.component, gone)].tolist()
        self._look_up(_terms(WORDING, map(term_of, sorted(arrived.union(loose)))))
        bands = (band for text in sorted(arrived.union(loose)) for band in self._bands(text))
        self._look_up(_terms(BANDED, dict.fromkeys(bands)))

    def _bands(self, text: int) -> list[str]:
        return band_terms(self._prints[text].bands) if text in self._prints else []

    def _wanted(self, arrived: set[int], old: CopyLinks) -> dict[str, CopyDocument]:
        """Return what is to be said of the articles that have copies, or are linked."""
        keys = {text: key for key, text in self._alive.items()}
        rows = sorted(keys)
        # Texts that nothing new is like are compared with nothing.
        texts = stacked([self._prints.get(text, TextFingerprint(text, 0, _NO_BANDS)) for text in rows])
        fresh = np.array([text in arrived for text in rows], np.bool_)
        links = update_links(old, texts, fresh, lambda row: self._text(keys[rows[row]]))
        leaders, components = (
            dict(zip(links.text.tolist(), c.tolist(), strict=True)) for c in (links.leader, links.component)
        )
        names = {key: leaders.get(text, text) for key, text in self._alive.items()}
        sizes = Counter(names.values())
        return {
            key: CopyDocument(text, name if sizes[name] > 1 else None, leaders.get(text), components.get(text))
            for key, name in names.items()
            for text in (self._alive[key],)
            if sizes[name] > 1 or text in leaders
        }

    def _text(self, key: str) -> ComparedText:
        """Return the text of an article."""
        (stored,) = self._session.cluster.read_now([(self._index, key)])
        return compared_text(stored_article(stored))

    def _actions(
        self, deleted: Sequence[str], changed: Sequence[str], wanted: dict[str, CopyDocument]
    ) -> Iterator[Json]:
        """Yield the actions that delete and store what is said of some articles."""
        for key in deleted:
            yield {"_op_type": "delete", "_index": self._index, "_id": copy_key(key), "routing": key}
        for query in _ids(changed, WRITTEN_AT_ONCE):
            for hit in self._walk(query, MEMBER_FIELDS):
                key, fields = hit["_id"], hit["fields"]
                body = wanted[key].fields(key)
                body |= {
                    "id": fields["id"][0],
                    MEMBER: packed_member(fields | {GROUP: [body[GROUP]] if GROUP in body else []}),
                }
                yield {
                    "_op_type": "index",
                    "_index": self._index,
                    "_id": copy_key(key),
                    "routing": key,
                    "_source": body,
                }

    def _walk(self, query: Json, fields: Sequence[str]) -> Iterator[Json]:
        body: Json = {"query": query, "sort": [{"id": "asc"}], "_source": False, "docvalue_fields": list(fields)}
        for hits in self._session.walk_index(self._index, body):
            yield from hits


def _links_of(documents: Iterable[CopyDocument]) -> CopyLinks:
    """Return the links that documents of copies have."""
    rows = {one.wording: (one.leader, one.component) for one in documents if one.leader is not None}
    if not rows:
        return NO_LINKS
    texts = sorted(rows)
    leaders, components = zip(*(rows[text] for text in texts), strict=True)
    return CopyLinks(_digests(texts), _digests(leaders), _digests(components))


def _digests(values: Iterable[int]) -> np.ndarray[tuple[int], np.dtype[np.uint64]]:
    return np.array(list(values), np.uint64)


def _ids(keys: Iterable[str], at_once: int = TERMS_AT_ONCE) -> Iterator[Json]:
    return ({"ids": {"values": part}} for part in _parts(keys, at_once))


def _terms(name: str, terms: Iterable[str]) -> Iterator[Json]:
    return ({"terms": {name: part}} for part in _parts(terms, TERMS_AT_ONCE))


def _parts(values: Iterable[str], at_once: int) -> Iterator[list[str]]:
    given = iter(values)
    while part := list(islice(given, at_once)):
        yield part
