"""Places → index: what changed since the last run, or everything anew."""

import time
from collections.abc import Iterable, Sequence
from dataclasses import replace
from pathlib import Path

from searchsvc.engines.base import Keeper
from searchsvc.errors import EngineError, OutdatedIndexError, UsageError
from searchsvc.reindex.report import Change, Progress, Report
from searchsvc.reindex.river import River
from searchsvc.reindex.scan import check_places
from searchsvc.reindex.session import Session, session


def reindex(
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
        index: Folder of the index, or URL of its engine.
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
        if not known and (known_by := catalogue.newest()):
            known = catalogue.places(known_by)
        dropped = _dropped(drop, known)
        fresh = full or trouble is not None or not known
        why = trouble or (None if fresh else _estranged(held, generation or ""))
        chosen = _chosen(places, [place for place in known if place not in dropped], add=not full and why is not None)
        if not chosen and (fresh or not dropped):
            nothing = "nothing would be left" if dropped else f"{held.index} does not know yet where the pages lie"
            raise UsageError(f"{nothing}: name a folder, as in: reindex seeds")
        if both := set(_roots(chosen)).intersection(dropped):
            raise UsageError(f"{', '.join(sorted(both))} cannot be both read and dropped")
        check_places(chosen)
        if not (fresh or dry_run):
            _set_right(held, generation or "", distrust=why is not None)
        river = River(engine, catalogue, known_by, forgotten=forgotten, fresh=fresh, jobs=jobs, progress=progress)
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
    if held.catalogue.knows(generation, held.engine.info().commit):
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
        catalogue.distrust(generation, held.engine.ids())
    left = catalogue.unfinished(generation)
    if left:
        made = _delete(held, generation, left)
        catalogue.start_over(generation, made)


def _delete(held: Session, generation: str, article_ids: Iterable[str]) -> str:
    """Remove articles in one commit; return its identity."""
    with held.engine.writer() as writer:
        for article_id in article_ids:
            writer.delete(article_id)
        held.catalogue.expect(generation, (), writer.commit_id)
        return writer.commit_id


def _agree(held: Session) -> Sequence[str]:
    """Compare the index with what is remembered of it; what no page accounts for goes, and is returned.

    Raises:
        EngineError: The index lacks articles.

    """
    generation = held.generation or ""
    wanted = held.catalogue.count(generation)
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
