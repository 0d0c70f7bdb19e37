"""What the words of a mention tell of whom it means, where they are no name: gender, role, place in a clause."""

import re
from collections.abc import Sequence

from searchsvc.model.article import Block
from searchsvc.quotes.entities import Gender
from searchsvc.quotes.lexicon import PLURALS, word_set
from searchsvc.quotes.name_variants import Occurrence
from searchsvc.quotes.name_words import FEMALE_WORDS, MALE_WORDS, PERSON_NOUNS
from searchsvc.quotes.quotations import Mention

#: A person by the age: "the 22-year-old".
AGE_NOUN = re.compile(r"\d\d?-year-old")
#: Descriptions of a body that it is called by after its name: "the company".
BODY_PHRASE = re.compile(
    r"(?:[Tt]he) (?:company|firm|group|bank|club|airline|automaker|carmaker|retailer|brokerage|insurer|network|paper"
    r"|newspaper|agency|watchdog|charity|union|party|festival|magazine|organi[sz]ation|association|broadcaster)"
)
#: Those who are called so because they have no name in the article.
ANONYMOUS = frozenset({"source", "official", "insider", "witness"})
#: A name after a comma.
APPOSED_NAME = re.compile(r", ((?:[^\W\d_a-z][\w.’'-]*)(?: [^\W\d_a-z][\w.’'-]*){0,4}),")
_PAPERS = frozenset({"paper", "newspaper", "magazine"})
_PAPER_NAMES = word_set(
    "Post Times Journal Guardian Telegraph Mail Mirror Sun News Herald Tribune Observer Independent Magazine Standard "
    "Gazette Star Express Chronicle Globe Record Scotsman Examiner Courier Echo Argus World Today Week"
)
#: Words that make another role of a role.
_PARTIAL_ROLES = word_set("shadow former ex deputy vice assistant acting associate")


def may_be_called(name: str, noun: str) -> bool:
    """Return whether a body may be called so: "the paper" is one whose name says that it is."""
    return noun.rsplit(maxsplit=1)[-1] not in _PAPERS or name.rsplit(maxsplit=1)[-1] in _PAPER_NAMES


def is_tag(blocks: Sequence[Block], mention: Mention) -> bool:
    """Return whether a pronoun follows a comma or a quotation mark, so that its clause ends what is said."""
    return blocks[mention.block].text[: mention.start].rstrip()[-1:] in {",", '"', "”", "'", "’"}


def is_before(occurrence: Occurrence, mention: Mention) -> bool:
    """Return whether a name stands before a mention."""
    return (occurrence.block, occurrence.start) < (mention.block, mention.start)


def differs(roles: frozenset[str], words: list[str]) -> bool:
    """Return whether one has a role only in part: "shadow chancellor" is not "the chancellor"."""
    return not (roles & _PARTIAL_ROLES).issubset(words)


def described_gender(words: frozenset[str]) -> Gender | None:
    """Return the gender that words of a title or role imply; None if they imply none, or both."""
    bare = {word.strip(".") for word in words}
    male = bool(bare & MALE_WORDS)
    female = bool(bare & (FEMALE_WORDS | {"mrs", "ms", "miss"}))
    return None if male == female else "male" if male else "female"


def is_nameless(text: str, gender: Gender | None) -> bool:
    """Return whether a mention is a single person whom it does not name, and who may have a gender: "a spokeswoman"."""
    words = [word for word in re.split(r"[\s,]+", text.lower()) if word]
    head = next(
        (words[at - 1] for at, word in enumerate(words) if at and word in {"for", "of", "who", "from", "at"}), words[-1]
    )
    if head in PLURALS or not (head in PERSON_NOUNS or AGE_NOUN.fullmatch(head)):
        return False
    other = described_gender(frozenset({head}))
    return gender is None or other in {None, gender}


def cased(name: str) -> str:
    """Return a name, or with capitals at the beginning of its words only if it is all in capitals."""
    return name.title() if name.isupper() and len(name) > len("ABC") else name
