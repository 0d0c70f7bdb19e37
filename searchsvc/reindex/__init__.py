"""The write river: places → articles → documents → index."""

import time
from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

from searchsvc.engines.base import Erasure, Keeper
from searchsvc.engines.takedowns import Takedown, Takedowns, digest_of
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
from searchsvc.reindex.pipeline import IngestPipeline, read_article
from searchsvc.reindex.report import Change, Failure, Progress, Report
from searchsvc.reindex.scan import check_places
from searchsvc.reindex.session import CATALOGUE_FILE, Session, session


def reindex_places(
    places: Sequence[str] = (),
    *,
    index: str = "index",
    full: bool = False,
    drop: Sequence[str] = (),
    dry_run: bool = False,
    jobs: int = 1,
    progress: Progress | None = None,
) -> Report:
    """Bring an index up to date with the places that hold the saved pages.

    Pages are compared by content hash; pages that are gone leave the index. Places add up: those
    of earlier runs stay, and are read again where none is named. A full run, the first one, and
    one over an index that is damaged, gone, or of another version of this program, build a new
    generation that takes the place of the old one when it is whole.

    Args:
        places: Folders, files or containers; none means all that are known.
        index: Folder of the index.
        full: Build everything anew, from the places named alone if some are.
        drop: Known places whose pages leave the index.
        dry_run: Read and report, change nothing.
        jobs: Processes that read pages.
        progress: Called after each page.

    Raises:
        UsageError: A place is not there, or none is known; a place to be dropped is not known.
        IndexBusyError: Another process writes to this index.
        EngineError: The index cannot be read or written; the message says what was changed.

    """
    started = time.monotonic()
    with session(index, dry_run=dry_run) as held:
        forgotten = held.keep_takedowns()
        engine, catalogue, generation = held.engine, held.catalogue, held.generation
        trouble = held.trouble()
        # A current generation that is gone, or unknown, has no pages: those before it know the places.
        known_by, known = generation, catalogue.places(generation) if generation else []
        if not known and (known_by := catalogue.newest_generation()):
            known = catalogue.places(known_by)
        dropped = _dropped(drop, known)
        fresh = full or trouble is not None or not known
        why = trouble or (None if fresh else _estranged(held, generation or ""))
        chosen = _chosen(places, [place for place in known if place not in dropped], add=not full and why is not None)
        if not chosen and (fresh or not dropped):
            nothing = "nothing would be left" if dropped else f"{index} does not know yet where the pages lie"
            raise UsageError(f"{nothing}: name a folder, as in: reindex seeds")
        if both := set(_roots(chosen)).intersection(dropped):
            raise UsageError(f"{', '.join(sorted(both))} cannot be both read and dropped")
        check_places(chosen)
        if not (fresh or dry_run):
            _set_right(held, generation or "", distrust=why is not None)
        river = IngestPipeline(
            engine, catalogue, known_by, forgotten=forgotten, fresh=fresh, jobs=jobs, progress=progress
        )
        try:
            river.run(chosen, dropped=dropped, dry_run=dry_run)
            unaccounted = () if dry_run else _agree(held)
            if fresh and not dry_run:
                # The generation before may have been current, and damaged, when this began.
                held.erase()
        except EngineError as error:
            made = river.commits
            if not made:
                raise
            raise type(error)(
                f"{error}; {made} commit{'s' * (made > 1)} of this run stand{'s' * (made == 1)}"
            ) from error
        left = set(known).difference(_roots(chosen)) if fresh else dropped
        report = river.report(seconds=time.monotonic() - started, dry_run=dry_run)
        now = None if dry_run and (generation is None or trouble) else engine.info()
        return replace(
            report,
            changes=(*report.changes, *(Change("deleted", article_id, "") for article_id in unaccounted)),
            index=now,
            left=tuple(sorted(left)),
            outdated=isinstance(trouble, OutdatedIndexError),
            mended=None if why is None or isinstance(why, OutdatedIndexError) else str(why),
            damage=tuple(engine.damage()) if isinstance(engine, Keeper) else (),
        )


def _chosen(places: Sequence[str], known: Sequence[str], *, add: bool) -> tuple[str, ...]:
    """Return the places to read; one that is named twice is read once.

    Args:
        places: What was named.
        known: What is known of earlier runs.
        add: Whether these are read, too, where some were named.

    """
    named = dict(zip(reversed(_roots(places)), reversed(places), strict=True))
    if not named or add:
        named = {**dict(zip(reversed(known), reversed(known), strict=True)), **named}
    return tuple(reversed(named.values()))


def _estranged(held: Session, generation: str) -> EngineError | None:
    """Return why the pages remembered may not be those of the index, None if it was changed by nobody else."""
    if held.catalogue.knows_commit(generation, held.engine.info().commit):
        return None
    return EngineError(
        f"{held.index}: the index and its catalogue are not of the same time: one was put back, or moved"
    )


