"""Reader of JSON records: one object, a line of a JSONL file, is one Article.

Its fields may have the names that other programs give them, which `record_fields` knows.
"""

import json
import re
from collections.abc import Iterator, Mapping
from datetime import date, datetime, timedelta
from typing import get_args

from searchsvc.analysis import collapsed
from searchsvc.analysis.keys import unarchived
from searchsvc.decoding import DecodedText, decode_page
from searchsvc.errors import RefusedError, SourceError
from searchsvc.json_input import NestingError, read_json
from searchsvc.model.article import Article, ArticleHead, Block, Origin, Provenance, RelatedGroup, RelatedHeadline
from searchsvc.model.printed_date import PrintedDate, TimePrecision, midnight
from searchsvc.model.source import Source
from searchsvc.parsing.article_language import declared_language, language_candidates
from searchsvc.parsing.candidates import Candidate, chosen, reason_against
from searchsvc.parsing.dates import LAST_YEAR, parse_datetime, parse_day
from searchsvc.parsing.parse_result import VERSION, Explanation, RefusedValue, article_id, title_from_text
from searchsvc.parsing.record_fields import RecordFields, named_fields

_CONTROL = re.compile("[\x00-\x08\x0b-\x1f\ud800-\udfff]")
_NAMES = re.compile(r" ?[;,] ?| and ")
#: The fields of dates, each with its `_day` and `_precision` beside it.
DATES = ("published", "updated")
#: A clock with seconds, behind the day: `T10:21:00`, ` 102100`.
_SECONDS = re.compile(r"[T ]\d\d(?::\d\d:|\d\d)\d\d", re.IGNORECASE)
#: A page's own day is at most so far from the day in UTC.
_FARTHEST = timedelta(days=1)
#: Nothing was printed before this year: such dates are placeholders (`0001-01-01`).
_FIRST_YEAR = 1600
#: Weights of the language in a record's own field, and in others.
_LANGUAGE, _OTHER_LANGUAGE = 60.0, 55.0
_GROUPS: Mapping[str, RelatedGroup] = {"see_also": "see_also", "elsewhere": "elsewhere", "promo": "promo"}


def read_record(source: Source) -> Explanation:
    """Return the article of one record.

    Raises:
        RefusedError: The JSON is nested too deeply.
        SourceError: The data is no JSON object; or the record has neither title nor body nor id; or a field has the
            wrong type.

    """
    text = decode_page(source.data, ((source.charset, "header"),))
    named = named_fields(_read_object(source, text))
    record = _Record(source, named.fields)
    record.warnings += text.warnings
    paragraphs = record.paragraphs()
    if "body" in named.renamed:
        record.warnings.append(f"`{named.renamed['body'][:40]}` was read as the body")
    if unread := named.unread(sum(map(len, paragraphs))):
        record.warnings.append(unread)
    title = record.text("title")
    if not title and not paragraphs and not record.text("id"):
        raise SourceError(source.path, "a record needs `title` or `body`")
    origins = {
        name: Origin("record", named.renamed.get(name, name))
        for name in record.fields
        if name in _HEAD and record.fields[name]
    }
    if not title and paragraphs:
        title = title_from_text(paragraphs[0])
        origins["title"] = Origin("first words", "body", inferred=True)
    url = record.text("url") or source.url
    languages = language_candidates("\n".join(paragraphs), record.languages(named))
    language = chosen(languages)
    if language:
        origins["language"] = language.origin
    head = ArticleHead(
        id=article_id(record.text("id"), url, source.name),
        title=title or "",
        url=unarchived(url) if url else None,
        kicker=record.text("kicker"),
        outlet=record.text("outlet"),
        agency=record.text("agency"),
        section=record.text("section"),
        authors=record.authors(),
        language=language.value if language else None,
        lead=paragraphs[0] if paragraphs else None,
    ).with_dates(record.printed_date("published"), record.printed_date("updated"))
    for name in DATES:
        if getattr(head, name) and name not in origins:
            origins[name] = Origin("record", f"{name}_day")
    blocks = tuple(Block("paragraph", paragraph) for paragraph in paragraphs)
    provenance = Provenance(
        f"record/{VERSION}", source.path, source.sha256, source.captured, tuple(record.warnings), origins
    )
    refused = tuple(
        RefusedValue("language", one.value, one.origin.rule, one.origin.place, reason_against(one, language))
        for one in languages
        if language is None or one.value != language.value
    )
    return Explanation(Article(head, blocks, provenance, related=tuple(record.related())), refused=refused)


_HEAD = frozenset(
    {"id", "url", "title", "kicker", "outlet", "agency", "section", "authors", "published", "updated", "lead"}
)


