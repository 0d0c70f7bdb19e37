"""Text that is being typed → what it may become: titles, people who are quoted, words."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

from flask import url_for

from searchsvc.analysis import fold, tokenize
from searchsvc.engines.base import Engine
from searchsvc.model.fields import SPEAKER, SPEAKER_NAME, TITLE
from searchsvc.model.query import And, Node, Prefix, Query, Word

#: Below this a prefix stands for half the collection.
SHORTEST = 3
#: A sentence, or something pasted, is not being completed.
LONGEST = 200
MOST_WORDS = 10
TITLES, SPEAKERS, WORDS = 4, 3, 4


@dataclass(frozen=True, slots=True)
class Suggestion:
    """One completion: a title leads to its article, the others to a search."""

    kind: Literal["title", "speaker", "word"]
    text: str
    href: str


def suggest(engine: Engine, text: str) -> tuple[Suggestion, ...]:
    """Return a few completions, words first; none for a text that is too short, too long or an expression."""
    if not SHORTEST <= len(text.strip()) <= LONGEST or any(mark in text for mark in '":()*~'):
        return ()
    words = [token.text for token in tokenize(text)]
    if not words or len(words) > MOST_WORDS or len(words[-1]) < SHORTEST or not text[-1].isalnum():
        return ()
    return (*_words(engine, text, words[-1]), *_speakers(engine, words), *_titles(engine, words))


def _titles(engine: Engine, words: list[str]) -> Iterator[Suggestion]:
    nodes: list[Node] = [Word(word, TITLE) for word in words[:-1]]
    query = Query(And((*nodes, Prefix(words[-1], TITLE))))
    for hit in engine.search(query, limit=TITLES, facets=False, texts=False).hits:
        yield Suggestion("title", hit.head.title, url_for("pages.article", article_id=hit.head.id))


def _speakers(engine: Engine, words: list[str]) -> Iterator[Suggestion]:
    """Speakers one of whose names begins so: a quote may match by its mention, which is another name."""
    nodes: list[Node] = [Word(word, SPEAKER_NAME) for word in words[:-1]]
    found = engine.search_quotes(And((*nodes, Prefix(words[-1], SPEAKER_NAME))), (), limit=0).facets[SPEAKER]
    names = [one.value for one in found if any(part.startswith(words[-1]) for part in fold(one.value).split())]
    for name in names[:SPEAKERS]:
        yield Suggestion("speaker", name, url_for("pages.start", speaker=name))


def _words(engine: Engine, text: str, last: str) -> Iterator[Suggestion]:
    before = text[: len(text) - len(text.rsplit(maxsplit=1)[-1])]
    for word, _ in engine.words(last, limit=WORDS):
        if word != last:
            yield Suggestion("word", before + word, url_for("pages.start", q=before + word))
