"""Reader of places: yields a Source for each page in folders, single files, JSONL files and web archives.

What is no page is passed over and counted: files of folders by suffix, records and members by reason. The order is
deterministic. Symbolic links out of a folder that is read are not followed.
"""

import os
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from pathlib import Path
from typing import TypeVar

from searchsvc.errors import SourceError
from searchsvc.model.source import PassedOver, Source
from searchsvc.sources.files import (
    FileReader,
    SourceFile,
    no_page_in,
    os_error_text,
    printable_path,
    read_file,
    regular_file,
)
from searchsvc.sources.media_types import suffix_of
from searchsvc.sources.readers import READERS, reader_of
from searchsvc.sources.saved_folders import is_companion, page_stems

__all__ = ["READERS", "FileFilter", "printable_path", "read_sources", "source_name"]


Item = TypeVar("Item")
#: Whether a file of a folder is read, by its name relative to the folder.
FileFilter = Callable[[str], bool]
#: Yields what a reader yields of a file, within limits, or what stands for it.
LimitedReader = Callable[[SourceFile, FileReader], Iterator[Item]]


def read_sources(paths: Sequence[str]) -> Iterator[Source | SourceError]:
    """Yield the pages of files and folders, in the order of the paths and, within a folder, of the names.

    A page or file that cannot be read is yielded as a SourceError; nothing is raised, and reading goes on. So is a file
    or folder of the paths in which no page is.
    """
    return without_passed_over(read_sources_by(read_file, paths), paths)


def without_passed_over(
    items: Iterable[Item | PassedOver], paths: Sequence[str], passed: Callable[[PassedOver], None] | None = None
) -> Iterator[Item | SourceError]:
    """Yield the items that are pages or errors, and an error for each of the paths that holds no page.

    Args:
        items: What was read of the paths.
        paths: Files and folders.
        passed: Called with what was passed over.

    """
    given = {printable_path(path) for path in paths}
    for item in items:
        if isinstance(item, PassedOver) and passed and not item.is_place:
            passed(item)
        if not isinstance(item, PassedOver):
            yield item
        elif item.is_place and item.path in given:
            yield SourceError(item.path, item.reason)


def read_sources_by(
    read: LimitedReader[Item], paths: Sequence[str], wanted: FileFilter | None = None
) -> Iterator[Item | SourceError | PassedOver]:
    """Yield the same, and what was passed over, by a function that applies a reader to a file.

    `container_process` has such a function, which reads files in another process.

    Args:
        read: Applies a reader to a file, within limits.
        paths: The files and folders.
        wanted: Chooses the files of folders; None: all are read.

    """
    for path in paths:
        location = Path(path)
        if location.is_dir():
            yield from _read_place(location, path, read, wanted or (lambda _: True))
        else:
            yield from _read_regular(location, path, location.name, read, given=True)


def source_name(root: str, path: str, *, folder: bool) -> str:
    """Return `Source.name` of a path: its name relative to the root it was read from, empty for the root folder itself.

    Args:
        root: The file or folder that was given.
        path: `Source.path` or `SourceError.path` of a page in it.
        folder: Whether the root is a folder.

    """
    if folder:
        return path.removeprefix(printable_path(f"{root.rstrip('/')}/"))
    return printable_path(Path(root).name) + path.removeprefix(printable_path(root))


def _read_regular(
    location: Path, path: str, name: str, read: LimitedReader[Item], *, given: bool = False
) -> Iterator[Item | SourceError | PassedOver]:
    file = regular_file(location, path, name, given=given)
    if isinstance(file, SourceError):
        yield file
        return
    reader = reader_of(file)
    if isinstance(reader, PassedOver):
        yield reader
    else:
        yield from read(file, reader)


def _read_place(
    folder: Path, given: str, read: LimitedReader[Item], wanted: FileFilter
) -> Iterator[Item | SourceError | PassedOver]:
    """Yield what is in a folder, and last, if it is no page, that there is none."""
    passed: Counter[str] = Counter()
    is_empty, last = True, ""
    for item in _read_folder(folder, given, read, wanted):
        if isinstance(item, PassedOver):
            if not item.is_place or item.path != last:  # what was in the file is counted already
                passed[item.kind] += item.count
            last = item.path
        else:
            is_empty = False
        yield item
    if is_empty:
        yield no_page_in(printable_path(given), passed)


def _read_folder(
    folder: Path, given: str, read: LimitedReader[Item], wanted: FileFilter
) -> Iterator[Item | SourceError | PassedOver]:
    resolved = folder.resolve()
    # A stack instead of recursion: folders may be nested deeper than Python's limit of recursion.
    stack = [""]
    while stack:
        name = stack.pop()
        location = folder / name
        path = f"{given.rstrip('/')}/{name}"
        try:
            if name and location.is_symlink():
                if wanted(name):
                    yield from _read_link(location, resolved, path, name, read)
            elif location.is_dir():
                entries = sorted((entry for entry in location.iterdir() if entry.name[0] != "."), reverse=True)
                stems = page_stems(entry.name for entry in entries if not entry.is_dir())
                for entry in entries:
                    if is_companion(entry.name, stems) and entry.is_dir():
                        yield from _passed_companion(entry, printable_path(path), name, wanted)
                    else:
                        stack.append(f"{name}/{entry.name}" if name else entry.name)
            elif wanted(name):
                yield from _read_regular(location, path, name, read)
        except OSError as error:
            yield SourceError(printable_path(path), os_error_text(error))


def _passed_companion(folder: Path, path: str, name: str, wanted: FileFilter) -> Iterator[PassedOver]:
    """Yield how many files lie in a folder that a browser has saved beside a page."""
    if wanted(f"{name}/{folder.name}" if name else folder.name):
        yield PassedOver(path, "saved beside a page", sum(len(files) for _, _, files in os.walk(folder)))


def _read_link(
    link: Path, folder: Path, path: str, name: str, read: LimitedReader[Item]
) -> Iterator[Item | SourceError | PassedOver]:
    # Path.resolve would raise for a loop of links; here opening the file gives the error.
    target = Path(os.path.realpath(link))
    if not target.is_relative_to(folder):
        if suffix_of(name) in READERS or target.is_dir():
            yield SourceError(
                printable_path(path), "a link out of the folder, not followed: give its target as a place of its own"
            )
        else:
            yield PassedOver(printable_path(path), "link out of the folder")
    elif not target.is_dir():
        yield from _read_regular(link, path, name, read)
    # A link to a folder inside the folder is not followed: its files are read in their own place, and it may be a loop.
