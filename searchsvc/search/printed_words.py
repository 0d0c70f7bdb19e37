"""Surface forms, which are folded → the words as articles print them: `munchen` → `München`."""

import re
from collections import Counter
from collections.abc import Iterator, Sequence

from searchsvc.analysis import fold, tokenize
from searchsvc.engines.base import Engine
from searchsvc.model.deadline import check_deadline
from searchsvc.model.query import Phrase, Query, Word
from searchsvc.model.result import Hit

#: Articles that are looked at for each form: the newest.
ARTICLES_READ = 3
#: Words that a query would read as operators if they were in capitals.
OPERATORS = frozenset({"and", "or", "not"})
#: What stands before a word that begins a sentence: its capital tells nothing.
_BEGINNING = re.compile(r"(?:^|[.!?:…])[^\w.!?:…]*\Z")
#: Characters before a word in which a sentence's beginning is looked for.
LOOK_BACK = 8


def printed_words(engine: Engine, forms: Sequence[str]) -> dict[str, str]:
    """Return each distinct form with its commonest spelling in some articles: in small letters if any has it so.

    Capitals count only within sentences. A form that no article has stays as it is, and so does one that a query would
    read as an operator.
    """
    return {form: form if form in OPERATORS else _printed(engine, form) for form in dict.fromkeys(forms)}


def spellings_in(hits: Sequence[Hit], forms: Sequence[str]) -> dict[str, str]:
    """Return each form with its commonest spelling in some hits, chosen as by `printed_words`; else as it is."""
    found = _spelled(hits, frozenset(forms))
    return {form: found.get(form, form) for form in forms}


def _printed(engine: Engine, form: str) -> str:
    # The articles of a stem cost less than those of a form, and mostly have the form.
    for leaf in (Word(form), Phrase((form,))):
        hits = engine.search(Query(leaf, sort="newest"), limit=ARTICLES_READ, facets=False).hits
        found = _spelled(hits, frozenset((form,)))
        if form in found:
            return found[form]
    return form


def _spelled(hits: Sequence[Hit], forms: frozenset[str]) -> dict[str, str]:
    """Return the commonest spelling of those of some forms that hits have."""
    within: dict[str, Counter[str]] = {}
    at_start: dict[str, Counter[str]] = {}
    for hit in hits:
        check_deadline()
        for form, spelling, tells in _spellings(hit, forms):
            (within if tells else at_start).setdefault(form, Counter())[spelling] += 1
    return {form: _commonest(spellings) for form, spellings in {**at_start, **within}.items()}


def _commonest(spellings: Counter[str]) -> str:
    small = {spelling: count for spelling, count in spellings.items() if spelling == spelling.lower()}
    return max(small or spellings, key=lambda spelling: (spellings[spelling], spelling))


def _spellings(hit: Hit, forms: frozenset[str]) -> Iterator[tuple[str, str, bool]]:
    """Yield some forms as a hit prints them, and whether the first letter tells something; if not, it is a small one.

    The capitals of titles and of a sentence's first word tell nothing, unless more follow, as in `McAllister`.
    """
    for text, is_title in ((hit.head.title, True), *((block.text, False) for block in hit.blocks)):
        for token in tokenize(text):
            form, spelling = token.text, text[token.start : token.end]
            if form not in forms or fold(spelling) != form:  # not `Cuba's` for `cuba`
                continue
            if spelling[1:] != spelling[1:].lower():
                yield form, spelling, True
            elif is_title or _BEGINNING.search(text[max(0, token.start - LOOK_BACK) : token.start]):
                yield form, spelling.lower(), False
            else:
                yield form, spelling, True
