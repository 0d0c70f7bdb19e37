"""RecordFields: the fields of a JSON record under our names; exports, feeds and interfaces call them otherwise.

Names are compared without case, `-` and `_`; our own names win.
"""

import html
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

#: Our field → the names that others give it, the most certain first.
_OTHER_NAMES = {
    "title": "headline articletitle storytitle name",
    "body": "text articlebody maintext plaintext fulltext bodytext articletext contenttext textcontent rawtext"
    " cleanedtext storytext contenttext contenthtml bodyhtml content article story",
    "url": "link canonicalurl canonicallink permalink sourceurl articleurl weburl originalurl uri",
    "outlet": "publisher sitename site publication newspaper sourcename source sourcedomain hostname",
    "kicker": "eyebrow overline",
    "agency": "newsagency sourceorganization wire",
    "section": "articlesection category sectionname rubric channel",
    "authors": "author byline creator writer writers",
    "published": "datepublished publishedat publishdate datepublish publishingdate publicationdate publishedtime"
    " publisheddate pubdate published date dategmt releasedate",
    "updated": "datemodified modifiedat updatedat datemodify modified modifieddate lastmodified lastmod updateddate"
    " modifiedgmt",
    "language": "lang inlanguage languagecode langcode contentlanguage locale",
}
_SIGNS = re.compile(r"[-_ ]")
_MARKUP = re.compile(r"</?(?:p|br|div|li|h[1-6]|blockquote|ul|ol)\b[^<>]{0,2000}>", re.IGNORECASE)
_TAG = re.compile(r"</?[a-z][^<>]{0,2000}>", re.IGNORECASE)
#: Levels of objects in which texts are counted; most names that a warning tells, and characters of each.
_DEPTH, _MOST_TOLD, _NAME_LENGTH = 3, 3, 40
#: Characters from which a text that is not read is told.
_LONG = 200
_NAME_KEYS = ("name", "title", "rendered", "value", "fullName", "display_name")


@dataclass(frozen=True, slots=True)
class RecordFields:
    """The fields of a record under our names."""

    fields: Mapping[str, object]
    #: Our name → the name in the record, of the fields that have another there.
    renamed: Mapping[str, str]

    def all_of(self, own: str) -> Iterator[tuple[str, str]]:
        """Yield name and text of each field that has one of the names of one of our fields."""
        known = {own, *_OTHER_NAMES[own].split()}
        for name, value in self.fields.items():
            if _SIGNS.sub("", name).lower() in known and isinstance(text := _value(own, value), str) and text:
                yield name, text

    def unread(self, length: int) -> str | None:
        """Return a warning if fields that are not read hold more text than the `length` characters that were read."""
        read = {*_OTHER_NAMES, *self.renamed.values(), "id", "lead", "related"}
        sizes = {name: _text_length(value) for name, value in self.fields.items() if name not in read}
        large = [name for name, size in sizes.items() if size > max(length, _LONG)]
        if not large:
            return None
        names = ", ".join(f"`{name[:_NAME_LENGTH]}`" for name in large[:_MOST_TOLD])
        return f"more text than in the body stands in {names}, which is not read"


def named_fields(record: Mapping[str, object]) -> RecordFields:
    """Return the fields of a record, with those that have another program's names under ours, too."""
    by_key: dict[str, str] = {}
    for name in record:
        by_key.setdefault(_SIGNS.sub("", name).lower(), name)
    fields, renamed = dict(record), dict[str, str]()
    for own, others in _OTHER_NAMES.items():
        if isinstance(fields.get(own), Mapping) or (own == "authors" and isinstance(fields.get(own), list)):
            fields[own] = _value(own, fields[own]) or fields[own]
        if fields.get(own) not in (None, "", [], {}):
            continue
        for other in (own, *others.split()):
            found = by_key.get(other)
            value = _value(own, record[found]) if found else None
            if found and value:
                fields[own], renamed[own] = value, found
                break
    return RecordFields(fields, renamed)


def _value(own: str, value: object) -> object:
    """Return a value in the form that our field has; None if it has no such form."""
    if own == "authors":
        people = value if isinstance(value, list) else [value]
        names = [name for person in people if isinstance(name := _plain(person), str)]
        return names[0] if len(names) == 1 else names
    if own == "body":
        return _text(value)
    if isinstance(value, list):
        value = value[0] if value else None
    return _plain(value)


def _plain(value: object) -> str | int | float | None:
    """Return a string or number, or the name in an object; None for anything else."""
    if isinstance(value, Mapping):
        value = next((value[key] for key in _NAME_KEYS if isinstance(value.get(key), str)), None)
    return value if isinstance(value, str | int | float) and not isinstance(value, bool) else None


def _text(value: object) -> str | None:
    """Return the text of a body, a paragraph a line: markup in it ends paragraphs."""
    if isinstance(value, list) and all(isinstance(part, str) for part in value):
        value = "\n".join(value)
    plain = _plain(value)
    if not isinstance(plain, str):
        return None
    return html.unescape(_TAG.sub("", _MARKUP.sub("\n", plain))) if _MARKUP.search(plain) else plain


def _text_length(value: object, depth: int = 0) -> int:
    """Return the number of characters of text in a value; addresses are no text."""
    if isinstance(value, str):
        return len(value) if " " in value.strip() or not value.isascii() else 0
    if depth == _DEPTH:
        return 0
    parts = value.values() if isinstance(value, Mapping) else value if isinstance(value, list) else ()
    return sum(_text_length(part, depth + 1) for part in parts)
