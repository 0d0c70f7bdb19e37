"""Places → Sources: folders, single pages, record files, web crawls."""

import os
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

from searchsvc.errors import SourceError
from searchsvc.model.article import Source
from searchsvc.sources.files import (
    MEDIA_TYPES,
    SourceFile,
    os_error_text,
    printable_path,
    read_page,
    read_records,
    regular_file,
    suffix_of,
)

Reader = Callable[[SourceFile], Iterator[Source | SourceError]]


def _crawl(file: SourceFile) -> Iterator[Source | SourceError]:
    from searchsvc.sources.web_archives import read_crawl  # noqa: PLC0415 - most archives have none, and its library is slow to load

    return read_crawl(file)


def _collection(file: SourceFile) -> Iterator[Source | SourceError]:
    from searchsvc.sources.web_archives import read_collection  # noqa: PLC0415 - as above

    return read_collection(file)


READERS: dict[str, Reader] = {
    **dict.fromkeys(MEDIA_TYPES, read_page),
    ".jsonl": read_records,
    ".warc": _crawl,
    ".wacz": _collection,
}


def read_sources(places: Sequence[str]) -> Iterator[Source | SourceError]:
    """Yield the pages of files and folders, in the order of the places and, within a folder, of the names.

    A page that cannot be read is yielded as the error that says why; the rest goes on.
    """
    for place in places:
        root = Path(place)
        if root.is_dir():
            yield from _folder(root, place)
        else:
            yield from _read(regular_file(root, place, root.name), READERS.get(suffix_of(root.name), read_page))


def name_in(place: str, path: str, *, folder: bool) -> str:
    """Return what a path that was read in a place is called there: its `Source.name`; empty for a folder itself."""
    if folder:
        return path.removeprefix(printable_path(f"{place.rstrip('/')}/"))
    return printable_path(Path(place).name) + path.removeprefix(printable_path(place))


def _read(found: SourceFile | SourceError, reader: Reader) -> Iterator[Source | SourceError]:
    if isinstance(found, SourceError):
        yield found
        return
    try:
        yield from reader(found)
    except Exception as error:  # noqa: BLE001  whatever a library makes of strange bytes, the other files go on
        yield SourceError(found.path, f"it cannot be read: {type(error).__name__}: {error}")


def _folder(root: Path, place: str) -> Iterator[Source | SourceError]:
    inside = root.resolve()
    # A stack of names, not recursion: folders may be nested deeper than Python's calls.
    waiting = [""]
    while waiting:
        name = waiting.pop()
        here = root / name
        path = f"{place.rstrip('/')}/{name}"
        try:
            if name and here.is_symlink():
                yield from _link(here, inside, path, name)
            elif here.is_dir():
                names = sorted((entry.name for entry in here.iterdir() if entry.name[0] != "."), reverse=True)
                waiting += [f"{name}/{entry}" if name else entry for entry in names]
            elif reader := READERS.get(suffix_of(name)):
                yield from _read(regular_file(here, path, name), reader)
        except OSError as error:
            yield SourceError(printable_path(path), os_error_text(error))


def _link(link: Path, inside: Path, path: str, name: str) -> Iterator[Source | SourceError]:
    # Unlike Path.resolve, this leaves links that go round to whoever opens them.
    target = Path(os.path.realpath(link))
    reader = READERS.get(suffix_of(name))
    if not target.is_relative_to(inside):
        if reader or target.is_dir():
            yield SourceError(
                printable_path(path), "a link out of the folder, not followed: give its target as a place of its own"
            )
    elif reader and not target.is_dir():
        yield from _read(regular_file(link, path, name), reader)
    # A linked folder within the folder is read where it lies; following it could go in circles.


__all__ = ["name_in", "read_sources", "shown"]
