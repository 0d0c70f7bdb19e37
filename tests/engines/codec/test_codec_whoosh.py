"""Whoosh opens the index and finds in it what it finds in its own; nothing is pickled on the way."""

import pickle
import subprocess
import sys
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import pytest
import whoosh.index
from whoosh.query import And, Not, Or, Phrase, Prefix, Query, Term, TermRange, Wildcard
from whoosh.searching import Searcher

from searchsvc.analysis import tokenize
from searchsvc.engines.whoosh.codec.index_writer import IndexWriter
from searchsvc.engines.whoosh.codec.schema import ARTICLE, fielded_document
from searchsvc.engines.whoosh.codec.string_table import is_scored, language_of
from searchsvc.engines.whoosh.codec.whoosh_reader import WordAnalyzer, make_schema, open_in_whoosh
from searchsvc.model.document import ArticleDocument, Document
from searchsvc.model.fields import TITLE
from tests.engines.codec.codec_stories import make_stories
from tests.narrowing import of_type

Fill = Callable[..., Path]
TEXTS = (*ARTICLE.texts, "url")


def english(count: int, seed: int) -> list[tuple[Document, ...]]:
    """Articles whose words need no mark: stock Whoosh knows none."""
    return [
        documents
        for documents in make_stories(count, seed)
        if isinstance(documents[0], ArticleDocument) and language_of(documents[0].article.head.language) is None
    ]


def stock(folder: Path, commits: list[list[tuple[Document, ...]]], gone: list[str]) -> whoosh.index.FileIndex:
    """The same articles in Whoosh's own files."""
    folder.mkdir()
    index = whoosh.index.create_in(str(folder), make_schema())
    for stories in commits:
        writer = index.writer()
        for documents in stories:
            kept = fielded_document(documents[0], str)
            fields = dict(zip(ARTICLE.texts, kept.texts, strict=True)) | {"id": kept.id, "url": "".join(kept.keys[1])}
            writer.update_document(**{name: value for name, value in fields.items() if value})
        writer.commit(merge=False)
    writer = index.writer()
    for article_id in gone:
        writer.delete_by_term("id", article_id)
    writer.commit(merge=False)
    return index


@pytest.fixture(params=["one segment", "several, with deletions"])
def both(request: pytest.FixtureRequest, fill: Fill, tmp_path: Path) -> Iterator[tuple[Searcher, Searcher]]:
    """Whoosh's searcher over our files and over its own."""
    stories = english(120, 3)
    if request.param == "one segment":
        commits, gone = [stories], []
    else:
        again = english(60, 4)[:20]
        commits, gone = [stories[:30], stories[30:], again], [stories[i][0].id for i in range(25, 60, 7)]
    folder = fill(*commits)
    if gone:
        with IndexWriter(folder) as writer:
            for article_id in gone:
                writer.delete(article_id)
    with (
        open_in_whoosh(folder).searcher() as ours,
        stock(tmp_path / "stock", commits, gone).searcher() as theirs,
    ):
        yield ours, theirs


def queries() -> list[Query]:
    """Terms, conjunctions, disjunctions, negations, phrases, prefixes, ranges."""
    words = ["flood", "river", "mayor", "the", "harbour", "council", "u.s.", "nowhere", "zoe", "1000", "saffron"]
    pairs = [(a, b) for i, a in enumerate(words) for b in words[i + 1 :]]
    found: list[Query] = [Term(field, word) for field in ARTICLE.texts for word in words]
    found += [And([Term("body", a), Term("title", b)]) for a, b in pairs]
    found += [Or([Term("body", a), Term("lead", b), Term("related", b)]) for a, b in pairs]
    found += [And([Term("body", a), Not(Term("body", b))]) for a, b in pairs]
    found += [Phrase("body", [a, b], slop=slop) for a, b in pairs for slop in (1, 3)]
    found += [Prefix("body", "ha"), Prefix("title", "c"), Wildcard("body", "r*r"), TermRange("body", "b", "d")]
    found += [Term("url", "https://bell.example/3"), Term("id", "story-12")]
    return found


