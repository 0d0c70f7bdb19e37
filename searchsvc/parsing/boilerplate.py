"""Recognition of lines that are no part of a story: headings over links to other stories, notices and site controls.

The readers of HTML and of plain text, which must not import each other, share these rules.
"""

import re
from dataclasses import dataclass

from searchsvc.languages import PARTICLES, alternatives, every
from searchsvc.model.article import RelatedGroup

_I = re.IGNORECASE
SEE_ALSO = alternatives(every(lambda language: language.see_also))
_GROUPS: tuple[tuple[RelatedGroup, re.Pattern[str]], ...] = (
    ("elsewhere", re.compile(alternatives(every(lambda language: language.elsewhere)), _I)),
    ("see_also", re.compile(SEE_ALSO, _I)),
    ("promo", re.compile(alternatives(every(lambda language: language.most_read)), _I)),
)
#: Headings of promoted stories. For plain text only: in HTML the lists under such headings hold more than headlines.
_PROMO = re.compile(
    r"features(?:, views)?(?:,| &| and)? (?:views|analysis)|elsewhere on (?:the )?\S.{1,20}|top .{0,30}stories(?: now)?"
    r"|don't miss|must see|our experts|programmes",
    _I,
)
_MORE_STORIES = re.compile(
    r"(?:links to )?more (?P<section>\S.{1,40}?) stories|top (?P<top>\S.{1,40}?) stories now", _I
)
_LINK_LISTS = re.compile(
    r"related (?:internet |\S{2,12} )?(?:links?|sites?)|(?:internet|useful|external|web|\S{2,12}) links"
    r"|related topics?|topics?|tags?|on this story|about the author"
    rf"|{alternatives(every(lambda language: language.comments))}",
    _I,
)
#: Headings of boxes that stand beside the first paragraphs: the story may go on after them.
_INLINE = re.compile(r"related (?:stories|articles|topics?|links?)|more on this(?: story)?|topics?|tags?"
                   r"|read (?:also|more|next)|programmes|about the author|our experts|don't miss"
                   r"|(?:the )?latest", _I)  # fmt: skip
_LONGEST_HEADING = 80
#: Section names of at most this many letters (`UK`, `US`) stay in capitals.
_ABBREVIATION = 2


@dataclass(frozen=True, slots=True)
class LinkHeading:
    """A heading over links, and what it says about the lines under it."""

    #: Group of the headlines under it; None if the links under it are no headlines.
    group: RelatedGroup | None
    #: Whether the story ends here; False if more of its paragraphs may follow.
    final: bool = True
    #: Section that the heading names, as in `More Technology stories`.
    section: str | None = None


def related_group_of(heading: str) -> RelatedGroup | None:
    """Return the group of the headlines under a heading; None if it is no heading over headlines."""
    return next((group for group, pattern in _GROUPS if pattern.fullmatch(heading)), None)


def heading_of(text: str) -> LinkHeading | None:
    """Return the line as a heading over links, or None if it is none."""
    if len(text) > _LONGEST_HEADING:
        return None
    text = text.strip(" :»>")
    final = not _INLINE.fullmatch(text)
    group: RelatedGroup | None = related_group_of(text) or (
        "promo" if _MORE_STORIES.fullmatch(text) or _PROMO.fullmatch(text) else None
    )
    if group is None and not _LINK_LISTS.fullmatch(text):
        return None
    return LinkHeading(group, final=final, section=section_in(text))


def section_in(text: str) -> str | None:
    """Return the section that a heading names; one in capitals is returned in title case."""
    found = _MORE_STORIES.fullmatch(text)
    name = (found["section"] or found["top"]) if found else None
    if name is None or not name.isupper():
        return name
    return " ".join(word if len(word) <= _ABBREVIATION else word.capitalize() for word in name.split())


