"""Index folder ↔ Takedowns: the file `forgotten`, which outlives every generation and the catalogue."""

import zlib
from pathlib import Path

import msgspec

from searchsvc.engines.takedowns import Takedown, Takedowns
from searchsvc.engines.whoosh.codec.commit import sync_folder, write_synced
from searchsvc.errors import CorruptIndexError
from searchsvc.trouble import told

FORGOTTEN, UNFINISHED = "forgotten", "forgotten.unfinished"
_decode = msgspec.json.Decoder(Takedown).decode


def _header(lines: bytes) -> bytes:
    """Return the first line: what the file is, and the checksum of the others."""
    return b"searchsvc forgotten 1 %08x" % zlib.crc32(lines)


def read_forgotten(folder: Path) -> Takedowns:
    """Return the articles taken down from an index; nothing where there is no list.

    Raises:
        CorruptIndexError: The list is damaged; until it is mended nothing can be answered.
        EngineError: It cannot be read.

    """
    path = folder / FORGOTTEN
    try:
        data = path.read_bytes()
    except (FileNotFoundError, NotADirectoryError):
        return Takedowns()
    except OSError as error:
        raise told(error, path, "the list of the articles taken down cannot be read") from error
    header, _, lines = data.partition(b"\n")
    if header != _header(lines):
        msg = f"{path} is damaged: its checksum differs; `searchsvc reindex` writes it anew from the catalogue"
        raise CorruptIndexError(msg)
    return Takedowns.of(map(_decode, lines.splitlines()))


def write_forgotten(folder: Path, takedowns: Takedowns) -> None:
    """Write the list, at once and durably.

    Raises:
        OSError: It cannot be written; the old one stays.

    """
    lines = b"".join(msgspec.json.encode(entry) + b"\n" for entry in takedowns.entries)
    unfinished = folder / UNFINISHED
    write_synced(unfinished, _header(lines) + b"\n" + lines)
    unfinished.replace(folder / FORGOTTEN)
    sync_folder(folder)
