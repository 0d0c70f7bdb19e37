"""Decoding of a page's bytes, the same for HTML, plain text and records: which encoding, and what is undone of damage.

The encoding is that of a byte order mark; else UTF-16 if the bytes look like it; else a declared one of 7 bits; else
UTF-8 if the bytes are valid UTF-8, because text in other encodings hardly ever is while declarations are often stale;
else the declared one, unless another has the letters of the page's language and the declared one has not; else the one
in which the bytes are text of that language; else a guess; else Windows-1252.
"""

import codecs
import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache

from searchsvc.decoding.encoding_labels import SEVEN_BIT, codec_of, decoded
from searchsvc.decoding.language_detection import language_of
from searchsvc.decoding.legacy_encodings import (
    ENOUGH,
    ascii_words,
    can_be_guessed,
    encoding_for_language,
    fit,
    guess_encoding,
    is_non_latin,
    is_western,
)
from searchsvc.errors import RefusedError, SourceError
from searchsvc.model.source import Source

#: Control characters, which text has hardly any of. NUL is not among them: UTF-16 read as 8-bit text is full of it.
_BINARY = re.compile("[\x01-\x08\x0e-\x1f\x7f\ufffd]")
#: Characters inspected; a text is binary if more of them than this share, and than this number, are such controls.
#: In random bytes about a tenth are.
_INSPECTED, _BINARY_SHARE, _MOST_STRAY = 20_000, 0.03, 5
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
#: Text that declares UTF-8 is in another encoding if more than this share is such errors, and it is in no Latin script.
_OTHER_SHARE = 0.5
_JAPANESE_ESCAPE = re.compile(rb"\x1b(?:\$[@B]|\([JI])")
#: Codec of ISO → the Windows code page that has letters where it has controls.
_WINDOWS = {
    "iso8859-2": "cp1250",
    "iso8859-4": "cp1257",
    "iso8859-7": "cp1253",
    "iso8859-8": "cp1255",
    "iso8859-13": "cp1257",
}
#: U+0080 to U+009F in UTF-8: the first byte is found faster than the characters are.
_C1 = re.compile(rb"\xc2[\x80-\x9f]")
_C1_MEANT = {point: bytes((point,)).decode("cp1252", "ignore") or chr(point) for point in range(0x80, 0xA0)}

#: Encodings in which UTF-8 was read before it was encoded a second time, the most usual first.
_MISREAD_AS = ("cp1252", "cp1251", "cp1250", "mac-roman")
#: Share of a text's characters beyond ASCII that must be such pairs, and least number of them, to undo it.
_MISREAD_SHARE, _MISREAD_LEAST = 0.9, 2
#: Characters of a text from which it is decided; most times that an encoding is undone.
_DECIDING, _ROUNDS = 200_000, 3
#: The first two bytes of `”` in UTF-8, read as Windows-1252.
_LOST_BYTE = "â€"
#: Bytes of UTF-8 → those of the characters beyond ASCII, and a space for each of the others.
_WITHOUT_ASCII = bytes(byte if byte >= 0x80 else 0x20 for byte in range(0x100))  # noqa: PLR2004 - the end of ASCII
_UNLIKELY = re.compile("[\u0080-\u009f\u0180-\u0370\u0700-\u07ff\ue000-\uf8ff\ufffd]")


@dataclass(frozen=True, slots=True)
class DecodedText:
    """The text of a page, its encoding as Python names it, the rule that gave it, and warnings about guesses."""

    text: str
    encoding: str
    rule: str
    warnings: tuple[str, ...] = ()


def decode_page(
    data: bytes, declared: Sequence[tuple[str | None, str]] = (), language: str | None = None
) -> DecodedText:
    """Return the text of a page.

    Args:
        data: Its bytes.
        declared: The encodings that it and its container declare, with the place of each, in the order of their weight.
        language: Code of the language that it declares.

    """
    found = _with_c1_meant(_decoded(data, declared, language))
    text, misread = without_second_encoding(found.text)
    if misread is None:
        return found
    warning = f"the text was encoded twice: UTF-8 that had been read as {misread} was undone"
    return DecodedText(text, found.encoding, found.rule, (*found.warnings, warning))


