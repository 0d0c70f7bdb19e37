"""Every array of a segment holds what plain Python counts in the texts."""

from bisect import insort
from collections import Counter
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from searchsvc.analysis import tokenize
from searchsvc.engines.ranking_rules import passages
from searchsvc.engines.whoosh.codec.check_index import verify
from searchsvc.engines.whoosh.codec.field_arrays import ESCAPE, FIELD_BITS, GRID, PAD, UNDATED
from searchsvc.engines.whoosh.codec.schema import ARTICLE, COLUMNS, fielded_document
from searchsvc.engines.whoosh.codec.segment import SegmentArrays
from searchsvc.engines.whoosh.codec.snapshot import open_snapshot
from searchsvc.engines.whoosh.codec.string_table import form_key, is_scored, language_of, split_suffix, stem_key
from searchsvc.model.article import Article, ArticleHead, Block, Provenance
from searchsvc.model.document import ArticleDocument, Document, chunk
from tests.engines.codec.codec_stories import make_stories

Fill = Callable[..., Path]
GAP = b""


class Story:
    """What an article's texts come to, counted plainly: surface forms with their marks, slot by slot."""

    def __init__(self, document: ArticleDocument) -> None:
        self.document, self.record = document, fielded_document(document, str)
        blocks = document.article.blocks
        self.passages = passages(blocks, [len(list(tokenize(block.text))) for block in blocks])
        self.language = language_of(document.article.head.language)
        self.slots = {
            name: [slot for p in text.split("\n") for slot in self._paragraph(p)] if text else []
            for name, text in zip(ARTICLE.texts, self.record.texts, strict=True)
        }

    def _paragraph(self, text: str) -> list[bytes]:
        return [*(form_key(token.text, self.language) for token in tokenize(text)), GAP]

    def stems(self, field: str) -> list[bytes]:
        return [GAP if form == GAP else stem_key(split_suffix(form)[0], self.language) for form in self.slots[field]]

    def scored(self, field: str) -> list[bool]:
        return [form != GAP and is_scored(split_suffix(form)[0], self.language) for form in self.slots[field]]


@pytest.fixture
def stories() -> list[tuple[Document, ...]]:
    return make_stories(60)


@pytest.fixture
def counted(stories: list[tuple[Document, ...]]) -> list[Story]:
    return [Story(documents[0]) for documents in stories if isinstance(documents[0], ArticleDocument)]


@pytest.fixture
def arrays(
    fill: Fill,
    stories: list[tuple[Document, ...]],
    pieces: None,  # noqa: ARG001  # wanted for what it does
) -> SegmentArrays:
    folder = fill(stories)
    assert verify(folder) == []
    (segment,) = open_snapshot(folder).articles
    return segment.arrays


def test_streams_hold_every_form_in_its_slot(arrays: SegmentArrays, counted: list[Story]) -> None:
    form_of = dict(zip(arrays.forms.code.tolist(), arrays.forms.all(), strict=True)) | {0: GAP}
    for name, field in arrays.fields.items():
        for doc, story in enumerate(counted):
            codes = field.fwd[int(field.base[doc]) : int(field.base[doc + 1])].tolist()
            assert [form_of[code] for code in codes] == story.slots[name]
        assert field.fwd[-PAD:].tolist() == [0] * PAD
        assert field.length.tolist() == [sum(story.scored(name)) for story in counted]


def test_postings_hold_every_stem_with_its_slots(arrays: SegmentArrays, counted: list[Story]) -> None:
    for name, field in arrays.fields.items():
        stems = [story.stems(name) for story in counted]
        for number, term in enumerate(arrays.terms.all()):
            (a, b), (x, _) = field.span(number), field.places(number)
            want = [(d, [i for i, stem in enumerate(s) if stem == term]) for d, s in enumerate(stems) if term in s]
            assert field.doc[a:b].tolist() == [doc for doc, _ in want]
            assert field.tf[a:b].tolist() == [len(slots) for _, slots in want]
            found = field.pos[x : field.places(number)[1]].tolist()
            assert found == [slot for _, slots in want for slot in slots]


