"""What is done to a whole index beside bringing it up to date: articles taken down, a generation gone back to."""

from contextlib import closing
from datetime import UTC, datetime

from searchsvc.engines import engine_url, open_engine
from searchsvc.engines.base import Erasure
from searchsvc.engines.takedowns import Takedown, Takedowns, digest_of
from searchsvc.errors import CorruptIndexError, EngineError, IndexMissingError, NotFoundError
from searchsvc.model.result import IndexInfo
from searchsvc.reindex.catalogue import WAY_OUT, Catalogue
from searchsvc.reindex.session import CATALOGUE, Session, session


def forget(article_id: str, *, index: str = "index", later: bool = False) -> Erasure:
    """Take an article down for good: it leaves the index, and no later run brings it back.

    Its text is gone from every file of the index when this returns, the generation before included:
    the segments that held it are written anew, which takes about as long as indexing their articles.

    Args:
        article_id: The article.
        index: Folder of the index, or URL of its engine.
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
            held.catalogue.follow(step.generation, step.before, step.after)
    if not there:
        raise NotFoundError(f"{article_id}: no such article in {held.index}; it is kept out from now on")
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
    with closing(open_engine(engine_url(index))) as engine:
        path = engine.folder and engine.folder / CATALOGUE
    if path is None or not path.exists():
        return []
    try:
        with Catalogue(path, read_only=True) as catalogue:
            return [f"{path}: {line}: {WAY_OUT}" for line in catalogue.check() if line != "ok"]
    except CorruptIndexError as error:
        return [str(error)]
