"""Heading → the group of the headlines under it: one answer for every reader of pages.

Small because the readers of HTML and of saved text must not know each other.
"""

import re

from searchsvc.languages import alternatives, every
from searchsvc.model.article import RelatedGroup

SEE_ALSO = alternatives(every(lambda language: language.see_also))
_GROUPS: tuple[tuple[RelatedGroup, re.Pattern[str]], ...] = (
    ("elsewhere", re.compile(alternatives(every(lambda language: language.elsewhere)), re.IGNORECASE)),
    ("see_also", re.compile(SEE_ALSO, re.IGNORECASE)),
    ("promo", re.compile(alternatives(every(lambda language: language.most_read)), re.IGNORECASE)),
)


def group_of(heading: str) -> RelatedGroup | None:
    """Return the group that a heading announces, or None if it announces no headlines."""
    return next((group for group, pattern in _GROUPS if pattern.fullmatch(heading)), None)
