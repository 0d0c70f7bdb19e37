"""Text → sentences, as ranges or as their words."""

import re
from bisect import bisect_left
from itertools import accumulate, pairwise

from searchsvc.analysis.binding import bound
from searchsvc.analysis.characters import code_points
from searchsvc.analysis.tokenizer import surface_forms, word_count, word_starts
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
        marks = match.group().rstrip()
        if marks != "." or _is_sentence_end(text, match):
            spans.append((start, match.start() + len(marks)))
            start = match.end()
    last = len(text.rstrip())
    if start < last:
        spans.append((start, last))
    return spans


def sentence_words(text: str, language: str | None = None) -> list[tuple[str, ...]]:
    """Return the surface forms of each sentence of a paragraph that has words; a word belongs to where it begins.

    >>> sentence_words("Mr. Lund left. Why?")
    [('mr', 'lund', 'left'), ('why',)]
    """
    words = surface_forms(text, language)
    ends = accumulate(sentence_sizes(text, language), initial=0)
    return [tuple(words[start:end]) for start, end in pairwise(ends)]


def sentence_sizes(text: str, language: str | None = None) -> list[int]:
    """Return the number of words of each sentence of a paragraph that has words: the sizes of `sentence_words`."""
    ends = [start for start, _ in sentence_spans(text)[1:]]
    joined = bound(text)
    if all(joined[end - 1].isspace() for end in ends):
        counts = [word_count(joined[low:high], language) for low, high in pairwise([0, *ends, len(text)])]
        return [count for count in counts if count]
    # A sentence ends within a piece between white space: its words are parted by where they start.
    words = word_starts(joined, language)
    cuts = [0, *(bisect_left(words, end) for end in ends), len(words)]
    return [high - low for low, high in pairwise(cuts) if high > low]


class ParagraphWords(tuple[str, ...]):  # noqa: SLOT001  a tuple has no room for slots
    """Surface forms of a paragraph."""

    #: The same by sentence.
    sentences: tuple[tuple[str, ...], ...]

    @classmethod
    def of(cls, text: str, language: str | None) -> "ParagraphWords":
        """Return the surface forms of the text of a paragraph in a language."""
        sentences = tuple(sentence_words(text, language))
        words = cls(form for sentence in sentences for form in sentence)
        words.sentences = sentences
        return words


def _is_sentence_end(text: str, match: re.Match[str]) -> bool:
    """Return whether a sentence ends at a single full stop."""
    before = text[max(0, match.start() - LOOK_BACK) : match.start()]
    word = before.rpartition(" ")[2]
    if not word.isalpha():
        last = LAST_WORD.search(before)
        if last is None:
            return True
        word = last.group(1)
    if len(word) == 1 and word.isupper():
        acronym = text[match.start() - 2 : match.start() - 1] == "."
        following = NEXT_WORD.match(text, match.end())
        return acronym and following is not None and following.group() in OPENERS
    if word.lower() in BEFORE_NUMBERS:
        return not text[match.end() : match.end() + 1].isdigit()
    return word.lower() not in ABBREVIATIONS
