"""News agencies: the names and signs that bylines give them, and the agency that a text names as its source.

An agency is no author. It stands in a byline (`AFP / Jane Doe`, `Von Jane Doe, dpa`), before the first sentence behind
a place (`PARIS (AFP) - …`), or as a sign behind the last one (`(dpa)`). A picture's credit names one, too: lines of
captions are not to be asked.
"""

import re

#: Sign by which the trade calls an agency → its other names and signs, in lower case.
_NAMES = {
    "Reuters": ("thomson reuters", "rtr"),
    "AP": ("associated press", "the associated press", "a.p."),
    "AFP": ("agence france-presse", "agence france presse", "afp-jiji"),
    "dpa": ("deutsche presse-agentur", "deutsche presse agentur", "dpa-afx", "dpa/tmn", "dpa-tmn"),
    "PA": ("pa media", "press association", "pa news agency"),
    "Xinhua": ("xinhua news agency", "新华社", "新華社"),
    "EFE": ("agencia efe",),
    "ANSA": (),
    "TASS": ("itar-tass",),
    "Interfax": (),
    "RIA Novosti": (),
    "Kyodo": ("kyodo news", "共同", "共同通信"),
    "Jiji": ("jiji press", "時事", "時事通信"),
    "Yonhap": ("yonhap news agency", "yna"),
    "UPI": ("united press international",),
    "IANS": (),
    "PTI": ("press trust of india",),
    "ANI": (),
    "TT": (),
    "NTB": (),
    "Ritzau": (),
    "APA": (),
    "Keystone-SDA": ("sda", "ats"),
    "Belga": (),
    "ANP": (),
    "MTI": (),
    "PAP": (),
    "ČTK": ("ctk",),
    "Lusa": ("agência lusa",),
    "Anadolu": ("anadolu agency", "anadolu ajansı", "aa"),
    "SID": (),
    "epd": (),
    "KNA": (),
    "Bloomberg": ("bloomberg news",),
    "The Canadian Press": ("canadian press", "cp"),
    "AAP": ("australian associated press",),
    "Europa Press": (),
    "Adnkronos": (),
    "Unian": (),
    "Ukrinform": (),
    "STT": (),
    "CNA": ("central news agency",),
    "China News Service": ("中新社",),
    "聯合社": (),
}
#: Name or sign in lower case → sign of the agency.
_SIGNS = {name: sign for sign, names in _NAMES.items() for name in (sign.casefold(), *names)}
#: Names and signs of agencies, in lower case.
AGENCIES = frozenset(_SIGNS)
#: A sign of so few letters is one only as the agency writes it: `AP`, `dpa`, not `Ap` or `pa`.
_SHORT = 4
_PARTS = re.compile(
    r"\s*(?:[;|/•·,、，()\[\]]|\s[-–—]\s|\b(?:and|und|et|y|e|with|avec|mit|con|com|met|med|via|from)\b)\s*",
    re.IGNORECASE,
)
_SOURCE = re.compile(
    r"^\W*(?:by|von|par|por|di|door|source|quelle|fuente|fonte|bron|agency|agentur|agencias?|来源|來源)\s*[:：]?\s+|^[©\W]+",
    re.IGNORECASE,
)
#: Words behind a sign that add nothing: `Reuters Staff`. An agency of so many words may stand behind a name, without a
#: comma: `By ANA LOW Associated Press`.
_STAFF = re.compile(r"\s+(?:staff|writers?|reporters?|newsroom|correspondents?|news)$", re.IGNORECASE)
_LONG_NAMES = (2, 3)
#: `PARIS (AFP) - `, `(dpa) -`, `LONDON, March 3 (Reuters) —`, `Berlin (dpa/ks) –`: place, day and sign, and a dash.
_DATELINE = re.compile(r"^(?:[^()\n.!?]{0,60}?[\s,])?\(([^()\n]{2,40})\)\s{0,2}[-–—:](?:\s|$)")
#: `(dpa)`, `© AFP` at the end of the text.
_SIGN_AT_END = re.compile(r"(?:\(([^()\n]{2,40})\)|(?:©|\bSource:|\bQuelle:)\s{0,2}([^()\n]{2,40}))[.\s]{0,3}$")
#: Most characters of a byline that is read.
_LINE_LENGTH = 200


def agency_of(name: str) -> str | None:
    """Return the sign of the agency that a name is; None if it is none.

    >>> agency_of("Associated Press"), agency_of("dpa"), agency_of("Pa")
    ('AP', 'dpa', None)
    """
    sign = _SIGNS.get(name.casefold())
    if sign is None or len(name) > _SHORT:
        return sign
    return sign if name == sign or name.isupper() or not name.isascii() else None


def agency_in(line: str) -> str | None:
    """Return the first agency that is a whole part of a byline; None if there is none.

    >>> agency_in("AFP / Jane Doe"), agency_in("Jane Doe, Reuters"), agency_in("A reader of the AP")
    ('AFP', 'Reuters', None)
    """
    for part in _PARTS.split(line[:_LINE_LENGTH]):
        name = _SOURCE.sub("", part or "").strip(" .,:*|-–—")
        words = name.split()
        behind = (" ".join(words[-size:]) for size in _LONG_NAMES if len(words) > size)
        for one in (name, _STAFF.sub("", name), *behind):
            if sign := agency_of(one):
                return sign
    return None


def agency_in_story(first: str, last: str) -> str | None:
    """Return the agency that stands before the first sentence of a story, or behind its last one; None without one.

    Args:
        first: The first paragraph.
        last: The last one.

    """
    if (begin := _DATELINE.match(first)) and (sign := agency_in(begin[1])):
        return sign
    end = _SIGN_AT_END.search(last)
    return agency_in(end[1] or end[2]) if end else None