#: Reason, pattern of a whole line. Several rows may share a reason. Only wording that many sites use.
_WHOLE_LINES: tuple[tuple[str, str], ...] = (
    ("advertisement", r"(?:story|article) continues below.*"),
    ("navigation", r"skip to .{2,30}|jump to .{2,30}|accessibility(?: links| help)?|access keys help.*"),
    ("navigation", r"explore the \S{2,20}|.{2,40} navigation|navigation|\^* ?back to top|top of page"),
    ("navigation", r"home(?: page)?|languages?|menu|search|close|site ?map|low graphics.*|text only"),
    ("navigation", r".*\bversion international version\b.*|choose a \w+|services|editions?|categories"),
    ("navigation", r"rss(?: feeds?)?|help|about us|contact us|british broadcasting corporation"),
    ("navigation", r"products (?:&|and) services|read full article|in pictures|links to more .{2,40}"),
    ("navigation", r"you are in:.*|watch one-minute .*|(?:watch/listen|watch|listen)(?: to .*| on .*)?"),
    ("navigation", r"on this story|news front page|mobile|mobiles|-{3,}|_{3,}|={3,}|\*{3,}"),
    ("share bar", r"facebook|twitter|delicious|digg|reddit|stumbleupon|whatsapp|linkedin"),
    ("share bar", r"about sharing|external|close share panel|these are external links.*"),
    ("readers' comments", r"rate this|comment number \d+\.?|comments? \d+ of \d+|\+ ?\d{1,5}|[-–] ?\d{1,5}"),
    ("readers' comments", r"(?:view|read|show|add|post) (?:your |all |a )?comments?.*|\d+ comments?"),
    ("readers' comments", r"jump to comments pagination|sign in or register to comment.*"),
    ("player", r"media playback .*|please turn on javascript.*|.*requires javascript to play.*"),
    ("player", r"this video can not be played.*|video|audio|play|watch later|to play this (?:content|video).*"),
    ("picture label", r"(?:image|media|video)(?: caption| copyright| source)?|enlarge(?: this)? image"),
    ("picture label", r"start quote|end quote|(?:image )?getty images|reuters|afp|ap|epa|pa(?: media)?"),
    ("date label", r"published|(?:last )?updated|posted|first published"),
    ("terms", r"(?:about|contact) the \S{2,20}|editorial guidelines"),
)
#: Reason, pattern of a phrase: a line that contains it is no part of the story.
_PHRASES: tuple[tuple[str, str], ...] = (
    ("copyright", r"^(?:©|\(c\) ?\d|copyright\b.{0,6}(?:©|\(c\)|\d{4}))|^.{2,40} © ?(?:\d{4}|M[MDCLXVI]*\b|$)"),
    ("notice about other sites", r"\bnot responsible for (?:the )?contents? (?:of|on) (?:external|other|third)"),
    ("notice about other sites", r"\bkeine (?:haftung|verantwortung) für (?:die )?inhalte"),
    ("notice about other sites", r"\bpas responsable du contenu|\bno se hace responsable del contenido"),
    ("browser notice", r"\bbest viewed (?:in|with)\b|\bstyle sheets? \(css\)|\(css\)"),
    ("browser notice", r"\byour (?:web )?browser (?:does not|doesn't|is)\b"),
    ("browser notice", r"\b(?:enable|turn on|activate) javascript\b|\bjavascript (?:is |must |to )"),
    ("cookie notice", r"\b(?:uses?|accept(?: all)?|our) cookies\b|\bcookies (?:policy|to )"),
    ("share bar", r"^follow .{2,60} on (?:twitter|facebook|instagram|x)\b|^like .{2,40} on facebook\b"),
    ("appeal to readers", r"^(?:send|share) (?:us )?(?:your|you) .{0,60}(?:@|stor|comments|pictures|experiences)"),
    ("appeal to readers", r"\byou can (?:also )?(?:get in touch|contact us)\b.{0,40}following"),
    ("appeal to readers", r"^(?:please )?include (?:a|your) (?:contact|telephone|name)"),
    ("appeal to readers", r"\bsubscribe to (?:our|the) newsletter\b|^sign up (?:to|for) our\b"),
    ("appeal to readers", r"^(?:are|were) you (?:affected|there|in)\b.{0,200}\b(?:send|share|tell|contact|e-?mail)\b"),
    ("appeal to readers", r"^do you have .{3,60}\? (?:share|send|contact)"),
    ("appeal to readers", r"^if you are reading this page and can't see the form\b"),
    ("appeal to readers", r"^if you (?:would like|are happy|are willing) to be contacted\b"),
)
#: Reason, the list in the language tables that has its whole lines.
_LINES_BY_LANGUAGE = (
    ("advertisement", every(lambda language: language.advertising)),
    ("account", every(lambda language: language.sign_in)),
    ("share bar", every(lambda language: language.share)),
    ("terms", every(lambda language: language.terms_of_use)),
)
_RIGHTS_RESERVED = alternatives(every(lambda language: language.rights_reserved))
_NOTICES = [
    *((reason, re.compile(rf"{alternatives(lines)}[\s:.»>]*", _I), True) for reason, lines in _LINES_BY_LANGUAGE),
    ("copyright", re.compile(rf"\b{_RIGHTS_RESERVED}\b", _I), False),
    *((reason, re.compile(rf"(?:{words})[\s:.»>]*", _I), True) for reason, words in _WHOLE_LINES),
    *((reason, re.compile(words, _I), False) for reason, words in _PHRASES),
]
#: What separates the links of a navigation bar; such a line has several of them.
_BARS = re.compile(r"\s\|\s|\|")
_LEAST_BARS = 2
#: Most characters of a notice: a longer paragraph about cookies, say, is part of the story.
_LONGEST_NOTICE = 800
#: Reasons of lines that belong to the site: lines after such a line are no headlines until the next heading.
SITE_REASONS = frozenset({"account", "navigation", "copyright", "terms", "browser notice", "cookie notice"})