def test_whoosh_finds_the_same_with_the_same_scores(both: tuple[Searcher, Searcher]) -> None:
    ours, theirs = both
    assert ours.doc_count() == theirs.doc_count() + sum(1 for _ in ours.reader().all_stored_fields() if "#" in _["id"])
    hits = 0
    for query in queries():
        want = {hit["id"]: hit.score for hit in theirs.search(query, limit=None)}
        found = {hit["id"]: hit.score for hit in ours.search(query, limit=None)}
        assert found.keys() == want.keys(), query
        hits += len(found)
    assert hits


@pytest.mark.parametrize("both", ["one segment"], indirect=True)
def test_whoosh_walks_the_same_terms(both: tuple[Searcher, Searcher]) -> None:
    ours, theirs = (searcher.reader() for searcher in both)
    for field in TEXTS:
        assert list(ours.field_terms(field)) == list(theirs.field_terms(field))
        for text in theirs.field_terms(field):
            assert ours.doc_frequency(field, text) == theirs.doc_frequency(field, text)
            assert ours.frequency(field, text) == theirs.frequency(field, text)


def test_scores_of_one_field_are_equal(fill: Fill, tmp_path: Path) -> None:
    stories: list[tuple[Document, ...]] = []
    for whole, *_ in english(120, 5):
        document = of_type(ArticleDocument, whole)
        scored = " ".join(t.text for t in tokenize(document.texts[TITLE]) if is_scored(t.text, None))
        # Stop words count in Whoosh's own lengths, not in ours.
        stories.append((replace(document, texts={**document.texts, TITLE: scored}),))
    index = stock(tmp_path / "stock", [stories], [])
    with open_in_whoosh(fill(stories)).searcher() as ours, index.searcher() as theirs:
        for word in ("flood", "river", "harbour", "saffron"):
            want = {hit["id"]: hit.score for hit in theirs.search(Term("title", word), limit=None)}
            found = {hit["id"]: hit.score for hit in ours.search(Term("title", word), limit=None)}
            assert want
            assert found == pytest.approx(want)
            top = [hit["id"] for hit in ours.search(Term("title", word), limit=3)]
            assert [found[id_] for id_ in top] == sorted(found.values(), reverse=True)[:3]


def test_the_analyzer_gives_stems_in_their_places() -> None:
    tokens = [(t.text, t.pos, t.startchar, t.endchar) for t in WordAnalyzer()("The floods\n\nrose", True, True)]
    assert tokens == [("the", 0, 0, 3), ("flood", 1, 4, 10), ("rose", 4, 12, 16)]


def test_no_pickle_is_read_or_written(fill: Fill) -> None:
    folder = fill(make_stories(30), make_stories(5, 2))
    code = f"""
import pickle, sys
def refuse(*args, **kwargs): sys.exit("a pickle was used")
pickle.load = pickle.loads = pickle.dump = pickle.dumps = refuse
from pathlib import Path
from searchsvc.engines.whoosh.codec.snapshot import open_snapshot
from searchsvc.engines.whoosh.codec.check_index import verify
from searchsvc.engines.whoosh.codec.whoosh_reader import open_in_whoosh
from searchsvc.engines.whoosh.codec.index_writer import IndexWriter
import whoosh.index, whoosh.query
folder = Path({str(folder)!r})
with IndexWriter(folder, optimize=True) as writer: writer.delete("story-1")
open_snapshot(folder); assert verify(folder) == []
with open_in_whoosh(folder).searcher() as s:
    assert len(s.search(whoosh.query.Term("body", "river"), limit=None))
print("whole")
"""
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert (done.stdout, done.returncode) == ("whole\n", 0), done.stderr
    assert not any(pickle.dumps({})[:2] == path.read_bytes()[:2] for path in folder.iterdir() if path.stat().st_size)
