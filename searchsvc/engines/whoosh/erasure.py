"""Takedowns → generations without them: out of every search at once, and out of the bytes of every file.

What is deleted from an index of immutable segments stays in their files until they are merged.
Here the segments that hold something of an article are written anew, in every generation that is
kept, and the bytes are looked at afterwards.
"""

import zlib
from collections.abc import Iterable, Iterator
from dataclasses import replace
from pathlib import Path

import msgspec

from searchsvc.analysis import tokenize
from searchsvc.analysis.keys import url_key
from searchsvc.engines.base import Erasure, ErasureCommit
from searchsvc.engines.takedowns import Takedown, Takedowns
from searchsvc.engines.whoosh.codec.check_index import verify
from searchsvc.engines.whoosh.codec.commit import IndexCommit, read_commit, sync_folder, write_synced
from searchsvc.engines.whoosh.codec.container import Container
from searchsvc.engines.whoosh.codec.index_writer import IndexWriter
from searchsvc.engines.whoosh.codec.snapshot import Snapshot, open_snapshot, segment_path
from searchsvc.engines.whoosh.codec.string_table import StringColumn, split_suffix
from searchsvc.engines.whoosh.codec.whoosh_api import INDEX_NAME, toc_name
from searchsvc.engines.whoosh.generations import Generations
from searchsvc.errors import CorruptIndexError, EngineError, IndexMissingError, OutdatedIndexError, error_from
from searchsvc.model.article import Article

FORGOTTEN, UNFINISHED = "forgotten", "forgotten.unfinished"
_decode = msgspec.json.Decoder(Takedown).decode


def _header(lines: bytes) -> bytes:
    """Return the first line: what the file is, and the checksum of the others."""
    return b"searchsvc forgotten 1 %08x" % zlib.crc32(lines)