def test_forms_know_frequency_and_articles(arrays: SegmentArrays, counted: list[Story]) -> None:
    forms = arrays.forms.all()
    every = Counter(form for story in counted for slots in story.slots.values() for form in slots if form != GAP)
    assert forms == sorted(every)
    assert sorted(every, key=lambda form: (-every[form], form)) == [forms[i] for i in np.argsort(arrays.forms.code)]
    bare = (ARTICLE.main, *ARTICLE.merged)
    articles = Counter(form for story in counted for form in {f for name in bare for f in story.slots[name]})
    assert arrays.forms.articles.tolist() == [articles[form] for form in forms]
    assert arrays.forms.code_of(b"harbour") == arrays.forms.code[forms.index(b"harbour")]
    assert arrays.forms.code_of(b"nowhere") == 0


def test_stems_know_the_codes_of_their_forms(arrays: SegmentArrays) -> None:
    of: dict[bytes, list[int]] = {}
    for form, code in zip(arrays.forms.all(), arrays.forms.code.tolist(), strict=True):
        insort(of.setdefault(stem_key(*split_suffix(form)), []), code)
    assert {text: arrays.forms.codes_of(i).tolist() for i, text in enumerate(arrays.terms.all())} == of


def test_side_lists_join_the_side_fields_and_link_to_the_main_one(arrays: SegmentArrays) -> None:
    merged, main = arrays.merged, arrays.main
    for term in range(len(arrays.terms)):
        want = sorted(
            (doc, number, tf)
            for number, name in enumerate(ARTICLE.merged)
            for field in (arrays.fields[name],)
            for doc, tf in zip(
                field.doc[slice(*field.span(term))].tolist(), field.tf[slice(*field.span(term))].tolist(), strict=True
            )
        )
        a, b = merged.poff[term], merged.poff[term + 1]
        docs, numbers = (part.tolist() for part in np.divmod(merged.key[a:b], 1 << FIELD_BITS))
        assert list(zip(docs, numbers, merged.tf[a:b].tolist(), strict=True)) == want
        mine = main.doc[slice(*main.span(term))].tolist()
        left = merged.left[merged.loff[term] : merged.loff[term + 1]].tolist()
        assert left == sorted(set(docs) - set(mine))
        assert [(mine + left)[i] for i in merged.link[a:b].tolist()] == docs


def test_dense_rows_count_frequent_terms(arrays: SegmentArrays, counted: list[Story]) -> None:
    assert arrays.dense
    for term, text in enumerate(arrays.terms.all()):
        row = [story.stems("body").count(text) for story in counted]
        frequent = sum(map(bool, row)) * 8 > len(row) and is_scored(*split_suffix(text))
        assert (term in arrays.dense) == frequent
        if frequent:
            assert arrays.rows[arrays.dense[term]].tolist() == row


def test_segments_of_a_few_articles_have_no_dense_rows(fill: Fill) -> None:
    (segment,) = open_snapshot(fill(make_stories(3))).articles
    assert not segment.arrays.dense


