"""Text → sentences."""

import re

from searchsvc.analysis.characters import code_points
from searchsvc.languages import ABBREVIATIONS, BEFORE_NUMBERS, OPENERS

#: Marks that end sentences in the scripts that most texts have; Unicode's Sentence_Terminal of others below U+10000,
#: and Tibetan shads; those of Chinese and Japanese, after which no white space need follow.
_COMMON = ".!?…؟"
_OTHERS = code_points("""
589 61d-61e 6d4 700-702 7f9 837 839 83d-83e 964-965 f0d-f0e 104a-104b 1362 1367-1368 166e 1735-1736 17d4-17d5 1803 1809
1944-1945 1aa8-1aab 1b4e-1b4f 1b5a-1b5b 1b5e-1b5f 1b7d-1b7f 1c3b-1c3c 1c7e-1c7f 203c-203d 2047-2049 2cf9-2cfb 2e2e 2e3c
2e53-2e54 2e60-2e61 a4ff a60e-a60f a6f3 a6f7 a876-a877 a8ce-a8cf a92f a9c8-a9c9 aa5d-aa5f aaf0-aaf1 abeb fe52 fe56-fe57
""")
_FULL = "。！？｡︒"
_CLOSING = r"""["'”’»“)\]›」』》〉】]"""


def _pattern(ends: str) -> re.Pattern[str]:
    """Return the pattern of sentence ends with some marks.

    End marks with closing quotes and brackets after them, then white space, then no lower-case letter. The pattern
    matches a run of marks from its start and with possessive quantifiers, so that a long run is read once. The
    lookbehind for the start of the run comes after the first mark, so that the search skips from mark to mark.
    """
    every = f"[{ends}{_FULL}]"
    return re.compile(
        rf"""{every}(?:(?<!{every}{every}){every}*+{_CLOSING}*+\s++(?=["'“‘„«(\[¿¡]*[^\Wa-zß-öø-ÿа-я])"""
        rf"""|(?<=[{_FULL}])(?<![{_FULL}][{_FULL}])[{_FULL}]*+{_CLOSING}*+)"""
    )


_COMMON_END, _ANY_END, _OTHER = _pattern(_COMMON), _pattern(_COMMON + _OTHERS), re.compile(f"[{_OTHERS}]")
LAST_WORD = re.compile(r"([^\W\d_]+)\.?\Z")
NEXT_WORD = re.compile(r"[^\W\d_]+")
#: Characters before a full stop in which an abbreviation is looked for.
LOOK_BACK = 12


def sentence_spans(text: str) -> list[tuple[int, int]]:
    """Return the half-open ranges of the sentences in code points.

    They are in order, not empty, and only white space is between them, before the first and after the last.

    >>> [text[a:b] for text in ("Mr. Lund left. He said: “No.” Why? U.S. law.",) for a, b in sentence_spans(text)]
    ['Mr. Lund left.', 'He said: “No.”', 'Why?', 'U.S. law.']
    """
    spans, start = [], len(text) - len(text.lstrip())
    pattern = _ANY_END if not text.isascii() and _OTHER.search(text) else _COMMON_END
    for match in pattern.finditer(text, start):
        end = match.end()
        if _is_sentence_end(text, match):
            stop = match.start() + len(match.group().rstrip())
            spans.append((start, stop))
            start = end
    last = len(text.rstrip())
    if start < last:
        spans.append((start, last))
    return spans


def _is_sentence_end(text: str, match: re.Match[str]) -> bool:
    if match.group().rstrip() != ".":
        return True
    before = LAST_WORD.search(text[max(0, match.start() - LOOK_BACK) : match.start()])
    if before is None:
        return True
    word = before.group(1)
    if len(word) == 1 and word.isupper():
        acronym = text[match.start() - 2 : match.start() - 1] == "."
        following = NEXT_WORD.match(text, match.end())
        return acronym and following is not None and following.group() in OPENERS
    if word.lower() in BEFORE_NUMBERS:
        return not text[match.end() : match.end() + 1].isdigit()
    return word.lower() not in ABBREVIATIONS
