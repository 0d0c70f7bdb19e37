"""A text that is being typed → what it may become: words, speakers and titles of the index, each leading to something.

A word is completed from the dictionary; with words before it, only by words that stand in an article with them, those
right after the last of them first. After a space the words are completed that most often follow in some of the best
articles. Of the words of one stem, and of those that continue another completion, only the first is given: one more
letter gives the others.
"""

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date
from itertools import islice
from typing import Literal

from searchsvc.analysis import fold, is_stop, stem, tokenize
from searchsvc.engines.base import Engine
from searchsvc.model.deadline import check_deadline
from searchsvc.model.fields import SPEAKER, SPEAKER_NAME, TITLE, TextField
from searchsvc.model.query import And, Leaf, Node, Phrase, Prefix, Query, Word
from searchsvc.search.printed_words import printed_words
from searchsvc.search.request import main_language

#: Letters of the only word of a text, at least: a shorter prefix matches too many words. In scripts without capital
#: letters two are often a whole word; after other words one letter suffices.
MIN_PREFIX_LENGTH, MIN_CASELESS_LENGTH = 3, 2
#: Characters and words of a text, at most: a longer one is pasted or a sentence, not a query being typed.
MAX_TEXT_LENGTH = 200
MAX_TEXT_WORDS = 10
#: Completions of each kind, at most.
MAX_TITLES, MAX_SPEAKERS, MAX_WORDS = 4, 3, 4
#: Words with the prefix that are counted together with the words before it: the most frequent.
WORDS_COUNTED = 60
#: Of these the ones that are counted right after the word before: those that most articles have with the words before.
PHRASES_COUNTED = 12
#: Articles in which the words that follow a text are looked for: the best.
ARTICLES_READ = 30
#: A word of at least so many letters stands for the longer words that begin with it.
MIN_BEGINNING = 4
#: Signs of operators: a text that has one is not completed.
OPERATOR_SIGNS = frozenset('":()*~')

CompletionKind = Literal["title", "speaker", "word"]
#: What is completed: a search for articles, a search for quotes (which have no titles), or the name of a speaker alone.
Completed = Literal["articles", "quotes", "speakers"]


@dataclass(frozen=True, slots=True)
class Completion:
    """One completion: the whole text, a speaker's name, or the title of an article."""

    kind: CompletionKind
    text: str
    #: Id of the article of a title, and its day.
    article: str | None = None
    day: date | None = None
    #: Articles that have all words of a text, or quotes of a speaker; None for a title.
    count: int | None = None


@dataclass(frozen=True, slots=True)
class _Typed:
    """A text being typed: the words that are complete, and the beginning of the last one ("" after a space)."""

    text: str
    before: tuple[str, ...]
    last: str

    @property
    def kept(self) -> str:
        """Return the text up to the word that is completed."""
        return self.text if not self.last else self.text[: len(self.text) - len(self.text.rsplit(maxsplit=1)[-1])]


def complete(engine: Engine, text: str, completed: Completed = "articles") -> tuple[Completion, ...]:
    """Return completions of a text: words, then speakers, then titles.

    There are none for a text with operators, or one that is too short or too long.
    """
    typed = _read(text)
    if typed is None:
        return ()
    if completed == "speakers":
        return tuple(_speakers(engine, typed))
    words = _counted(engine, [*(_next_words(engine, typed) if not typed.last else _words(engine, typed))], completed)
    titles = _titles(engine, typed) if completed == "articles" else ()
    return (*words, *_speakers(engine, typed), *titles)


def _counted(engine: Engine, completions: Sequence[Completion], completed: Completed) -> list[Completion]:
    """Return completed texts with how many articles, or quotes, have all of their words."""
    if not completions:
        return []
    queries = [Query(And(tuple(Word(token.text) for token in tokenize(one.text)))) for one in completions]
    totals = engine.totals(queries, of="quotes" if completed == "quotes" else "articles")
    return [
        replace(one, count=total)
        for one, total in zip(completions, totals, strict=True)
        if total or completed == "articles"
    ]


def _read(text: str) -> _Typed | None:
    if len(text) > MAX_TEXT_LENGTH or OPERATOR_SIGNS.intersection(text):
        return None
    forms = tuple(token.text for token in tokenize(text))
    if not forms or len(forms) > MAX_TEXT_WORDS:
        return None
    if text[-1].isspace():
        return None if all(map(is_stop, forms)) else _Typed(text, forms, "")
    *before, last = forms
    least = 1 if before else MIN_PREFIX_LENGTH if _has_case(last) else MIN_CASELESS_LENGTH
    return _Typed(text, tuple(before), last) if len(last) >= least and text[-1].isalnum() else None