def read_forgotten(folder: Path) -> Takedowns:
    """Return the articles taken down from an index; nothing where there is no list.

    Raises:
        CorruptIndexError: The list is damaged; until it is mended nothing can be answered.
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
    """Write the list, at once and durably.

    Raises:
        OSError: It cannot be written; the old one stays.

    """
    lines = b"".join(msgspec.json.encode(entry) + b"\n" for entry in takedowns.entries)
    unfinished = folder / UNFINISHED
    write_synced(unfinished, _header(lines) + b"\n" + lines)
    unfinished.replace(folder / FORGOTTEN)
    sync_folder(folder)


#: Words that are looked for in the bytes, the longest; shorter ones may stand there by chance.
PROBES, SHORTEST = 12, 7
#: What the names of lock files begin with: these hold nothing, and may be in use.
LOCK = f"{INDEX_NAME}_WRITELOCK"


def forget(generations: Generations, takedowns: Takedowns) -> Erasure:
    """Put articles on the list, then take them out of every kept generation; for the caller who holds the lock.

    Raises:
        EngineError: The text of some is still in a file; they are out of every search all the same.

    """
    known = read_forgotten(generations.folder)
    wanted = known | takedowns
    if any(not entry.later for entry in takedowns.entries):
        # Files that are written anew are so for all who wait for it.
        wanted = Takedowns.of(replace(entry, later=False) for entry in wanted.entries)
    if wanted != known:
        keep(generations, wanted)
    return erase(generations, asked=True)


def keep(generations: Generations, takedowns: Takedowns) -> None:
    """Write the list anew; for the caller who holds the lock.

    Raises:
        EngineError: It cannot be written; the old one stays.

    """
    try:
        write_forgotten(generations.folder, takedowns)
    except OSError as error:
        what = "the list of the articles taken down cannot be written"
        raise error_from(error, generations.folder, what, writing=True) from error


def is_erased(generations: Generations) -> bool:
    """Return whether no generation holds what the list says; those that cannot be read are left out."""
    takedowns = read_forgotten(generations.folder)
    mine = set(generations.all()) - generations.of_others()
    return all(_is_erased(generations.path(number), takedowns) for number in mine)


def _is_erased(folder: Path, takedowns: Takedowns) -> bool:
    try:
        last = read_commit(folder)
        return last.forgotten == takedowns.mark and not (takedowns.entries and _strays(folder, last))
    except (EngineError, OSError):
        return True


def erase(generations: Generations, *, asked: bool = False) -> Erasure:
    """Take what the list says out of every generation, the current one last; for the caller who holds the lock.

    Args:
        generations: What is kept.
        asked: Somebody waits for it: generations that servers of other versions answer from go, too.

    """
    takedowns = read_forgotten(generations.folder)
    current, others = generations.named(), generations.of_others()
    steps, removed, size = [], [], 0
    for number in sorted(generations.all(), key=lambda number: (number == current, number)):
        if number == current:
            generations.current()  # or say why it cannot be written to
        elif number in others and not asked:
            continue
        # Above the current one are builds that never became current, and what was rolled back from.
        useless = number in others or number > current > 0
        try:
            step, looked_at = (None, 0) if useless else _erase(number, generations.path(number), takedowns)
        except (IndexMissingError, OutdatedIndexError, CorruptIndexError):
            if number == current:
                raise
            useless, step, looked_at = True, None, 0
        if useless:
            generations.remove(number)
            removed.append(str(number))
        size += looked_at
        steps += [step] if step else []
    return Erasure(tuple(steps), tuple(removed), size)


def roll_back(generations: Generations) -> None:
    """Make the generation before the current one current again; for the caller who holds the lock.

    Raises:
        EngineError: There is none, or it is not whole; the current one stays.

    """
    earlier = generations.before()
    folder = generations.path(earlier)
    open_snapshot(folder)
    for fault in verify(folder):
        msg = f"generation-{earlier} cannot be gone back to: {fault}"
        raise CorruptIndexError(msg)
    # Before it answers, not after: whatever happens in between, nobody who was taken down comes back.
    _erase(earlier, folder, read_forgotten(generations.folder))
    generations.switch(earlier)


def _erase(number: int, folder: Path, takedowns: Takedowns) -> tuple[ErasureCommit | None, int]:
    """Take what is on the list out of one generation; return the commit, and how many bytes were looked through."""
    last = read_commit(folder)
    if last.forgotten == takedowns.mark:
        # A commit that was ended before it removed the files that it replaces leaves them.
        _remove(_strays(folder, last))
        return None, 0
    words = set(_words(open_snapshot(folder), takedowns))
    with IndexWriter(folder, url_key=url_key, takedowns=takedowns) as writer:
        step = ErasureCommit(str(number), last.id, writer.commit_id)
    for damage in writer.damage:
        raise damage
    return step, _prove(folder, takedowns, words)


def _words(snapshot: Snapshot, takedowns: Takedowns) -> Iterator[str]:
    """Yield the words of the articles whose text has to go, of replaced versions too."""
    for segment in snapshot.articles:
        arrays = segment.arrays
        key = arrays.keys["id"]
        for article_id in filter(takedowns.is_due, key.values()):
            for doc in key.documents(article_id).tolist():
                yield from (token.text for token in tokenize(_text(arrays.article(doc))))


def _text(article: Article) -> str:
    return "\n".join([article.head.title, article.head.lead or "", *(block.text for block in article.blocks)])


def _prove(folder: Path, takedowns: Takedowns, words: set[str]) -> int:
    """Look whether the files of a generation hold anything of what has to go; return how many bytes they have.

    Raises:
        EngineError: One does; names it.

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
    """Return those of some words that stand in what is kept: within another word, a name, an address, a stored text."""
    left = {word.encode("utf-8", "surrogatepass"): word for word in words}
    kept = set()
    for text in _texts(snapshot) if left else ():
        for data in [data for data in left if data in text]:
            kept.add(left.pop(data))
        if not left:
            break
    return kept


def _texts(snapshot: Snapshot) -> Iterator[bytes]:
    """Yield all texts that the segments keep, the small tables first."""
    for segment in snapshot.segments:
        arrays = segment.arrays
        tables: list[StringColumn] = [arrays.forms, arrays.terms, *(key.terms for key in arrays.keys.values())]
        tables += [column.values for column in arrays.facets.values()]
        # End to end, as they lie: two neighbours may make a word that neither is.
        yield from (table.stretch(0, len(table)) for table in tables)
    for segment in snapshot.articles:
        stored_fields = segment.arrays.stored_fields
        yield from (
            (stored_fields.raw(frame) for frame in range(len(stored_fields.offsets) - 1)) if stored_fields else ()
        )


def _listed(folder: Path, last: IndexCommit) -> list[Path]:
    """Return the files of a commit."""
    return [folder / toc_name(last.number), *(segment_path(folder, segment.id) for segment in last.segments)]


def _strays(folder: Path, last: IndexCommit) -> list[Path]:
    """Return what lies in a generation and belongs to no commit."""
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
    """Return the size of a segment's arrays, and those of the words whose bytes stand in them.

    What lies behind the arrays names these, in words of ours.
    """
    end = sum(file.where(file.names()[-1]))
    return end, [word for word in words if 0 <= file.map.find(word.encode("utf-8", "surrogatepass")) < end]
