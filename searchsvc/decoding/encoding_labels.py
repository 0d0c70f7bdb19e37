"""Labels of character encodings: what a declaration means to browsers (WHATWG Encoding Standard §4.2), and its codec.

A label is read as the superset that browsers take it for: `iso-8859-1` is Windows-1252, `Shift_JIS` is Windows-31J,
`euc-kr` is Windows-949, `gb2312` is GB 18030. Python's codecs lack some signs that browsers know; handlers add them.
"""

import codecs
import re

#: Codec of Python → the labels that mean it, in lower case.
_LABELS = {
    "utf-8": "unicode-1-1-utf-8 unicode11utf8 unicode20utf8 utf-8 utf8 x-unicode20utf8",
    "cp866": "866 cp866 csibm866 ibm866",
    "iso8859-2": "csisolatin2 iso-8859-2 iso-ir-101 iso8859-2 iso88592 iso_8859-2 iso_8859-2:1987 l2 latin2",
    "iso8859-3": "csisolatin3 iso-8859-3 iso-ir-109 iso8859-3 iso88593 iso_8859-3 iso_8859-3:1988 l3 latin3",
    "iso8859-4": "csisolatin4 iso-8859-4 iso-ir-110 iso8859-4 iso88594 iso_8859-4 iso_8859-4:1988 l4 latin4",
    "iso8859-5": "csisolatincyrillic cyrillic iso-8859-5 iso-ir-144 iso8859-5 iso88595 iso_8859-5 iso_8859-5:1988",
    "iso8859-6": "arabic asmo-708 csiso88596e csiso88596i csisolatinarabic ecma-114 iso-8859-6 iso-8859-6-e"
    " iso-8859-6-i iso-ir-127 iso8859-6 iso88596 iso_8859-6 iso_8859-6:1987",
    "iso8859-7": "csisolatingreek ecma-118 elot_928 greek greek8 iso-8859-7 iso-ir-126 iso8859-7 iso88597 iso_8859-7"
    " iso_8859-7:1987 sun_eu_greek",
    "iso8859-8": "csiso88598e csisolatinhebrew hebrew iso-8859-8 iso-8859-8-e iso-ir-138 iso8859-8 iso88598 iso_8859-8"
    " iso_8859-8:1988 visual csiso88598i iso-8859-8-i logical",
    "iso8859-10": "csisolatin6 iso-8859-10 iso-ir-157 iso8859-10 iso885910 l6 latin6",
    "iso8859-13": "iso-8859-13 iso8859-13 iso885913",
    "iso8859-14": "iso-8859-14 iso8859-14 iso885914",
    "iso8859-15": "csisolatin9 iso-8859-15 iso8859-15 iso885915 iso_8859-15 l9 latin9",
    "iso8859-16": "iso-8859-16",
    "koi8-r": "cskoi8r koi koi8 koi8-r koi8_r",
    "koi8-u": "koi8-ru koi8-u",
    "mac-roman": "csmacintosh mac macintosh x-mac-roman",
    "mac-cyrillic": "x-mac-cyrillic x-mac-ukrainian",
    "cp874": "dos-874 iso-8859-11 iso8859-11 iso885911 tis-620 windows-874",
    "cp1250": "cp1250 windows-1250 x-cp1250",
    "cp1251": "cp1251 windows-1251 x-cp1251",
    "cp1252": "ansi_x3.4-1968 ascii cp1252 cp819 csisolatin1 ibm819 iso-8859-1 iso-ir-100 iso8859-1 iso88591 iso_8859-1"
    " iso_8859-1:1987 l1 latin1 us-ascii windows-1252 x-cp1252 x-user-defined",
    "cp1253": "cp1253 windows-1253 x-cp1253",
    "cp1254": "cp1254 csisolatin5 iso-8859-9 iso-ir-148 iso8859-9 iso88599 iso_8859-9 iso_8859-9:1989 l5 latin5"
    " windows-1254 x-cp1254",
    "cp1255": "cp1255 windows-1255 x-cp1255",
    "cp1256": "cp1256 windows-1256 x-cp1256",
    "cp1257": "cp1257 windows-1257 x-cp1257",
    "cp1258": "cp1258 windows-1258 x-cp1258",
    "gb18030": "chinese csgb2312 csiso58gb231280 gb2312 gb_2312 gb_2312-80 gbk iso-ir-58 x-gbk gb18030 cp936 ms936",
    "big5hkscs": "big5 big5-hkscs cn-big5 csbig5 x-x-big5 big5hkscs cp950",
    "euc_jp": "cseucpkdfmtjapanese euc-jp x-euc-jp euc_jp",
    "iso2022_jp": "csiso2022jp iso-2022-jp",
    "cp932": "csshiftjis ms932 ms_kanji shift-jis shift_jis sjis windows-31j x-sjis cp932",
    "cp949": "cseuckr csksc56011987 euc-kr iso-ir-149 korean ks_c_5601-1987 ks_c_5601-1989 ksc5601 ksc_5601 windows-949"
    " cp949 ms949 euc_kr uhc",
    "iso2022_kr": "csiso2022kr iso-2022-kr",
    "hz": "hz-gb-2312",
    # These cannot be true of a label that was found in ASCII bytes: browsers read UTF-8.
    "utf-16-be": "unicodefffe utf-16be",
    "utf-16-le": "csunicode iso-10646-ucs-2 ucs-2 unicode unicodefeff utf-16 utf-16le utf-32 utf-32le utf-32be ucs-4",
}
_CODECS = {label: codec for codec, labels in _LABELS.items() for label in labels.split()}
#: Codecs of Python that are no encodings of pages, or that could hide markup.
_NEVER = frozenset({"utf-7", "punycode", "idna", "unicode_escape", "raw_unicode_escape", "undefined", "mbcs", "oem"})
#: Encodings in 7 bits, whose bytes are always valid UTF-8, too.
SEVEN_BIT = frozenset({"iso2022_jp", "iso2022_kr", "hz"})

