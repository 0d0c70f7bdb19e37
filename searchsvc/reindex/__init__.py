"""ChangeLog to an index: bring it up to date with the saved pages, rebuild it, take an article down, roll back."""

import time
from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from itertools import chain
from pathlib import Path

from searchsvc.engines.base import GenerationStore
from searchsvc.engines.run_history import RefusedPages, RunRecord, add_run
from searchsvc.engines.takedowns import Erasure, Takedown, Takedowns, digest_of
from searchsvc.errors import (
    CorruptIndexError,
    EngineError,
    IndexMissingError,
    NotFoundError,
    OutdatedIndexError,
    UsageError,
)
from searchsvc.model.result import IndexInfo
from searchsvc.reindex.catalogue import RECOVERY_ADVICE, Catalogue
from searchsvc.reindex.copying import CopyReport, copy_index
from searchsvc.reindex.pipeline import IngestPipeline
from searchsvc.reindex.report import Change, ChangeLog, Failure, Progress, Report
from searchsvc.reindex.scan import check_places
from searchsvc.reindex.session import Session, catalogue_faults, open_session
from searchsvc.reindex.sharded_run import reindex_shard
from searchsvc.reindex.version_keeper import KEPT_VERSIONS, MOST_VERSIONS
from searchsvc.reindex.worker_pool import read_article
from searchsvc.sources import printable_path

__all__ = [
    "KEPT_VERSIONS",
    "MOST_VERSIONS",
    "Change",
    "CopyReport",
    "Failure",
    "Progress",
    "Report",
    "catalogue_faults",
    "copy_index",
    "forget",
    "read_article",
    "reindex_places",
    "reindex_shard",
    "rollback",
]


def reindex_places(
    places: Sequence[str] = (),
    *,
    index: str = "index",
    full: bool = False,
    drop: Sequence[str] = (),
    dry_run: bool = False,
    jobs: int = 1,
    progress: Progress | None = None,
    versions: int = KEPT_VERSIONS,
) -> Report:
    """Bring an index up to date with the places that hold the saved pages.

    Pages are compared by content hash. Articles whose pages are gone are deleted. Places accumulate: those of earlier
    runs stay in the index, and are read again if no place is named. A full run builds a new generation, which becomes
    current when it is complete; so does the first run, and a run over an index that is damaged, missing, or of another
    version of this program.

    Args:
        places: Folders, files or web archives to read; none means all known ones.
        index: Folder of the index, or URL of its engine.
        full: Build a new generation, from the named places alone if any is named.
        drop: Known places whose pages are deleted from the index.
        dry_run: Read and report, change nothing.
        jobs: Number of processes that read pages.
        progress: Called after each page.
        versions: Older versions that are kept of an article, at most; of articles whose pages are read.

    Raises:
        UsageError: A place does not exist, no place is known, or a place to be dropped is not known.
        IndexBusyError: Another process writes to this index.
        EngineError: The index cannot be read or written; the message says what was changed.

    """
    started = time.monotonic()
    with open_session(index, dry_run=dry_run) as session:
        takedowns = session.sync_takedowns()
        engine, catalogue, generation = session.engine, session.catalogue, session.generation
        rebuild_reason = session.rebuild_reason()
        if not (full or rebuild_reason):
            session.check_catalogue()
        # If the catalogue has no places of the current generation, those of the newest one that it has are used.
        known_generation, known = generation, catalogue.places(generation) if generation else []
        if not known and (known_generation := catalogue.newest_generation()):
            known = catalogue.places(known_generation)
        dropped = _places_to_drop(drop, known)
        rebuild = full or rebuild_reason is not None or not known
        reread_reason = rebuild_reason or (None if rebuild else _catalogue_mismatch(session, generation or ""))
        to_read = _places_to_read(
            places, [place for place in known if place not in dropped], add=not full and reread_reason is not None
        )
        if not to_read and (rebuild or not dropped):
            nothing = "nothing would be left" if dropped else f"{session.index} does not know yet where the pages lie"
            raise UsageError(f"{nothing}: name a folder, as in: reindex seeds")
        if both := set(_resolved(to_read)).intersection(dropped):
            raise UsageError(f"{', '.join(sorted(both))} cannot be both read and dropped")
        _check_known_places(set(to_read) & set(known), known, catalogue, known_generation)
        check_places(to_read)
        if not (rebuild or dry_run):
            _recover_unfinished(session, generation or "", invalidate=reread_reason is not None)
        pipeline = IngestPipeline(
            engine,
            catalogue,
            known_generation,
            takedowns=takedowns,
            rebuild=rebuild,
            jobs=jobs,
            progress=progress,
            versions=versions,
        )
        try:
            pipeline.run(to_read, dropped=dropped, dry_run=dry_run)
            unaccounted = () if dry_run else _reconcile(session)
            if rebuild and not dry_run:
                # If the previous generation is damaged, it could not be erased from while it was current; now it can.
                session.erase_takedowns()
        except EngineError as error:
            commits = pipeline.commits
            if not commits:
                raise
            raise type(error)(
                f"{error}; {commits} commit{'s' * (commits > 1)} of this run stand{'s' * (commits == 1)}"
            ) from error
        no_longer_read = set(known).difference(_resolved(to_read)) if rebuild else dropped
        report = pipeline.report(seconds=time.monotonic() - started, dry_run=dry_run)
        info = None if dry_run and (generation is None or rebuild_reason) else engine.info()
        if info is not None and not dry_run:
            add_run(engine, _record(report, info))
        return replace(
            report,
            changes=ChangeLog(chain(report.changes, (Change("deleted", article_id, "") for article_id in unaccounted))),
            index=info,
            left=tuple(sorted(no_longer_read)),
            outdated=isinstance(rebuild_reason, OutdatedIndexError),
            mended=None
            if reread_reason is None or isinstance(reread_reason, OutdatedIndexError)
            else str(reread_reason),
            damage=tuple(engine.damage()) if isinstance(engine, GenerationStore) else (),
        )


