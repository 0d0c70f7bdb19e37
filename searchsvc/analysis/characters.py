"""Classes of code points that decide what a word is, and the folding of letters that are one to their readers.

The tables follow Unicode 17: marks are General_Category M; letters of scripts without spaces are those of Line_Break SA
and of the scripts Han, Hiragana and Katakana (UAX #29 leaves both to other rules); signs within words are those of
UAX #29 (MidLetter, Hebrew_Letter rules WB7a to WB7c, ignorable signs of WB4) and Unicode's look-alikes of U+0027.
Folded letters are those of Lucene's ASCIIFolding, Arabic, Persian, Indic and Hindi normalisers.
"""

import re
import unicodedata
from importlib.resources import files


def code_points(table: str) -> str:
    """Return the inside of a character class of a table of code points: hexadecimal, single or as ranges.

    >>> code_points("61-63 3b1")
    'a-cα'
    """
    pairs = (entry.partition("-") for entry in table.split())
    return "".join(chr(int(first, 16)) + (f"-{chr(int(last, 16))}" if last else "") for first, _, last in pairs)


def beside_plane_0(inside: str) -> tuple[str, str]:
    """Return the inside of a character class in two: what is below U+10000, and what is not."""
    ranges = re.findall(r".-.|.", inside, flags=re.DOTALL)
    return "".join(one for one in ranges if one[0] < "\U00010000"), "".join(
        one for one in ranges if one[0] >= "\U00010000"
    )


