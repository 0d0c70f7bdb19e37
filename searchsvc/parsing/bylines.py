"""Names of authors in bylines and declarations: "By Ana Low and Ben Roe in Quenby, health editor" → Ana Low, Ben Roe.

What is no name is cut (addresses, handles, brackets, places, degrees, posts, photographers, dates); a name that
consists of desks, posts, agencies and words of the outlet is that of nobody.
"""

import re
from collections.abc import Iterable, Iterator

from searchsvc.languages import (
    BYLINE,
    CONJUNCTIONS,
    JOBS,
    JOBS_AND_DESKS,
    MONTHS,
    PARTICLES,
    alternatives,
    every,
    literal,
)
from searchsvc.parsing.agencies import AGENCIES
from searchsvc.parsing.dates.printed_dates import CLOCK, DAY

MAX_NAME_LENGTH = 60
_NAME_WORDS = 6
_MAX_AUTHORS = 12
_LINE_LENGTH = 300
_AUTHOR = alternatives(every(lambda language: language.author))
_BY = re.compile(
    r"^\W*(?:(?:story|written|words|reporting|report(?:ed)?|text|posted|published|analysis|review(?:ed)?|interview)\s+)?"
    rf"(?:{BYLINE}|{_AUTHOR})(?:\b(?![’'])[\s:：/]*|(?=\W)[\s:：/]*)",
    re.IGNORECASE,
)
#: The line says nothing but that a name follows: `Text:`, `记者：`.
_BY_WITHIN = re.compile(rf"(?:^|[|·•⋅,–—\d]\s*|\s)((?:{BYLINE})\s+(?=[A-Z\u00c0-\u00de]))", re.IGNORECASE)
_LABELLED = re.compile(rf"^\W*(?:{BYLINE}|{_AUTHOR})\s*[:：/]\s*", re.IGNORECASE)
_MONTH = literal(sorted(MONTHS, key=len, reverse=True))
#: What follows the names in a byline: a date, a reading time, an agency.
_BEFORE_DATE = r"(?:\s+(?:am|vom|on|at|le|du|el|del|il|op|den|em|dnia|w dniu))?"
_AFTER_NAMES = re.compile(
    rf"\s*{alternatives(every(lambda language: (*language.published, *language.updated, *language.as_of)))}\b.*$"
    rf"|{_BEFORE_DATE}\s*(?:\b\d+ min|\b{_MONTH}\.? \d|\d{{1,2}}\.?\s(?:de\s)?{_MONTH}\b"
    r"|\d{1,2}[./]\d{1,2}[./]\d{2,4}).*$"
    r"|\s+(?:the )?associated press$",
    re.IGNORECASE | re.DOTALL,
)
#: Photographers and illustrators, named behind the writers.
_PICTURES = re.compile(
    r"[\s,;|/·•&-]*\b(?:(?:with|and)\s+)?(?:photo(?:graph)?s?|photography|pictures?|images?|illustrations?|graphics?|video"
    r"|fotos?|foto|bild(?:er)?|fotografie|fotografías?|imágenes|images|illustrationen)\b\s*(?:by|von|de|par|di|door|af|av|:)"
    r".*$",
    re.IGNORECASE | re.DOTALL,
)
#: Words for `with`, behind which stands who helped: `Hedda Brolin avec AFP`.
_WITH = "with|avec|mit|con|com|met|med"
_ADDRESSES = re.compile(r"\S+@\S+\.\w+|(?<!\S)@\w+|(?:https?://|www\.)\S+", re.IGNORECASE)
#: A name behind which brackets say that it is the photographer's: `Ana Low (Text) und Ben Roe (Fotos)`.
_PICTURES_BY = re.compile(
    rf"(?:^|[,;|/]|(?<=\))|\s(?:{CONJUNCTIONS})\s)[^,;|/()]{{2,60}}\(\s*(?:photo|foto|picture|image|bild|illustration|graph|grafi)\w*"
    r"[^()]{0,20}\)",
    re.IGNORECASE,
)
_BRACKETS = re.compile(r"\s*(?:\([^()]{0,80}\)|\[[^\[\]]{0,80}\])")
_BETWEEN = re.compile(
    rf"\s*(?:[;|/•·、，\n]|,(?!\s*(?:jr|sr|ii|iii|iv)\b)(?:\s*(?:{CONJUNCTIONS})\s)?|\s(?:{CONJUNCTIONS}|(?-i:{_WITH}))\s|\s&\s)\s*",
    re.IGNORECASE,
)
#: Conjunctions of one letter, which also stand within names: `José Ortuño y Galán`.
_SHORT_AND = re.compile(r"^\s*\w\s*$")
#: A place behind a name: `Ines Tarrant in Quenby`.
_IN_PLACE = re.compile(r"\s+(?:in|from|en|à|aus|em|i)\s+[A-Z\u00c0-\u00de].*$")
_DEGREE = re.compile(
    r"^(?:m\.?a|b\.?a|m\.?sc|b\.?sc|ph\.?d|d\.?phil|m\.?d|j\.?d|ll\.?[bm]|m\.?b\.?a|m\.?p\.?h|r\.?n|d\.?o|mbe|obe|cbe|esq"
    r"|r\.?d\.?n?|c\.?p\.?a|cfp|pmp|frs|fca|dds|dvm|dpt|lmft|lcsw|pharm\.?d|dipl\.?-?ing|mag)\.?$",
    re.IGNORECASE,
)
_NO_NAME = re.compile(
    r"\d{3}|[{}<>=_]|^(?:admin(?:istrator)?|staff|editor(?:s|ial)?|web ?master|guest|author|unknown|none|null|newsroom"
    r"|contributor|anonymous|user|root|test|n/?a)$",
    re.IGNORECASE,
)
_JOB = re.compile(rf"\b{JOBS_AND_DESKS}\b", re.IGNORECASE)
_JOB_WORD = re.compile(
    rf"(?:{JOBS}s?|photographer|anchor|presenter|consultant|expert|specialist|dietitian|nutritionist|nurse|physician|coach"
    r"|founder|co-founder|ceo|cto|cfo|director|manager|professor|lecturer|gardener|engineer|developer|designer|therapist"
    r"|lawyer|attorney|advis[eo]r|researcher|scientist|strategist|blogger|vlogger|intern)$",
    re.IGNORECASE,
)
#: Words before and behind a post: `Senior Political Editor`, `Head of News`.
_POST_WORD = re.compile(
    r"(?:senior|junior|chief|deputy|assistant|associate|special|staff|lead|principal|managing|executive|contributing"
    r"|guest|freelance|our|own|foreign|national|international|world|regional|local|general|political|politics|business"
    r"|economics?|finance|financial|sports?|health|science|technology|tech|education|environment|climate|energy|crime"
    r"|legal|court|defen[cs]e|security|diplomatic|culture|arts|music|film|fashion|food|travel|religion|data|digital"
    r"|online|multimedia|video|web|breaking|investigations?|investigative|features?|news|head|of|the|and|for|at|in|medical"
    r"|white|house|certified|licensed|registered|pediatric|clinical|washington|europe|asia|africa|middle|east|royal|city|home|affairs|social)$",
    re.IGNORECASE,
)
#: Words of desks, teams and firms: a name made of them, of posts and of the outlet's words is that of nobody.
_NOBODY = re.compile(
    r"(?:desk|team|newsroom|bureau|board|agency|agencies|network|service|services|group|media|press|newspaper|magazine"
    r"|gazette|times|post|herald|tribune|journal|daily|weekly|today|online|digital|live|tv|radio|channel|editorial|content"
    r"|studio|brand|sponsored|partners?|admin|publisher|publishing|corporation|company|inc|ltd|gmbh|ag|llc|plc|foundation"
    r"|institute|university|association|department|ministry|office|redaktion|redacción|rédaction|redazione|redactie"
    r"|redakcja|nachrichten|zeitung|verlag|anzeiger|tageblatt|rundschau|kurier|courrier|corriere|gazzetta|giornale|diario"
    r"|periódico|noticias|jornal|notícias|courant|dagblad|tidningen|dziennik|gazeta|gazetesi|wires?|syndicate|staff|writers?|reporters?|editors?|correspondents?|blog|com|net"
    r"|org|website|site|community|society|club|council|commission)$",
    re.IGNORECASE,
)
#: Sources of pictures and of essays, which are no persons either.
_NO_PERSONS = AGENCIES | {"getty images", "getty", "the conversation", "ssn"}
#: A name that a page declares without capitals.
_LOWER_NAME = re.compile(r"[a-z]{2,15} [a-z]{2,20}")
_CASELESS_NAME = re.compile(r"[\u0590-\u08ff\u0900-\u0fff\u1000-\u10ff\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af]{2,}")


