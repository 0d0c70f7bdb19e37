"""ArticleHead → Citation → the forms in which an article is cited: three styles of text, BibTeX, RIS, CSL-JSON.

The styles are those of newspaper articles in APA (7th edition), Chicago (17th, bibliography) and MLA (9th). No form has
the day of access: readers' programs add theirs.
"""

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from itertools import takewhile
from urllib.parse import quote, urlsplit

from searchsvc.analysis import fold
from searchsvc.json_output import to_json
from searchsvc.model.article import ArticleHead
from searchsvc.search import is_body

MONTHS = (
    *("January", "February", "March", "April", "May", "June"),
    *("July", "August", "September", "October", "November", "December"),
)
#: MLA shortens the names of months that have more letters.
LONGEST_MONTH = 4
#: BibTeX's own names of months.
_BIBTEX_MONTHS = tuple(name[:3].lower() for name in MONTHS)
#: Authors that a style names at most; of more, so many and "et al.", or an ellipsis.
MOST_APA, MOST_CHICAGO, SHOWN_CHICAGO, MOST_MLA = 20, 10, 7, 2
#: Signs that mean something to BibTeX → how they are written.
_BIBTEX = {
    **{sign: f"\\{sign}" for sign in "&%$#_"},
    # Braces count even after a backslash.
    "{": "\\textbraceleft{}",
    "}": "\\textbraceright{}",
    "\\": "\\textbackslash{}",
    "~": "\\textasciitilde{}",
    "^": "\\textasciicircum{}",
}
_NOT_KEY = re.compile(r"[^a-z0-9]+")
#: Ends of a title after which no full stop is put.
_ENDS = (".", "?", "!", "…")
UNTITLED = "Without a headline"


@dataclass(frozen=True, slots=True)
class Author:
    """Somebody, or a body, that has written an article; a body has no given name."""

    family: str
    given: str = ""

    @classmethod
    def of(cls, name: str) -> "Author":
        """Return an author whose name is written as in a byline.

        >>> Author.of("Ludwig van Beethoven"), Author.of("Reuters")
        (Author(family='van Beethoven', given='Ludwig'), Author(family='Reuters', given=''))
        """
        words = name.split()
        if is_body(name) and not any(word.islower() for word in words[1:-1]):
            return cls(" ".join(words))
        particles = len(list(takewhile(str.islower, reversed(words[1:-1]))))
        cut = len(words) - 1 - particles
        return cls(" ".join(words[cut:]), " ".join(words[:cut]))

    @property
    def sorted(self) -> str:
        """The name with the family name first: `Sparrow, Wilf`."""
        return f"{self.family}, {self.given}" if self.given else self.family

    @property
    def plain(self) -> str:
        """The name as it is spoken: `Wilf Sparrow`."""
        return f"{self.given} {self.family}" if self.given else self.family

    @property
    def initials(self) -> str:
        """The name with initials: `Sparrow, W.`."""
        initials = " ".join(f"{word[0]}." for word in self.given.split())
        return f"{self.family}, {initials}" if initials else self.family


@dataclass(frozen=True, slots=True)
class Citation:
    """What is cited of an article."""

    id: str
    title: str
    authors: tuple[Author, ...]
    outlet: str | None
    section: str | None
    #: The page's own calendar day of publication, else of the update.
    day: date | None
    #: Address of the page, else of the article in this archive; None if neither is known.
    url: str | None
    #: Address of the article in this archive; None if that is not known.
    archived: str | None
    language: str | None

    @property
    def key(self) -> str:
        """A name for it in a bibliography, of ASCII letters and digits: `sparrow2024mill`.

        Titles and names in other scripts have none of these letters: the id tells those articles apart.
        """
        author = self.authors[0].family if self.authors else self.outlet or ""
        word = next((word for word in fold(self.title).split() if _NOT_KEY.sub("", word)), "")
        parts = (fold(author), str(self.day.year) if self.day else "", word)
        name, year, word = (_NOT_KEY.sub("", part) for part in parts)
        return f"{name}{year}{word}" if name or word else f"article{year}{_NOT_KEY.sub('', fold(self.id))}"


def citation_of(head: ArticleHead, base: str = "") -> Citation:
    """Return the citation of an article; `base` is the address of the service, "" if it is not known."""
    archived = f"{base}/a/{quote(head.id)}" if base else None
    url = head.url if head.url and urlsplit_scheme(head.url) in {"http", "https"} else archived
    authors = tuple(Author.of(name) for name in head.authors if name.strip())
    title = " ".join(head.title.split()) or UNTITLED
    return Citation(
        head.id, title, authors, head.outlet, head.section, head.dated_day, url, archived, head.language
    )  # fmt: skip


def urlsplit_scheme(url: str) -> str:
    """Return the scheme of an address in lower case; "" if it cannot be read."""
    try:
        return urlsplit(url).scheme.lower()
    except ValueError:
        return ""


def text_citations(cited: Citation) -> Mapping[str, str]:
    """Return the citation as text, by the name of the style; the first is the usual one."""
    return {"APA": _apa(cited), "Chicago": _chicago(cited), "MLA": _mla(cited)}


def _apa(cited: Citation) -> str:
    names = [author.initials for author in cited.authors]
    if len(names) > MOST_APA:
        who = f"{', '.join(names[: MOST_APA - 1])}, … {names[-1]}"
    else:
        who = names[0] if len(names) == 1 else f"{', '.join(names[:-1])}, & {names[-1]}" if names else ""
    day = cited.day
    when = f"({day.year}, {MONTHS[day.month - 1]} {day.day})." if day else "(n.d.)."
    title = _ended(cited.title)
    head = (_ended(who), when, title) if who else (title, when)
    return _joined(*head, _ended(cited.outlet or ""), cited.url)


