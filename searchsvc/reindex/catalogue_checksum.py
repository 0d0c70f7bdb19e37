"""Checksum of the catalogue's file, in a file beside it: a run would believe a value whose bits have flipped.

SQLite finds pages that do not fit together, not values that were damaged. So a run keeps the digest of the file when it
ends, with the number of transactions that SQLite had counted then (SQLite file format, 1.3.7), and the next one
compares them. While a run has the catalogue open there is no checksum: one that is killed leaves none, and nothing is
known then, for SQLite may restore what was written without the bytes of free pages. Neither is anything known of a file
that another program has written to, which the number of transactions tells, or that has a write-ahead log.
"""

import hashlib
import logging
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import NamedTuple

from searchsvc.errors import CorruptIndexError, error_from
from searchsvc.reindex.catalogue_file import is_in_use, transactions
from searchsvc.reindex.open_catalogue import RECOVERY_ADVICE

#: Suffix of the file, in the place of the catalogue's own.
SUFFIX = ".checksum"
_ALGORITHM, _GUARD_BYTES = "blake2b", 8
_log = logging.getLogger(__name__)


class _Checksum(NamedTuple):
    transactions: int
    digest: str

    def line(self) -> str:
        """Return the text that is kept; its last word guards the others."""
        words = f"{self.transactions} {self.digest}"
        return f"{words} {hashlib.blake2b(words.encode(), digest_size=_GUARD_BYTES).hexdigest()}\n"


@contextmanager
def guarded(path: Path) -> Iterator[None]:
    """Compare a catalogue with its checksum, and keep the one that it has when the block has ended and it is closed.

    Raises:
        CorruptIndexError: The file was damaged since a run has ended.
        EngineError: The checksum cannot be removed, so that it would say of later states that they are damaged.

    """
    file, known, before = path.with_suffix(SUFFIX), check_checksum(path), _state(path)
    try:
        file.unlink(missing_ok=True)
    except OSError as error:
        raise error_from(error, file, "it cannot be removed, and nothing was changed", writing=True) from error
    try:
        yield
    finally:
        try:
            kept = known if known and _state(path) == before else _checksum_of(path)
            if kept:
                file.write_text(kept.line(), "ascii")
        except OSError as error:
            # The run stands. Without the file the next one knows less.
            _log.warning("%s: it cannot be written, damage would not be noticed: %s", file, error.strerror)
            with suppress(OSError):
                file.unlink(missing_ok=True)


def check_checksum(path: Path) -> _Checksum | None:
    """Compare a catalogue with its checksum; return that, None if nothing is known of the file as it is.

    Raises:
        CorruptIndexError: The file was damaged since a run has ended.

    """
    known = _known(path)
    with suppress(OSError):  # SQLite tells of it
        if known is None or is_in_use(path) or transactions(path) != known.transactions:
            return None
        digest = _digest(path)
        if is_in_use(path) or transactions(path) != known.transactions or _known(path) != known:
            return None
        if digest != known.digest:
            raise CorruptIndexError(
                f"{path}: it is damaged: it changed since the last run has ended: {RECOVERY_ADVICE}; if you put it "
                f"there yourself, remove {path.with_suffix(SUFFIX).name}"
            )
        return known
    return None


def is_lost(path: Path) -> bool:
    """Return whether a catalogue is gone or empty, although the last run ended with one."""
    if _known(path) is None:
        return False
    state = _state(path)
    return state is None or state[0] == 0


def _known(path: Path) -> _Checksum | None:
    """Return the checksum that was kept; None if there is none, or it is damaged itself."""
    try:
        line = path.with_suffix(SUFFIX).read_text("ascii")
        count, digest, _ = line.split()
        kept = _Checksum(int(count), digest)
    except (OSError, ValueError):
        return None
    return kept if kept.line() == line else None


def _checksum_of(path: Path) -> _Checksum | None:
    """Return the checksum of a closed catalogue; None if that is not there or empty, or another program has it open."""
    state = _state(path)
    if state is None or state[0] == 0 or is_in_use(path):
        return None
    return _Checksum(transactions(path), _digest(path))


def _state(path: Path) -> tuple[int, int] | None:
    """Return size and time of the last change of a file, in bytes and nanoseconds; None if it is not there."""
    try:
        status = path.stat()
    except OSError:
        return None
    return status.st_size, status.st_mtime_ns


def _digest(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, _ALGORITHM).hexdigest()