#: Two bytes of EUC-JP; first row from which Shift_JIS goes on behind the half-width letters (JIS X 0208).
_EUC_LEAD, _SECOND_HALF, _ROW_MIDDLE = 0xA0, 62, 63
_EURO_BYTE = 0x80
_ESCAPE = re.compile(rb"\x1b(\([BJIH]|\$[@B]|\$\([DBQO]|&@)")


def codec_of(label: str | None) -> str | None:
    """Return Python's codec of a declared encoding, as browsers read its label; None if it is unknown."""
    name = (label or "").strip().strip("\"'").lower()
    if not name:
        return None
    if codec := _CODECS.get(name) or _CODECS.get(name.replace("_", "-")) or _CODECS.get(name.replace("-", "")):
        return "utf-8" if codec.startswith("utf-16") else codec
    try:
        found = codecs.lookup(name)
    except (LookupError, ValueError):
        return None
    known = _CODECS.get(found.name, found.name)
    is_text = getattr(found, "_is_text_encoding", True)
    return (
        None
        if found.name.replace("-", "_") in _NEVER | {"utf_7"} or not is_text
        else "utf-8"
        if known.startswith(("utf-16", "utf-32"))
        else known
    )


def decoded(data: bytes, codec: str) -> str:
    """Return bytes decoded by a codec, with the signs that browsers know and Python's codec does not.

    What cannot be decoded becomes U+FFFD; the bytes that a Windows code page leaves free are dropped.
    """
    if codec == "iso2022_jp":
        return _decoded_iso_2022_jp(data)
    if codec.startswith("cp125") or codec in {"euc_jp", "gb18030"}:
        return data.decode(codec, _BROWSERS)
    return data.decode(codec, "replace")


def _as_browsers(error: UnicodeError) -> tuple[str, int]:
    """Codec error handler: decode what is in the tables of browsers and not in those of Python."""
    if not isinstance(error, UnicodeDecodeError):
        raise error
    lead = error.object[error.start]
    if error.encoding == "euc_jp":
        pair = error.object[error.start : error.start + 2]
        return _euc_pair(pair), error.start + max(1, min(2, len(pair)) if lead > _EUC_LEAD else 1)
    if error.encoding == "gb18030":
        return ("€" if lead == _EURO_BYTE else "\ufffd"), error.start + 1
    return "", error.end


_BROWSERS = "searchsvc-browsers"
codecs.register_error(_BROWSERS, _as_browsers)


def _euc_pair(pair: bytes) -> str:
    """Return the sign of two bytes of EUC-JP by the table of Windows, which has `①`, `㈱`, `髙`; else U+FFFD."""
    row, cell = pair[0] - _EUC_LEAD, pair[-1] - _EUC_LEAD
    if len(pair) < 2 or row <= 0 or cell <= 0:  # noqa: PLR2004  a pair
        return "\ufffd"
    first = (row - 1) // 2 + (0x81 if row <= _SECOND_HALF else 0xC1)
    second = cell + (0x3F if cell <= _ROW_MIDDLE else 0x40) if row % 2 else cell + 0x9E
    try:
        return bytes((first, second)).decode("cp932")
    except (UnicodeDecodeError, ValueError):
        return "\ufffd"


def _decoded_iso_2022_jp(data: bytes) -> str:
    """Return ISO-2022-JP decoded by way of EUC-JP: the escapes say which set the bytes after them are of."""
    parts = _ESCAPE.split(data)
    texts = [parts[0].decode("ascii", "replace")]
    for escape, part in zip(parts[1::2], parts[2::2], strict=True):
        if escape in {b"$@", b"$B"}:
            line_ends = re.split(rb"([\r\n]+)", part)  # an escape holds to the end of its line
            high = bytes(byte | 0x80 if byte > 0x20 else byte for byte in line_ends[0])  # noqa: PLR2004  space
            texts += [decoded(high, "euc_jp"), b"".join(line_ends[1:]).decode("ascii", "replace")]
        elif escape == b"(I":
            texts.append(bytes(byte | 0x80 for byte in part).decode("cp932", "replace"))
        elif escape in {b"(B", b"(J", b"(H"}:
            texts.append(part.decode("ascii", "replace"))
        else:
            texts.append((b"\x1b" + escape + part).decode("iso2022_jp_ext", "replace"))
    return "".join(texts)