#: Marks: General_Category Mn, Mc and Me, and the voicing marks of half-width kana.
MARKS = code_points("""
300-36f 483-489 591-5bd 5bf 5c1-5c2 5c4-5c5 5c7-5c9 610-61a 64b-65f 670 6d6-6dc 6df-6e4 6e7-6e8 6ea-6ed 711
730-74a 7a6-7b0 7eb-7f3 7fd 816-819 81b-823 825-827 829-82d 859-85b 897-89f 8ca-8e1 8e3-903 93a-93c 93e-94f
951-957 962-963 981-983 9bc 9be-9c4 9c7-9c8 9cb-9cd 9d7 9e2-9e3 9fe a01-a03 a3c a3e-a42 a47-a48 a4b-a4d a51
a70-a71 a75 a81-a83 abc abe-ac5 ac7-ac9 acb-acd ae2-ae3 afa-aff b01-b03 b3c b3e-b44 b47-b48 b4b-b4d b53-b57
b62-b63 b82 bbe-bc2 bc6-bc8 bca-bcd bd7 c00-c04 c3c c3e-c44 c46-c48 c4a-c4d c55-c56 c62-c63 c81-c83 cbc cbe-cc4
cc6-cc8 cca-ccd cd5-cd6 ce2-ce3 cf3 d00-d03 d3b-d3c d3e-d44 d46-d48 d4a-d4d d57 d62-d63 d81-d83 dca dcf-dd4 dd6
dd8-ddf df2-df3 e31 e34-e3a e47-e4e eb1 eb4-ebc ec8-ece f18-f19 f35 f37 f39 f3e-f3f f71-f84 f86-f87 f8d-f97
f99-fbc fc6 102b-103e 1056-1059 105e-1060 1062-1064 1067-106d 1071-1074 1082-108d 108f 109a-109d 135d-135f
1712-1715 1732-1734 1752-1753 1772-1773 17b4-17d3 17dd 180b-180d 180f 1885-1886 18a9 1920-192b 1930-193b
1a17-1a1b 1a55-1a5e 1a60-1a7c 1a7f 1ab0-1af0 1b00-1b04 1b34-1b44 1b6b-1b73 1b80-1b82 1ba1-1bad 1be6-1bf3
1c24-1c37 1cd0-1cd2 1cd4-1ce8 1ced 1cf4 1cf7-1cf9 1dc0-1dff 20d0-20f0 2cef-2cf1 2d7f 2de0-2dff 302a-302f
3099-309a a66f-a672 a674-a67d a69e-a69f a6f0-a6f1 a802 a806 a80b a823-a827 a82c a880-a881 a8b4-a8c5 a8e0-a8f1
a8ff a926-a92d a947-a953 a980-a983 a9b3-a9c0 a9e5 aa29-aa36 aa43 aa4c-aa4d aa7b-aa7d aab0 aab2-aab4 aab7-aab8
aabe-aabf aac1 aaeb-aaef aaf5-aaf6 abe3-abea abec-abed fb1e fe00-fe0f fe20-fe2f ff9e-ff9f 101fd 102e0 10376-1037a
10a01-10a03 10a05-10a06 10a0c-10a0f 10a38-10a3a 10a3f 10ae5-10ae6 10d24-10d27 10d69-10d6d 10eab-10eac
10ecb-10ecf 10ef0-10eff 10f46-10f50 10f82-10f85 11000-11002 11038-11046 11070 11073-11074 1107f-11082
110b0-110ba 110c2 11100-11102 11127-11134 11145-11146 11173 11180-11182 111b3-111c0 111c9-111cc 111ce-111cf
1122c-11237 1123e 11241 112df-112ea 11300-11303 1133b-1133c 1133e-11344 11347-11348 1134b-1134d 11357
11362-11363 11366-1136c 11370-11374 113b8-113c0 113c2 113c5 113c7-113ca 113cc-113d0 113d2 113e1-113e2
11435-11446 1145e 114b0-114c3 115af-115b5 115b8-115c0 115dc-115dd 11630-11640 116ab-116b7 1171d-1172b
1182c-1183a 11930-11935 11937-11938 1193b-1193e 11940 11942-11943 119d1-119d7 119da-119e0 119e4 11a01-11a0a
11a33-11a39 11a3b-11a3e 11a47 11a51-11a5b 11a8a-11a99 11b60-11b67 11c2f-11c36 11c38-11c3f 11c92-11ca7
11ca9-11cb6 11d31-11d36 11d3a 11d3c-11d3d 11d3f-11d45 11d47 11d8a-11d8e 11d90-11d91 11d93-11d97 11df0
11ef3-11ef6 11f00-11f01 11f03 11f34-11f3a 11f3e-11f42 11f5a 13440 13447-13455 1611e-1612f 16af0-16af4
16b30-16b36 16f4f 16f51-16f87 16f8f-16f92 16fe4 16ff0-16ff1 1bc9d-1bc9e 1cf00-1cf2d 1cf30-1cf46 1d127-1d128
1d165-1d169 1d16d-1d172 1d17b-1d182 1d185-1d18b 1d1aa-1d1ad 1d242-1d244 1d250-1d252 1d25b-1d25c 1d25f
1d280-1d281 1da00-1da36 1da3b-1da6c 1da75 1da84 1da9b-1da9f 1daa1-1daaf 1e000-1e006 1e008-1e018 1e01b-1e021
1e023-1e024 1e026-1e02a 1e08f 1e130-1e136 1e2ae 1e2ec-1e2ef 1e4ec-1e4ef 1e5ee-1e5ef 1e6e3 1e6e6 1e6ee-1e6ef
1e6f5 1e8d0-1e8d6 1e944-1e94a e0100-e01ef
""")

#: Letters, and numbers that are no decimal digits, of scripts that are written without spaces between words.
UNSPACED = code_points("""
e01-e30 e32-e33 e40-e46 e81-e82 e84 e86-e8a e8c-ea3 ea5 ea7-eb0 eb2-eb3 ebd ec0-ec4 ec6 edc-edf 1000-102a 103f
1050-1055 105a-105d 1061 1065-1066 106e-1070 1075-1081 108e 1780-17b3 17d7 17dc 1950-196d 1970-1974 1980-19ab
19b0-19c9 1a20-1a54 1aa7 3005-3007 3021-3029 3031-3035 3038-303c 3041-3096 309d-309f 30a1-30fa 30fc-30ff
3192-3195 31f0-31ff 3220-3229 3280-3289 3400-4dbf 4e00-9fff a9e0-a9e4 a9e6-a9ef a9fa-a9fe aa60-aa76 aa7a
aa7e-aaaf aab1 aab5-aab6 aab9-aabd aac0 aac2 aadb-aadd f900-fa6d fa70-fad9 ff66-ff9d 11700-1171a 1173a-1173b
11740-11746 16fe3 16ff2-16ff6 1aff0-1aff3 1aff5-1affb 1affd-1affe 1b000-1b128 1b132 1b150-1b152 1b155
1b164-1b168 1d360-1d371 20000-3fffd
""")

