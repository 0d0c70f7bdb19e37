"""Commands that read single pages: parse and check."""

from collections.abc import Iterator

import click

from searchsvc.cli.options import SOME_FAILED
from searchsvc.errors import SourceError
from searchsvc.json_output import article_to_json, to_json
from searchsvc.model.article import Article
from searchsvc.parsing import Explanation, explain
from searchsvc.reindex.articles import read_guarded, with_quotes
from searchsvc.sources import read_sources

#: Characters of a text that are shown.
SHOWN = 100


@click.command("parse")
@click.argument("files", nargs=-1, required=True, metavar="FILE...", type=click.Path())
@click.option("--json", "as_json", is_flag=True, help="One article a line, as JSON.")
def parse_command(files: tuple[str, ...], *, as_json: bool) -> None:
    """Read pages and print what is in them, without an index.

    A page that cannot be read gives the line {"path": ..., "error": ...}, and exit code 1.
    """
    failed = False
    for found in read_guarded(read_sources(files)):
        if isinstance(found, SourceError):
            failed = True
            click.echo(to_json({"path": found.path, "error": found.reason}) if as_json else f"failed: {found}")
        else:
            click.echo(article_to_json(found) if as_json else "\n".join(_shown(found)))
    if failed:
        click.get_current_context().exit(SOME_FAILED)


@click.command("check")
@click.argument("file", metavar="FILE", type=click.Path())
def check_command(file: str) -> None:
    """Show what each field of a page was taken from, and what was left out and why."""
    for item in read_sources([file]):
        if isinstance(item, SourceError):
            raise item
        click.echo("\n".join(_explained(explain(item))))


def _explained(explanation: Explanation) -> Iterator[str]:
    article = with_quotes(explanation.article)
    yield f"{article.provenance.path}: read by {article.provenance.parser}"
    yield from (f"  warning: {warning}" for warning in article.provenance.warnings)
    for field in ("id", "title", "url", "outlet", "section", "authors", "published", "updated", "language", "lead"):
        value = getattr(article.head, field)
        origin = article.provenance.head.get(field)
        where = f"   [{'inferred: ' if origin.inferred else ''}{origin.rule}; {origin.place}]" if origin else ""
        yield f"{field:>10}  {_cut(_text(value))}{where}"
    yield from _body(article)
    for left in explanation.left_out:
        yield f"  left out  {_cut(left.text)}   [{left.reason}]"


def _text(value: object) -> str:
    if value is None or value == ():
        return "-"
    return ", ".join(map(str, value)) if isinstance(value, tuple) else str(value)


def _body(article: Article) -> Iterator[str]:
    for block in article.blocks:
        yield f"{block.kind:>10}  {_cut(block.text)}"
    for quote in article.quotes:
        why = f"   [{quote.method}, right in {quote.confidence:.0%}]" if quote.method and quote.confidence else ""
        who = quote.speaker or quote.mention or "nobody named"
        yield f"{'quote':>10}  {quote.kind}: {_cut(quote.text)} - {who}{why}"
    for related in article.related:
        facts = [related.outlet, related.date, related.section, related.age]
        yield f"{related.group:>10}  {_cut(related.text)}   {' · '.join(str(fact) for fact in facts if fact)}"


def _shown(article: Article) -> Iterator[str]:
    head = article.head
    yield head.title
    yield " · ".join(str(fact) for fact in (head.outlet, head.section, head.dated, head.url) if fact)
    yield from _body(article)
    yield ""


def _cut(text: str) -> str:
    line = " ".join(text.split())
    return line if len(line) <= SHOWN else line[: SHOWN - 1] + "…"


COMMANDS = (parse_command, check_command)