def _set_right(held: Session, generation: str, *, distrust: bool) -> None:
    """Take out what an earlier run had in hand when it was killed: its pages, if they are there, are read again.

    Args:
        held: The index.
        generation: What answers.
        distrust: Nothing that is remembered may be so: all pages are read again.

    """
    catalogue = held.catalogue
    if distrust:
        catalogue.invalidate(generation, held.engine.ids())
    left = catalogue.unfinished(generation)
    if left:
        made = _delete(held, generation, left)
        catalogue.reset_unfinished(generation, made)


def _delete(held: Session, generation: str, article_ids: Iterable[str]) -> str:
    """Remove articles in one commit; return its identity."""
    with held.engine.writer() as writer:
        for article_id in article_ids:
            writer.delete(article_id)
        held.catalogue.announce_commit(generation, (), writer.commit_id)
        return writer.commit_id


def _agree(held: Session) -> Sequence[str]:
    """Compare the index with what is remembered of it; what no page accounts for goes, and is returned.

    Raises:
        EngineError: The index lacks articles.

    """
    generation = held.generation or ""
    wanted = held.catalogue.article_count(generation)
    if held.engine.count() == wanted:
        return ()
    known = held.catalogue.articles(generation)
    unaccounted = [article_id for article_id in held.engine.ids() if article_id not in known]
    made = _delete(held, generation, unaccounted)
    held.catalogue.write(generation, (), made=made)
    there = held.engine.count()
    if there != wanted:
        raise EngineError(
            f"{held.index}: holds {there} articles where its catalogue knows {wanted}: "
            "`searchsvc reindex --full` builds both anew"
        )
    return unaccounted


def _roots(places: Sequence[str]) -> list[str]:
    """Return the places as the catalogue knows them."""
    return [str(Path(place).resolve()) for place in places]


def _dropped(drop: Sequence[str], known: Sequence[str]) -> list[str]:
    for place, root in zip(drop, _roots(drop), strict=True):
        if root not in known:
            there = ", ".join(known) or "there are none"
            raise UsageError(f"{place} cannot be dropped, it is none of the places of this index: {there}")
    return _roots(drop)


def forget(article_id: str, *, index: str = "index", later: bool = False) -> Erasure:
    """Take an article down for good: it leaves the index, and no later run brings it back.

    Its text is gone from every file of the index when this returns, the generation before included:
    the segments that held it are written anew, which takes about as long as indexing their articles.

    Args:
        article_id: The article.
        index: Folder of the index.
        later: Take it out of every search at once, but leave its text in the files until these are
            written anew: by merges, by the next `forget` without this, or by two full runs.

    Raises:
        NotFoundError: No article of that id is or was there; the id is kept out all the same.
        IndexMissingError: There is no index in that place.
        EngineError: Its text may still be in a file; it is out of every search from now on, and the
            next run tries again.

    """
    takedown = Takedown(digest_of(article_id), datetime.now(UTC).isoformat(timespec="seconds"), later)
    with session(index) as held:
        there = _is_there(held, article_id) is not False or _is_listed(held, article_id)
        try:
            erasure = held.keeper.forget(Takedowns((takedown,)))
        except EngineError as error:
            became = "kept out from now on, but not all is done" if _is_listed(held, article_id) else "not taken down"
            raise type(error)(f"{article_id} is {became}: {error}") from error
        held.catalogue.forget(held.keeper.forgotten())
        for step in erasure.steps:
            held.catalogue.replace_commit(step.generation, step.before, step.after)
    if not there:
        raise NotFoundError(f"{article_id}: no such article in {index}; it is kept out from now on")
    return erasure


def _is_there(held: Session, article_id: str) -> bool | None:
    """Return whether an article is in the index, None where that cannot be told.

    Raises:
        IndexMissingError: There is no index.

    """
    try:
        return held.engine.article(article_id) is not None
    except IndexMissingError:
        raise
    except EngineError:
        return None


def _is_listed(held: Session, article_id: str) -> bool:
    """Return whether an article is on the list of those taken down; False where that cannot be told."""
    try:
        return article_id in held.keeper.forgotten()
    except EngineError:
        return False


def rollback(*, index: str = "index") -> IndexInfo:
    """Make the generation before the current one current again, without the articles taken down since.

    Raises:
        EngineError: There is none, or it is not whole; the current one stays.

    """
    with session(index) as held:
        held.keep_takedowns()
        return held.keeper.rollback()


def catalogue_faults(index: str = "index") -> list[str]:
    """Return what is wrong with what is remembered of the pages, a line each; nothing if it is whole.

    Raises:
        EngineError: It cannot be read, which is no damage.

    """
    path = Path(index) / CATALOGUE_FILE
    if not path.exists():
        return []
    try:
        with Catalogue(path, read_only=True) as catalogue:
            return [f"{path}: {line}: {RECOVERY_ADVICE}" for line in catalogue.check() if line != "ok"]
    except CorruptIndexError as error:
        return [str(error)]


__all__ = [
    "Change",
    "Failure",
    "Progress",
    "Report",
    "catalogue_faults",
    "forget",
    "read_article",
    "reindex_places",
    "rollback",
]
