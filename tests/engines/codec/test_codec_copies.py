"""What a segment keeps to find copies is what its texts give; texts are compared by the words that the index has."""

from pathlib import Path

import pytest

from searchsvc.copies import BANDS, TextFingerprint, compared_text, fingerprint_of
from searchsvc.engines.whoosh.codec.copy_links import DistinctTexts
from searchsvc.engines.whoosh.codec.snapshot import open_snapshot
from searchsvc.model.document import ArticleDocument
from tests.engines.codec.codec_stories import make_stories
from tests.engines.codec.conftest import Fill

STORIES = make_stories(60)
ARTICLES = {one.id: one for documents in STORIES for one in documents if isinstance(one, ArticleDocument)}


@pytest.fixture
def folder(fill: Fill) -> Path:
    """An index of two commits."""
    return fill(STORIES[:40], STORIES[40:])


@pytest.mark.usefixtures("pieces")
def test_columns_are_the_fingerprints_of_the_texts(folder: Path) -> None:
    found = {}
    for segment in open_snapshot(folder).articles:
        kept = segment.arrays.copies
        for doc in range(segment.arrays.count):
            bands = tuple(int(kept.band(number)[doc]) for number in range(BANDS))
            found[segment.arrays.id(doc)] = TextFingerprint(int(kept.text[doc]), int(kept.numbers[doc]), bands)
    assert found == {id_: fingerprint_of(one) for id_, one in ARTICLES.items()}
    assert any(one.numbers for one in found.values())
    assert any(any(one.bands) for one in found.values())


def test_words_of_the_index_are_those_of_the_texts(folder: Path) -> None:
    texts = DistinctTexts(open_snapshot(folder).articles)
    of_digest = {fingerprint_of(one).text: one.article for one in ARTICLES.values()}
    assert sorted(set(of_digest) - {0}) == texts.text.tolist()
    for row, digest in enumerate(texts.text.tolist()):
        indexed, read = texts.read(row), compared_text(of_digest[digest])
        assert list(indexed.words) == list(read.words)
        assert indexed.numbers == read.numbers
        assert list(indexed.telling(0, len(indexed.words))) == list(read.telling(0, len(read.words)))
