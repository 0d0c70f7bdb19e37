"""Commands of alerts: saved searches whose new results are sent to an address of the operator's."""

from contextlib import closing
from pathlib import Path

import click

from searchsvc.alerts import (
    AlertOutcome,
    AlertState,
    SavedSearch,
    Webhook,
    read_saved_searches,
    read_secret,
    run_alerts,
)
from searchsvc.alerts.alert_run import begins_after, new_results
from searchsvc.alerts.saved_searches import AlertKind
from searchsvc.cli.filter_options import GivenFilters, filter_options
from searchsvc.cli.formats import SOME_FAILED, index_option
from searchsvc.engines import open_engine
from searchsvc.engines.base import Engine
from searchsvc.errors import NotFoundError, UsageError
from searchsvc.json_output import to_json
from searchsvc.model.fields import FACET, FACETS
from searchsvc.settings import Settings

#: File beside the index that has what was sent.
STATE_FILE = "alerts.sqlite"
state_option = click.option(
    "--state",
    metavar="FILE",
    help="What was sent before.  [default: SEARCHSVC_ALERTS_STATE or alerts.sqlite in the index's folder]",
)


@click.group("alerts")
def alerts_command() -> None:
    """Send what came in for saved searches to an address of yours.

    \b
      searchsvc alerts add 'sea wall' --query '"sea wall" crack' --url https://desk.example/hook
      searchsvc alerts run

    Let cron call `run`, or call it after `reindex`. Results are sent by POST, as JSON, in parts, and
    signed with the key in the file that SEARCHSVC_ALERTS_KEY names. What is not taken is sent again by
    the next run, under the same id; what was taken is never sent again. No mail is sent.
    """  # noqa: D301  click's own mark, a real backspace


@alerts_command.command("add")
@click.argument("name")
@index_option
@state_option
@click.option("--query", default="", help="What is looked for: articles with all the words.")
@click.option("--url", required=True, help="Address that takes the results, https:// or http://.")
@click.option("--of", type=click.Choice(["articles", "quotes"]), default="articles", help="What is sent.")
@filter_options(FACETS)
def add_command(
    name: str, *, index: str, state: str | None, query: str, url: str, of: str, narrowing: GivenFilters
) -> None:
    """Save a search under a NAME; one of that name is replaced, and goes on where it was.

    What comes in from now on is sent; with --added-after also what came in since then.
    """
    if narrowing.added_before:
        raise UsageError("--added-before: an alert sends what comes in from now on: leave it out")
    filters = {FACET[field].parameter: values for field, values in narrowing.chosen.items() if values}
    kind: AlertKind = "quotes" if of == "quotes" else "articles"
    search = SavedSearch(name, url, query, kind, filters, narrowing.first, narrowing.last)
    with closing(open_engine(index)) as engine, _state(engine, state) as kept:
        if name in {one.name for one in _of_file()}:
            raise UsageError(f"{name!r} stands in the file of saved searches: change it there")
        kept.save(search, narrowing.added_after or begins_after(engine))


@alerts_command.command("list")
@index_option
@state_option
@click.option("--json", "as_json", is_flag=True, help="A line of JSON for each.")
def list_command(index: str, *, state: str | None, as_json: bool) -> None:
    """List the saved searches: name, query, address, and what else narrows them, with tabs between them."""
    with closing(open_engine(index)) as engine, _state(engine, state, read_only=True) as kept:
        saved = _searches(kept)
        for one in saved:
            if as_json:
                click.echo(to_json(one))
            else:
                click.echo(f"{one.name}\t{one.query}\t{one.url}\t{_narrowed(one)}")
        if not saved:
            click.echo("no search is saved yet: `searchsvc alerts add --help` says how", err=True)


def _narrowed(saved: SavedSearch) -> str:
    """Return what a saved search is of, and its filters: `quotes; speaker Priya Holt; from 2024-01-01`."""
    days = {"from": saved.first, "to": saved.last}
    return "; ".join(
        (
            saved.of,
            *(f"{name} {' or '.join(values)}" for name, values in saved.filters.items() if values),
            *(f"{name} {day}" for name, day in days.items() if day),
        )
    )


@alerts_command.command("remove")
@click.argument("name")
@index_option
@state_option
def remove_command(name: str, index: str, *, state: str | None) -> None:
    """Remove the saved search of a NAME, and what was still to be sent of it."""
    with closing(open_engine(index)) as engine, _state(engine, state) as kept:
        if name in {one.name for one in _of_file()}:
            raise UsageError(f"{name!r} stands in the file of saved searches: take it out there")
        if not kept.remove(name):
            raise NotFoundError(f"{name!r}: no saved search is called so")


@alerts_command.command("run")
@click.argument("names", nargs=-1)
@index_option
@state_option
@click.option("--dry-run", is_flag=True, help="Say what would be sent; send and change nothing.")
def run_command(names: tuple[str, ...], index: str, *, state: str | None, dry_run: bool) -> None:
    """Send what came in since the last run, for all saved searches or those of some NAMES.

    A search of the file that is met the first time sends what comes in from then on. Exit code 1
    where not all was taken: the rest is sent by the next run.
    """
    settings = Settings.from_env()
    webhook = None if dry_run else Webhook(read_secret(settings.alerts_key))
    failed = False
    with closing(open_engine(index)) as engine, _state(engine, state, read_only=dry_run) as kept:
        searches = _chosen(_searches(kept), names)
        if webhook is None:
            for search in searches:
                click.echo(_told(new_results(engine, search, kept), "would be sent"))
            return
        for outcome in run_alerts(engine, searches, kept, webhook, base_url=settings.base_url):
            click.echo(_told(outcome, "sent"), err=outcome.failure is not None)
            failed |= outcome.failure is not None
    if failed:
        click.get_current_context().exit(SOME_FAILED)


def _told(outcome: AlertOutcome, what: str) -> str:
    if outcome.is_new:
        return f"{outcome.name}: what comes in from now on is sent"
    number = outcome.sent if what == "sent" else outcome.waiting
    line = f"{outcome.name}: {number} {what}"
    return f"{line}; {outcome.failure}: {outcome.waiting} or more wait for the next run" if outcome.failure else line


def _chosen(searches: tuple[SavedSearch, ...], names: tuple[str, ...]) -> tuple[SavedSearch, ...]:
    if unknown := set(names).difference(one.name for one in searches):
        raise UsageError(f"{', '.join(sorted(unknown))}: no saved search is called so: see `searchsvc alerts list`")
    return tuple(one for one in searches if not names or one.name in names)


def _of_file() -> tuple[SavedSearch, ...]:
    path = Settings.from_env().alerts
    return read_saved_searches(path) if path else ()


def _searches(kept: AlertState) -> tuple[SavedSearch, ...]:
    """Return the saved searches of the file, then those that were added by a command; the file's go before."""
    of_file = _of_file()
    names = {one.name for one in of_file}
    return (*of_file, *(one for one in kept.saved() if one.name not in names))


def _state(engine: Engine, path: str | None, *, read_only: bool = False) -> AlertState:
    """Return what was sent before.

    Raises:
        UsageError: The index has no folder, and no file is named.

    """
    given = path or Settings.from_env().alerts_state
    if not given and engine.folder is None:
        raise UsageError("this index has no folder: name a file with --state, or in SEARCHSVC_ALERTS_STATE")
    return AlertState(Path(given) if given else Path(str(engine.folder)) / STATE_FILE, read_only=read_only)
