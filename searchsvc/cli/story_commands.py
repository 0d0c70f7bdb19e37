"""Commands around an article: headlines of other stories, links both ways, similar articles, the story, versions."""

from collections.abc import Iterator

import click

from searchsvc.cli.filter_options import GivenFilters, filter_options
from searchsvc.cli.formats import format_options, index_option, number_of, print_bytes, table_format_options
from searchsvc.cli.search_commands import match_option, sort_option, synonyms_given
from searchsvc.engines import open_engine
from searchsvc.exports import HEADLINE_COLUMNS, STORY_COLUMNS, csv_of
from searchsvc.exports.columns import Around
from searchsvc.json_stories import headlines_to_json, links_to_json, similar_to_json, story_to_json, versions_to_json
from searchsvc.model.article import Article, ArticleHead, ChangedPart, RelatedHeadline
from searchsvc.model.fields import HEADLINE_FACETS
from searchsvc.model.query import MatchAll, MatchMode, Sort
from searchsvc.search import (
    LINKED_SHOWN,
    MAX_LINKING,
    MAX_SIMILAR,
    MAX_STORY_DAYS,
    PAGE_SIZE,
    SIMILAR_SHOWN,
    STORY_DAYS,
    ArticleLinks,
    ComparedVersions,
    HeadlinePage,
    SearchRequest,
    SimilarPage,
    Story,
    VersionsPage,
    compare_versions,
    find_links,
    find_similar,
    find_story,
    find_versions,
    search_headlines,
)
from searchsvc.settings import Settings
from searchsvc.versions import DiffRun

#: Speakers that the lines of a story name, at most.
MAX_SPEAKERS = 12


@click.command("headlines")
@click.argument("query", default="")
@index_option
@table_format_options
@sort_option
@match_option
@filter_options(HEADLINE_FACETS)
@click.option("--page", default=1, show_default=True, help="Which page of the result.")
@click.option("--size", default=PAGE_SIZE, show_default=True, help="Headlines a page.")
def headlines_command(
    query: str,
    index: str,
    *,
    output: str | None,
    sort: Sort | None,
    match: MatchMode,
    narrowing: GivenFilters,
    page: int,
    size: int,
) -> None:
    """Find related headlines, also of stories that are known by their headline alone.

    \b
      searchsvc headlines "harbour wall"
      searchsvc headlines 'links:https://example.org/news/wall' --csv

    Each line says whether the archive has the story, and whose page shows it. --json prints what
    /api/headlines answers, --csv the columns of /headlines.csv, of one page.
    """  # noqa: D301  click's own mark, a real backspace
    request = narrowing.narrowed(
        SearchRequest(
            text=query,
            page=page,
            size=size,
            sort=sort,
            match=match,
            synonyms=synonyms_given(),
        )
    )
    found = search_headlines(open_engine(index), request)
    if output == "json":
        print_bytes(headlines_to_json(found) + b"\n")
    elif output == "csv":
        columns = tuple(column for column in HEADLINE_COLUMNS if column.usual)
        print_bytes(csv_of(columns, found.results, _around()))
    else:
        click.echo("\n".join(_headline_lines(found)))


@click.command("links")
@click.argument("article_id", metavar="ID")
@index_option
@format_options
@click.option(
    "--limit",
    type=click.IntRange(1, MAX_LINKING),
    default=LINKED_SHOWN,
    show_default=True,
    help="Articles that name it, the newest.",
)
def links_command(article_id: str, index: str, *, output: str | None, limit: int) -> None:
    """Show what an article links to, and which articles name it in a headline or in their text."""
    found = find_links(open_engine(index), article_id, limit=limit)
    if output:
        print_bytes(links_to_json(found) + b"\n")
    else:
        click.echo("\n".join(_link_lines(found)))


@click.command("similar")
@click.argument("article_id", metavar="ID")
@index_option
@format_options
@click.option(
    "--limit",
    type=click.IntRange(1, MAX_SIMILAR),
    default=SIMILAR_SHOWN,
    show_default=True,
    help="Articles at most.",
)
def similar_command(article_id: str, index: str, *, output: str | None, limit: int) -> None:
    """Find articles that are like one, by its own weighted words; copies of it are left out.

    Each has its likeness (1 would be the article itself) and the words that made it so.
    """
    found = find_similar(open_engine(index), article_id, limit=limit)
    if output:
        print_bytes(similar_to_json(found) + b"\n")
    else:
        click.echo("\n".join(_similar_lines(found)))


@click.command("story")
@click.argument("article_id", metavar="ID")
@index_option
@table_format_options
@click.option(
    "--days",
    type=click.IntRange(0, MAX_STORY_DAYS),
    default=STORY_DAYS,
    show_default=True,
    help="Days before and after the article in which similar ones belong to its story.",
)
def story_command(article_id: str, index: str, *, output: str | None, days: int) -> None:
    """Show the story around an article, by date, with who speaks.

    \b
      searchsvc story 3bd7904a50fa37b0
      searchsvc story 3bd7904a50fa37b0 --days 60 --csv

    It holds what the article links to, what links to it, and what has most of its words and is near
    it in time.
    """  # noqa: D301  click's own mark, a real backspace
    found = find_story(open_engine(index), article_id, days=days)
    if output == "json":
        print_bytes(story_to_json(found) + b"\n")
    elif output == "csv":
        print_bytes(csv_of(STORY_COLUMNS, found.articles, _around()))
    else:
        click.echo("\n".join(_story_lines(found)))


