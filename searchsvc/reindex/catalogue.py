"""Catalogue: the state of the indexer in one SQLite file. A row for each page: its hash, and the article read from it.

Rows belong to a generation of the index, so that after a rollback the rows of that generation are found; the list of
articles taken down belongs to no generation. Index and catalogue are separate files, and a run may be killed after the
commit to one and before that to the other. Therefore the articles of a commit are recorded before it (table `expected`,
or the rows of a generation that is being built), and the next run repairs what was left. Table `commits` has the id of
the commit that the rows of a generation describe, and of the one announced; if the index has another id, something else
has changed it, such as the restoring of a backup.
"""

from collections.abc import Iterable

from searchsvc.engines.takedowns import Takedown, Takedowns
from searchsvc.reindex.arrival_table import ArrivalTable
from searchsvc.reindex.catalogue_file import (
    ADD_CHANGE,
    BUILD_PREFIX,
    CHANGE_TABLE,
    GENERATION_TABLES,
    PageKey,
    PageRow,
    padded_name,
)
from searchsvc.reindex.open_catalogue import RECOVERY_ADVICE, translate_errors
from searchsvc.reindex.report import Change, ChangeLog

__all__ = ["RECOVERY_ADVICE", "Catalogue", "PageKey", "PageRow"]


class Catalogue(ArrivalTable):
    """The open catalogue. One process uses it at a time, under the writer's lock.

    Every method raises CorruptIndexError if the file is damaged, and EngineError if it cannot be read or written.
    """

    @translate_errors
    def captures_after(self, generation: str, row: PageRow | None, limit: int) -> list[PageRow]:
        """Return the next rows with articles in order of these, captures by `recency_key`; None: the first ones."""
        key = (row.article, row.version, row.key.place, padded_name(row.key.name), row.key.name) if row else [""] * 5
        order = "article, version, place, padded, name"
        return self._select(f"generation=? AND ({order})>(?,?,?,?,?) ORDER BY {order} LIMIT ?", generation, *key, limit)

    @translate_errors
    def row(self, generation: str, place: str, name: str) -> PageRow | None:
        """Return the row of one page; None if there is none."""
        return next(iter(self._select("generation=? AND place=? AND name=?", generation, place, name)), None)

    @translate_errors
    def rows_after(self, generation: str, place: str, name: str | None, limit: int) -> list[PageRow]:
        """Return the next rows of a place in order of names, those after a name; None: the first ones."""
        after = "generation=? AND place=? AND (?3 IS NULL OR name>?3) ORDER BY name LIMIT ?4"
        return self._select(after, generation, place, name, limit)

    @translate_errors
    def had_pages(self, generation: str, place: str) -> bool:
        """Return whether a page of a place was ever read as an article."""
        query = "SELECT 1 FROM page WHERE generation=? AND place=? AND status<>'failed' LIMIT 1"
        return self._db.execute(query, (generation, place)).fetchone() is not None

    @translate_errors
    def has_names_of_others(self, generation: str, place: str, own: str) -> bool:
        """Return whether a place has a page whose name is neither empty nor `own`, nor begins with `own#`."""
        query = (
            "SELECT 1 FROM page WHERE generation=?1 AND place=?2 AND name<>'' AND name<>?3 "
            "AND substr(name, 1, length(?3) + 1) <> ?3 || '#' LIMIT 1"
        )
        return self._db.execute(query, (generation, place, own)).fetchone() is not None

    @translate_errors
    def note_changes(self, changes: Iterable[Change]) -> None:
        """Add changes of this run to a temporary table; several of an article become one (`ADD_CHANGE`)."""
        with self._db:
            self._db.execute(CHANGE_TABLE)
            self._db.executemany(ADD_CHANGE, [(change.id, change.kind, change.path) for change in changes])

    @translate_errors
    def changes(self) -> ChangeLog:
        """Return the changes of `note_changes`, in order of their first mention."""
        self._db.execute(CHANGE_TABLE)
        return ChangeLog(Change(*row) for row in self._db.execute("SELECT kind, id, path FROM change ORDER BY number"))

    @translate_errors
    def places(self, generation: str, *, given: bool = False) -> list[str]:
        """Return the places that a generation was read from; `given`: those of `set_places` alone."""
        of_pages = "" if given else " UNION SELECT DISTINCT place FROM page WHERE generation=?1"
        result = self._db.execute(f"SELECT place FROM place WHERE generation=?1{of_pages}", (generation,))  # noqa: S608 - no text of others
        return sorted(place for (place,) in result)

    @translate_errors
    def set_places(self, generation: str, places: Iterable[str]) -> None:
        """Replace the list of places that a generation was read from; a place may have no pages."""
        with self._db:
            self._db.execute("DELETE FROM place WHERE generation=?", (generation,))
            self._db.executemany("INSERT INTO place VALUES (?,?)", [(generation, place) for place in places])

    @translate_errors
    def newest_generation(self) -> str | None:
        """Return the name of the newest complete generation that has rows; None if there is none."""
        result = self._db.execute("SELECT DISTINCT generation FROM page UNION SELECT generation FROM place")
        return max((name for (name,) in result if name.isdecimal()), key=int, default=None)

    @translate_errors
    def article_count(self, generation: str) -> int:
        """Return the number of articles that the rows of a generation name."""
        query = "SELECT COUNT(DISTINCT article) FROM page WHERE generation=? AND status='indexed'"
        return int(self._db.execute(query, (generation,)).fetchone()[0])

    @translate_errors
    def articles(self, generation: str) -> frozenset[str]:
        """Return the ids of the articles that the rows of a generation name."""
        query = "SELECT DISTINCT article FROM page WHERE generation=? AND status='indexed'"
        return frozenset(article for (article,) in self._db.execute(query, (generation,)))

    @translate_errors
    def captures(self, generation: str, article: str, *, limit: int = -1, offset: int = 0) -> list[PageRow]:
        """Return at most `limit` (-1: all) captures of an article from `offset` on, the highest `recency_key` first."""
        newest = "ORDER BY version DESC, place DESC, padded DESC, name DESC LIMIT ? OFFSET ?"
        return self._select(f"generation=? AND article=? {newest}", generation, article, limit, offset)

    def _select(self, where: str, *values: str | int | None) -> list[PageRow]:
        columns = "place, name, path, sha256, reader, status, article, version, error, text"
        result = self._db.execute(f"SELECT {columns} FROM page WHERE {where}", values)  # noqa: S608  ours, no reader's text
        return [PageRow(PageKey(place, name), *rest) for place, name, *rest in result]

    @translate_errors
    def announce_commit(self, generation: str, articles: Iterable[str], commit: str) -> None:
        """Record the id of the commit that follows, and the articles that it will add, change or delete."""
        with self._db:
            self._write_expected(generation, articles)
            self._write_announced(generation, commit)

    def _write_expected(self, generation: str, articles: Iterable[str]) -> None:
        self._db.executemany("INSERT OR IGNORE INTO expected VALUES (?,?)", [(generation, one) for one in articles])

    def _write_announced(self, generation: str, commit: str) -> None:
        if commit:
            self._db.execute(
                "INSERT INTO commits VALUES (?,'',?) "
                "ON CONFLICT (generation) DO UPDATE SET announced=excluded.announced",
                (generation, commit),
            )

    @translate_errors
    def knows_commit(self, generation: str, commit: str) -> bool:
        """Return whether a commit id is the one recorded, or announced, for a generation."""
        result = self._db.execute("SELECT made, announced FROM commits WHERE generation=?", (generation,))
        return commit in (result.fetchone() or ())

    @translate_errors
    def replace_commit(self, generation: str, before: str, after: str) -> None:
        """Replace a recorded commit id by that of a later commit which changed nothing that the rows describe."""
        with self._db:
            self._db.execute("UPDATE commits SET made=? WHERE generation=? AND made=?", (after, generation, before))

    @translate_errors
    def invalidate(self, generation: str, articles: Iterable[str]) -> None:
        """Mark every page of a generation to be read again; rows of articles that are not in `articles` are dropped."""
        gone = self.articles(generation).difference(articles)
        with self._db:
            self._db.execute("UPDATE page SET sha256='' WHERE generation=?", (generation,))
            self._db.executemany(
                "DELETE FROM page WHERE generation=? AND article=? AND status='indexed'",
                [(generation, article) for article in gone],
            )

    @translate_errors
    def unfinished(self, generation: str) -> list[str]:
        """Return the articles that a killed run had announced to change."""
        query = "SELECT article FROM expected WHERE generation=? ORDER BY article"
        return [article for (article,) in self._db.execute(query, (generation,))]

    @translate_errors
    def reset_unfinished(self, generation: str, made: str) -> None:
        """Drop the rows of the unfinished articles, which commit `made` has deleted: their pages are read again."""
        with self._db:
            self._db.execute(
                "DELETE FROM page WHERE generation=? AND article IN (SELECT article FROM expected WHERE generation=?)",
                (generation, generation),
            )
            self._db.execute("DELETE FROM expected WHERE generation=?", (generation,))
            self._db.execute("UPDATE commits SET made=? WHERE generation=?", (made, generation))

    @translate_errors
    def write(
        self,
        generation: str,
        rows: Iterable[PageRow],
        gone: Iterable[PageKey] = (),
        *,
        unfinished: Iterable[str] = (),
        made: str = "",
        announced: str = "",
    ) -> None:
        """Write and drop rows in one transaction.

        Args:
            generation: Generation of the rows.
            rows: New or changed rows.
            gone: Pages whose rows are dropped.
            unfinished: Articles that the next commit will change.
            made: Id of the commit that the rows describe, if there was one.
            announced: Id of the next commit, if there will be one.

        """
        with self._db:
            self._db.execute("DELETE FROM expected WHERE generation=?", (generation,))
            self._write_expected(generation, unfinished)
            self._db.executemany(
                "DELETE FROM page WHERE generation=? AND place=? AND name=?",
                [(generation, *key) for key in gone],
            )
            self._db.executemany(
                "INSERT OR REPLACE INTO page VALUES (?,?,?,?,?,?,?,?,?,?,padded_name(?3),?)",
                [
                    (generation, *r.key, r.path, r.sha256, r.reader, r.status, r.article, r.version, r.error, r.text)
                    for r in rows
                ],
            )
            self._write_announced(generation, announced or made)
            if made:
                self._db.execute("UPDATE commits SET made=? WHERE generation=?", (made, generation))

    @translate_errors
    def adopt_build(self, current: str | None, commit: str | None) -> None:
        """Rename the rows of a build to the generation that it became, or drop them if it became none.

        Args:
            current: Name of the current generation.
            commit: Id of its last commit; None if it cannot be read.

        """
        # GLOB, unlike LIKE, uses the index of the key: this runs at every start, over millions of rows.
        names = self._db.execute(f"SELECT DISTINCT generation FROM page WHERE generation GLOB '{BUILD_PREFIX}*'")  # noqa: S608  ours
        for (name,) in names.fetchall():
            if current is not None and commit is not None and self.knows_commit(name, commit):
                self.rename_generation(name, current)
            else:
                self.drop_generation(name)

    @translate_errors
    def rename_generation(self, old: str, new: str) -> None:
        """Rename the rows of one generation; rows that the new name had are dropped."""
        with self._db:
            for table in GENERATION_TABLES:
                self._db.execute(f"DELETE FROM {table} WHERE generation=?", (new,))  # noqa: S608  ours
                self._db.execute(f"UPDATE {table} SET generation=? WHERE generation=?", (new, old))  # noqa: S608  ours
            self._db.execute("UPDATE commits SET made=announced WHERE generation=?", (new,))

    @translate_errors
    def drop_generation(self, generation: str) -> None:
        """Drop the rows of a generation."""
        with self._db:
            for table in GENERATION_TABLES:
                self._db.execute(f"DELETE FROM {table} WHERE generation=?", (generation,))  # noqa: S608  ours

    @translate_errors
    def keep_generations(self, names: Iterable[str]) -> None:
        """Drop the rows of all other generations."""
        kept = frozenset(names)
        with self._db:
            for table in GENERATION_TABLES:
                result = self._db.execute(f"SELECT DISTINCT generation FROM {table}").fetchall()  # noqa: S608  ours
                gone = [row for row in result if row[0] not in kept]
                self._db.executemany(f"DELETE FROM {table} WHERE generation=?", gone)  # noqa: S608  ours

    @translate_errors
    def forget(self, takedowns: Takedowns) -> None:
        """Add articles to the list of those taken down, and drop their rows; later runs keep their pages out."""
        of_pages = "SELECT article FROM page WHERE article IS NOT NULL"
        known = self._db.execute(f"{of_pages} UNION SELECT article FROM arrival")  # noqa: S608  ours
        gone = [row for row in known if row[0] in takedowns]
        with self._db:
            for table in ("page", "expected", "arrival"):
                self._db.executemany(f"DELETE FROM {table} WHERE article=?", gone)  # noqa: S608  ours
            self._db.executemany(
                "INSERT OR REPLACE INTO takedown VALUES (?,?,?)",
                [(entry.digest, entry.since, entry.later) for entry in takedowns.entries],
            )

    @translate_errors
    def forgotten(self) -> Takedowns:
        """Return the list of articles taken down."""
        result = self._db.execute("SELECT digest, since, later FROM takedown")
        return Takedowns.of(Takedown(digest, since, bool(later)) for digest, since, later in result)
