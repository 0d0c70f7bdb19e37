"""Which old encoding a text is in, if it does not say so, or says what cannot be: by its language, else by a guess.

Looked at are the stretches around bytes beyond ASCII, not the first bytes of a page: after a long head these are ASCII.
Of the encodings in which pages of a language were written, that one is taken whose letters are those of the language.
"""

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise

from searchsvc.decoding.encoding_labels import decoded

#: Bytes that are judged; ASCII bytes before, behind and between those beyond ASCII.
_SAMPLE_BYTES, _CONTEXT_BYTES = 20_000, 24
_STRETCH = re.compile(rb"(?:[\x80-\xff]+[\x00-\x7f]{0,%d})+" % _CONTEXT_BYTES)
_TAG = re.compile(rb"<[^<>]{0,2000}>")
#: Share of the characters beyond ASCII that must be letters of the language; least number of bytes beyond ASCII from
#: which an encoding is guessed where no language is told.
ENOUGH, EVIDENCE = 0.8, 40
#: The same share for a Western text in an encoding of other systems, and least number of bytes beyond ASCII for it.
_CERTAIN, _FEWEST = 0.95, 5
#: Bytes of a page from its end in which words are looked for: scripts stand at its beginning.
_WORD_BYTES = 60_000
#: A text is in no Latin script if more than this share of its letters is not ASCII.
_NON_LATIN_SHARE = 0.5
_ASCII = bytes(range(128))
_NOT_LETTERS = bytes(byte for byte in _ASCII if not chr(byte).isalpha())
#: Weight of a character that no text of the language has, beside one that it has.
_FOREIGN = 2.0


@dataclass(frozen=True, slots=True)
class _Writing:
    """How a group of languages was written: codecs, the most usual first, and letters beyond ASCII, in lower case."""

    codecs: tuple[str, ...]
    letters: str

    def score(self, data: bytes, codec: str) -> float:
        """Return how well bytes fit, decoded by a codec: 1 if all letters are of the language, less for others."""
        text = decoded(data, codec)
        weights = [self._weight(sign, before) for before, sign in pairwise(f" {text}") if not sign.isascii()]
        return sum(weights) / len(weights) if weights else 0.0

    def _weight(self, sign: str, before: str) -> float:
        if sign in self.letters:
            return 1.0
        if sign.lower()[:1] in self.letters:  # no capital stands within a word
            return -1.0 if before.islower() else 0.9
        kind = unicodedata.category(sign)
        if kind in {"Pi", "Pf", "Ps", "Pe", "Pd", "Po", "Zs", "Sc"} and sign != "\ufffd":
            return 0.7 if sign not in _RARE_SIGNS else -1.0
        return -_FOREIGN


#: Punctuation that wrong encodings make of letters: `¶` for `ś`, `¿` for `ż`.
_RARE_SIGNS = frozenset("¶§¿¡‡†‰·¤¢¥")


def _writing(codecs: str, letters: str) -> _Writing:
    return _Writing(tuple(codecs.split()), letters)


def _range(first: str, last: str) -> str:
    return "".join(map(chr, range(ord(first), ord(last) + 1)))


_WEST = "àáâãäåæçèéêëìíîïñòóôõöøœùúûüýÿßđðþªº"
_RUSSIAN = _range("а", "я") + "ё"
_KANA = _range("\u3041", "\u30ff")
_HAN = _range("\u4e00", "\u9fff")
#: Signs of East Asian texts beside the letters.
_WIDE = _range("\u3000", "\u301f") + _range("\uff01", "\uff5e")
_WESTERN = _writing("cp1252 mac-roman cp850", _WEST)
_WRITINGS = {
    "pl": _writing("cp1250 iso8859-2 cp852", "ąćęłńóśźż"),
    "cs": _writing("cp1250 iso8859-2 cp852", "áčďéěíňóřšťúůýž"),
    "sk": _writing("cp1250 iso8859-2 cp852", "áäčďéíĺľňóôŕšťúýž"),
    "hu": _writing("cp1250 iso8859-2 cp852", "áéíóöőúüű"),
    "sl": _writing("cp1250 iso8859-2 cp852", "čšžćđ"),
    "hr": _writing("cp1250 iso8859-2 cp852", "čšžćđ"),
    "bs": _writing("cp1250 iso8859-2 cp852", "čšžćđ"),
    "sr": _writing("cp1250 cp1251 iso8859-2 iso8859-5", "čšžćđ" + _range("а", "ш") + "ђјљњћџ"),
    "ro": _writing("cp1250 iso8859-2 iso8859-16", "ăâîșțşţ"),
    "sq": _writing("cp1252 cp1250", "çë"),
    "ru": _writing("cp1251 koi8-r cp866 iso8859-5 mac-cyrillic", _RUSSIAN),
    "uk": _writing("cp1251 koi8-u iso8859-5 cp866", _RUSSIAN + "ґєії"),
    "be": _writing("cp1251 iso8859-5 koi8-u", _RUSSIAN + "іў"),
    "bg": _writing("cp1251 iso8859-5 mac-cyrillic", _RUSSIAN),
    "mk": _writing("cp1251 iso8859-5", _range("а", "ш") + "ѓѕјљњќџ"),
    "el": _writing("cp1253 iso8859-7", _range("α", "ω") + "άέήίόύώϊϋΐΰ"),
    "tr": _writing("cp1254 iso8859-3", "çğıöşüâîûİ"),
    "az": _writing("cp1254", "çğıöşüəİ"),
    "he": _writing("cp1255 iso8859-8", _range("א", "ת")),
    "yi": _writing("cp1255", _range("א", "ת") + "\u05b7\u05b8\u05bc"),
    "ar": _writing("cp1256 iso8859-6", _range("ء", "ْ")),
    "fa": _writing("cp1256", _range("ء", "ْ") + "پچژگکی\u200c"),
    "ur": _writing("cp1256", _range("ء", "ْ") + "پچژگکیٹڈڑںھہے"),
    "lt": _writing("cp1257 iso8859-13 iso8859-4", "ąčęėįšųūž"),
    "lv": _writing("cp1257 iso8859-13 iso8859-4", "āčēģīķļņšūž"),
    "et": _writing("cp1257 cp1252 iso8859-13", "äõöüšž"),
    "vi": _writing("cp1258", _WEST + "ăđơư\u0300\u0301\u0303\u0309\u0323"),
    "th": _writing("cp874", _range("ก", "๛")),
    "ja": _writing("cp932 euc_jp", _KANA + _HAN + _WIDE),
    "ko": _writing("cp949", _range("가", "힣") + _WIDE),
    "zh": _writing("gb18030 big5hkscs", _HAN + _WIDE),
}