def notice_of(text: str, raw: str = "") -> str | None:
    """Return the reason why a line is no part of the story; None if it may be part of it."""
    if len(text) > _LONGEST_NOTICE:
        return None
    for reason, pattern, whole in _NOTICES:
        if pattern.fullmatch(text) if whole else pattern.search(text):
            return reason
    if len(_BARS.findall(text)) >= _LEAST_BARS or raw.count("\t") > _LEAST_BARS:
        return "navigation"
    return None


#: Marks that end a sentence, in several scripts, and the closing marks that may follow them.
_END = re.compile(r"[.!?…:;。！？।۔؟][\"'”’»)\]*]*\s*$")
_QUESTION = re.compile(r"[?？؟][\"'”’»)\]]*\s*$")
_CAPITAL = re.compile(r"[\"'“‘«(]*[^\W\d_a-zß-öø-ÿа-я]")
_SMALL = frozenset({"of", "the", "for", "and", "in", "at", "&", "-"}) | PARTICLES
#: Most words of a line that names a speaker, and the least share of them that is capitalised.
_NAME_WORDS, _CAPITALS = 12, 0.6


def ends_sentence(text: str) -> bool:
    """Return whether a text ends with a mark that ends a sentence."""
    return bool(_END.search(text))


def ends_question(text: str) -> bool:
    """Return whether a text ends with a question mark."""
    return bool(_QUESTION.search(text))


def looks_like_name(text: str) -> bool:
    """Return whether a text looks like a name, perhaps with a post: `Nate Elliott, Jupiter Research`."""
    words = text.split()
    if len(words) > _NAME_WORDS or ends_sentence(text) or not _CAPITAL.match(text):
        return False
    name, comma, _ = text.partition(",")
    counted = [word for word in (name.split() if comma else words) if word.lower() not in _SMALL]
    capitals = sum(bool(_CAPITAL.match(word)) for word in counted)
    return bool(counted) and capitals >= _CAPITALS * len(counted)
