import gzip
import hashlib
import os
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import pytest

from searchsvc.errors import RefusedError, SourceError
from searchsvc.model.source import Source
from searchsvc.sources import READERS, read_sources
from searchsvc.sources.files import MAX_PAGE_BYTES
from tests.narrowing import all_of_type, of_type, present


def write(root: Path, name: str, data: bytes = b"<p>Tide at noon.</p>") -> Path:
    file = root / name
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_bytes(data)
    return file


def pages(*places: Path | str) -> list[Source]:
    return all_of_type(Source, read_sources([str(place) for place in places]))


def error(place: Path | str) -> SourceError:
    (item,) = read_sources([str(place)])
    return of_type(SourceError, item)


def test_read_sources_walks_a_folder_in_the_order_of_names(tmp_path: Path) -> None:
    for name in ("b.html", "a/z.txt", "a/b/c.htm", "B.STM", "c.html.gz", "a.txt", "notes.pdf", "script.js"):
        write(tmp_path, name, gzip.compress(b"<p>x</p>") if name.endswith(".gz") else b"x")
    assert [page.name for page in pages(tmp_path)] == ["B.STM", "a/b/c.htm", "a/z.txt", "a.txt", "b.html", "c.html.gz"]


def test_read_sources_gives_path_as_given_and_name_within_the_place(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    write(tmp_path, "saved/2009/a.html")
    monkeypatch.chdir(tmp_path)
    assert [(page.path, page.name) for page in pages("./saved/")] == [("./saved/2009/a.html", "2009/a.html")]
    assert [(page.path, page.name) for page in pages("saved/2009/a.html")] == [("saved/2009/a.html", "a.html")]
    absolute = tmp_path / "saved/2009/a.html"
    assert pages(absolute)[0].path == str(absolute)


def test_read_sources_says_what_it_read(tmp_path: Path) -> None:
    (page,) = pages(write(tmp_path, "a.txt.gz", gzip.compress(b"Gulls\n", mtime=0)))
    assert page.data == b"Gulls\n"
    assert page.media_type == "text/plain"
    assert page.sha256 == hashlib.sha256(b"Gulls\n").hexdigest()
    assert present(page.modified).utcoffset() == timedelta(0)
    assert (page.captured, page.url, page.charset) == (None, None, None)


def test_read_sources_leaves_hidden_files_and_folders_alone(tmp_path: Path) -> None:
    for name in (".a.html", ".git/b.html", "c/.d.html", "e.html"):
        write(tmp_path, name)
    assert [page.name for page in pages(tmp_path)] == ["e.html"]


def test_read_sources_reads_a_file_of_any_name_that_is_given_itself(tmp_path: Path) -> None:
    assert pages(write(tmp_path, "saved page", b"\n <html>"))[0].media_type == "text/html"
    assert pages(write(tmp_path, "report.md", b"Gulls named"))[0].media_type == "text/plain"
    assert "neither HTML nor text" in error(write(tmp_path, "photo.jpg", b"\xff\xd8\0\0\0")).reason


def test_read_sources_reads_compressed_bytes_under_any_name(tmp_path: Path) -> None:
    assert pages(write(tmp_path, "a.html", gzip.compress(b"<p>x")))[0].data == b"<p>x"


def test_read_sources_writes_out_signs_that_would_end_a_line(tmp_path: Path) -> None:
    (page,) = pages(write(tmp_path, "x\nfailed: other\x1b[2J.html"))
    assert page.name == "x\\nfailed: other\\x1b[2J.html"
    assert page.path == str(tmp_path / page.name)


def test_read_sources_goes_on_whatever_a_reader_makes_of_a_file(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    write(tmp_path, "a.html")
    write(tmp_path, "b.txt")

    def fall(_: object) -> None:
        raise ZeroDivisionError("odd bytes")

    monkeypatch.setitem(READERS, ".html", fall)
    first, second = read_sources([str(tmp_path)])
    assert of_type(SourceError, first).reason == "it cannot be read: ZeroDivisionError: odd bytes"
    assert of_type(Source, second).name == "b.txt"


def test_read_sources_follows_no_way_out_of_the_folder(tmp_path: Path) -> None:
    write(tmp_path, "outside/secret.html")
    write(tmp_path, "place/in.html")
    (tmp_path / "place/out.html").symlink_to(tmp_path / "outside/secret.html")
    (tmp_path / "place/outdir").symlink_to(tmp_path / "outside")
    (tmp_path / "place/loop").symlink_to(tmp_path / "place")
    (tmp_path / "place/same.html").symlink_to(tmp_path / "place/in.html")
    found = list(read_sources([str(tmp_path / "place")]))
    assert [item.name for item in found if isinstance(item, Source)] == ["in.html", "same.html"]
    errors = [item for item in found if isinstance(item, SourceError)]
    assert [Path(item.path).name for item in errors] == ["out.html", "outdir"]
    assert all("link out of the folder" in item.reason for item in errors)


def test_read_sources_names_a_place_that_is_not_there(tmp_path: Path) -> None:
    item = error(tmp_path / "nowhere")
    assert item.path == str(tmp_path / "nowhere")
    assert item.reason == "no such file or directory"


def test_read_sources_names_a_link_that_leads_nowhere(tmp_path: Path) -> None:
    (tmp_path / "a.html").symlink_to(tmp_path / "gone.html")
    write(tmp_path, "b.html")
    first, second = read_sources([str(tmp_path)])
    assert isinstance(first, SourceError)
    assert isinstance(second, Source)


def test_read_sources_does_not_wait_for_a_pipe(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "a.html")
    assert "not a regular file" in error(tmp_path).reason


@pytest.mark.skipif(os.geteuid() == 0, reason="root reads everything")
def test_read_sources_names_a_file_it_may_not_read(tmp_path: Path) -> None:
    write(tmp_path, "a.html").chmod(0)
    assert error(tmp_path).reason == "permission denied"


def test_read_sources_shows_undecodable_names_as_text(tmp_path: Path) -> None:
    (Path(os.fsdecode(os.fsencode(tmp_path) + b"/caf\xe9.html"))).write_bytes(b"<p>x")
    (page,) = pages(tmp_path)
    assert page.name == "caf\\xe9.html"
    page.path.encode()


def test_read_sources_reads_folders_nested_deeply(tmp_path: Path) -> None:
    deep = "/".join(["d"] * 300)
    write(tmp_path, f"{deep}/a.html")
    assert pages(tmp_path)[0].name == f"{deep}/a.html"


@pytest.mark.parametrize("pack", [lambda data: data, gzip.compress], ids=["plain", "gzip"])
def test_read_sources_refuses_what_is_larger_than_a_page(tmp_path: Path, pack: Callable[[bytes], bytes]) -> None:
    whole = write(tmp_path, "whole.txt", pack(b"x" * MAX_PAGE_BYTES))
    large = write(tmp_path, "large.txt", pack(b"x" * (MAX_PAGE_BYTES + 1)))
    assert len(pages(whole)[0].data) == MAX_PAGE_BYTES
    refused = error(large)
    assert isinstance(refused, RefusedError)
    assert refused.reason.startswith("larger than 5 MB")


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        (gzip.compress(b"<p>Gulls</p>" * 99)[:-12], "gzip ends early"),
        (gzip.compress(b"<p>Gulls</p>" * 99)[:30] + b"\xff" * 60, "gzip is damaged"),
        (b"<p>not packed", "not gzip"),
    ],
    ids=["cut", "damaged", "not gzip"],
)
def test_read_sources_names_broken_compression(tmp_path: Path, data: bytes, reason: str) -> None:
    write(tmp_path, "a.html.gz", data)
    write(tmp_path, "b.html")
    first, second = read_sources([str(tmp_path)])
    assert isinstance(first, SourceError)
    assert reason in first.reason
    assert isinstance(second, Source)