def test_passages_cover_the_body_paragraphs_of_their_blocks(arrays: SegmentArrays, counted: list[Story]) -> None:
    columns, base = arrays.passages, arrays.main.base
    for doc, story in enumerate(counted):
        slots, scored = story.slots["body"], story.scored("body")
        paragraphs = "\x00".join("\n" if s == GAP else "w" for s in slots).split("\n")[:-1]
        sizes = [p.count("w") + 1 for p in paragraphs]
        want = []
        at = 0
        for passage in story.passages:
            mine = [i for i, block in enumerate(story.document.body_blocks) if passage.first <= block < passage.end]
            size = sum(sizes[i] for i in mine)
            want.append((at, at + size, sum(scored[at : at + size])))
            at += size
        first, end = int(columns.first[doc]), int(columns.first[doc + 1])
        found = [
            (int(columns.start[p]) - int(base[doc]), int(columns.start[p + 1]) - int(base[doc]), columns.length[p])
            for p in range(first, end)
        ]
        assert found == (want or [(0, 0, 0)])
    for slot in range(0, int(base[-1]), GRID):
        place = int(columns.grid[slot // GRID])
        assert columns.start[place] <= slot < columns.start[place + 1]


def test_columns_hold_facets_dates_ids_and_keys(arrays: SegmentArrays, counted: list[Story]) -> None:
    for name in COLUMNS:
        column = arrays.facets[name]
        values = [value.decode() for value in column.values.all()]
        assert values == sorted(set(values), key=str.encode)
        for doc, story in enumerate(counted):
            found = (
                [values[int(column.ordinal[doc])]] * bool(column.ordinal[doc])
                if column.first is None
                else [values[i] for i in column.ordinal[int(column.first[doc]) : int(column.first[doc + 1])].tolist()]
            )
            dated = story.document.article.head.dated
            month = [f"{dated:%Y-%m}"] if dated else []
            want = month if name == "month" else [v for v in story.record.facets[COLUMNS.index(name)] if v]
            assert found == want
    for doc, story in enumerate(counted):
        head = story.document.article.head
        assert arrays.id(doc) == head.id
        assert arrays.dates[doc] == (int(head.dated.timestamp()) if head.dated else UNDATED)
        assert arrays.keys["id"].documents(head.id).tolist() == [doc]
        if head.url:
            same = [i for i, other in enumerate(counted) if other.document.article.head.url == head.url]
            assert arrays.keys["url"].documents(head.url).tolist() == same
        assert arrays.article(doc) == story.document.article
        assert arrays.ranges(doc, len(arrays.display_fields(doc).blocks)) == story.passages
    order = sorted(range(len(counted)), key=lambda doc: counted[doc].document.id)
    assert np.argsort(arrays.rank).tolist() == order


def test_quotes_and_headlines_lie_in_segments_of_their_own(fill: Fill, stories: list[tuple[Document, ...]]) -> None:
    snapshot = open_snapshot(fill(stories))
    remaining_fields = [document for documents in stories for document in documents[1:]]
    for document_type, segments in (("q", snapshot.quotes), ("h", snapshot.headlines)):
        (segment,) = segments
        arrays, want = segment.arrays, [document for document in remaining_fields if f"#{document_type}" in document.id]
        assert [arrays.id(doc) for doc in range(arrays.count)] == [document.id for document in want]
        assert {"forms.articles", "forms.of", "forms.cuts"}.isdisjoint(arrays.file.names())
        assert {name.partition(".")[0] for name in arrays.file.names()}.isdisjoint(
            {"side", "dense", "passage", "stored"}
        )
        for doc, document in enumerate(want):
            assert not isinstance(document, ArticleDocument)
            assert arrays.origin(doc) == (document.head.id, int(document.id.rpartition("#")[2][1:]))
            assert doc in arrays.keys["article"].documents(document.head.id)


def test_rare_forms_escape_the_stream(fill: Fill) -> None:
    words = [f"w{number}" for number in range(ESCAPE + 50)]
    head = ArticleHead("long", "A long list")
    article = Article(head, (Block("paragraph", "w7 " * 3 + " ".join(words)),), Provenance("test/1", "a", "0"))
    folder = fill([chunk(article), chunk(replace(article, head=replace(head, id="again")))])
    (segment,) = open_snapshot(folder).articles
    field, forms = segment.arrays.main, segment.arrays.forms
    form_of = dict(zip(forms.code.tolist(), forms.all(), strict=True)) | {0: GAP}
    far = dict(zip(field.xpos.tolist(), field.xid.tolist(), strict=True))
    assert far
    codes = [far[slot] if code == ESCAPE else code for slot, code in enumerate(field.fwd[:-PAD].tolist())]
    assert [form_of[code] for code in codes] == [*[b"w7"] * 3, *(w.encode() for w in words), GAP] * 2
    assert verify(folder) == []
