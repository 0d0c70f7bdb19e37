"""Bytes that say nothing of their encoding → a guess; text that is none (a picture, an archive) → refusal."""

import re

from charset_normalizer import from_bytes

from searchsvc.errors import SourceError

#: Signs that no text has, but for a few strays; NUL is left out: UTF-16 without its mark is full of it.
_NO_TEXT = re.compile("[\x01-\x08\x0e-\x1f\x7f\ufffd]")
#: Characters that are looked at, and how many such signs among them are too much: of bytes at random a tenth.
_INSPECTED, _BINARY_SHARE, _STRAY = 20_000, 0.03, 5


def guessed_encoding(data: bytes) -> str | None:
    """Return the encoding that a text is probably in; None if no guess can be made."""
    best = from_bytes(data).best()
    return best.encoding if best else None


def check_legible(text: str, path: str) -> None:
    """Refuse what is no text.

    Raises:
        SourceError: Too many of its characters are none.

    """
    look = text[:_INSPECTED]
    if len(_NO_TEXT.findall(look)) > max(_STRAY, _BINARY_SHARE * len(look)):
        raise SourceError(path, "no text: its bytes are those of a picture, an archive or a program")