def clean_names(
    declared: Iterable[str], outlet: str | None, *, printed: bool = False, persons: bool = False
) -> tuple[str, ...]:
    """Return the names in bylines or declarations, at most `_MAX_AUTHORS`.

    Args:
        declared: Lines.
        outlet: Name of the outlet, which is no author.
        printed: The lines are printed text: each word of a name must be written as one.
        persons: The page marks these as persons; one may then bear the name of the outlet, or of a part of it.

    """
    names: list[str] = []
    of_outlet = _words(outlet or "")
    for line in declared:
        for name in _without_places([*_names_in(line, of_outlet, printed=printed, persons=persons)]):
            if name.casefold() not in {known.casefold() for known in names}:
                names.append(name)
        if len(names) >= _MAX_AUTHORS:
            break
    return tuple(names[:_MAX_AUTHORS])


def _without_places(names: list[str]) -> list[str]:
    """Return the names of a line without single words beside whole names, which are places: `Ana Low, Nairobi`."""
    whole = any(len(name.split()) > 1 for name in names)
    return [name for name in names if not whole or len(name.split()) > 1 or _CASELESS_NAME.fullmatch(name)]


def byline_within(line: str) -> str | None:
    """Return the part of a stamp line that begins with a word for `by`: `3 May 2019 by Ana Low | 2 comments`."""
    if not _BY_WITHIN.search(line):
        return None
    rest = without_dates(line)
    match = _BY_WITHIN.search(rest)
    return rest[match.start(1) :].partition("|")[0] if match else None


