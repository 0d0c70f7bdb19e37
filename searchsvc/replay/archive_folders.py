"""Where is the file of a page now? `Source.path` → files in the folders that may be shown, and in no other.

The path is as it was given to `reindex`, on whichever machine and in whichever folder that ran. So it is not opened:
its end is looked for in each folder, the longest first. Whether a file is the right one is told by the digest of the
page; that it lies in the folder, by its real path, so that no link leads out.
"""

import os
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import quote, unquote_to_bytes, urlsplit

from searchsvc.sources.files import SourceFile, regular_file
from searchsvc.sources.http_responses import MAX_HTTP_HEADER_BYTES

#: Folders of a path, and signs `#` in it, that are tried at most.
MOST_PARTS, MOST_SIGNS = 60, 6
#: What a path that is no UTF-8 has in place of a byte.
_ESCAPED = re.compile(rb"\\x([0-9a-f]{2})")
#: Name of every file in messages: no path of the server is in any answer.
UNNAMED = "saved page"
#: Most bytes of an address.
_MOST_ADDRESS = MAX_HTTP_HEADER_BYTES


@dataclass(frozen=True, slots=True)
class FoundFile:
    """A file in a folder that may be shown."""

    folder: Path
    #: Path of the file relative to the folder.
    name: str
    file: SourceFile
    #: What stands behind the file in the path: the place of a record, `#1234`; empty for a page in a file of its own.
    fragment: str


def files_of(folders: Sequence[str], path: str) -> Iterator[FoundFile]:
    """Yield the files that a path may mean, the likeliest first.

    Args:
        folders: The folders that may be shown; real paths.
        path: `Source.path` of a page.

    """
    for given in _written(path):
        for whole, fragment in _split(given):
            parts = [part for part in os.path.normpath(whole).split("/") if part not in {"", ".", ".."}]
            for start in range(min(len(parts), MOST_PARTS)):
                name = "/".join(parts[start:])
                for folder in map(Path, folders):
                    location = inside(folder, name)
                    file = location and regular_file(location, UNNAMED, Path(name).name)
                    if isinstance(file, SourceFile):
                        yield FoundFile(folder, name, file, fragment)


def inside(folder: Path, name: str) -> Path | None:
    """Return the real path of a regular file of a folder; None if there is none, or if a link leads out."""
    try:
        real = Path(os.path.realpath(folder / name, strict=True))
        return real if real.is_relative_to(folder) and real.is_file() else None
    except (OSError, ValueError):
        return None


def address_in(name: str) -> str:
    """Return the address against which the references of a page in a folder are read: `file:///2024/page.html`."""
    return "file:///" + quote(os.fsencode(name))


def file_at(folder: Path, address: str) -> Path | None:
    """Return the file of a folder at such an address; None if there is none.

    Programs that save pages keep what follows a `?` in the name of the file.
    """
    if len(address) > _MOST_ADDRESS:
        return None
    try:
        parts = urlsplit(address)
    except ValueError:
        return None
    if parts.scheme != "file" or parts.netloc:
        return None
    name = _decoded(parts.path).lstrip("/")
    with_query = f"{name}?{_decoded(parts.query)}" if parts.query else name
    return inside(folder, with_query) or (inside(folder, name) if parts.query else None)


def _decoded(text: str) -> str:
    return os.fsdecode(unquote_to_bytes(text))


def _written(path: str) -> Iterator[str]:
    yield path
    raw = path.encode("utf-8", "surrogateescape")
    if _ESCAPED.search(raw):
        yield os.fsdecode(_ESCAPED.sub(lambda match: bytes((int(match[1], 16),)), raw))


def _split(path: str) -> Iterator[tuple[str, str]]:
    """Yield a path as file and fragment, in each way in which it can be read."""
    yield path, ""
    at = len(path)
    for _ in range(MOST_SIGNS):
        at = path.rfind("#", 0, at)
        if at <= 0:
            return
        yield path[:at], path[at:]
