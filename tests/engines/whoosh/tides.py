"""Articles of one paragraph, an index of them, and what it answers with."""

from searchsvc.engines.whoosh import WhooshEngine
from searchsvc.model.article import Article, ArticleHead, Block, Provenance
from searchsvc.model.document import Document, chunk
from searchsvc.model.query import Query, Word


def documents(article_id: str, title: str) -> tuple[Document, ...]:
    blocks = (Block("paragraph", "The pilot cutter came in at dawn."),)
    return chunk(Article(ArticleHead(article_id, title), blocks, Provenance("test/1", "x", "0")))


def rebuild(engine: WhooshEngine, *titles: str) -> None:
    with engine.writer(fresh=True) as writer:
        for number, title in enumerate(titles):
            writer.put(documents(f"a{number}", title))


def titles(engine: WhooshEngine) -> list[str]:
    return [hit.head.title for hit in engine.search(Query(Word("cutter")), limit=9).hits]
