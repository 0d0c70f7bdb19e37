"""Takedowns → generations without these articles: hidden from every search at once, erased from the bytes of all files.

Segments are immutable: a deleted document stays in its file until the segment is merged. Here the segments that hold a
document of an article taken down are rewritten, in every generation, and the new files are searched for its words.
"""

import zlib
from collections.abc import Collection, Iterable, Iterator
from dataclasses import replace
from pathlib import Path

import msgspec

from searchsvc.analysis import tokenize
from searchsvc.analysis.keys import url_key
from searchsvc.engines.takedowns import Erasure, ErasureCommit, Takedown, Takedowns
from searchsvc.engines.whoosh.codec.check_index import verify
from searchsvc.engines.whoosh.codec.commit import IndexCommit, read_commit, sync_folder, write_synced
from searchsvc.engines.whoosh.codec.container import Container
from searchsvc.engines.whoosh.codec.index_writer import IndexWriter
from searchsvc.engines.whoosh.codec.snapshot import Snapshot, open_snapshot, segment_path
from searchsvc.engines.whoosh.codec.string_table import StringColumn, split_suffix
from searchsvc.engines.whoosh.codec.whoosh_api import INDEX_NAME, toc_name
from searchsvc.engines.whoosh.generations import UNFINISHED_LIST, Generations
from searchsvc.errors import CorruptIndexError, EngineError, IndexMissingError, OutdatedIndexError, error_from
from searchsvc.model.article import Article

FORGOTTEN = "forgotten"
_decode = msgspec.json.Decoder(Takedown).decode


def _header(lines: bytes) -> bytes:
    """Return the first line of the list: format, version, and CRC-32 of the other lines."""
    return b"searchsvc forgotten 1 %08x" % zlib.crc32(lines)


def read_forgotten(folder: Path) -> Takedowns:
    """Return the articles taken down from an index; none if there is no list.

    Raises:
        CorruptIndexError: The list is damaged; no search is answered until it is written anew.
        EngineError: It cannot be read.

    """
    path = folder / FORGOTTEN
    try:
        data = path.read_bytes()
    except (FileNotFoundError, NotADirectoryError):
        return Takedowns()
    except OSError as error:
        raise error_from(error, path, "the list of the articles taken down cannot be read") from error
    header, _, lines = data.partition(b"\n")
    if header != _header(lines):
        msg = f"{path} is damaged: its checksum differs; `searchsvc reindex` writes it anew from the catalogue"
        raise CorruptIndexError(msg)
    return Takedowns.of(map(_decode, lines.splitlines()))


def write_forgotten(folder: Path, takedowns: Takedowns) -> None:
    """Write the list of articles taken down: to a new file that is synced and renamed.

    Raises:
        OSError: It cannot be written; the old list stays.

    """
    lines = b"".join(msgspec.json.encode(entry) + b"\n" for entry in takedowns.entries)
    unfinished = folder / UNFINISHED_LIST
    write_synced(unfinished, _header(lines) + b"\n" + lines)
    unfinished.replace(folder / FORGOTTEN)
    sync_folder(folder)


#: The PROBES longest of an article's words are searched for in the bytes, if they have SHORTEST letters: shorter ones
#: occur by chance.
PROBES, SHORTEST = 12, 7
#: Prefix of the names of lock files, which hold no texts and may be in use.
LOCK = f"{INDEX_NAME}_WRITELOCK"


def forget(generations: Generations, takedowns: Takedowns) -> Erasure:
    """Put articles on the list, then erase them from every generation. The caller holds the writer lock.

    Raises:
        EngineError: The text of some article may still be in a file; no search shows it all the same.

    """
    known = read_forgotten(generations.folder)
    wanted = known | takedowns
    if any(not entry.later for entry in takedowns.entries):
        # Files are rewritten now: the text of articles that may wait for that is erased too.
        wanted = Takedowns.of(replace(entry, later=False) for entry in wanted.entries)
    if wanted != known:
        keep(generations, wanted)
    return erase(generations, asked=True)


