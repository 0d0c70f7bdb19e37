"""What the indexer remembers survives, by generation."""

import sqlite3
from pathlib import Path

import pytest

from searchsvc.errors import CorruptIndexError
from searchsvc.reindex.catalogue import Catalogue, PageKey, PageRow
from searchsvc.reindex.scan import recency_key


def row(name: str, article: str | None = "a", version: str = "") -> PageRow:
    return PageRow(PageKey("pages", name), f"pages/{name}", "0" * 64, "1", "indexed", article, version)


def rows(catalogue: Catalogue, generation: str) -> dict[str, PageRow]:
    """The rows of a generation by name of the page."""
    return {one.key.name: one for one in catalogue.rows_after(generation, "pages", None, 99)}


def test_catalogue_gives_back_what_it_was_given(tmp_path: Path) -> None:
    path = tmp_path / "deep" / "catalogue.sqlite"
    with Catalogue(path) as first:
        first.write("1", [row("x"), row("y")])
        first.write("1", [], [PageKey("pages", "x")])
    with Catalogue(path) as again:
        assert rows(again, "1") == {"y": row("y")}
        assert rows(again, "2") == {}


def test_catalogue_renames_what_was_built() -> None:
    with Catalogue(None) as catalogue:
        catalogue.write("3", [row("old")])
        catalogue.write("building", [row("new")])
        catalogue.rename_generation("building", "4")
        catalogue.keep_generations(["4"])
        assert (rows(catalogue, "4"), rows(catalogue, "3")) == ({"new": row("new")}, {})


def test_catalogue_takes_more_names_than_sqlite_takes_parameters() -> None:
    many = [str(number) for number in range(100)]
    with Catalogue(None) as catalogue:
        catalogue._db.setlimit(sqlite3.SQLITE_LIMIT_VARIABLE_NUMBER, 10)  # the columns of one page
        for generation in ("kept", "gone"):
            catalogue.set_places(generation, many)
            catalogue.announce_commit(generation, many, "c1")
            catalogue.write(
                generation, [row(name, name) for name in many[:10]], map(PageKey, many, many), unfinished=many
            )
        catalogue.keep_generations(["kept", *many])
        assert len(catalogue.places("kept")) == len(many) + 1
        assert len(catalogue.unfinished("kept")) == len(many)
        assert (catalogue.places("gone"), catalogue.unfinished("gone"), catalogue.knows_commit("gone", "c1")) == (
            [],
            [],
            False,
        )


def test_catalogue_starts_over_the_unfinished_articles_of_one_generation() -> None:
    with Catalogue(None) as catalogue:
        for generation in ("1", "2"):
            catalogue.write(generation, [row("x", "a"), row("y", "b")], unfinished=["a"], announced="c1")
        catalogue.announce_commit("1", ["a"], "c2")
        assert (
            catalogue.knows_commit("1", "c2"),
            catalogue.knows_commit("1", "c1"),
            catalogue.knows_commit("2", "c1"),
        ) == (
            True,
            False,
            True,
        )
        catalogue.reset_unfinished("1", "c3")
        assert (set(rows(catalogue, "1")), catalogue.unfinished("1")) == ({"y"}, [])
        assert (set(rows(catalogue, "2")), catalogue.unfinished("2")) == ({"x", "y"}, ["a"])
        assert (catalogue.knows_commit("1", "c3"), catalogue.places("1")) == (True, ["pages"])


def test_catalogue_that_is_none_is_named(tmp_path: Path) -> None:
    path = tmp_path / "catalogue.sqlite"
    path.write_bytes(b"not a database, but long enough to be looked at as one" * 40)
    with pytest.raises(CorruptIndexError, match=r"catalogue\.sqlite"):
        Catalogue(path)


def test_age_sorts_numbers_as_numbers() -> None:
    assert recency_key(row("crawl.jsonl#12")) > recency_key(row("crawl.jsonl#2"))
    assert recency_key(row("a", version="2024")) > recency_key(row("b", version="2023"))
