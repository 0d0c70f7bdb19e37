"""Heading → the group of the headlines under it: one answer for every reader of pages.

Small because the readers of HTML and of saved text must not know each other.
"""

import re

from searchsvc.languages import alternatives, every
from searchsvc.model.article import RelatedGroup

SEE_ALSO = alternatives(every(lambda language: language.see_also))
#: Headings that a site makes itself, in words of its own.
_PROMOTED = (
    r"features(?:, views)?(?:,| &| and)? (?:views|analysis)|elsewhere on (?:the )?\S.{1,20}|top .{0,30}stories(?: now)?"
    r"|editors?.{0,2} (?:choice|picks?)|don't miss|must see|our experts|programmes"
)
_GROUPS: tuple[tuple[RelatedGroup, re.Pattern[str]], ...] = (
    ("elsewhere", re.compile(alternatives(every(lambda language: language.elsewhere)), re.IGNORECASE)),
    ("see_also", re.compile(SEE_ALSO, re.IGNORECASE)),
    ("promo", re.compile(alternatives(every(lambda language: language.most_read), _PROMOTED), re.IGNORECASE)),
)


def group_of(heading: str) -> RelatedGroup | None:
    """Return the group that a heading announces, or None if it announces no headlines."""
    return next((group for group, pattern in _GROUPS if pattern.fullmatch(heading)), None)