def keep(generations: Generations, takedowns: Takedowns) -> None:
    """Replace the list of articles taken down. The caller holds the writer lock.

    Raises:
        EngineError: It cannot be written; the old list stays.

    """
    try:
        write_forgotten(generations.folder, takedowns)
    except OSError as error:
        what = "the list of the articles taken down cannot be written"
        raise error_from(error, generations.folder, what, writing=True) from error


def is_erased(generations: Generations) -> bool:
    """Return whether no generation of this version holds an article of the list; unreadable ones are passed over."""
    takedowns = read_forgotten(generations.folder)
    own = set(generations.all()) - generations.of_others()
    return all(_is_erased(generations.path(number), takedowns) for number in own)


def _is_erased(folder: Path, takedowns: Takedowns) -> bool:
    try:
        last = read_commit(folder)
        return last.forgotten == takedowns.mark and not (takedowns.entries and _strays(folder, last))
    except (EngineError, OSError):
        return True


def erase(generations: Generations, *, asked: bool = False) -> Erasure:
    """Erase the articles of the list from every generation, the current one last. The caller holds the writer lock.

    Args:
        generations: The folder.
        asked: The caller was asked to erase: generations of other versions, which cannot be rewritten, are removed.

    Raises:
        EngineError: The text of some article may still be in a file.

    """
    takedowns = read_forgotten(generations.folder)
    current, others = generations.named(), generations.of_others()
    steps, removed, size = list[ErasureCommit](), dict[str, str](), 0
    for number in sorted(generations.all(), key=lambda number: (number == current, number)):
        if number == current:
            generations.current()  # raises if the pointer or the generation is damaged
        elif number in others and not asked:
            continue
        useless, step, looked_at = _useless(number, current, others), None, 0
        try:
            if not useless:
                step, looked_at = _erase(number, generations.path(number), takedowns)
        except (IndexMissingError, OutdatedIndexError, CorruptIndexError):
            if number == current:
                raise
            useless = "it could not be read"
        if useless:
            generations.remove(number)
            removed[str(number)] = useless
        size += looked_at
        steps += [step] if step else []
    return Erasure(tuple(steps), removed, size)


def _useless(number: int, current: int, others: Collection[int]) -> str:
    """Return why a generation is removed unread; "" if it is not."""
    if number in others:
        return "it was made by another version of searchsvc"
    return "it was rolled back from, or never finished" if number > current > 0 else ""


def roll_back(generations: Generations) -> None:
    """Make the generation before the current one the current one. The caller holds the writer lock.

    Raises:
        EngineError: There is none, or it is damaged; the current one stays.

    """
    earlier = generations.before()
    folder = generations.path(earlier)
    open_snapshot(folder)
    for fault in verify(folder):
        msg = f"generation-{earlier} cannot be gone back to: {fault}"
        raise CorruptIndexError(msg)
    # Erased before the switch, so that articles taken down are not shown even if this is interrupted.
    _erase(earlier, folder, read_forgotten(generations.folder))
    generations.switch(earlier)


def _erase(number: int, folder: Path, takedowns: Takedowns) -> tuple[ErasureCommit | None, int]:
    """Erase the articles of the list from one generation; return the commit, if one was needed, and bytes read."""
    last = read_commit(folder)
    if last.forgotten == takedowns.mark:
        # A commit that was interrupted after the rename leaves the files that it replaces.
        _remove(_strays(folder, last))
        return None, 0
    words = set(_words(open_snapshot(folder), takedowns))
    with IndexWriter(folder, url_key=url_key, takedowns=takedowns) as writer:
        step = ErasureCommit(str(number), last.id, writer.commit_id)
    for damage in writer.damage:
        raise damage
    return step, _prove(folder, takedowns, words)


def _words(snapshot: Snapshot, takedowns: Takedowns) -> Iterator[str]:
    """Yield the words of the articles whose text is due to be erased, replaced versions included."""
    for segment in (*snapshot.articles, *snapshot.versions):
        arrays = segment.arrays
        key = arrays.keys[arrays.document_type.keys[0]]
        for article_id in filter(takedowns.is_due, key.values()):
            for doc in key.documents(article_id).tolist():
                article = arrays.article(doc)
                yield from (token.text for token in tokenize(_text(article), article.head.language))


