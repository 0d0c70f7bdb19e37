"""Line → the list of other headlines it stands over."""

import re
from dataclasses import dataclass

from searchsvc.model.article import RelatedGroup

_I = re.IGNORECASE
_SEE_ALSO = re.compile(
    r"(?:see|read) also|related (?:stories|articles|news|content|coverage|reading)|more on this(?: story)?|also read"
    r"|you (?:may|might) also (?:like|be interested in)|siehe auch|mehr zum thema|lesen sie (?:auch|mehr)|zum thema"
    r"|(?:à )?lire (?:aussi|également)|voir aussi|sur le même (?:sujet|thème)"
    r"|véase también|lea también|te puede interesar|(?:más )?noticias relacionadas"
    r"|leia (?:também|mais)|veja também|notícias relacionadas|leggi anche|vedi anche|articoli correlati"
    r"|lees (?:ook|meer)|zie ook|читайте также|по теме|см\. также"
    r"|اقرأ أيضا|اقرأ أيضاً|مواضيع ذات صلة",
    _I,
)
_ELSEWHERE = re.compile(
    r"(?:from )?other news (?:sites|sources)|(?:from )?elsewhere on the (?:web|internet|net)|(?:from )?around the web"
    r"|in other (?:media|papers)|ailleurs sur le web|en otros medios|anderswo im netz",
    _I,
)
_PROMO = re.compile(
    r"features(?:, views)?(?:,| &| and)? (?:views|analysis)|elsewhere on (?:the )?\S.{1,20}|top .{0,30}stories(?: now)?"
    r"|most (?:read|popular|watched|shared|e-?mailed|viewed|commented)(?: .{0,20})?|editors?'s? (?:choice|picks?)"
    r"|don't miss|must see|recommended(?: for you)?|our experts|(?:the )?latest(?: news| stories)?|programmes"
    r"|meistgelesen|les plus lus|lo más (?:leído|visto)|mais lidas|i più letti|meest gelezen|самое читаемое",
    _I,
)
_MORE_OF = re.compile(r"(?:links to )?more (?P<section>\S.{1,40}?) stories|top (?P<top>\S.{1,40}?) stories now", _I)
_LINKS = re.compile(
    r"related (?:internet |\S{2,12} )?(?:links?|sites?)|(?:internet|useful|external|web|\S{2,12}) links"
    r"|related topics?|topics?|tags?|on this story|about the author|(?:your |readers' |all |latest )?comments"
    r"|kommentare|commentaires|comentarios|comentários|commenti|reacties|комментарии",
    _I,
)
#: Over these the story may still go on: boxes of links stand beside its first paragraphs.
_SOFT = re.compile(r"related (?:stories|articles|topics?|links?)|more on this(?: story)?|topics?|tags?"
                   r"|read also|programmes|about the author|our experts|don't miss|(?:the )?latest", _I)  # fmt: skip


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
    if len(text) > _MOST_CHARACTERS:
        return None
    text = text.strip(" :»>")
    final = not _SOFT.fullmatch(text)
    for pattern, group in _GROUPS:
        if pattern.fullmatch(text):
            return Heading(group, final=final, section=section_in(text))
    return None


def section_in(text: str) -> str | None:
    """Return the section a heading names, in the case of headlines if it is in capitals."""
    found = _MORE_OF.fullmatch(text)
    name = (found["section"] or found["top"]) if found else None
    if name is None or not name.isupper():
        return name
    return " ".join(word if len(word) <= _ABBREVIATION else word.capitalize() for word in name.split())


_MOST_CHARACTERS = 80
#: `UK`, `US`: in capitals always.
_ABBREVIATION = 2
_GROUPS: tuple[tuple[re.Pattern[str], RelatedGroup | None], ...] = (
    (_SEE_ALSO, "see_also"),
    (_ELSEWHERE, "elsewhere"),
    (_MORE_OF, "promo"),
    (_PROMO, "promo"),
    (_LINKS, None),
)
