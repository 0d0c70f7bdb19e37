"""Detection of the encoding of plain text, and of binary data.

A declared encoding is used unless the bytes contradict it.
"""

import codecs
import re

from searchsvc.errors import SourceError
from searchsvc.model.article import Source

#: Control characters, which text has hardly any of. NUL is not among them: UTF-16 read as 8-bit text is full of it.
_BINARY = re.compile("[\x01-\x08\x0e-\x1f\x7f\ufffd]")
#: Characters inspected; a text is binary if more of them than this share, and than this number, are such controls.
#: In random bytes about a tenth are.
_INSPECTED, _BINARY_SHARE, _MOST_STRAY = 20_000, 0.03, 5


def guess_encoding(data: bytes) -> str | None:
    """Return the encoding that charset-normalizer finds most likely; None if it finds none."""
    from charset_normalizer import from_bytes  # noqa: PLC0415 - few pages leave their encoding to a guess

    best = from_bytes(data).best()
    return best.encoding if best else None


def refuse_binary(text: str, path: str) -> None:
    """Raise if a decoded text is binary data (a picture, an archive, a program).

    Raises:
        SourceError: Of the first `_INSPECTED` characters too many are control characters.

    """
    sample = text[:_INSPECTED]
    if len(_BINARY.findall(sample)) > max(_MOST_STRAY, _BINARY_SHARE * len(sample)):
        raise SourceError(path, "no text: its bytes are those of a picture, an archive or a program")


#: UTF-32 stands before UTF-16, because the UTF-32-LE mark begins with the UTF-16-LE mark.
BYTE_ORDER_MARKS = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF32_LE, "utf-32-le"),
    (codecs.BOM_UTF32_BE, "utf-32-be"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)
#: Bytes inspected for UTF-16 without a byte order mark. It is assumed if more than this share of the high bytes is NUL.
_UTF16_SAMPLE, _NUL_SHARE = 2_000, 0.4
#: Text that does not decode as UTF-8 is damaged UTF-8, and no other encoding, if fewer than this share of its non-ASCII
#: characters are decoding errors.
_DAMAGED_SHARE = 0.2
#: A text is in no Latin script if more than this share of its letters is not ASCII; bytes from which its encoding is
#: guessed.
_NON_LATIN_SHARE, _DETECTED = 0.5, 20_000
_ASCII = bytes(range(128))
_NOT_LETTERS = bytes(byte for byte in _ASCII if not chr(byte).isalpha())
_NEWLINES = re.compile("\r\n?|[\x0b\x0c\x85\u2028\u2029]")
#: Controls, lone surrogates and zero-width characters: a word that contains one would not be found.
_INVISIBLE = re.compile("[\x00-\x08\x0e-\x1f\x7f-\x9f\xad\u200b\u2060\ufeff\ud800-\udfff]")


def decode_text(source: Source) -> tuple[str, str | None]:
    r"""Return the text, its lines ended by `\n`, and a warning if its encoding was guessed or is damaged.

    Raises:
        SourceError: The bytes are binary data.

    """
    text, warning = _decode(source.data, source.charset)
    refuse_binary(text, source.path)
    return _INVISIBLE.sub("", _NEWLINES.sub("\n", text)), warning


def _decode(data: bytes, charset: str | None) -> tuple[str, str | None]:
    for mark, name in BYTE_ORDER_MARKS:
        if data.startswith(mark):
            return data[len(mark) :].decode(name, "replace"), None
    if wide := _unmarked_utf16(data):
        return data.decode(wide, "replace"), f"no byte order mark: read as {wide}"
    try:
        return data.decode("utf-8"), None
    except UnicodeDecodeError:
        pass
    if charset and (text := _decoded_as(data, charset)) is not None:
        return text, None
    damaged = data.decode("utf-8", "replace")
    broken, foreign = damaged.count("\ufffd"), sum(not char.isascii() for char in damaged)
    if broken < _DAMAGED_SHARE * foreign:
        return damaged, f"{broken} bytes are not UTF-8"
    guess = _non_latin_encoding(data)
    # Python leaves five bytes of cp1252 undefined; Windows reads them as controls, which are dropped later.
    text = data.decode(guess, "replace") if guess else data.decode("cp1252", "ignore")
    return text, f"not UTF-8: read as {guess or 'Windows-1252'}"


def _non_latin_encoding(data: bytes) -> str | None:
    """Return the likely encoding of a text if most of its letters are not Latin, else None."""
    letters = data.translate(None, _NOT_LETTERS)
    if len(letters.translate(None, _ASCII)) <= _NON_LATIN_SHARE * len(letters):
        return None
    return guess_encoding(data[:_DETECTED])


def _unmarked_utf16(data: bytes) -> str | None:
    sample = data[:_UTF16_SAMPLE]
    half = max(1, len(sample) // 2)
    if sample[1::2].count(0) > _NUL_SHARE * half and sample[::2].count(0) < (1 - _NUL_SHARE) * half:
        return "utf-16-le"
    if sample[::2].count(0) > _NUL_SHARE * half and sample[1::2].count(0) < (1 - _NUL_SHARE) * half:
        return "utf-16-be"
    return None


def _decoded_as(data: bytes, charset: str) -> str | None:
    try:
        return data.decode(charset)
    except (LookupError, ValueError):
        return None
