"""tantivy: one reused searcher, default merges, stemmed English, texts stored as ours are, ids fetched."""

from collections.abc import Iterable
from pathlib import Path

import tantivy

from benchmarks.rivals import FIELDS, Searcher, Texts, taken

__all__ = ["build", "open", "taken", "update"]


def _index(place: Path) -> tantivy.Index:
    schema = tantivy.SchemaBuilder()
    schema.add_text_field("id", stored=True, tokenizer_name="raw")
    for name in FIELDS:
        schema.add_text_field(name, stored=True, tokenizer_name="en_stem")
    place.mkdir(parents=True, exist_ok=True)
    return tantivy.Index(schema.build(), path=str(place))


def build(given: Iterable[Texts], place: Path) -> None:
    """Index with one thread, as ours does."""
    writer = _index(place).writer(heap_size=512_000_000, num_threads=1)
    for one in given:
        writer.add_document(tantivy.Document(id=[one.id], **{k: [v] for k, v in one.fields.items()}))
    writer.commit()
    writer.wait_merging_threads()


def open(place: Path) -> Searcher:  # noqa: A001  the protocol's word
    """Open with one searcher."""
    index = _index(place)
    index.reload()
    searcher = index.searcher()

    def query(kind: str, words: list[str]) -> object:
        text = f'"{" ".join(words)}"' if kind == "phrase" else " ".join("+" * (kind == "and") + word for word in words)
        return index.parse_query(text, list(FIELDS))

    def search(asked: object) -> list[str]:
        return [searcher.doc(address)["id"][0] for _, address in searcher.search(asked, 10).hits]

    return Searcher(query, search)


def update(place: Path, given: Texts) -> None:
    """Delete, add, commit."""
    writer = _index(place).writer(heap_size=64_000_000, num_threads=1)
    writer.delete_documents("id", given.id)
    writer.add_document(tantivy.Document(id=[given.id], **{k: [v] for k, v in given.fields.items()}))
    writer.commit()
    writer.wait_merging_threads()