#: The same in fewer ranges, with marks and signs between them, but without any other letters and digits.
UNSPACED_BLOCKS = code_points("""
e01-e3a e40-e4e e81-ebd ec0-ece edc-edf 1000-103f 1050-108f 109a-109d 1780-17d3 17d7 17dc-17dd 1950-1974 1980-19c9
1a20-1a7c 1aa7 3005-3007 3021-3035 3038-303c 3041-309f 30a1-30fa 30fc-30ff 3192-3195 31f0-31ff 3220-3229 3280-3289
3400-9fff a9e0-a9ef a9fa-a9fe aa60-aadd f900-fad9 ff66-ff9d 11700-1172b 1173a-1173b 11740-11746 16fe3-16ff6 1aff0-1b168
1d360-1d371 20000-3fffd
""")

#: Signs that nobody sees: soft hyphen, zero-width space and joiners, direction marks (General_Category Cf).
IGNORABLE = code_points("ad 61c 180e 200b-200f 202a-202e 2060-2064 2066-206f feff fff9-fffb e0001 e0020-e007f")
#: The sign that `tokenizer.bound` puts in the place of white space within a word: U+2060, one of IGNORABLE.
WORD_JOINER = "\u2060"

#: What stands for an apostrophe between letters: Unicode's look-alikes of U+0027 that are no letters of other scripts.
APOSTROPHES = code_points(
    "27 60 b4 2b9 2bb-2bf 2c8 2ca-2cb 2f4 374 384 55a 55d 5f3 7f4-7f5 1fbd 1fbf 1fef 1ffd-1ffe 2018-2019"
    " 201b 2032 2035 a78b-a78c ff07 ff40"
)
#: Points between letters of one word: `col·lecció` (MidLetter of UAX #29 without the colon).
MIDDLE_DOTS = code_points("b7 387 2027")
#: Marks that stand for gershayim between Hebrew letters (WB7b, WB7c), and these letters.
GERSHAYIM, HEBREW = code_points("22 5f4 201c-201f"), code_points("5d0-5ea 5ef-5f2")
#: Superscript digits: after a word of three letters or more, or a number, they refer to a note.
SUPERSCRIPTS = code_points("b2-b3 b9 2070 2074-2079")
#: The voicing marks of half-width kana: letters by their category, and marks by use.
HALF_WIDTH_MARKS = code_points("ff9e-ff9f")
#: Fractions in one sign.
FRACTIONS = code_points("bc-be 2150-215e 2189")
#: Pictures that stand for words, and what changes their look: skin tones, variation selectors, joiners, flag letters.
EMOJI = code_points("2600-2604 2607-26ff 2702-2712 2728 2763-2764 1f300-1f3fa 1f400-1faff")
EMOJI_PARTS, FLAG_LETTERS = code_points("200d fe0e-fe0f 1f3fb-1f3ff 20e3"), code_points("1f1e6-1f1ff")