def without_dates(line: str) -> str:
    """Return a line with a bar in place of each day and clock."""
    return CLOCK.sub(" | ", DAY.sub(" | ", line))


def begins_byline(line: str) -> bool:
    """Return whether a line begins as a byline: `By …`, `记者：…`."""
    return _BY.match(line) is not None


def labels_author(line: str) -> bool:
    """Return whether a line begins with the label of an author and a colon."""
    return _LABELLED.match(line) is not None


def looks_like_name(name: str) -> bool:
    """Return whether each word of a text is written as part of a name; at least two words, or one without capitals."""
    if _CASELESS_NAME.fullmatch(name.replace(" ", "").replace("·", "")):
        return True
    words = name.split()
    capitals = sum(word[:1].isupper() or word[:1] in "'’" for word in words)
    return (
        capitals >= 2  # noqa: PLR2004 - given name and surname
        and all(word[:1].isupper() or word.lower() in PARTICLES or "'" in word[:3] or "’" in word[:3] for word in words)
    )


def is_organisation(name: str) -> bool:
    """Return whether a name is that of a firm, an agency or a desk rather than a person's."""
    words = name.split()
    return (
        name.casefold() in _NO_PERSONS
        or any(_NOBODY.match(word.strip(".,")) for word in words)
        or (len(words) == 1 and name.isupper())
        or ("." in name.strip(".")[1:] and name == name.lower())
    )