def _text(article: Article) -> str:
    return "\n".join([article.head.title, article.head.lead or "", *(block.text for block in article.blocks)])


def _prove(folder: Path, takedowns: Takedowns, words: set[str]) -> int:
    """Check that the files of a generation hold no text of the articles that are due; return their size in bytes.

    No key table may have their ids. The longest of `words` (theirs, less those that the kept articles have) may not
    be found in the bytes, unless it is part of a text that is kept.

    Raises:
        EngineError: A file does; the message names it.

    """
    snapshot = open_snapshot(folder)
    for segment in snapshot.segments:
        arrays = segment.arrays
        if any(map(takedowns.is_due, arrays.keys[arrays.document_type.keys[0]].values())):
            msg = f"{arrays.file.path}: still holds an article that was taken down"
            raise EngineError(msg)
        words -= {split_suffix(form)[0] for form in arrays.forms.all()}
    probes = sorted((word for word in words if len(word) >= SHORTEST), key=lambda word: (-len(word), word))[:PROBES]
    last = read_commit(folder)
    _remove(_strays(folder, last))
    size, suspects = 0, dict[str, Path]()
    for segment in snapshot.segments:
        length, held = _look(segment.arrays.file, probes)
        size += length
        suspects |= dict.fromkeys(held, segment.arrays.file.path)
    for word in suspects.keys() - _kept(snapshot, suspects):
        msg = f"{suspects[word]}: still holds words of an article that was taken down"
        raise EngineError(msg)
    return size


def _kept(snapshot: Snapshot, words: Iterable[str]) -> set[str]:
    """Return those of some words whose bytes are in a kept text: in another word, a name, an address, a stored text."""
    remaining = {word.encode("utf-8", "surrogatepass"): word for word in words}
    kept = set()
    for text in _texts(snapshot) if remaining else ():
        for data in [data for data in remaining if data in text]:
            kept.add(remaining.pop(data))
        if not remaining:
            break
    return kept


def _texts(snapshot: Snapshot) -> Iterator[bytes]:
    """Yield the bytes of all texts of the segments: first the tables of strings, then the stored texts."""
    for segment in snapshot.segments:
        arrays = segment.arrays
        tables: list[StringColumn] = [arrays.forms, arrays.terms, *(key.terms for key in arrays.keys.values())]
        tables += [column.values for column in arrays.facets.values()]
        # All strings of a table at once, as they lie: a word may be found across two neighbours.
        yield from (table.stretch(0, len(table)) for table in tables)
    for segment in (*snapshot.articles, *snapshot.versions):
        stored_fields = segment.arrays.stored_fields
        yield from (
            (stored_fields.raw(frame) for frame in range(len(stored_fields.offsets) - 1)) if stored_fields else ()
        )


def _listed(folder: Path, last: IndexCommit) -> list[Path]:
    """Return the paths of the files of a commit."""
    return [folder / toc_name(last.number), *(segment_path(folder, segment.id) for segment in last.segments)]


def _strays(folder: Path, last: IndexCommit) -> list[Path]:
    """Return the files in a generation that are not the last commit's, without locks."""
    listed = {path.name for path in _listed(folder, last)}
    return [path for path in folder.iterdir() if path.name not in listed and not path.name.startswith(LOCK)]


def _remove(paths: Iterable[Path]) -> None:
    for path in paths:
        try:
            path.unlink()
        except OSError as error:
            what = "it may hold an article that was taken down, and cannot be removed"
            raise error_from(error, path, what, writing=True) from error


def _look(file: Container, words: Iterable[str]) -> tuple[int, list[str]]:
    """Return the size of a segment's arrays in bytes, and those of the words whose bytes are found in them.

    The directory behind the arrays is not searched: it holds the arrays' names.
    """
    end = sum(file.where(file.names()[-1]))
    return end, [word for word in words if 0 <= file.map.find(word.encode("utf-8", "surrogatepass")) < end]
