import gzip
from collections.abc import Callable
from pathlib import Path

import pytest

from searchsvc.errors import RefusedError, SourceError
from searchsvc.model.source import Source
from searchsvc.sources import read_sources
from searchsvc.sources.files import MAX_PAGE_BYTES
from tests.narrowing import all_of_type


@pytest.mark.parametrize("pack", [lambda data: data, gzip.compress], ids=["plain", "gzip"])
def test_read_sources_gives_each_line_as_one_record(tmp_path: Path, pack: Callable[[bytes], bytes]) -> None:
    file = tmp_path / "tides.jsonl"
    file.write_bytes(pack(b'\xef\xbb\xbf{"title": "High"}\r\n\n{"title": "Low"}'))
    found = all_of_type(Source, read_sources([str(tmp_path)]))
    assert [item.name for item in found] == ["tides.jsonl#1", "tides.jsonl#3"]
    assert [item.data for item in found] == [b'{"title": "High"}', b'{"title": "Low"}']
    assert {item.media_type for item in found} == {"application/json"}
    assert found[1].path == f"{file}#3"


def test_read_sources_goes_on_after_a_broken_line(tmp_path: Path) -> None:
    (tmp_path / "tides.jsonl").write_bytes(b'{"title": "High"}\n["no object"]\n{"title": "cut\n{"title": "Low"}\n')
    kinds = [type(item) for item in read_sources([str(tmp_path)])]
    assert kinds == [Source, SourceError, SourceError, Source]


def test_read_sources_refuses_a_record_that_is_too_large_and_goes_on(tmp_path: Path) -> None:
    file = tmp_path / "tides.jsonl"
    file.write_bytes(b'{"body": "' + b"x" * MAX_PAGE_BYTES + b'"}\n{"title": "Low"}\n')
    first, second = read_sources([str(file)])
    assert isinstance(first, RefusedError)
    assert first.path == f"{file}#1"
    assert isinstance(second, Source)
    assert second.name == "tides.jsonl#2"


def test_read_sources_gives_the_records_before_a_cut(tmp_path: Path) -> None:
    lines = b"".join(b'{"title": "Tide %d", "body": "%s"}\n' % (n, str(n**99).encode()) for n in range(500))
    file = tmp_path / "tides.jsonl.gz"
    file.write_bytes(gzip.compress(lines)[:-2000])
    *records, error = read_sources([str(file)])
    assert len(records) > 10
    assert all(isinstance(record, Source) for record in records)
    assert isinstance(error, SourceError)
    assert "ends early" in error.reason


@pytest.mark.parametrize(
    "text",
    [
        '[{"title": "High"}, {"title": "Low"}]',
        '[\n  {"title": "High"},\n  {"title": "Low"}\n]\n',
        '{"title": "High"}\n{"title": "Low"}\n',
    ],
)
def test_read_sources_gives_the_records_of_a_json_file_that_is_given_itself(tmp_path: Path, text: str) -> None:
    (tmp_path / "tides.json").write_text(text)
    found = all_of_type(Source, read_sources([str(tmp_path / "tides.json")]))
    assert [item.data for item in found] == [b'{"title": "High"}', b'{"title": "Low"}']
    assert [item.name for item in found] == ["tides.json#1", "tides.json#2"]
    assert "1 × .json" in str(next(read_sources([str(tmp_path)])))


@pytest.mark.parametrize("name", ["a.ndjson", "a.jl", "a.jsonlines", "a.ndjson.gz"])
def test_read_sources_knows_other_names_of_json_lines(tmp_path: Path, name: str) -> None:
    data = b'{"title": "High"}\n'
    (tmp_path / name).write_bytes(gzip.compress(data) if name.endswith("gz") else data)
    assert [item.name for item in all_of_type(Source, read_sources([str(tmp_path)]))] == [f"{name}#1"]
