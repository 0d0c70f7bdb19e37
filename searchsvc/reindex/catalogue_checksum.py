"""Checksum of the catalogue's file, in a file beside it: a run would believe a value whose bits have flipped.

SQLite finds pages that do not fit together, not values that were damaged. So a run keeps the digest of the file when it
ends, with the number of transactions that SQLite had counted then (SQLite file format, 1.3.7), and the next one
compares them. Where that number is another one, a run was stopped before it could do so: nothing is known then.
"""

import hashlib
from contextlib import suppress
from pathlib import Path
from typing import NamedTuple

from searchsvc.errors import CorruptIndexError
from searchsvc.reindex.catalogue_file import has_journal, transactions
from searchsvc.reindex.open_catalogue import RECOVERY_ADVICE

#: Suffix of the file, in the place of the catalogue's own.
SUFFIX = ".checksum"
_ALGORITHM, _GUARD_BYTES = "blake2b", 8


class _Checksum(NamedTuple):
    transactions: int
    digest: str

    def line(self) -> str:
        """Return the text that is kept; its last word guards the others."""
        words = f"{self.transactions} {self.digest}"
        return f"{words} {hashlib.blake2b(words.encode(), digest_size=_GUARD_BYTES).hexdigest()}\n"


def keep_checksum(path: Path) -> None:
    """Keep the checksum of a closed catalogue, if there is one and its last transaction has none yet."""
    with suppress(FileNotFoundError):
        count, known = transactions(path), _known(path)
        if not has_journal(path) and (known is None or known.transactions != count):
            path.with_suffix(SUFFIX).write_text(_Checksum(count, _digest(path)).line(), "ascii")


def check_checksum(path: Path) -> None:
    """Compare a catalogue with its checksum; one that was just made, or is being written, is not compared.

    Raises:
        CorruptIndexError: The file was damaged since a run has ended.

    """
    known = _known(path)
    with suppress(OSError):  # SQLite tells of it
        if known is None or has_journal(path) or transactions(path) != known.transactions:
            return
        digest = _digest(path)
        is_still = not has_journal(path) and transactions(path) == known.transactions and _known(path) == known
        if digest != known.digest and is_still:
            raise CorruptIndexError(
                f"{path}: it is damaged: it changed since the last run has ended: {RECOVERY_ADVICE}"
            )


def drop_checksum(path: Path) -> None:
    """Remove the checksum of a catalogue that is no longer there."""
    path.with_suffix(SUFFIX).unlink(missing_ok=True)


def _known(path: Path) -> _Checksum | None:
    """Return the checksum that was kept; None if there is none, or it is damaged itself."""
    try:
        line = path.with_suffix(SUFFIX).read_text("ascii")
        count, digest, _ = line.split()
        kept = _Checksum(int(count), digest)
    except (OSError, ValueError):
        return None
    return kept if kept.line() == line else None


def _digest(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, _ALGORITHM).hexdigest()