def _chicago(cited: Citation) -> str:
    day = cited.day
    when = f"{MONTHS[day.month - 1]} {day.day}, {day.year}" if day else ""
    where = ", ".join(filter(None, (cited.outlet, when)))
    shown = SHOWN_CHICAGO if len(cited.authors) > MOST_CHICAGO else len(cited.authors)
    return _joined(
        _ended(_listed(cited.authors, shown)), f"“{_ended(cited.title)}”", _ended(where), cited.url and f"{cited.url}."
    )


def _mla(cited: Citation) -> str:
    day = cited.day
    month = MONTHS[day.month - 1] if day else ""
    short = month if len(month) <= LONGEST_MONTH else f"{month[: 4 if month == 'September' else 3]}."
    when = f"{day.day} {short} {day.year}" if day else ""
    shown = len(cited.authors) if len(cited.authors) <= MOST_MLA else 1
    where = ", ".join(filter(None, (cited.outlet, when, cited.url)))
    return _joined(_ended(_listed(cited.authors, shown)), f"“{_ended(cited.title)}”", f"{where}." if where else "")


def _listed(authors: Sequence[Author], shown: int) -> str:
    """Return the first authors, the family name of the very first one first; et al. stands for the others."""
    names = [author.plain if i else author.sorted for i, author in enumerate(authors[:shown])]
    if shown < len(authors):
        return f"{', '.join(names)}, et al."
    return names[0] if len(names) == 1 else f"{', '.join(names[:-1])}, and {names[-1]}" if names else ""


def _ended(text: str) -> str:
    return text if not text or text.endswith(_ENDS) else f"{text}."


def _joined(*parts: str | None) -> str:
    return " ".join(part for part in parts if part)


def bibtex(cited: Citation, note: str = "", entry: str = "") -> str:
    """Return an entry of BibTeX, in UTF-8: of an article in a newspaper.

    Args:
        cited: The article.
        note: Is added to it.
        entry: What tells it from other entries of a file, whose articles may have equal keys; "": it stands alone.

    """
    day = cited.day
    archived = f"Archived: {cited.archived}" if cited.archived and cited.archived != cited.url else ""
    key = f"{cited.key}-{_NOT_KEY.sub('-', entry.lower()).strip('-')}" if entry else cited.key
    values = {
        "author": " and ".join(
            _escaped(author.sorted) if author.given else f"{{{_escaped(author.family)}}}" for author in cited.authors
        ),
        "title": f"{{{_escaped(cited.title)}}}",
        "journal": _escaped(cited.outlet or ""),
        "year": str(day.year) if day else "",
        "month": "",
        "day": str(day.day) if day else "",
        "url": (cited.url or "").replace("{", "%7B").replace("}", "%7D").replace("\\", "%5C"),
        "langid": cited.language or "",
        "note": _escaped(". ".join(filter(None, (note, archived)))),
    }
    fields = [f"  {name} = {{{value}}}," for name, value in values.items() if value]
    month = [f"  month = {_BIBTEX_MONTHS[day.month - 1]},"] if day else []
    return "\n".join([f"@article{{{key},", *fields, *month, "}", ""])


def _escaped(text: str) -> str:
    return "".join(_BIBTEX.get(sign, sign) for sign in " ".join(text.split()))


def ris(cited: Citation, note: str = "") -> str:
    """Return a record of RIS, in UTF-8, with line ends of Windows as the format asks for; `note` is added to it."""
    return "".join(f"{tag}  - {' '.join(value.split())}\r\n" for tag, value in _ris_lines(cited, note)) + "\r\n"


def _ris_lines(cited: Citation, note: str) -> Iterator[tuple[str, str]]:
    yield "TY", "NEWS"
    yield "ID", cited.id
    for author in cited.authors:
        yield "AU", author.sorted
    yield "TI", cited.title
    values = {"T2": cited.outlet, "SE": cited.section, "LA": cited.language, "UR": cited.url, "N1": note}
    if cited.day:
        yield "PY", f"{cited.day.year:04}"
        yield "DA", f"{cited.day:%Y/%m/%d}/"
    yield from ((tag, value) for tag, value in values.items() if value)
    if cited.archived and cited.archived != cited.url:
        yield "L2", cited.archived
    yield "ER", ""


def csl_json(cited: Citation) -> str:
    """Return a list of one item of CSL-JSON."""
    day = cited.day
    item: dict[str, object] = {
        "id": cited.key,
        "type": "article-newspaper",
        "title": cited.title,
        "author": [
            {"family": one.family, "given": one.given} if one.given else {"literal": one.family}
            for one in cited.authors
        ],
        "container-title": cited.outlet,
        "section": cited.section,
        "issued": {"date-parts": [[day.year, day.month, day.day]]} if day else None,
        "URL": cited.url,
        "language": cited.language,
        "archive_location": cited.archived,
    }
    return to_json([{name: value for name, value in item.items() if value}]).decode()


@dataclass(frozen=True, slots=True)
class CitationFile:
    """A form of a citation that programs read."""

    title: str
    media_type: str
    write: Callable[[Citation], str]


#: Suffix of the file → its form.
CITATION_FILES: Mapping[str, CitationFile] = {
    "bib": CitationFile("BibTeX", "application/x-bibtex", bibtex),
    "ris": CitationFile("RIS", "application/x-research-info-systems", ris),
    "json": CitationFile("CSL-JSON", "application/vnd.citationstyles.csl+json", csl_json),
}
