"""The names of Whoosh's that are not part of its public API, all in this module; a test names each.

Public names that other modules use: `codec.base`, `fields`, `formats`, `index.open_dir`, `matching.LeafMatcher`,
`reading.TermInfo`, `filedb.filestore.FileStorage` with its locks.
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
#: Version number of our form of the table of contents in Whoosh's header.
TOC_VERSION = -20261
#: Version numbers of Whoosh's own forms.
_OWN_VERSIONS = (-110, -111)
#: Number by which Whoosh recognizes files of another byte order.
_BYTE_ORDER = -12345
#: Numbers of Whoosh's release in the header; each is below 128, so that it takes one byte as a varint.
_RELEASE_PARTS = 3
#: Whoosh's scale of field lengths: a length is stored as a byte, the index of an item.
LENGTHS = [byte_to_length(i) for i in range(256)]
#: Whoosh is untyped in part; these stand for its classes where it is.
_Contents: Any = TOC
_Folder: Any = FileStorage


def toc_name(number: int) -> str:
    """Return the file name of a commit's table of contents."""
    return str(_Contents._filename(INDEX_NAME, number))  # noqa: SLF001  # this file is the place for it


def toc_pattern() -> re.Pattern[str]:
    """Return the pattern of such file names; its group 1 is the number of the commit."""
    pattern: re.Pattern[str] = _Contents._pattern(INDEX_NAME)  # noqa: SLF001  # this file is the place for it
    return pattern


def toc_header(version: int = TOC_VERSION) -> bytes:
    """Return Whoosh's header of a table of contents of a version, with the installed release of Whoosh in its end."""
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
    """Return what follows the header of a table of contents of our version, None for any other file.

    The header may name another release of Whoosh.
    """
    header = toc_header()
    return data[len(header) :] if data.startswith(header[:-_RELEASE_PARTS]) else None


def of_whoosh(data: bytes) -> bool:
    """Return whether a table of contents is in one of Whoosh's own forms."""
    return any(data.startswith(toc_header(version)[:-_RELEASE_PARTS]) for version in _OWN_VERSIONS)


def index_lock(folder: Path) -> Any:
    """Return the lock of an index: `acquire(blocking=...)` and `release()`. The lock of a killed process is free."""
    return _Folder(str(folder)).lock(_LOCK_NAME)
