"""Print the answers of commands in an output format: lines of text for people, or JSON for programs.

Also the options and exit codes that several commands share.
"""

import re
import shutil
import sys
import textwrap
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass
from typing import TypeVar, assert_never

import click

from searchsvc.cli.article_lines import article_lines, sureness
from searchsvc.engines import engine_url, open_engine
from searchsvc.errors import SourceError, UsageError
from searchsvc.json_output import article_to_json, page_to_json, quotes_to_json, to_json
from searchsvc.json_output import facets as facets_to_plain
from searchsvc.json_verdicts import verdict_to_json
from searchsvc.model.article import Article, ArticleHead
from searchsvc.model.fields import ARTICLE_FACETS
from searchsvc.model.result import ArticlePage, ArticleResult, Facets, IndexInfo, Snippet, Span
from searchsvc.query_parser.canonical_form import format_query
from searchsvc.search import QuotePage, QuoteResult
from searchsvc.settings import Settings
from searchsvc.verify import Difference, SourcePassage, Verdict, VerdictStatus

#: Exit code of a command that is done, although some pages failed or an id was not found.
SOME_FAILED = 1

Command = TypeVar("Command", bound=Callable[..., object])
#: Columns of a line of text.
WIDTH = 96
#: Columns of a snippet's lines, at most and on a narrow terminal at least, and the indent before them.
SNIPPET_WIDTH, MIN_WIDTH, INDENT = 93, 20, "   "
#: Values of a facet that `stats` prints, at most.
MAX_VALUES = 10
STATUS_TITLES: dict[VerdictStatus, str] = {
    "exact": "printed exactly so",
    "punctuation": "printed in these words; punctuation, case or accents differ",
    "split": "printed in these words, interrupted by who said it",
    "words": "printed with other words",
    "stretch": "printed in part",
    "absent": "not in this collection",
    "too_short": "not printed so, and too short to look for others",
}
_SPACE = re.compile(r"\s")


@dataclass(frozen=True, slots=True)
class IndexStats:
    """Size and contents of an index."""

    index: IndexInfo
    #: Size of the index's files in bytes.
    bytes: int
    #: ISO 639-1 codes of the articles' languages, most frequent first.
    languages: tuple[str, ...]
    facets: Facets


#: The values that commands print; a SourceError takes the place of an article whose page cannot be read.
Answer = ArticlePage | QuotePage | Verdict | IndexStats | Article | SourceError


@dataclass(frozen=True, slots=True)
class OutputFormat:
    """One way to print an answer."""

    #: Returns the output. JSON is bytes, since it is UTF-8 whatever the encoding of the terminal.
    write: Callable[[Answer], str | bytes]
    #: Help text of the option that chooses the format.
    help: str


def print_answer(answer: Answer, output: str | None = None) -> None:
    """Print an answer in the format of a name of `FORMATS`; None is text."""
    click.echo(FORMATS[output or TEXT].write(answer))


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
            lines = article_lines(answer)
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


#: Name of the default format.
TEXT = "text"
#: Output formats by name; each except text is an option of the commands.
FORMATS: Mapping[str, OutputFormat] = {
    TEXT: OutputFormat(_as_text, "Print text for people."),
    "json": OutputFormat(_as_json, "Print JSON instead of text."),
}


def _result_page_lines(page: ArticlePage) -> Iterator[str]:
    count = f"{page.total} article{'' if page.total == 1 else 's'}"
    if page.total_articles > page.total:
        count = f"{count} ({page.total_articles} with copies)"
    yield count if not page.understood else f"{count} for {page.understood}"
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
    old = f"older version of {head.article}" if head.is_old else None
    yield _facts_line(head.outlet, head.section, head.dated_day, head.id, old)
    for snippet in result.snippets:
        before = "… " if snippet.cut_before else ""
        if snippet.is_related:
            before = "Related headline: "
        after = " …" if snippet.cut_after else ""
        marks = tuple(Span(mark.start + len(before), mark.end + len(before)) for mark in snippet.marks)
        yield from _wrapped(Snippet(f"{before}{snippet.text}{after}", marks))
    yield from _copy_lines(result.copies, result.copies_total)
    if result.missing:
        yield f"{INDENT}Not in it: {', '.join(result.missing)}"
    for part in result.parts or ():
        where = "fields" if part.place == "article" else "best passage"
        yield f"{INDENT}{part.score:.3f} of {result.score:.3f}: {format_query(part.leaf)} in its {where}"


def _wrapped(snippet: Snippet) -> Iterator[str]:
    """Yield a snippet wrapped to the terminal's width; it is wrapped before marking, as escape codes have no width."""
    text = _SPACE.sub(" ", snippet.text)
    width = min(SNIPPET_WIDTH, shutil.get_terminal_size((SNIPPET_WIDTH, 0)).columns - len(INDENT))
    end = 0
    for line in textwrap.wrap(text, max(width, MIN_WIDTH), break_long_words=False):
        start = text.index(line, end)
        end = start + len(line)
        yield INDENT + _marked(Snippet(text, snippet.marks).within(start, end))


def _marked(snippet: Snippet) -> str:
    """Return the text with its marks in bold and underlined."""
    return "".join(click.style(text, bold=True, underline=True) if mark else text for text, mark in snippet.parts())


def _quote_page_lines(answer: QuotePage) -> Iterator[str]:
    yield f"{answer.total} quote{'' if answer.total == 1 else 's'}"
    yield from (notice.text for notice in answer.notices)
    for result in answer.results:
        yield ""
        yield from _quote_lines(result)


