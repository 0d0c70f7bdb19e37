"""What the indexer remembers survives, by generation."""

import sqlite3
from pathlib import Path

import pytest

from searchsvc.errors import CorruptIndexError, UsageError
from searchsvc.reindex import reindex_places
from searchsvc.reindex.captures import recency_key
from searchsvc.reindex.catalogue import Catalogue, PageKey, PageRow


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
        catalogue._db.setlimit(sqlite3.SQLITE_LIMIT_VARIABLE_NUMBER, 11)  # the columns of one page
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


@pytest.mark.parametrize("table", ["place", "page"])
def test_a_damaged_name_of_a_place_is_damage_not_a_missing_folder(tmp_path: Path, table: str) -> None:
    pages, index = tmp_path / "pages", tmp_path / "index"
    pages.mkdir()
    (pages / "a.txt").write_text("Ferry sails again\n\nThe ferry left the harbour at noon, and all were glad.\n")
    (pages / "b.txt").write_text("Lock stays shut\n\nThe lock stays shut until the gates are mended, it was said.\n")
    reindex_places([str(pages)], index=str(index))
    with sqlite3.connect(index / "catalogue.sqlite") as db:
        wrong = str(pages.resolve()).replace("pages", "page{")
        db.execute(f"UPDATE {table} SET place=?", (wrong,))  # noqa: S608 - a name of this test
    with pytest.raises(CorruptIndexError, match=r"catalogue\.sqlite.*damaged: move it away"):
        reindex_places([], index=str(index))


def test_a_place_that_is_gone_is_a_missing_folder(tmp_path: Path) -> None:
    pages, index = tmp_path / "pages", tmp_path / "index"
    pages.mkdir()
    (pages / "a.txt").write_text("Ferry sails again\n\nThe ferry left the harbour at noon, and all were glad.\n")
    reindex_places([str(pages)], index=str(index))
    pages.rename(tmp_path / "moved")
    with pytest.raises(UsageError, match="no such file or folder"):
        reindex_places([], index=str(index))
