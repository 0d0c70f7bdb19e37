"""Heading → the group of the headlines under it: one answer for every reader of pages.

Small because the readers of HTML and of saved text must not know each other.
"""

import re
from dataclasses import dataclass

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


_I = re.IGNORECASE
#: In a page's markup the lists under these hold portraits and programmes as well; saved text has the headlines only.
_PROMO = re.compile(
    r"features(?:, views)?(?:,| &| and)? (?:views|analysis)|elsewhere on (?:the )?\S.{1,20}|top .{0,30}stories(?: now)?"
    r"|don't miss|must see|our experts|programmes",
    _I,
)
_MORE_OF = re.compile(r"(?:links to )?more (?P<section>\S.{1,40}?) stories|top (?P<top>\S.{1,40}?) stories now", _I)
_LINKS = re.compile(
    r"related (?:internet |\S{2,12} )?(?:links?|sites?)|(?:internet|useful|external|web|\S{2,12}) links"
    r"|related topics?|topics?|tags?|on this story|about the author"
    rf"|{alternatives(every(lambda language: language.comments))}",
    _I,
)
#: Over these the story may still go on: boxes of links stand beside its first paragraphs.
_SOFT = re.compile(r"related (?:stories|articles|topics?|links?)|more on this(?: story)?|topics?|tags?"
                   r"|read (?:also|more|next)|programmes|about the author|our experts|don't miss"
                   r"|(?:the )?latest", _I)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Heading:
    """What stands under a heading that is not the story's."""

    #: None: links, not headlines.
    group: RelatedGroup | None
    #: False where paragraphs of the story may follow.
    final: bool = True
    #: Section that the heading names: `More Technology stories`.
    section: str | None = None


def heading_of(text: str) -> Heading | None:
    """Return what a line announces, or None if it is no such heading."""
    if len(text) > _LONGEST_HEADING:
        return None
    text = text.strip(" :»>")
    final = not _SOFT.fullmatch(text)
    group: RelatedGroup | None = group_of(text) or (
        "promo" if _MORE_OF.fullmatch(text) or _PROMO.fullmatch(text) else None
    )
    if group is None and not _LINKS.fullmatch(text):
        return None
    return Heading(group, final=final, section=section_in(text))


def section_in(text: str) -> str | None:
    """Return the section a heading names, in the case of headlines if it is in capitals."""
    found = _MORE_OF.fullmatch(text)
    name = (found["section"] or found["top"]) if found else None
    if name is None or not name.isupper():
        return name
    return " ".join(word if len(word) <= _ABBREVIATION else word.capitalize() for word in name.split())


_LONGEST_HEADING = 80
#: `UK`, `US`: in capitals always.
_ABBREVIATION = 2