def refuse_binary(text: str, path: str) -> None:
    """Raise if a decoded text is binary data (a picture, an archive, a program).

    Raises:
        SourceError: Of the first `_INSPECTED` characters too many are control characters.

    """
    sample = text[:_INSPECTED]
    if len(_BINARY.findall(sample)) > max(_MOST_STRAY, _BINARY_SHARE * len(sample)):
        raise SourceError(path, "no text: its bytes are those of a picture, an archive or a program")


def _decoded(data: bytes, declared: Sequence[tuple[str | None, str]], language: str | None) -> DecodedText:
    for mark, name in BYTE_ORDER_MARKS:
        if data.startswith(mark):
            return DecodedText(data[len(mark) :].decode(name, "replace"), name, "byte order mark")
    if wide := _unmarked_utf16(data):
        warning = f"no byte order mark: read as {wide}"
        return DecodedText(data.decode(wide, "replace"), wide, "zero bytes", (warning,))
    known = [(codec, rule) for label, rule in declared if (codec := codec_of(label))]
    for codec, rule in known:
        if codec in SEVEN_BIT:  # always valid UTF-8, too
            return DecodedText(decoded(data, codec), codec, rule)
    if data.isascii() and _JAPANESE_ESCAPE.search(data):
        return DecodedText(decoded(data, "iso2022_jp"), "iso2022_jp", "escapes")
    try:
        return DecodedText(data.decode("utf-8"), "utf-8", "valid UTF-8")
    except UnicodeDecodeError:
        pass
    return _not_utf8(data, known, language)


def _not_utf8(data: bytes, known: Sequence[tuple[str, str]], language: str | None) -> DecodedText:
    damaged = data.decode("utf-8", "replace")
    broken, foreign = damaged.count("\ufffd"), sum(not char.isascii() for char in damaged)
    is_damaged = broken < _DAMAGED_SHARE * foreign
    for codec, rule in known:
        if codec == "utf-8":
            is_other = broken > _OTHER_SHARE * foreign and (not is_western(language) or is_non_latin(data))
            if is_damaged or not is_other:
                return _with_stray_bytes(data, f"{rule}, stray bytes as cp1252")
            continue
        if is_damaged:
            break
        better = _better_for_language(data, codec, language)
        if better is None:
            return DecodedText(decoded(data, codec), codec, rule)
        warning = f"the declared encoding {codec} makes no words of its language: read as {better}"
        return DecodedText(decoded(data, better), better, "language", (warning,))
    if is_damaged:
        return _with_stray_bytes(data, "damaged UTF-8", (f"{broken} bytes are not UTF-8",))
    return _undeclared(data, language)


def _undeclared(data: bytes, language: str | None) -> DecodedText:
    codec, rule = encoding_for_language(data, language or _language_of(data)), "language"
    if codec is None and can_be_guessed(data):
        codec, rule = guess_encoding(data), "detected"
    if codec in {"utf_8", "utf-8"}:
        return _with_stray_bytes(data, "detected, stray bytes as cp1252")
    warning = f"not UTF-8: read as {codec or 'Windows-1252'}"
    if codec is None:
        codec, rule = "cp1252", "too little to detect"
    known = codec_of(codec) or codec
    return DecodedText(decoded(data, known), known, rule, (warning,))


def _language_of(data: bytes) -> str | None:
    """Return the language of bytes in no known encoding, as far as their words in ASCII tell it."""
    return language_of(ascii_words(data))


