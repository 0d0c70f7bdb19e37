"""What a query may cost, checked before it is paid."""

import re
from itertools import islice

from searchsvc.errors import QueryError

#: Code points of a query with operators, and of mere words. (Code points, since places are counted in them.)
LONGEST, LONGEST_PLAIN = 2_048, 16_384
#: Words of mere words.
MOST_WORDS = 1_000
#: Parentheses inside each other.
DEEPEST = 20
#: Words, phrases and conditions of one query: more than the longest query holds as prose (about 350 words).
MOST_CLAUSES = 512
#: `prefix*` and `fuzzy~` of one query: each may stand for many words.
MOST_EXPANSIONS = 8
#: Letters that a prefix has at least.
SHORTEST_PREFIX = 3
#: Letters that a word has at least before `~`: of shorter ones too little would be left.
SHORTEST_FUZZY = 3
#: Words of one phrase, and how far apart the words of a near-phrase may be.
LONGEST_PHRASE, WIDEST_SLOP = 60, 100
#: Words that a suggestion keeps of an over-long text.
KEPT_WORDS = 12
WORD = re.compile(r"[^\W_]+")


def check_length(text: str, limit: int) -> None:
    """Refuse an over-long text.

    Raises:
        QueryError: It is over the limit.

    """
    if len(text) > limit:
        raise QueryError(
            f"the query has {len(text)} characters; {limit} can be answered",
            position=limit,
            length=len(text) - limit,
            suggestion=first_words(text[:limit]),
            too_costly=True,
        )


def first_words(text: str) -> str | None:
    """Return the first words of a text without anything that could be an operator; None if it has none."""
    words = islice(WORD.finditer(text), KEPT_WORDS)
    return " ".join(word.group().lower() for word in words) or None
