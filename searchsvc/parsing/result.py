"""What a reader hands back: the Article and what it left out of it."""

from dataclasses import dataclass

from searchsvc.model.article import Article, LeftOut

#: Raised whenever a page may be read differently than before: its article is then read anew.
VERSION = 2


@dataclass(frozen=True, slots=True)
class Explanation:
    """An article with the stretches of its page that are not in it, each with the reason, in page order."""

    article: Article
    left_out: tuple[LeftOut, ...] = ()