def _better_for_language(data: bytes, codec: str, language: str | None) -> str | None:
    """Return a codec that makes text of the declared language where the declared codec makes none."""
    if is_western(language) or fit(data, codec, language) >= ENOUGH / 2:
        return None
    better = encoding_for_language(data, language)
    return better if better != codec else None


def _unmarked_utf16(data: bytes) -> str | None:
    sample = data[:_UTF16_SAMPLE]
    half = max(1, len(sample) // 2)
    if sample[1::2].count(0) > _NUL_SHARE * half and sample[::2].count(0) < (1 - _NUL_SHARE) * half:
        return "utf-16-le"
    if sample[::2].count(0) > _NUL_SHARE * half and sample[1::2].count(0) < (1 - _NUL_SHARE) * half:
        return "utf-16-be"
    return None


def _with_stray_bytes(data: bytes, rule: str, warnings: tuple[str, ...] = ()) -> DecodedText:
    return DecodedText(data.decode("utf-8", _STRAY_BYTES), "utf-8", rule, warnings)


def _stray_bytes(error: UnicodeError) -> tuple[str, int]:
    """Codec error handler: decode bytes that are not UTF-8 as cp1252, as in an agency text pasted into a newer page."""
    if not isinstance(error, UnicodeDecodeError):
        raise error
    return error.object[error.start : error.end].decode("cp1252", "replace"), error.end


_STRAY_BYTES = "searchsvc-stray-bytes"
codecs.register_error(_STRAY_BYTES, _stray_bytes)


def _with_c1_meant(found: DecodedText) -> DecodedText:
    """Return the text with U+0080 to U+009F, which no page means, as what Windows code pages have there."""
    if found.text.isascii() or not _C1.search(found.text.encode("utf-8", "surrogatepass")):
        return found
    if cousin := _WINDOWS.get(found.encoding):
        text, meant = found.text.encode(found.encoding, "replace").decode(cousin, "replace"), cousin
    else:
        text, meant = found.text.translate(_C1_MEANT), "cp1252"
    if text == found.text:
        return found
    warning = f"control characters (U+0080 to U+009F) were read as {meant}"
    return DecodedText(text, found.encoding, found.rule, (*found.warnings, warning))


def without_second_encoding(text: str) -> tuple[str, str | None]:
    """Return a text without its second encoding, and the encoding that its UTF-8 had been read as; None if it has one.

    A text has two if nearly all of its characters beyond ASCII are, in a code page, bytes of UTF-8. Single pairs are
    left as they are: `CAFÉ”` is one by chance.
    """
    first = None
    for _ in range(_ROUNDS):
        runs = _runs_beyond_ascii(text[:_DECIDING])
        codec = next((codec for codec in _MISREAD_AS if runs and _is_misread(runs, codec)), None)
        if codec is None:
            break
        pairs, to_byte = _misread_tables(codec)
        text = pairs.sub(lambda match, table=to_byte: _undone(match[0], table), text)  # type: ignore[misc]
        first = first or codec
    return text, first


def _runs_beyond_ascii(text: str) -> list[str]:
    if text.isascii():
        return []
    without_ascii = text.encode("utf-8", "surrogatepass").translate(_WITHOUT_ASCII)
    return [run.decode("utf-8", "surrogatepass") for run in without_ascii.split()]


def _is_misread(runs: Sequence[str], codec: str) -> bool:
    pairs, to_byte = _misread_tables(codec)
    count = covered = 0
    for run in runs:
        for match in pairs.finditer(run):
            undone = _undone(match[0], to_byte)
            if undone != match[0] and not _UNLIKELY.search(undone):
                count += 1
                covered += len(match[0])
    return count >= _MISREAD_LEAST and covered >= _MISREAD_SHARE * sum(map(len, runs))


@cache
def _misread_tables(codec: str) -> tuple[re.Pattern[str], dict[str, int]]:
    """Return the pattern of bytes of UTF-8 read by a codec, and the byte of each character."""
    to_byte: dict[str, int] = {}
    # A byte that the codec leaves free was a control character, or has become what Windows-1252 has in its place.
    for table in (codec, "cp1252", "latin-1"):
        free = set(range(0x80, 0x100 if table == codec else 0xA0))
        for byte in sorted(free.difference(to_byte.values()) if table == "cp1252" else free):
            if sign := bytes((byte,)).decode(table, "ignore"):
                to_byte.setdefault(sign, byte)

    def any_of(first: int, last: int) -> str:
        return "[" + "".join(re.escape(sign) for sign, byte in to_byte.items() if first <= byte <= last) + "]"

    rest = any_of(0x80, 0xBF)
    # Of `”` the last byte, which Windows-1252 leaves free, is often lost.
    lost = f"|{_LOST_BYTE}(?!{rest})" if codec == "cp1252" else ""
    pairs = f"{any_of(0xC2, 0xDF)}{rest}|{any_of(0xE0, 0xEF)}{rest}{{2}}|{any_of(0xF0, 0xF4)}{rest}{{3}}"
    return re.compile(pairs + lost), to_byte


def _undone(run: str, to_byte: dict[str, int]) -> str:
    if run == _LOST_BYTE:
        return "”"
    try:
        return bytes(to_byte[sign] for sign in run).decode("utf-8")
    except UnicodeDecodeError:
        return run


#: Most bytes of a page; larger ones are dumps or attacks. The largest page of `make quality` has 2.2 million bytes.
MAX_BYTES = 5_000_000
_META = re.compile(rb"<meta[^<>]{0,400}?charset\s*=\s*[\"']?\s*([\w.:+-]{2,40})", re.IGNORECASE)
_XML = re.compile(rb"^\s*<\?xml[^>]{0,200}?encoding\s*=\s*[\"']([\w.:+-]{2,40})", re.IGNORECASE)
#: Bytes in which `<html lang>` is searched: savers write their comments and scripts before it.
_LANGUAGE_WINDOW = 32_768
_LANGUAGE = re.compile(
    rb"<html\b[^<>]{0,1000}?\blang\s*=\s*[\"']?\s*([A-Za-z]{2,3})\b"
    rb"|<meta[^<>]{0,200}?content-language[^<>]{0,200}?content\s*=\s*[\"']?\s*([A-Za-z]{2,3})\b",
    re.IGNORECASE,
)


def decode_markup(source: Source) -> DecodedText:
    """Return the text of a page, decoded as the page, else its container, declares; `decode_page` says when not.

    Raises:
        RefusedError: The page is larger than MAX_BYTES.

    """
    data = source.data
    if len(data) > MAX_BYTES:
        raise RefusedError(source.path, f"{len(data):,} bytes; pages of up to {MAX_BYTES:,} are read")
    meta = _META.search(data) or _XML.search(data)
    told = _LANGUAGE.search(data[:_LANGUAGE_WINDOW])
    language = (told[1] or told[2]).decode("ascii").lower() if told else None
    return decode_page(data, ((meta and meta[1].decode("ascii"), "meta"), (source.charset, "header")), language)


_NEWLINES = re.compile("\r\n?|[\x0b\x0c\x85\u2028\u2029]")
#: Controls, lone surrogates and zero-width characters: a word that contains one would not be found.
_INVISIBLE = re.compile("[\x00-\x08\x0e-\x1f\x7f-\x9f\xad\u200b\u2060\ufeff\ud800-\udfff]")


def decode_text(source: Source) -> tuple[str, tuple[str, ...]]:
    r"""Return plain text, its lines ended by `\n`, and warnings if its encoding was guessed or is damaged.

    Raises:
        SourceError: The bytes are binary data.

    """
    found = decode_page(source.data, ((source.charset, "header"),))
    refuse_binary(found.text, source.path)
    return _INVISIBLE.sub("", _NEWLINES.sub("\n", found.text)), found.warnings
