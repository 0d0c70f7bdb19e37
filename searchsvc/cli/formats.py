"""Answer of a command → text of an output format: lines for people, or JSON for programs."""

import re
import shutil
import textwrap
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import assert_never

import click

from searchsvc.errors import SourceError
from searchsvc.json_output import article_to_json, page_to_json, quotes_to_json, to_json, verdict_to_json
from searchsvc.json_output import facets as facets_to_plain
from searchsvc.model.article import Article
from searchsvc.model.fields import ARTICLE_FACETS
from searchsvc.model.result import ArticlePage, ArticleResult, Facets, IndexInfo, Snippet, Span
from searchsvc.parsing import Explanation
from searchsvc.reindex.worker_pool import with_quotes
from searchsvc.search import QuotePage, QuoteResult
from searchsvc.verify import Difference, SourcePassage, Verdict, VerdictStatus

#: Columns of lines; of a snippet's lines at most, and at least, and what stands before them.
WIDTH = 96
SNIPPET_WIDTH, NARROWEST, INDENT = 93, 20, "   "
#: Characters of a text of a page that are shown.
SHOWN = 100
#: Values of a facet that are shown.
MOST_VALUES = 10
STATUS_TITLES: dict[VerdictStatus, str] = {
    "exact": "printed exactly so",
    "punctuation": "printed in these words; punctuation, case or accents differ",
    "words": "printed with other words",
    "absent": "not in this collection",
}
_SPACE = re.compile(r"\s")


@dataclass(frozen=True, slots=True)
class IndexStats:
    """What is in an index."""

    index: IndexInfo
    #: Bytes of its files.
    bytes: int
    languages: tuple[str, ...]
    facets: Facets


#: What a command answers with; a SourceError stands in the place of an article that cannot be read.
Answer = ArticlePage | QuotePage | Verdict | IndexStats | Article | SourceError


@dataclass(frozen=True, slots=True)
class OutputFormat:
    """One way to print an answer."""

    #: JSON is bytes: it is UTF-8 whatever the encoding of the terminal.
    write: Callable[[Answer], str | bytes]
    #: Of the option `--NAME` that asks for it.
    help: str


def print_answer(answer: Answer, output: str | None = None) -> None:
    """Print an answer in a format of `FORMATS`; as text if none is named."""
    click.echo(FORMATS[output or TEXT].write(answer))


def explanation_lines(explanation: Explanation) -> Iterator[str]:
    """Yield what each field of a page was taken from, and what was left out."""
    article = with_quotes(explanation.article)
    yield f"{article.provenance.path}: read by {article.provenance.parser}"
    yield from (f"  warning: {warning}" for warning in article.provenance.warnings)
    for field in ("id", "title", "url", "outlet", "section", "authors", "published", "updated", "language", "lead"):
        value = getattr(article.head, field)
        origin = article.provenance.head.get(field)
        where = f"   [{'inferred: ' if origin.inferred else ''}{origin.rule}; {origin.place}]" if origin else ""
        yield f"{field:>10}  {_cut(_value_text(value))}{where}"
    yield from _body_lines(article)
    for left in explanation.left_out:
        yield f"  left out  {_cut(left.text)}   [{left.reason}]"


def _value_text(value: object) -> str:
    if value is None or value == ():
        return "-"
    return ", ".join(map(str, value)) if isinstance(value, tuple) else str(value)


def _body_lines(article: Article) -> Iterator[str]:
    for block in article.blocks:
        yield f"{block.kind:>10}  {_cut(block.text)}"
    for quote in article.quotes:
        why = f"   [{quote.method}, right in {quote.confidence:.0%}]" if quote.method and quote.confidence else ""
        who = quote.speaker or quote.mention or "nobody named"
        yield f"{'quote':>10}  {quote.kind}: {_cut(quote.text)} - {who}{why}"
    for related in article.related:
        facts = [related.outlet, related.date, related.section, related.age]
        yield f"{related.group:>10}  {_cut(related.text)}   {' · '.join(str(fact) for fact in facts if fact)}"


def _article_lines(article: Article) -> Iterator[str]:
    head = article.head
    yield head.title
    yield " · ".join(str(fact) for fact in (head.outlet, head.section, head.dated, head.url) if fact)
    yield from _body_lines(article)
    yield ""


def _cut(text: str) -> str:
    line = " ".join(text.split())
    return line if len(line) <= SHOWN else line[: SHOWN - 1] + "…"


def _as_text(answer: Answer) -> str:
    match answer:
        case ArticlePage():
            lines = _result_page_lines(answer)
        case QuotePage():
            lines = _quote_page_lines(answer)
        case Verdict():
            lines = _verdict_lines(answer)
        case IndexStats():
            lines = _stats_lines(answer)
        case Article():
            lines = _article_lines(answer)
        case SourceError():
            lines = iter([f"failed: {answer}"])
        case _:
            assert_never(answer)
    return "\n".join(lines)


def _as_json(answer: Answer) -> bytes:
    match answer:
        case ArticlePage():
            line = page_to_json(answer)
        case QuotePage():
            line = quotes_to_json(answer)
        case Verdict():
            line = verdict_to_json(answer)
        case IndexStats():
            facets = facets_to_plain(answer.facets)
            line = to_json(
                {"index": answer.index, "bytes": answer.bytes, "languages": answer.languages, "facets": facets}
            )
        case Article():
            line = article_to_json(answer)
        case SourceError():
            line = to_json({"path": answer.path, "error": answer.reason})
        case _:
            assert_never(answer)
    return line