def is_western(language: str | None) -> bool:
    """Return whether a language, by its code, was written in Windows-1252 as a rule; so it is if none is told."""
    return language not in _WRITINGS


def fit(data: bytes, codec: str, language: str | None) -> float:
    """Return how well a codec fits bytes of a language, by its code: 1 is best, below 0 no letters of it come out."""
    return _WRITINGS.get(language or "", _WESTERN).score(stretches(data), codec)


def encoding_for_language(data: bytes, language: str | None) -> str | None:
    """Return the codec by which bytes are text of a language; None if none is good enough, or its letters unknown."""
    writing, sample = _WRITINGS.get(language or ""), stretches(data)
    if writing is None:
        return _western_encoding(sample)
    scores = [(writing.score(sample, codec), codec) for codec in writing.codecs]
    best = max(scores, key=lambda scored: scored[0])
    if language in {"ja", "zh"}:  # several of their encodings make letters of the same bytes
        return guess_encoding(data, writing.codecs) or (best[1] if best[0] >= ENOUGH else None)
    return best[1] if best[0] >= ENOUGH else None


def _western_encoding(sample: bytes) -> str | None:
    """Return the codec of a Western text that is certainly not Windows-1252; None for any other."""
    if len(sample.translate(None, _ASCII)) < _FEWEST or _WESTERN.score(sample, "cp1252") >= ENOUGH / 2:
        return None
    best = max(_WESTERN.codecs, key=lambda codec: _WESTERN.score(sample, codec))
    return best if _WESTERN.score(sample, best) > _CERTAIN else None


def ascii_words(data: bytes) -> str:
    """Return the words of a text that are all ASCII, without markup: its language may be told by them."""
    text = _TAG.sub(b" ", data[-_WORD_BYTES:])
    return b" ".join(word for word in text.split() if word.isascii()).decode("ascii")


def guess_encoding(data: bytes, among: tuple[str, ...] = ()) -> str | None:
    """Return the codec that charset-normalizer finds most likely for the stretches beyond ASCII; None for none."""
    from charset_normalizer import from_bytes  # noqa: PLC0415 - few pages leave their encoding to a guess

    best = from_bytes(stretches(data), cp_isolation=list(among) or None).best()
    return best.encoding if best else None


def is_non_latin(data: bytes) -> bool:
    """Return whether more letters of a text are beyond ASCII than in it, so that it is in no Latin script."""
    letters = _TAG.sub(b" ", data).translate(None, _NOT_LETTERS)
    return len(letters.translate(None, _ASCII)) > _NON_LATIN_SHARE * len(letters)


def can_be_guessed(data: bytes) -> bool:
    """Return whether bytes hold enough beyond ASCII for a guess: EVIDENCE of them, or more than ASCII letters."""
    return len(data.translate(None, _ASCII)) >= EVIDENCE or is_non_latin(data)


def stretches(data: bytes) -> bytes:
    """Return the bytes around those beyond ASCII, without markup: at most _SAMPLE_BYTES of them."""
    return b" ".join(_stretches(data))[:_SAMPLE_BYTES]


def _stretches(data: bytes) -> Iterator[bytes]:
    text, size, before = _TAG.sub(b" ", data), 0, 0
    for match in _STRETCH.finditer(text):
        begin = max(before, match.start() - _CONTEXT_BYTES)
        yield text[begin : match.end()]
        before = match.end()
        size += before - begin + 1
        if size > _SAMPLE_BYTES:
            return