#: Marks that are accents, vowel points or cantillation: readers search without them. All others are kept.
_ACCENTS = re.compile(
    f"[{IGNORABLE}"
    + code_points(
        "300-36f 483-489 591-5bd 5bf 5c1-5c2 5c4-5c5 5c7 610-61a 64b-65f 670 6d6-6dc 6df-6e4 6e7-6e8 6ea-6ed 711"
        " 730-74a 897-89f 8ca-8e1 8e3-8ff 93c 180b-180d 180f 1ab0-1aff 1dc0-1dff 20d0-20f0 2de0-2dff a66f-a672"
        " a674-a67d fb1e fe00-fe0f fe20-fe2f e0100-e01ef"
    )
    + "]+"
)
#: Letters that Unicode does not decompose → what readers type for them.
_LATIN = dict(
    zip(
        "øłđðıħŧŋəǝɛɔɐɑƀɓƃȼƈɖɗƌɇƒǥɠɨɩɉƙƚɫɬɲƞɵƥɍɽʂƭʈʉʋƴɏƶȥʐⱥⱦĸ",
        "olddihtnaeeoaabbbccdddefggiijklllnnoprrsttuvyyzzzatq",
        strict=True,
    )
) | {"æ": "ae", "œ": "oe", "þ": "th", "ŉ": "n"}
#: Arabic, Persian, Urdu and Kurdish letters; tatweel is dropped.
_ARABIC = {"\u0640": "", "\u0671": "\u0627", "\u0649": "\u064a", "\u06cc": "\u064a", "\u06d2": "\u064a"} | {
    "\u06a9": "\u0643", "\u06aa": "\u0643", "\u0629": "\u0647", "\u06c1": "\u0647", "\u06be": "\u0647",
    "\u06d5": "\u0647", "\u06c3": "\u0647",
}  # fmt: skip
#: Chandrabindu, which Hindi writers exchange with anusvara; letters that were typed as two before Unicode 5.
_INDIC = {"\u0901": "\u0902", "\u09ce": "\u09a4\u09cd"} | {
    "\u0d7a": "\u0d23\u0d4d", "\u0d7b": "\u0d28\u0d4d", "\u0d7c": "\u0d30\u0d4d", "\u0d7d": "\u0d32\u0d4d",
    "\u0d7e": "\u0d33\u0d4d", "\u0d7f": "\u0d15\u0d4d",
}  # fmt: skip
#: Traditional Chinese characters → simplified ones.
_CHINESE = {
    pair[0]: pair[1]
    for line in (files(__package__) / "simplified.txt").read_text("utf-8").splitlines()
    if not line.startswith("#")
    for pair in line.split()
}
_LETTERS = str.maketrans(_LATIN | _ARABIC | _INDIC | _CHINESE)
#: Letters that decompose into two but stay one: the Cyrillic short i, Thai and Lao am.
_COMPOSED = {"и\u0306": "й", "\u0e4d\u0e32": "\u0e33", "\u0ecd\u0eb2": "\u0eb3"}
_DECOMPOSED = re.compile("|".join(_COMPOSED))
_FRACTION = re.compile(f"([{FRACTIONS}]+)")
_FOREIGN_DIGIT = re.compile(r"[^\D0-9]")


def fold(text: str) -> str:
    """Return the text without case, accents and invisible signs, in NFC; its length may change.

    Marks that are part of a letter stay (vowel signs, viramas, voicing marks of kana); digits of all scripts become
    those of ASCII; the signs of fractions stay.

    >>> [fold(text) for text in ("Éire Straße Łódź", "ガラス", "किताब", "٢٠١٠", "1½")]
    ['eire strasse lodz', 'ガラス', 'किताब', '2010', '1½']
    """
    if text.isascii():
        return text.lower()
    parts = _FRACTION.split(text)
    if len(parts) > 1:
        return "".join(part if i % 2 else fold(part) for i, part in enumerate(parts))
    plain = unicodedata.normalize("NFKD", text.casefold()).casefold()
    plain = _DECOMPOSED.sub(lambda letters: _COMPOSED[letters.group()], plain)
    plain = _ACCENTS.sub("", plain.translate(_LETTERS))
    plain = _FOREIGN_DIGIT.sub(lambda digit: str(unicodedata.decimal(digit.group())), plain)
    return unicodedata.normalize("NFC", plain)


def has_accents(text: str) -> bool:
    """Return whether folding drops more of a text than its case and invisible signs.

    >>> has_accents("El Año"), has_accents("EL ANO"), has_accents("渔民")
    (True, False, False)
    """
    return not text.isascii() and fold(text) != unicodedata.normalize("NFC", text.casefold())


def is_unspaced(sign: str) -> bool:
    """Return whether a code point is a letter of a script without spaces, which is a word of its own with its marks."""
    return not sign.isascii() and _UNSPACED_LETTER.match(sign) is not None


_UNSPACED_LETTER = re.compile(f"[{UNSPACED}]")


def grapheme_count(text: str) -> int:
    """Return how many letters and digits a text has, each counted with its marks.

    >>> [grapheme_count(text) for text in ("किसा", "ab-1", "渔民", "바다")]
    [2, 3, 2, 2]
    """
    return len(_GRAPHEME.findall(text))


_GRAPHEME = re.compile(r"[^\W_]")
