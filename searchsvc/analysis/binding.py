"""Text → the same text, code point for code point, with WORD_JOINER for white space that stands within a word.

Within words are fixed spaces between the groups of a number, any space before a group of three zeros, the space between
initials, and those around the `&` of two capitals. Full-width letters, digits and signs become those of ASCII, and
quotation marks between Hebrew letters gershayim.
"""

import re
from collections.abc import Iterator
from itertools import pairwise

from searchsvc.analysis.characters import GERSHAYIM, HEBREW, WORD_JOINER

#: Fixed spaces: no-break, figure, punctuation, thin, narrow no-break.
_FIXED = "\xa0\u2007\u2008\u2009\u202f"
_GROUPS = re.compile(rf"(?<![\w.,])\d{{1,3}}(?:[{_FIXED}]\d{{3}})+(?!\d)")
#: Plain spaces group only where a group is `000`, which is no number of its own.
_ZEROS, _BEFORE_ZEROS = re.compile(r" 000(?!\d)"), re.compile(rf"(?<![\w.,])\d{{1,3}}(?:[ {_FIXED}]\d{{3}})*\Z")
#: Characters before three zeros in which the number's other groups are looked for.
_LOOK_BACK = 24
_FIXED_SPACE = re.compile(f"[{_FIXED}]")
#: A code point that no text has: Unicode calls it a noncharacter.
_SHIELD = "\ufdd0"
_CAPITAL = "A-ZÀ-ÖØ-ÞΑ-ΩЁЄІЇА-Я"
#: A point and a space before another initial; the initial before it is looked at afterwards, for speed.
_INITIAL = re.compile(rf"\.[ {_FIXED}](?=[{_CAPITAL}]\.(?!\w))")
_AMPERSAND = re.compile(rf"&[ {_FIXED}](?=[{_CAPITAL}](?!\w))")
_IS_CAPITAL = re.compile(f"[{_CAPITAL}]")
_WIDE = "\uff01-\uff5e\u066b\u066c"
_QUOTED_LETTER = re.compile(f"(?<=[{HEBREW}])[{GERSHAYIM}](?=[{HEBREW}])")
#: What the rules for texts beyond ASCII look for, to be skipped with one search.
_UNUSUAL = re.compile(f"[{_FIXED}{_WIDE}{HEBREW}]")
#: Full-width signs, and the Arabic signs of decimals and thousands.
_NARROW = {code: code - 0xFEE0 for code in range(0xFF01, 0xFF5F)} | {0x66B: ord("."), 0x66C: ord(",")}


def narrow(text: str) -> str:
    """Return a text with full-width letters, digits and signs as those of ASCII, and with gershayim as such."""
    return _QUOTED_LETTER.sub("\u05f4", text.translate(_NARROW))


def bound(text: str) -> str:
    """Return a text without white space within words; its length is the same.

    >>> [part.replace(WORD_JOINER, "_") for part in (bound("J. K. Ashdown saw 12 000 at B & Q, Plan A. B was next"),)]
    ['J._K. Ashdown saw 12_000 at B_&_Q, Plan A. B was next']
    """
    unusual = not text.isascii() and _UNUSUAL.search(text) is not None
    if unusual:
        text = narrow(text)
    places = sorted(set(_places(text, unusual=unusual)))
    if not places:
        return text
    cuts = pairwise([-1, *places, len(text)])
    return WORD_JOINER.join(text[before + 1 : after] for before, after in cuts)


def collapsed(text: str) -> str:
    r"""Return a text with each run of white space as one space, and none at its ends.

    A fixed space between the groups of a number stays as it is: without it `12 000` would be two numbers.

    >>> collapsed(" Près de  12\u202f000\xa0personnes \n")
    'Près de 12\u202f000 personnes'
    """
    if text.isascii() or not _FIXED_SPACE.search(text) or not _GROUPS.search(text):
        return " ".join(text.split())
    text = text.replace(_SHIELD, "")
    kept = [text[at] for match in _GROUPS.finditer(text) for at in _spaces(match)]
    shielded = " ".join(_GROUPS.sub(lambda match: _FIXED_SPACE.sub(_SHIELD, match.group()), text).split())
    parts = shielded.split(_SHIELD)
    return "".join(part + space for part, space in zip(parts, [*kept, ""], strict=True))


def _places(text: str, *, unusual: bool) -> Iterator[int]:
    """Yield the places of white space within words, in any order, some twice."""
    for zeros in _ZEROS.finditer(text):
        start = max(0, zeros.start() - _LOOK_BACK)
        if groups := _BEFORE_ZEROS.search(text[start : zeros.start()]):
            yield from (start + at for at in _spaces(groups))
            yield zeros.start()
    if unusual:
        for match in _GROUPS.finditer(text):
            yield from _spaces(match)
    for match in _INITIAL.finditer(text):
        if _is_single_capital(text, match.start()):
            yield match.end() - 1
    for match in _AMPERSAND.finditer(text):
        before = match.start() - 1
        if before > 0 and text[before].isspace() and _is_single_capital(text, before):
            yield from (before, match.end() - 1)


def _spaces(match: re.Match[str]) -> Iterator[int]:
    return (match.start() + at for at, sign in enumerate(match.group()) if sign.isspace())


def _is_single_capital(text: str, end: int) -> bool:
    """Return whether a capital letter that is no part of a longer word ends at a place."""
    return end > 0 and _IS_CAPITAL.match(text, end - 1) is not None and not text[end - 2 : end - 1].isalnum()