def _has_case(form: str) -> bool:
    return any(letter.upper() != letter for letter in form) or form.isdigit()


def _words(engine: Engine, typed: _Typed) -> Iterator[Completion]:
    """Yield the text with its last word completed."""
    counted = engine.words(typed.last, limit=WORDS_COUNTED)
    forms = [form for form, _ in counted if form != typed.last]
    return _completed(engine, typed, iter(_beside(engine, typed.before, forms) if typed.before else forms))


def _beside(engine: Engine, before: Sequence[str], forms: Sequence[str]) -> list[str]:
    """Return the forms that stand in an article with the words before them, those right after the last word first.

    Stop words stand with everything: they are left out.
    """
    language = main_language(engine)
    forms = [form for form in forms if not is_stop(form, language)]
    beside = [Word(form) for form in before]
    totals = engine.totals([Query(And((*beside, Word(form)))) for form in forms])
    together = sorted(
        ((form, total) for form, total in zip(forms, totals, strict=True) if total),
        key=lambda pair: (-pair[1], pair[0]),
    )[:PHRASES_COUNTED]
    after = engine.frequencies([Phrase((before[-1], form)) for form, _ in together])
    ranked = sorted(zip(after, together, strict=True), key=lambda pair: (-pair[0], -pair[1][1], pair[1][0]))
    return [form for _, (form, _) in ranked]


def _next_words(engine: Engine, typed: _Typed) -> Iterator[Completion]:
    """Yield the text with a word that follows it in some articles; stop words do not count."""
    following: Counter[str] = Counter()
    for hit in engine.search(Query(Phrase(typed.before)), limit=ARTICLES_READ, facets=False).hits:
        check_deadline()
        found: set[str] = set()
        for text in (hit.head.title, *(block.text for block in hit.blocks)):
            forms = [token.text for token in tokenize(text)]
            ends = range(len(typed.before), len(forms))
            found.update(forms[end] for end in ends if tuple(forms[end - len(typed.before) : end]) == typed.before)
        following.update(form for form in found if not is_stop(form, hit.head.language))
    ranked = sorted(following.items(), key=lambda pair: (-pair[1], pair[0]))
    return _completed(engine, typed, (form for form, _ in ranked))


def _completed(engine: Engine, typed: _Typed, forms: Iterator[str]) -> Iterator[Completion]:
    chosen = list(islice(_distinct(forms, main_language(engine)), MAX_WORDS))
    for printed in printed_words(engine, chosen).values():
        yield Completion("word", typed.kept + printed)


def _distinct(forms: Iterator[str], language: str | None) -> Iterator[str]:
    """Yield the forms of which no earlier one has the same stem, or begins it, or is begun by it."""
    stems: set[str] = set()
    given: list[str] = []
    for form in forms:
        root = stem(form, language)
        if root in stems or any(_continues(form, other) or _continues(other, form) for other in given):
            continue
        stems.add(root)
        given.append(form)
        yield form


def _continues(form: str, other: str) -> bool:
    return len(other) >= MIN_BEGINNING and form.startswith(other)


def _nodes(typed: _Typed, field: TextField) -> Node:
    nodes: list[Leaf] = [Word(word, field) for word in typed.before]
    if typed.last:
        nodes.append(Prefix(typed.last, field))
    return nodes[0] if len(nodes) == 1 else And(tuple(nodes))


def _titles(engine: Engine, typed: _Typed) -> Iterator[Completion]:
    """Yield the titles that have all words, the last one perhaps only as a beginning; equal titles once."""
    hits = engine.search(Query(_nodes(typed, TITLE)), limit=2 * MAX_TITLES, facets=False, texts=False).hits
    different = {fold(hit.head.title): hit.head for hit in reversed(hits)}
    for head in islice(reversed(different.values()), MAX_TITLES):
        yield Completion("title", head.title, head.id, head.dated_day)


def _speakers(engine: Engine, typed: _Typed) -> Iterator[Completion]:
    """Yield the speakers, most quoted first, one of whose names begins with the last word.

    The names are checked once more, because a quote also matches by its mention, which may be another name.
    """
    last = typed.last or typed.before[-1]
    values = engine.search_quotes(_nodes(typed, SPEAKER_NAME), (), limit=0).facets[SPEAKER]
    named = [one for one in values if any(name.startswith(last) for name in fold(one.value).split())]
    for one in named[:MAX_SPEAKERS]:
        yield Completion("speaker", one.value, count=one.count)