def _names_in(line: str, outlet_words: set[str], *, printed: bool, persons: bool) -> Iterator[str]:
    told = _ADDRESSES.sub(" ", _PICTURES_BY.sub("", line[:_LINE_LENGTH]))
    text = _BRACKETS.sub("", told)
    if not text.strip(" .,:;-"):  # `mail@address (Ana Low)`, as feeds have it
        text = told.strip(" ()[]")
    text = _PICTURES.sub("", _AFTER_NAMES.sub("", _BY.sub("", text)))
    for index, part in enumerate(_parted(text)):
        name = _trimmed(_BY.sub("", part).strip(" .,:()[]\t\n\r\u00a0-–—*|"), outlet_words)
        if not name or len(name) > MAX_NAME_LENGTH or len(name.split()) > _NAME_WORDS or _NO_NAME.search(name):
            continue
        if (
            name == name.lower() and name.isascii() and (printed or not _LOWER_NAME.fullmatch(name))
        ):  # a section, a nick
            continue
        if name.casefold() in _NO_PERSONS or _DEGREE.match(name) or _is_nobody(name, outlet_words, persons=persons):
            continue
        if (index and _JOB.search(name)) or (printed and not looks_like_name(name)):
            continue
        yield name


def _parted(text: str) -> Iterator[str]:
    """Yield the parts between separators; a conjunction of one letter parts names of at least two words only."""
    start = 0
    for match in _BETWEEN.finditer(text):
        if _SHORT_AND.match(match[0]):
            after = text[match.end() :]
            following = _BETWEEN.split(after, maxsplit=1)[0]
            if len(text[start : match.start()].split()) < 2 or len(following.split()) < 2:  # noqa: PLR2004 - as above
                continue
        yield text[start : match.start()]
        start = match.end()
    yield text[start:]


def _trimmed(name: str, outlet_words: set[str]) -> str:
    """Return a name without place, degrees, posts and the outlet around it."""
    words = _IN_PLACE.sub("", name).split()
    while len(words) > 2 and words[-1].casefold() in outlet_words:  # noqa: PLR2004 - a whole name stands before it
        words.pop()
    while len(words) > 1 and _DEGREE.match(words[-1].strip(",")):
        words.pop()
    for cut in range(1, len(words)):
        rest = words[cut:]
        if cut >= 2 and _is_post(rest):  # noqa: PLR2004 - a whole name stands before it
            words = words[:cut]
            break
        if (
            len(rest) >= 2  # noqa: PLR2004 - given name and surname
            and _is_post(words[:cut])
            and not _JOB_WORD.match(rest[0])
            and looks_like_name(" ".join(rest))
        ):
            return _trimmed(" ".join(rest), outlet_words)
    return " ".join(words).strip(" ,.") if words and not words[-1].lower().startswith(("jr", "sr")) else " ".join(words)


def _is_post(words: list[str]) -> bool:
    bare = [word.strip(".,") for word in words]
    return any(map(_JOB_WORD.match, bare)) and all(_JOB_WORD.match(word) or _POST_WORD.match(word) for word in bare)


def _is_nobody(name: str, outlet_words: set[str], *, persons: bool) -> bool:
    """Return whether a name consists of desks, posts and words of the outlet; a person may own the outlet's name."""
    words = [word for word in re.split(r"[\s.\-/]+", name) if word]
    named = [word for word in words if word.casefold() not in outlet_words]
    if named:
        return all(_JOB_WORD.match(word) or _POST_WORD.match(word) or _NOBODY.match(word) for word in named)
    return not persons or len(words) == 1 or any(map(_NOBODY.match, words))


def _words(name: str) -> set[str]:
    return {word for word in re.split(r"[\s.\-/]+", name.casefold()) if word}
