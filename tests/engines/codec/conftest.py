"""Fixtures of the storage tests."""

from collections.abc import Callable, Sequence
from pathlib import Path

import pytest

from searchsvc.engines.whoosh.codec import doc_values_writer, forward_index, postings, segment_writer, spool, word_runs
from searchsvc.engines.whoosh.codec.index_writer import IndexWriter, create
from searchsvc.model.document import Document

Fill = Callable[..., Path]


@pytest.fixture
def fill(tmp_path: Path) -> Fill:
    """Return a function that makes an index of articles, a commit for each list of them."""

    def make(*commits: Sequence[Sequence[Document]], name: str = "index") -> Path:
        folder = tmp_path / name
        create(folder)
        for stories in commits:
            with IndexWriter(folder) as writer:
                for documents in stories:
                    writer.put(documents)
        return folder

    return make


@pytest.fixture(params=["whole", "in pieces"])
def pieces(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """Run a test twice, the second time as if memory held only a few words."""
    if request.param == "in pieces":
        for module in (forward_index, postings, postings, segment_writer):
            monkeypatch.setattr(module, "STEP", 50)
        monkeypatch.setattr(postings, "SORTED", 200)
        monkeypatch.setattr(postings, "KEY_BITS", 24)
        monkeypatch.setattr(spool, "IN_MEMORY", 1000)
        monkeypatch.setattr(spool, "WAITING", 100)
        monkeypatch.setattr(word_runs, "TABLE_WORDS", 30)
        monkeypatch.setattr(word_runs, "FORMS_TAKEN", 20)
        monkeypatch.setattr(word_runs, "STRINGS_TOGETHER", 7)
        monkeypatch.setattr(doc_values_writer, "SORTED_TOGETHER", 5)