def _quote_lines(result: QuoteResult) -> Iterator[str]:
    quote, head = result.quote, result.head
    yield textwrap.fill(quote.in_marks, WIDTH, break_long_words=False)
    sure = f", rule {quote.method}{sureness(quote)}" if quote.method else ""
    yield f"   {quote.who or 'nobody named'}{sure}"
    if result.evidence is not None:
        text = "".join(f"[{part}]" if role in {"cue", "mention"} else part for part, role in result.evidence.parts())
        yield textwrap.fill(text, WIDTH, initial_indent="   > ", subsequent_indent="   > ", break_long_words=False)
    yield _facts_line(head.title, head.outlet, head.dated_day, head.id)
    yield from _copy_lines(result.copies, result.copies_total)


def _copy_lines(heads: Sequence[ArticleHead], total: int) -> Iterator[str]:
    """Yield how many copies a hit stands for, and the first printed ones."""
    if total:
        yield f"{INDENT}+{total} {'copy' if total == 1 else 'copies'}"
        yield from (INDENT + _facts_line(head.outlet, head.dated_day, head.id, head.title) for head in heads)


def _verdict_lines(verdict: Verdict) -> Iterator[str]:
    places = f" · {verdict.total} place{'' if verdict.total == 1 else 's'}" if verdict.total else ""
    yield f"{STATUS_TITLES[verdict.status]}{places}"
    yield textwrap.fill(verdict.answer, WIDTH, break_long_words=False)
    for passage in verdict.places:
        yield ""
        yield from _passage_lines(passage)


def _passage_lines(passage: SourcePassage) -> Iterator[str]:
    text = "".join(map(_difference_text, passage.diff))
    yield textwrap.fill(" ".join(text.split()), WIDTH, break_long_words=False)
    head, quote = passage.head, passage.quote
    marks = "in quotation marks" if passage.quoted else "partly in quotation marks" if quote else "no quotation"
    who = (quote.who if quote else None) or "nobody named"
    sure = f", rule {quote.method}{sureness(quote)}" if quote and quote.method else ""
    yield f"   {who}{sure} · {marks}"
    date = head.dated_day
    yield _facts_line(head.title, head.outlet, date, head.id, passage.anchor or "headline")


def _difference_text(difference: Difference) -> str:
    """Return a difference in the notation of `git diff --word-diff`: [-quoted-] {+printed+}."""
    if difference.kind in ("same", "declared", "clause"):
        return difference.printed
    quoted = f"[-{difference.quoted.strip()}-] " if difference.quoted else ""
    return quoted + (f"{{+{difference.printed.strip()}+}} " if difference.printed else "")


def number_of(n: int, noun: str) -> str:
    """Return a number with what it counts: `1 page`, `2 pages`.

    >>> number_of(1, "page"), number_of(0, "page")
    ('1 page', '0 pages')
    """
    return f"{n} {noun}{'' if n == 1 else 's'}"


def _stats_lines(stats: IndexStats) -> Iterator[str]:
    info, facets = stats.index, stats.facets
    updated = f"{info.updated:%Y-%m-%d %H:%M:%S} UTC" if info.updated else "never"
    articles = number_of(info.articles, "article")
    yield f"generation {info.generation}, {articles}, {stats.bytes / 1e6:.1f} MB, updated {updated}"
    months = facets.month
    if months:
        yield f"from {months[0].value} to {months[-1].value}"
    for row in ARTICLE_FACETS:
        values = facets[row.name][:MAX_VALUES]
        if values:
            total = facets.totals[row.name]
            rest = f" ({len(values)} of {total})" if total > len(values) else ""
            yield (f"{row.name}: " + ", ".join(f"{value.value} {value.count}" for value in values) + rest)


def _facts_line(*facts: object) -> str:
    """Return an indented line of the facts that are not empty."""
    return INDENT + " · ".join(str(fact) for fact in facts if fact)


def _index_url(_context: click.Context, _option: click.Parameter, index: str) -> str:
    """Return the engine's URL for the value of `--index`, a folder or a URL.

    Raises:
        UsageError: The URL names no known engine.
        BadParameter: The folder is a file.

    """
    url = engine_url(index)
    try:
        with closing(open_engine(url)) as engine:
            folder = engine.folder
    except UsageError as error:
        raise UsageError(f"{error}, or give --index a folder, as ./{index}") from error
    if folder is not None and folder.is_file():
        raise click.BadParameter(f"Directory {str(folder)!r} is a file.")
    return url


index_option = click.option(
    "--index",
    default=lambda: Settings.from_env().engine,
    show_default="SEARCHSVC_ENGINE, or index",
    metavar="DIR|URL",
    callback=_index_url,
    help="Folder of the index, or URL of an engine.",
)


def format_options(command: Command) -> Command:
    """Add an option for each output format except text to a command.

    The command's parameter `output` receives the name of the chosen format, or None.
    """
    for name, output in reversed(list(FORMATS.items())):
        if name != TEXT:
            command = click.option(f"--{name}", "output", flag_value=name, help=output.help)(command)
    return command


def table_format_options(command: Command) -> Command:
    """Add the options of `format_options`, and one for CSV, to a command whose answer is a table."""
    return format_options(click.option("--csv", "output", flag_value="csv", help="Print CSV instead of text.")(command))


def print_bytes(content: bytes) -> None:
    """Print UTF-8, whatever the encoding of the terminal."""
    sys.stdout.buffer.write(content)
    sys.stdout.buffer.flush()
