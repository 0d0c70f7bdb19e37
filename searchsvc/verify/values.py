"""What comes out of a verbatim check: a verdict, and the places it rests on."""

from dataclasses import dataclass
from typing import Literal

from searchsvc.model.article import ArticleHead, Quote
from searchsvc.model.result import IndexInfo

Status = Literal["exact", "punctuation", "words", "absent"]
DifferenceKind = Literal["same", "missing", "added", "changed", "declared"]

#: Places that a verdict names.
MOST_PLACES = 10


@dataclass(frozen=True, slots=True)
class Difference:
    """A stretch of the quotation beside what is printed for it.

    `missing` words are printed and not quoted, `added` ones are quoted and not printed,
    `declared` ones are what an ellipsis or a bracket of the quotation stands for. All stretches
    joined are the quotation from its first word to its last, and the place's text.
    """

    kind: DifferenceKind
    quoted: str
    printed: str


@dataclass(frozen=True, slots=True)
class LeftOutWords:
    """What an ellipsis of the quotation skips."""

    #: The printed words; of many, the first and the last.
    text: str
    #: How many there are.
    words: int


@dataclass(frozen=True, slots=True)
class Place:
    """A stretch of an article that the quotation is, or may have been made of.

    `text` is cut out of the headline or the block by `start` and `end`; where `end_block` is
    another block than `block`, of each the part that belongs to it, parted by newlines (captions
    and cross-heads between paragraphs are not in it). A long stretch that is left out shows only
    its first and last words.
    """

    head: ArticleHead
    status: Status
    #: None: the headline.
    block: int | None
    end_block: int | None
    #: Fragment of the article's page: `b4`.
    anchor: str | None
    #: Offset in the first block, and in the last one.
    start: int
    end: int
    text: str
    diff: tuple[Difference, ...]
    left_out: tuple[LeftOutWords, ...]
    #: Whether all of its words that were quoted stand in quotation marks.
    quoted: bool
    #: The article's quote that most of the place lies in: who said it, and how sure that is.
    quote: Quote | None


@dataclass(frozen=True, slots=True)
class Verdict:
    """Whether a quotation is printed in the collection.

    `exact`: character by character, but for the shape of quotation marks, dashes and spaces, what
    its ellipses and brackets declare, and the punctuation at its two ends. `punctuation`: the
    same words; punctuation, case or accents differ. `words`: words differ. `absent`: neither
    this nor anything near it is printed here.
    """

    text: str
    status: Status
    #: Places found; articles that have its very words but were not read count as one each.
    total: int
    #: Best first.
    places: tuple[Place, ...]
    index: IndexInfo
