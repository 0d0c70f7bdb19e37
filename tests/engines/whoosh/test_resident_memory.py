"""A worker's share of the mapped files stays bounded, and nothing is answered differently for it."""

import mmap
from pathlib import Path

import pytest

from searchsvc.engines.whoosh import WhooshEngine, reader_manager
from searchsvc.model.article import Article, ArticleHead, Block, Provenance
from searchsvc.model.document import chunk
from searchsvc.model.query import Query, Word


@pytest.mark.skipif(not Path("/proc/self/statm").exists(), reason="the system does not tell what is resident")
def test_release_unmaps_what_was_read_and_it_can_be_read_again(tmp_path: Path) -> None:
    path = tmp_path / "pages"
    path.write_bytes(bytes(range(256)) * 256 * 1024)
    with path.open("rb") as file, mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as pages:
        assert sum(pages[:: mmap.PAGESIZE]) == 0
        before = reader_manager.mapped()
        reader_manager.release([pages])
        assert before - reader_manager.mapped() > 32 << 20
        assert pages[300] == 44


def test_searches_go_on_while_pages_are_released(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    engine = WhooshEngine(tmp_path)
    with engine.writer(fresh=True) as writer:
        for number in range(20):
            blocks = (Block("paragraph", f"The cutter number {number} came in."),)
            writer.put(chunk(Article(ArticleHead(f"a{number}", "Cutter"), blocks, Provenance("test/1", "x", "0"))))
    query = Query(Word("cutter"))
    want = engine.search(query, limit=9)
    monkeypatch.setattr(reader_manager, "MOST_MAPPED", 0)
    monkeypatch.setattr(reader_manager, "EVERY", 1)
    assert all(engine.search(query, limit=9) == want for _ in range(3))
