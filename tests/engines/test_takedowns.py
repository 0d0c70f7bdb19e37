"""The list of the articles taken down: digests, the stricter word counts, a mark for each list."""

from pathlib import Path

import pytest

from searchsvc.engines.takedowns import Takedown, Takedowns, digest_of
from searchsvc.engines.whoosh.erasure import FORGOTTEN, read_forgotten, write_forgotten
from searchsvc.errors import CorruptIndexError


def entry(article_id: str, since: str = "2026-01-02T00:00:00+00:00", *, later: bool = False) -> Takedown:
    return Takedown(digest_of(article_id), since, later)


def test_a_list_knows_its_articles_by_their_ids_but_does_not_say_them() -> None:
    takedowns = Takedowns.of([entry("flood-at-aldry"), entry("b", later=True)])
    assert "flood-at-aldry" in takedowns
    assert b"flood-at-aldry" in takedowns
    assert "c" not in takedowns
    assert [takedowns.is_due(one) for one in ("flood-at-aldry", "b", "c")] == [True, False, False]
    assert "flood" not in repr(takedowns)


def test_of_two_entries_the_earlier_day_and_the_stricter_word_count() -> None:
    old, new = entry("a", "2025-01-01T00:00:00+00:00", later=True), entry("a")
    assert (Takedowns((old,)) | Takedowns((new,))).entries == (entry("a", "2025-01-01T00:00:00+00:00"),)


def test_each_list_has_a_mark_of_its_own() -> None:
    lists = [
        Takedowns(),
        Takedowns.of([entry("a")]),
        Takedowns.of([entry("a", later=True)]),
        Takedowns.of([entry("b")]),
    ]
    assert len({takedowns.mark for takedowns in lists}) == len(lists)
    assert Takedowns().mark == ""
    assert Takedowns.of([entry("a"), entry("b")]).mark == Takedowns.of([entry("b"), entry("a")]).mark


def test_a_list_is_read_as_it_was_written_and_never_where_it_is_damaged(tmp_path: Path) -> None:
    assert read_forgotten(tmp_path) == Takedowns()
    takedowns = Takedowns.of([entry("a"), entry("b", later=True)])
    write_forgotten(tmp_path, takedowns)
    assert read_forgotten(tmp_path) == takedowns
    file = tmp_path / FORGOTTEN
    whole = file.read_bytes()
    for at in range(0, len(whole), 7):
        data = bytearray(whole)
        data[at] ^= 1
        file.write_bytes(data)
        with pytest.raises(CorruptIndexError, match=FORGOTTEN):
            read_forgotten(tmp_path)