class _Record:
    """Typed access to the fields of a record."""

    def __init__(self, source: Source, fields: Mapping[str, object]) -> None:
        self.source = source
        self.fields = fields
        self.warnings: list[str] = []

    def text(self, name: str, fields: Mapping[str, object] | None = None) -> str | None:
        value = (self.fields if fields is None else fields).get(name)
        if value is None:
            return None
        if isinstance(value, bool) or not isinstance(value, str | int | float):
            raise SourceError(self.source.path, f"`{name}` must be a string, not {json.dumps(value)[:60]}")
        return collapsed(_CONTROL.sub("", str(value))) or None

    def languages(self, named: RecordFields) -> list[Candidate[str]]:
        """Return the languages that the record declares, its own field before those of other programs' names."""
        own = self.text("language")
        place = named.renamed.get("language", "language")
        found = [declared_language(own, place, _LANGUAGE)] if own else []
        others = ((name, value) for name, value in named.all_of("language") if name != place)
        return found + [declared_language(value, name, _OTHER_LANGUAGE) for name, value in others]

    def paragraphs(self) -> list[str]:
        """Return the paragraphs of lead and body; a lead that is the beginning of the body is not repeated."""
        body = self.fields.get("body")
        if isinstance(body, list) and all(isinstance(part, str) for part in body):
            body = "\n".join(body)
        if body is not None and not isinstance(body, str):
            raise SourceError(self.source.path, "`body` must be a string with a newline between paragraphs")
        lines = _CONTROL.sub("", (body or "").replace("\r", "\n")).split("\n")
        paragraphs = [paragraph for line in lines if (paragraph := collapsed(line))]
        lead = self.text("lead")
        if lead and lead not in paragraphs[:1]:
            paragraphs.insert(0, lead)
        return paragraphs

    def authors(self) -> tuple[str, ...]:
        value = self.fields.get("authors")
        if value is None:
            return ()
        names = (
            value
            if isinstance(value, list)
            else _NAMES.split(" ".join(value.split()))
            if isinstance(value, str)
            else None
        )
        if names is None or not all(isinstance(name, str) for name in names):
            raise SourceError(self.source.path, "`authors` must be a list of names, or names with commas between")
        return tuple(cleaned for name in names if (cleaned := " ".join(_CONTROL.sub("", name).split())))

    def printed_date(self, name: str) -> PrintedDate | None:
        """Return the date of a field, with the day and precision in the fields beside it, as our own JSON has them.

        None, with a warning, if it cannot be parsed. A day that the instant cannot be on anywhere, and an unknown
        precision, are not taken, with a warning.
        """
        value, given_day, precision = (self.text(name + part) for part in ("", "_day", "_precision"))
        printed = _iso_date(value) if value else None
        if value and printed is None:
            self.warnings.append(f"`{name}` is no date: {value[:40]}")
        if value and printed and not _FIRST_YEAR <= printed.day.year <= LAST_YEAR:
            self.warnings.append(f"`{name}` stands for no date: {value[:40]}")
            printed = None
        day = parse_day(given_day) if given_day else None
        if given_day and day is None:
            self.warnings.append(f"`{name}_day` is no day: {given_day[:40]}")
        if printed is None:
            return PrintedDate(midnight(day), day, "day") if day and not value else None
        if day and abs(day - printed.day) > _FARTHEST:
            self.warnings.append(f"`{name}_day` is not the day of `{name}`: {day}")
            day = None
        if precision and precision not in get_args(TimePrecision):
            self.warnings.append(
                f"`{name}_precision` is none of {', '.join(get_args(TimePrecision))}: {precision[:40]}"
            )
            precision = None
        day = day or printed.day
        if "day" in {precision, printed.precision}:
            return PrintedDate(midnight(day), day, "day")
        return PrintedDate(printed.at, day, "minute" if precision == "minute" else printed.precision)

    def related(self) -> Iterator[RelatedHeadline]:
        value = self.fields.get("related")
        if value is None:
            return
        if not isinstance(value, list):
            raise SourceError(self.source.path, "`related` must be a list of headlines or of objects with `text`")
        for item in value:
            fields = item if isinstance(item, dict) else {"text": item}
            text = self.text("text", fields) or self.text("title", fields)
            if not text:
                continue
            url, date = self.text("url", fields), self.text("date", fields)
            yield RelatedHeadline(
                text=text,
                group=_GROUPS.get(self.text("group", fields) or "", "see_also"),
                url=unarchived(url) if url else None,
                date=parse_day(date) if date else None,
                section=self.text("section", fields),
                outlet=self.text("outlet", fields),
                age=self.text("age", fields),
            )


def _iso_date(text: str) -> PrintedDate | None:
    """Return a date in a form of ISO 8601, else in any other form that is known; None if it is none."""
    try:
        return PrintedDate(midnight(day := date.fromisoformat(text)), day, "day")
    except ValueError:
        pass
    try:
        clock = datetime.fromisoformat(text)
        return PrintedDate.of(clock, "second" if _SECONDS.search(text) else "minute")
    except (ValueError, OverflowError):
        parsed = parse_datetime(text)
    return parsed.printed if parsed else None


def _read_object(source: Source, text: DecodedText) -> Mapping[str, object]:
    try:
        record = read_json(text.text, strict=False)
    except NestingError as error:
        raise RefusedError(source.path, f"JSON {error}") from error
    except ValueError as error:
        raise SourceError(source.path, _not_json(source.data, error)) from error
    if not isinstance(record, dict):
        raise SourceError(source.path, "a record must be a JSON object")
    return record


def _not_json(data: bytes, error: ValueError) -> str:
    """Return why data is no JSON: its first byte that is not UTF-8, else where the parser stopped."""
    try:
        data.decode("utf-8-sig")
    except UnicodeDecodeError as undecoded:
        return f"not UTF-8 at byte {undecoded.start}, and not JSON in another encoding"
    return f"not JSON: {error}"
