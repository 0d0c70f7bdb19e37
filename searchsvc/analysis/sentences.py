"""Text → sentences, by a few rules and one pass."""

import re

from searchsvc.languages import ABBREVIATIONS, BEFORE_NUMBERS, OPENERS

#: End marks with the quotes and brackets that close with them, then space, then no lower-case letter.
#: (It begins where a run of marks begins and gives nothing back: a page of dots is read once. That a
#: run begins is asked after its first mark, so that the search skips from mark to mark.)
END = re.compile(
    r"""[.!?…؟。！？](?:(?<=[.!?…؟。])(?<![.!?…؟。][.!?…؟。])[.!?…؟。]*+["'”’»“)\]]*+\s++(?=["'“‘„«(\[¿¡]*[^\Wa-zß-öø-ÿа-я])"""
    r"""|(?<=[。！？])(?<![。！？][。！？])[。！？]*+)"""
)
LAST_WORD = re.compile(r"([^\W\d_]+)\.?\Z")
NEXT_WORD = re.compile(r"[^\W\d_]+")
#: Letters that are looked at before a full stop.
LOOK_BACK = 12


def sentence_spans(text: str) -> list[tuple[int, int]]:
    """Return the spans of the sentences: in order, apart by white space only, none empty.

    >>> [text[a:b] for text in ("Mr. Lund left. He said: “No.” Why? U.S. law.",) for a, b in sentences(text)]
    ['Mr. Lund left.', 'He said: “No.”', 'Why?', 'U.S. law.']
    """
    found, start = [], len(text) - len(text.lstrip())
    for match in END.finditer(text, start):
        end = match.end()
        if _ends(text, match):
            stop = match.start() + len(match.group().rstrip())
            found.append((start, stop))
            start = end
    last = len(text.rstrip())
    if start < last:
        found.append((start, last))
    return found


def _ends(text: str, match: re.Match[str]) -> bool:
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
