"""File → the values that say where a page lies."""

import hashlib
import os
import re
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from searchsvc.errors import SourceError
from searchsvc.model.article import Source

#: Signs that would end a line or steer a terminal.
_CONTROL = re.compile("[\x00-\x1f\x7f-\x9f\u2028\u2029\u202a-\u202e\u2066-\u2069]")


@dataclass(frozen=True, slots=True)
class File:
    """One file that may hold pages."""

    #: Where to open it.
    file: Path
    #: Its path as reports show it, and its name within the place.
    path: str
    name: str
    modified: datetime | None = None

    def source(
        self,
        data: bytes,
        media_type: str,
        *,
        at: str = "",
        captured: datetime | None = None,
        url: str | None = None,
        charset: str | None = None,
    ) -> Source:
        """Return a page of this file; `at` is its address within (`#12`)."""
        return Source(
            path=self.path + at,
            name=self.name + at,
            data=data,
            media_type=media_type,
            sha256=hashlib.sha256(data).hexdigest(),
            modified=self.modified,
            captured=captured,
            url=url,
            charset=charset,
        )


def file_at(file: Path, path: str, name: str) -> File | SourceError:
    """Return the file if it is one that can be read to its end."""
    try:
        status = file.stat()
    except OSError as error:
        return SourceError(shown(path), reason(error))
    if not file.is_file():
        return SourceError(shown(path), "not a regular file (a pipe or a device): save the page as a file")
    modified = datetime.fromtimestamp(max(0, status.st_mtime), UTC)
    return File(file=file, path=shown(path), name=shown(name), modified=modified)


def shown(path: str) -> str:
    """Return the path as text of one line that every encoding can carry: other bytes and signs are written out."""
    return _CONTROL.sub(_written_out, os.fsencode(path).decode("utf-8", "backslashreplace"))


def _written_out(match: re.Match[str]) -> str:
    return match.group().encode("unicode_escape").decode("ascii")


def reason(error: OSError) -> str:
    """Return what the system says, in its own words."""
    return (error.strerror or str(error) or type(error).__name__).lower()


#: Bytes of one page or record. The largest news pages are below 2 MB; five leave them room and bound every parser.
MOST_BYTES = 5_000_000
#: Bytes taken from a stream at a time.
CHUNK = 1 << 16


def too_large(limit: int = MOST_BYTES) -> str:
    """Return the refusal of a page that is over the limit."""
    return f"larger than {limit / 1e6:g} MB, the most that is read of one page"