def _record(report: Report, info: IndexInfo) -> RunRecord:
    """Return what is kept of a run: of reasons the kinds, which have no words of pages."""
    kinds = sorted(report.failures.kinds, key=lambda kind: -kind.count)
    refused = tuple(RefusedPages(kind.kind, kind.count) for kind in kinds)
    now = datetime.now(UTC).replace(microsecond=0)
    return RunRecord(now, info.articles, report.pages, report.unchanged, report.superseded, report.forgotten, refused)


def _places_to_read(places: Sequence[str], known: Sequence[str], *, add: bool) -> tuple[str, ...]:
    """Return the places to read, without duplicates.

    Args:
        places: The places named.
        known: The places of earlier runs; read if none is named.
        add: Whether the known places are read in any case.

    """
    named = dict(zip(reversed(_resolved(places)), reversed(places), strict=True))
    if not named or add:
        named = {**dict(zip(reversed(known), reversed(known), strict=True)), **named}
    return tuple(reversed(named.values()))


def _catalogue_mismatch(session: Session, generation: str) -> EngineError | None:
    """Return the error that index and catalogue are of different commits; None if they agree."""
    if session.catalogue.knows_commit(generation, session.engine.info().commit):
        return None
    return EngineError(
        f"{session.index}: the index and its catalogue are not of the same time: one was put back, or moved"
    )


def _recover_unfinished(session: Session, generation: str, *, invalidate: bool) -> None:
    """Delete the articles that a killed run may have changed, so that their pages are read again.

    Args:
        session: The index.
        generation: The current generation.
        invalidate: Whether the catalogue may be wrong: all pages are read again then.

    """
    catalogue = session.catalogue
    if invalidate:
        catalogue.invalidate(generation, session.engine.ids())
    unfinished = catalogue.unfinished(generation)
    if unfinished:
        commit = _delete_articles(session, generation, unfinished)
        catalogue.reset_unfinished(generation, commit)


def _delete_articles(session: Session, generation: str, article_ids: Iterable[str]) -> str:
    """Delete articles in one commit; return its id."""
    with session.engine.writer() as writer:
        for article_id in article_ids:
            writer.delete(article_id)
        session.catalogue.announce_commit(generation, (), writer.commit_id)
        return writer.commit_id