TEXT = "text"
#: Each but text is an option of the commands.
FORMATS: Mapping[str, OutputFormat] = {
    TEXT: OutputFormat(_as_text, "Print text for people."),
    "json": OutputFormat(_as_json, "Print JSON instead of text."),
}


def _result_page_lines(page: ArticlePage) -> Iterator[str]:
    found = f"{page.total} article{'' if page.total == 1 else 's'}"
    yield found if not page.understood else f"{found} for {page.understood}"
    for notice in page.notices:
        yield f"  note: {notice.text}"
    if page.suggestion:
        yield f"  did you mean: {page.suggestion}"
    for number, result in enumerate(page.results, (page.page - 1) * page.size + 1):
        yield ""
        yield from _result_lines(number, result)


def _result_lines(number: int, result: ArticleResult) -> Iterator[str]:
    head = result.head
    yield f"{number}. {_marked(result.title)}"
    yield _facts_line(head.outlet, head.section, head.dated and f"{head.dated:%Y-%m-%d}", head.id)
    for snippet in result.snippets:
        before = "… " if snippet.cut_before else ""
        if snippet.is_related:
            before = "Related headline: "
        after = " …" if snippet.cut_after else ""
        marks = tuple(Span(mark.start + len(before), mark.end + len(before)) for mark in snippet.marks)
        yield from _wrapped(Snippet(f"{before}{snippet.text}{after}", marks))


def _wrapped(snippet: Snippet) -> Iterator[str]:
    """Yield the lines of a text: folded before they are marked, for marks have no width."""
    text = _SPACE.sub(" ", snippet.text)
    width = min(SNIPPET_WIDTH, shutil.get_terminal_size((SNIPPET_WIDTH, 0)).columns - len(INDENT))
    at = 0
    for line in textwrap.wrap(text, max(width, NARROWEST), break_long_words=False):
        start = text.index(line, at)
        at = start + len(line)
        yield INDENT + _marked(Snippet(text, snippet.marks).within(start, at))


def _marked(snippet: Snippet) -> str:
    return "".join(click.style(text, bold=True, underline=True) if mark else text for text, mark in snippet.parts())


def _quote_page_lines(answer: QuotePage) -> Iterator[str]:
    yield f"{answer.total} quote{'' if answer.total == 1 else 's'}"
    yield from (notice.text for notice in answer.notices)
    for result in answer.results:
        yield ""
        yield from _quote_lines(result)


def _quote_lines(result: QuoteResult) -> Iterator[str]:
    quote, head = result.quote, result.head
    yield textwrap.fill(f"“{quote.text}”", WIDTH, break_long_words=False)
    sure = f", rule {quote.method}, right in {quote.confidence:.0%}" if quote.method and quote.confidence else ""
    yield f"   {quote.speaker or quote.mention or 'nobody named'}{sure}"
    if result.evidence is not None:
        text = "".join(f"[{part}]" if role in {"cue", "mention"} else part for part, role in result.evidence.parts())
        yield textwrap.fill(text, WIDTH, initial_indent="   > ", subsequent_indent="   > ", break_long_words=False)
    yield _facts_line(head.title, head.outlet, head.dated and f"{head.dated:%Y-%m-%d}", head.id)


def _verdict_lines(verdict: Verdict) -> Iterator[str]:
    places = f" · {verdict.total} place{'' if verdict.total == 1 else 's'}" if verdict.total else ""
    yield f"{STATUS_TITLES[verdict.status]}{places}"
    for place in verdict.places:
        yield ""
        yield from _match_lines(place)


def _match_lines(place: SourcePassage) -> Iterator[str]:
    text = "".join(map(_difference_text, place.diff))
    yield textwrap.fill(" ".join(text.split()), WIDTH, break_long_words=False)
    marks = "in quotation marks" if place.quoted else "partly in quotation marks" if place.quote else "no quotation"
    quote = place.quote
    who = (quote.speaker or quote.mention if quote else None) or "nobody named"
    sure = f", rule {quote.method}, right in {quote.confidence:.0%}" if quote and quote.confidence else ""
    yield f"   {who}{sure} · {marks}"
    facts = [place.head.title, place.head.outlet, place.head.dated and f"{place.head.dated:%Y-%m-%d}", place.head.id]
    yield _facts_line(*facts, place.anchor or "headline")


def _difference_text(one: Difference) -> str:
    if one.kind in ("same", "declared"):
        return one.printed
    quoted = f"[-{one.quoted.strip()}-] " if one.quoted else ""
    return quoted + (f"{{+{one.printed.strip()}+}} " if one.printed else "")


def _stats_lines(stats: IndexStats) -> Iterator[str]:
    info, facets = stats.index, stats.facets
    updated = f"{info.updated:%Y-%m-%d %H:%M:%S} UTC" if info.updated else "never"
    yield f"generation {info.generation}, {info.articles} articles, {stats.bytes / 1e6:.1f} MB, updated {updated}"
    months = facets.month
    if months:
        yield f"from {months[0].value} to {months[-1].value}"
    for row in ARTICLE_FACETS:
        values = facets[row.name][:MOST_VALUES]
        if values:
            yield (f"{row.name}: " + ", ".join(f"{value.value} {value.count}" for value in values))


def _facts_line(*facts: object) -> str:
    return INDENT + " · ".join(str(fact) for fact in facts if fact)
