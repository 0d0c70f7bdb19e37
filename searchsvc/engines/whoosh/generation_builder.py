"""Documents → a new generation beside the old one: written, checked, and only then made the current one."""

import random
import shutil
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from searchsvc.analysis import tokenize
from searchsvc.analysis.keys import url_key
from searchsvc.engines.ranking_rules import PASSAGE_WINDOW
from searchsvc.engines.takedowns import Takedowns
from searchsvc.engines.whoosh.codec.index_writer import IndexWriter, create
from searchsvc.engines.whoosh.codec.pending_segments import ArticleNumbers
from searchsvc.engines.whoosh.generations import Generations
from searchsvc.engines.whoosh.index_reader import IndexReader, open_reader
from searchsvc.engines.whoosh.searcher import Searcher
from searchsvc.errors import CorruptIndexError, EngineError
from searchsvc.model.document import ArticleDocument, ArticleVersions, Document
from searchsvc.model.fields import TITLE
from searchsvc.model.query import Phrase, Query

#: Articles of the sample that a new generation must find by their titles.
CANARIES = 20
#: Words of a title, from the first, that it is searched by.
TITLE_WORDS = 12


class CountingWriter:
    """Writer that counts the articles and keeps a sample of their titles, for `check_generation`."""

    def __init__(self, writer: IndexWriter) -> None:
        self._writer = writer
        self._random = random.Random(0)  # noqa: S311 - a sample, the same for the same articles
        self._seen = 0
        self._numbers, self._deleted = ArticleNumbers(), set[int]()
        #: Articles that the index has after the commit.
        self.count = 0
        #: Id and title of a sample of the articles.
        self.sample: list[tuple[str, str]] = []

    @property
    def commit_id(self) -> str:
        """Identity that the index has after the commit."""
        return self._writer.commit_id

    @property
    def damage(self) -> Sequence[CorruptIndexError]:
        """Damage that merges met: the damaged segments were not merged."""
        return self._writer.damage

    def put(self, documents: Sequence[Document], /) -> None:
        """Store one article in place of an older version."""
        self._writer.put(documents)
        first = documents[0]
        if isinstance(first, ArticleDocument):
            self.count += first.id not in self
            self._numbers.put(first.id)
            self._consider((first.id, first.texts[TITLE]))

    def put_versions(self, article_id: str, versions: Sequence[ArticleDocument], /) -> None:
        """Replace the older versions of an article."""
        self._writer.put_versions(article_id, versions)

    def stored(self, article_ids: Sequence[str], /) -> Sequence[ArticleVersions]:
        """Return each article as the commit will have it."""
        return self._writer.stored(article_ids)

    def delete(self, article_id: str, /) -> None:
        """Forget one article, if it is there."""
        self._writer.delete(article_id)
        number = self._numbers.find(article_id)
        if number is not None and number not in self._deleted:
            self._deleted.add(number)
            self.count -= 1

    def __contains__(self, article_id: str) -> bool:
        """Return whether an article was put and not deleted since."""
        number = self._numbers.find(article_id)
        return number is not None and number not in self._deleted

    def _consider(self, article: tuple[str, str]) -> None:
        """Add an article to the sample by reservoir sampling: every article is in it with the same probability."""
        self._seen += 1
        if len(self.sample) < CANARIES:
            self.sample.append(article)
        elif (place := self._random.randrange(self._seen)) < CANARIES:
            self.sample[place] = article


@contextmanager
def build_generation(generations: Generations, takedowns: Takedowns) -> Iterator[CountingWriter]:
    """Write a new generation; when the block ends it is checked and becomes the current one.

    If the block or the check raises, the new generation is removed. The old one is kept for a rollback, earlier ones
    are removed.

    Args:
        generations: The folder.
        takedowns: Articles that the generation must not hold.

    Raises:
        EngineError: The check failed, or it cannot be written; the old generation stays the current one.

    """
    # Where no pointer names a generation the newest one is kept: it may be whole.
    old = generations.named() or max(generations.all(), default=0)
    number = generations.new()
    folder = generations.path(number)
    try:
        create(folder)
        with IndexWriter(folder, url_key=url_key, takedowns=takedowns) as writer:
            counting = CountingWriter(writer)
            yield counting
        check_generation(open_reader(number, folder, None, takedowns), counting, folder)
        generations.switch(number)
    except BaseException:
        # Once a pointer names it, it must stay.
        if not generations.may_be_named(number):
            shutil.rmtree(folder, ignore_errors=True)
        raise
    generations.keep(number, old)


def check_generation(state: IndexReader, written: CountingWriter, folder: Path) -> None:
    """Compare a finished generation with what was written into it.

    Args:
        state: The generation, opened.
        written: The writer that wrote it.
        folder: Its folder, for the messages.

    Raises:
        EngineError: Articles are missing, or cannot be found by their titles.

    """
    if state.articles.living != written.count:
        msg = f"{folder}: holds {state.articles.living} articles where {written.count} were written; it is not used"
        raise EngineError(msg)
    last = dict(written.sample)
    for article_id, title in last.items():
        if article_id in written and not _finds(state, article_id, title):
            msg = f"{folder}: article {article_id} is not found by its title {title!r}; the new index is not used"
            raise EngineError(msg)


def _finds(state: IndexReader, article_id: str, title: str) -> bool:
    """Return whether a search for a title finds the article, or so many others that it need not."""
    where = state.parents.find(article_id)
    if where is None:
        return False
    head = where[0].arrays.display_fields(where[1]).head
    if head.title != title:
        # The article was replaced by a version with another title after it was sampled.
        return True
    words = tuple(token.text for token in tokenize(title.split("\n", 1)[0], head.language))[:TITLE_WORDS]
    query = Query(Phrase(words, field=TITLE))
    if not words:
        return True
    ranking = Searcher(state.articles, state.term_dictionary.expand, query).ranking(PASSAGE_WINDOW, 0, facets=None)
    return ranking.total > PASSAGE_WINDOW or any(hit.head.id == article_id for hit in ranking.hits)
