"""Reader of places: yields a Source for each page in folders, single files, JSONL files and web archives.

The order is deterministic. Symbolic links out of a folder that is read are not followed.
"""

import os
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import TypeVar

from searchsvc.errors import SourceError
from searchsvc.model.article import Source
from searchsvc.sources.files import (
    MEDIA_TYPES,
    FileReader,
    SourceFile,
    os_error_text,
    printable_path,
    read_file,
    read_json_lines,
    read_page,
    regular_file,
    suffix_of,
)

__all__ = ["READERS", "FileFilter", "printable_path", "read_sources", "source_name"]


def _read_warc(file: SourceFile) -> Iterator[Source | SourceError]:
    from searchsvc.sources.web_archives import read_warc  # noqa: PLC0415 - warcio and zstandard are slow to import, and few places have a WARC

    return read_warc(file)


def _read_wacz(file: SourceFile) -> Iterator[Source | SourceError]:
    from searchsvc.sources.web_archives import read_wacz  # noqa: PLC0415 - as above

    return read_wacz(file)


Item = TypeVar("Item")
#: Whether a file of a folder is read, by its name relative to the folder.
FileFilter = Callable[[str], bool]
#: Yields what a reader yields of a file, within limits, or what stands for it.
LimitedReader = Callable[[SourceFile, FileReader], Iterator[Item]]

#: Suffix of a file, in lower case and without `.gz` → its reader.
READERS: dict[str, FileReader] = {
    **dict.fromkeys(MEDIA_TYPES, read_page),
    ".jsonl": read_json_lines,
    ".warc": _read_warc,
    ".wacz": _read_wacz,
}


def read_sources(paths: Sequence[str]) -> Iterator[Source | SourceError]:
    """Yield the pages of files and folders, in the order of the paths and, within a folder, of the names.

    A page or file that cannot be read is yielded as a SourceError; nothing is raised, and reading goes on.
    """
    return read_sources_by(read_file, paths)


def read_sources_by(
    read: LimitedReader[Item], paths: Sequence[str], wanted: FileFilter | None = None
) -> Iterator[Item | SourceError]:
    """Yield the same, by a function that applies a reader to a file; `container_process` has one in another process.

    Args:
        read: Applies a reader to a file, within limits.
        paths: The files and folders.
        wanted: Chooses the files of folders; None: all are read.

    """
    for path in paths:
        location = Path(path)
        if location.is_dir():
            yield from _read_folder(location, path, read, wanted or (lambda _: True))
        else:
            yield from _read_regular(location, path, location.name, read)


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


def _read_regular(location: Path, path: str, name: str, read: LimitedReader[Item]) -> Iterator[Item | SourceError]:
    file = regular_file(location, path, name)
    if isinstance(file, SourceError):
        yield file
    else:
        yield from read(file, READERS.get(suffix_of(name), read_page))


def _read_folder(
    folder: Path, given: str, read: LimitedReader[Item], wanted: FileFilter
) -> Iterator[Item | SourceError]:
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
                names = sorted((entry.name for entry in location.iterdir() if entry.name[0] != "."), reverse=True)
                stack += [f"{name}/{entry}" if name else entry for entry in names]
            elif suffix_of(name) in READERS and wanted(name):
                yield from _read_regular(location, path, name, read)
        except OSError as error:
            yield SourceError(printable_path(path), os_error_text(error))


def _read_link(
    link: Path, folder: Path, path: str, name: str, read: LimitedReader[Item]
) -> Iterator[Item | SourceError]:
    # Path.resolve would raise for a loop of links; here opening the file gives the error.
    target = Path(os.path.realpath(link))
    known = suffix_of(name) in READERS
    if not target.is_relative_to(folder):
        if known or target.is_dir():
            yield SourceError(
                printable_path(path), "a link out of the folder, not followed: give its target as a place of its own"
            )
    elif known and not target.is_dir():
        yield from _read_regular(link, path, name, read)
    # A link to a folder inside the folder is not followed: its files are read in their own place, and it may be a loop.