def _around() -> Around:
    return Around(MatchAll(), Settings.from_env().base_url)


def _headline_lines(page: HeadlinePage) -> Iterator[str]:
    yield f"{page.total} headline{'' if page.total == 1 else 's'}"
    yield from (f"  note: {notice.text}" for notice in page.notices)
    for one in page.results:
        yield ""
        yield one.headline.text
        yield f"   {_known(one.headline, one.story)}"
        yield f"   shown on: {_article(one.head)}"


def _link_lines(links: ArticleLinks) -> Iterator[str]:
    yield _article(links.article)
    yield f"links to {len(links.named)}:"
    for one in links.named:
        yield f"  {one.headline.text} · {_known(one.headline, one.story)}"
    yield f"named by {links.linking.total}:"
    yield from (f"  {_article(head)}" for head in links.linking.heads)


def _similar_lines(page: SimilarPage) -> Iterator[str]:
    yield _article(page.article)
    yield f"its words: {' '.join(one.word for one in page.words) or 'none that tell it apart'}"
    for one in page.results:
        copies = f" · copies: {', '.join(one.copies)}" if one.copies else ""
        yield f"{one.likeness:.2f}  {_article(one.head)}{copies}"
        yield f"      shares {', '.join(one.words)}"


def _story_lines(story: Story) -> Iterator[str]:
    count = len(story.articles)
    span = f", {story.first_day} to {story.last_day}" if story.first_day else ""
    yield f"{count} article{'' if count == 1 else 's'}{span}"
    for one in story.articles:
        why = ", ".join(relation.replace("_", " ") for relation in one.relations) or "the article"
        likeness = "" if one.likeness is None else f" {one.likeness:.2f}"
        said = f" · {', '.join(f'{who.name} {who.quotes}' for who in one.speakers)}" if one.speakers else ""
        yield f"{one.head.dated_day or 'undated'}  {one.head.title} · {one.head.id} · {why}{likeness}{said}"
    if story.speakers:
        yield "speaks: " + ", ".join(f"{who.name} {who.quotes}" for who in story.speakers[:MAX_SPEAKERS])


def _known(headline: RelatedHeadline, story: ArticleHead | None) -> str:
    """Return what is known of a story: where the archive has it, or that its headline is all."""
    where = f"in this archive: {story.id}" if story else "known by its headline alone"
    facts = (headline.outlet, headline.date, headline.section, headline.age, where)
    return " · ".join(str(fact) for fact in facts if fact)


def _article(head: ArticleHead) -> str:
    return " · ".join(str(fact) for fact in (head.title, head.outlet, head.dated_day, head.id) if fact)


#: What stands around removed and added words.
MARKS = {"removed": ("[-", "-]"), "added": ("{+", "+}"), "same": ("", "")}


@click.command("versions")
@click.argument("article_id", metavar="ID")
@index_option
@format_options
@click.option("--from", "older", metavar="VERSION", help="Show what differs from this version: its id, or its time.")
@click.option("--to", "newer", metavar="VERSION", help="The other version; the newest if not given.")
def versions_command(article_id: str, index: str, *, output: str | None, older: str | None, newer: str | None) -> None:
    """List the versions of an article, or compare two of them.

    \b
      searchsvc versions 504745237a8f4ab5
      searchsvc versions 504745237a8f4ab5 --from 20260601100000

    A version is what captures of an address say that differs from those before. Words that were
    removed stand between [- and -], those that were added between {+ and +}. --json prints what
    /api/articles/<id>/versions answers.
    """  # noqa: D301  click's own mark, a real backspace
    page = find_versions(open_engine(index), article_id)
    compared = compare_versions(page, older, newer) if older or newer else None
    if output:
        print_bytes(versions_to_json(page, compared) + b"\n")
    else:
        click.echo("\n".join(_compared_lines(compared) if compared else _lines(page)))


def _lines(page: VersionsPage) -> Iterator[str]:
    yield from map(_line, page.versions)
    if page.left_out:
        yield f"{page.left_out} older not kept"


def _line(version: Article) -> str:
    head, history = version.head, version.head.history
    since = f"{history.since:%Y-%m-%d %H:%M}" if history and history.since else "undated"
    changed = f"changed: {_parts(history.changed)}" if history and history.changed else ""
    captures = number_of(history.captures, "capture") if history and history.captures > 1 else ""
    return " · ".join(fact for fact in (since, head.title, changed, captures, head.id) if fact)


def _parts(parts: tuple[ChangedPart, ...]) -> str:
    return ", ".join("lead" if part == "standfirst" else part for part in parts)


def _compared_lines(compared: ComparedVersions) -> Iterator[str]:
    found = compared.comparison
    yield f"from {_line(compared.older)}"
    yield f"to   {_line(compared.newer)}"
    yield f"changed: {_parts(found.parts) or 'nothing'}"
    yield _marked(found.headline)
    yield from (_marked(block.runs) for block in found.blocks if block.state != "same")
    for one in found.quotes:
        before, after = (quote.who or "nobody named" if quote else "" for quote in (one.before, one.after))
        who = f"[-{before}-] {{+{after}+}}" if one.has_other_speaker else after or before
        yield f"quote {one.state}: {_marked(one.runs)} ({who})"


def _marked(runs: tuple[DiffRun, ...]) -> str:
    return "".join(run.text.join(MARKS[run.kind]) for run in runs)


COMMANDS = (headlines_command, links_command, similar_command, story_command, versions_command)
