"""Threads share an engine: every answer is what one thread alone gets."""

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from searchsvc.engines.whoosh import WhooshEngine
from searchsvc.model.article import Article, ArticleHead, Block, Provenance
from searchsvc.model.document import chunk
from searchsvc.model.query import Or, Query, Word

WORDS = "harbour wall storm ferry rocks swell clock barn sand tide".split()  # noqa: SIM905


def article(number: int) -> Article:
    text = " ".join(WORDS[(number * 7 + i * i) % len(WORDS)] for i in range(200))
    head = ArticleHead(f"a{number:03}", f"{WORDS[number % 10]} {number}", lead=text)
    return Article(head, tuple(Block("paragraph", f"{text} {i}") for i in range(6)), Provenance("test/1", "x", "0"))


def test_threads_read_the_same_texts(tmp_path: Path) -> None:
    engine = WhooshEngine(tmp_path)
    with engine.writer(fresh=True) as writer:
        for number in range(60):
            writer.put(chunk(article(number)))
    queries = [Query(Or((Word(a), Word(b)))) for a in WORDS for b in WORDS]
    alone = [engine.search(query, limit=10) for query in queries]
    with ThreadPoolExecutor(8) as pool:
        for _ in range(3):
            assert list(pool.map(lambda query: engine.search(query, limit=10), queries)) == alone
