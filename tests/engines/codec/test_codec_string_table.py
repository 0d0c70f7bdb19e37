"""A table of strings is searched where it lies, as a sorted list would be."""

from bisect import bisect_left
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from hypothesis import given
from hypothesis import strategies as st

from searchsvc.engines.whoosh.codec.container import Container
from searchsvc.engines.whoosh.codec.container_writer import ContainerWriter, write_strings
from searchsvc.engines.whoosh.codec.doc_values_writer import write_key
from searchsvc.engines.whoosh.codec.field_arrays import KeyIndex
from searchsvc.engines.whoosh.codec.string_table import StringTable

TEXTS = st.binary(max_size=4)


def table(folder: str, texts: list[bytes]) -> StringTable:
    out = ContainerWriter(Path(folder) / "strings")
    write_strings(out, "words", texts)
    out.close()
    return StringTable(Container(out.path), "words")


@given(st.sets(TEXTS, max_size=30), st.lists(TEXTS, max_size=10))
def test_strings_are_found_like_in_a_sorted_list(texts: set[bytes], wanted: list[bytes]) -> None:
    want = sorted(texts)
    with TemporaryDirectory() as folder:
        strings = table(folder, want)
        assert (len(strings), strings.all(), [strings[i] for i in range(len(strings))]) == (len(want), want, want)
        for text in [*wanted, *wanted, *want]:
            assert strings.find(text) == bisect_left(want, text)
            assert strings.index(text) == (want.index(text) if text in texts else -1)


@given(st.sets(TEXTS, max_size=30), TEXTS)
def test_span_is_the_range_that_begins_so(texts: set[bytes], prefix: bytes) -> None:
    want = sorted(texts)
    with TemporaryDirectory() as folder:
        first, end = table(folder, want).span(prefix)
        assert want[first:end] == [text for text in want if text.startswith(prefix)]


@given(st.lists(st.none() | st.text(max_size=3), max_size=20))
def test_keys_find_their_documents(values: list[str | None]) -> None:
    with TemporaryDirectory() as folder:
        out = ContainerWriter(Path(folder) / "keys")
        encoded = [[] if value is None else [value.encode("utf-8", "surrogatepass")] for value in values]
        write_key(out, "url", encoded)
        out.close()
        key = KeyIndex(Container(out.path), "url", len(values))
        for value in {*values, "elsewhere"} - {None}:
            assert value is not None
            assert key.documents(value).tolist() == [doc for doc, other in enumerate(values) if other == value]


def test_remembered_strings_are_forgotten_when_they_are_many(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("searchsvc.engines.whoosh.codec.string_table.REMEMBERED", 3)
    strings = table(str(tmp_path), [b"a", b"b", b"c", b"d"])
    for _ in range(2):
        assert [strings.index(text) for text in (b"a", b"x", b"b", b"c", b"d")] == [0, -1, 1, 2, 3]