def _reconcile(session: Session) -> Sequence[str]:
    """Delete and return the articles of the index that no row of the catalogue names.

    Raises:
        EngineError: The index has fewer articles than the catalogue names.

    """
    generation = session.generation or ""
    wanted = session.catalogue.article_count(generation)
    if session.engine.count() == wanted:
        return ()
    known = session.catalogue.articles(generation)
    unaccounted = [article_id for article_id in session.engine.ids() if article_id not in known]
    commit = _delete_articles(session, generation, unaccounted)
    session.catalogue.write(generation, (), made=commit)
    there = session.engine.count()
    if there != wanted:
        raise EngineError(
            f"{session.index}: holds {there} articles where its catalogue knows {wanted}: "
            "`searchsvc reindex --full` builds both anew"
        )
    return unaccounted


def _resolved(places: Sequence[str]) -> list[str]:
    """Return the absolute paths of places, which are their names in the catalogue."""
    return [str(Path(place).resolve()) for place in places]


def _check_known_places(to_read: set[str], known: list[str], catalogue: Catalogue, generation: str | None) -> None:
    """Check that a place of the catalogue that is missing is one that a run was given.

    Raises:
        CorruptIndexError: Pages of the catalogue and its list of places disagree: the name of one is damaged.

    """
    missing = sorted(place for place in to_read if not Path(place).exists())
    if missing and generation and set(known).difference(given := catalogue.places(generation, given=True)) and given:
        raise CorruptIndexError(
            f"{catalogue.path}: its list of places and its pages disagree, and {printable_path(missing[0])} is no file "
            f"or folder: it is damaged: {RECOVERY_ADVICE}"
        )


def _places_to_drop(drop: Sequence[str], known: Sequence[str]) -> list[str]:
    """Return the absolute paths of the places to drop; raise UsageError if one is not known."""
    for place, root in zip(drop, _resolved(drop), strict=True):
        if root not in known:
            there = ", ".join(known) or "there are none"
            raise UsageError(f"{place} cannot be dropped, it is none of the places of this index: {there}")
    return _resolved(drop)


def forget(article_id: str, *, index: str = "index", later: bool = False) -> Erasure:
    """Take an article down for good: it leaves the index, and no later run brings it back.

    When this returns, no file of the index has its text, those of the previous generation included: the segments that
    had it are rewritten, which takes about as long as indexing their articles.

    Args:
        article_id: Id of the article.
        index: Folder of the index, or URL of its engine.
        later: Remove it from every search at once, but leave its text in the files until they are rewritten: by
            merges, by the next `forget` without this, or by two full runs.

    Returns:
        What was rewritten.

    Raises:
        UsageError: The id is that of an older version: versions are taken down with their article.
        NotFoundError: The index has, and had, no article of that id; the id is kept out all the same.
        IndexMissingError: There is no index in that folder.
        EngineError: A file may still have its text; no search finds it from now on, and the next run tries again.

    """
    takedown = Takedown(digest_of(article_id), datetime.now(UTC).isoformat(timespec="seconds"), later)
    with open_session(index) as session:
        there = _is_there(session, article_id) is not False or _is_listed(session, article_id)
        try:
            erasure = session.keeper.forget(Takedowns((takedown,)))
        except EngineError as error:
            became = (
                "kept out from now on, but not all is done" if _is_listed(session, article_id) else "not taken down"
            )
            raise type(error)(f"{article_id} is {became}: {error}") from error
        session.catalogue.forget(session.keeper.forgotten())
        for step in erasure.steps:
            session.catalogue.replace_commit(step.generation, step.before, step.after)
    if not there:
        raise NotFoundError(f"{article_id}: no such article in {session.index}; it is kept out from now on")
    return erasure


def _is_there(session: Session, article_id: str) -> bool | None:
    """Return whether an article is in the index; None if the index cannot be read.

    Raises:
        IndexMissingError: There is no index.

    """
    try:
        found = session.engine.article(article_id)
    except IndexMissingError:
        raise
    except EngineError:
        return None
    if found is not None and found.head.is_old:
        raise UsageError(f"{article_id} is an older version: to take down all versions, forget {found.head.article}")
    return found is not None


def _is_listed(session: Session, article_id: str) -> bool:
    """Return whether an article is on the list of those taken down; False if the list cannot be read."""
    try:
        return article_id in session.keeper.forgotten()
    except EngineError:
        return False


def rollback(*, index: str = "index") -> IndexInfo:
    """Make the previous generation current again, without the articles taken down since; return its figures.

    Raises:
        EngineError: There is no previous generation, or it is damaged; the current one stays.

    """
    with open_session(index) as session:
        session.sync_takedowns()
        return session.keeper.rollback()
