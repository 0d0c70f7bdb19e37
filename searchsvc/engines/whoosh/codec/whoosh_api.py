"""Whoosh's names that are not promised: all of them stand here, and a test names each.

What is promised and used elsewhere: `codec.base`, `fields`, `formats`, `index.open_dir`,
`matching.LeafMatcher`, `reading.TermInfo`, `filedb.filestore.FileStorage` with its locks.
"""

import re
from io import BytesIO
from pathlib import Path
from typing import Any

from whoosh import __version__ as release
from whoosh.filedb.filestore import FileStorage
from whoosh.filedb.structfile import StructFile
from whoosh.index import TOC
from whoosh.legacy import toc_loaders
from whoosh.system import _FLOAT_SIZE, _INT_SIZE, _LONG_SIZE
from whoosh.util.numeric import byte_to_length

__all__ = [
    "INDEX_NAME",
    "LENGTHS",
    "TOC_VERSION",
    "byte_to_length",
    "index_lock",
    "of_whoosh",
    "toc_body",
    "toc_header",
    "toc_loaders",
    "toc_name",
    "toc_pattern",
]

#: Whoosh's name of the index that `open_dir` opens when none is given.
INDEX_NAME = "MAIN"
#: Name of the lock that Whoosh's own writers take too.
_LOCK_NAME = f"{INDEX_NAME}_WRITELOCK"
#: Number of our form of the table of contents; Whoosh's own are -111 and the like.
TOC_VERSION = -20261
#: Numbers of the forms that Whoosh itself reads.
_OWN_VERSIONS = (-110, -111)
#: Whoosh's guard against foreign byte orders.
_BYTE_ORDER = -12345
#: Parts of Whoosh's release number in the header; each is below 128 and so takes one byte.
_RELEASE_PARTS = 3
#: Whoosh keeps a field's length in a byte of this scale.
LENGTHS = [byte_to_length(i) for i in range(256)]
#: Whoosh is untyped in part; these stand for its classes where it is.
_Contents: Any = TOC
_Folder: Any = FileStorage


def toc_name(number: int) -> str:
    """Return the file name of a commit's table of contents."""
    return str(_Contents._filename(INDEX_NAME, number))  # noqa: SLF001  # this file is the place for it


def toc_pattern() -> re.Pattern[str]:
    """Return the pattern whose group 1 is the number of the commit of such a file name."""
    pattern: re.Pattern[str] = _Contents._pattern(INDEX_NAME)  # noqa: SLF001  # this file is the place for it
    return pattern


def toc_header(version: int = TOC_VERSION) -> bytes:
    """Return how a table of contents begins, ours or of a version of Whoosh's own: what Whoosh reads first."""
    buffer = BytesIO()
    file = StructFile(buffer)
    for size in (_INT_SIZE, _LONG_SIZE, _FLOAT_SIZE):
        file.write_varint(size)
    file.write_int(_BYTE_ORDER)
    file.write_int(version)
    for part in release[:_RELEASE_PARTS]:
        file.write_varint(part)
    return buffer.getvalue()


def toc_body(data: bytes) -> bytes | None:
    """Return what follows the header of a table of contents of ours, None if it is not one."""
    header = toc_header()
    return data[len(header) :] if data.startswith(header[:-_RELEASE_PARTS]) else None


def of_whoosh(data: bytes) -> bool:
    """Return whether a table of contents is of Whoosh's own form."""
    return any(data.startswith(toc_header(version)[:-_RELEASE_PARTS]) for version in _OWN_VERSIONS)


def index_lock(folder: Path) -> Any:
    """Return the lock of an index, with `acquire(blocking=…)` and `release()`; the system frees a dead writer's."""
    return _Folder(str(folder)).lock(_LOCK_NAME)
