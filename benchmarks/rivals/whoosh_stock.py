"""Whoosh as it comes: its writer, default TEXT fields, its searcher."""

from collections.abc import Iterable
from pathlib import Path
from typing import Any

from whoosh import fields, index, query

from benchmarks.rivals import FIELDS, Searcher, Texts, taken

__all__ = ["build", "open", "taken", "update"]


def build(given: Iterable[Texts], place: Path) -> None:
    """Index in one writer with the memory its documentation advises."""
    schema = fields.Schema(id=fields.ID(stored=True, unique=True), **{name: fields.TEXT() for name in FIELDS})
    place.mkdir(parents=True, exist_ok=True)
    writer = index.create_in(str(place), schema).writer(limitmb=512)
    for one in given:
        writer.add_document(id=one.id, **one.fields)
    writer.commit()


def open(place: Path) -> Searcher:  # noqa: A001  the protocol's word
    """Open one searcher."""
    searcher = index.open_dir(str(place)).searcher()

    def make(kind: str, words: list[str]) -> object:
        if kind == "phrase":
            return query.Or([query.Phrase(name, words) for name in FIELDS])
        parts = [query.Or([query.Term(name, word) for name in FIELDS]) for word in words]
        return (query.And if kind == "and" else query.Or)(parts)

    def search(asked: Any) -> list[str]:
        return [hit["id"] for hit in searcher.search(asked, limit=10)]

    return Searcher(make, search)


def update(place: Path, given: Texts) -> None:
    """Replace and commit."""
    writer = index.open_dir(str(place)).writer()
    writer.update_document(id=given.id, **given.fields)
    writer.commit()
