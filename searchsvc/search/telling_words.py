"""Which words tell what texts are about, and how much: one rule for topics of a speaker and words of a result."""

import math
from functools import cache

from searchsvc.analysis import fold, is_stop
from searchsvc.languages import LANGUAGES
from searchsvc.quotes.lexicon import word_set

#: Characters of a word that tells something, at least.
MIN_LENGTH = 3
#: Words that tell nothing, though they are no stop words: counting, time, judgement, talk.
_GENERIC = word_set(
    "year years week weeks month months day days time times people thing things way ways lot lots number good "
    "great new last next first second third many one two three four five six seven eight nine ten eleven twelve "
    "thirteen fourteen fifteen sixteen seventeen eighteen nineteen twenty thirty forty fifty sixty seventy eighty "
    "ninety dozen hundred thousand million billion fourth fifth sixth seventh eighth ninth tenth "
    "old big long little well back much very really just think know going want need make "
    "made take said say says got get come see look put give today tomorrow yesterday best better bad right bit "
    "kind sort part place point case fact sure clear hard important real different certain able happy same other "
    "own whole full high low like away also still even ever never always fair summary few every each both half "
    "past recent early late morning night"
)


#: Names of months that are words of another meaning, too.
_OTHER_WORDS = frozenset({"march", "may", "august", "mars"})


@cache
def _times(language: str | None) -> frozenset[str]:
    """Return the full names of weekdays and months of a language, as surface forms; of English if it is not known."""
    known = LANGUAGES.get(language or "en")
    lines = (*known.weekdays, *known.months) if known else ()
    return frozenset(fold(line.split()[0]) for line in lines) - _OTHER_WORDS


def is_telling(form: str, language: str | None) -> bool:
    """Return whether a surface form may tell what a text in a language is about."""
    tells_nothing = form in _GENERIC or form in _times(language) or is_stop(form, language)
    return len(form) >= MIN_LENGTH and not form[0].isdigit() and not tells_nothing


def mutual_information(both: int, one: int, other: int, articles: int) -> float:
    """Return the normalised pointwise mutual information of two words that stand together in `both` articles.

    G. Bouma, "Normalized (pointwise) mutual information in collocation extraction", 2009: 0 is chance, 1 never apart.
    """
    return math.log(both * articles / (max(one, both) * max(other, both))) / math.log(articles / both)


def log_likelihood(having: int, size: int, others_having: int, others: int) -> float:
    """Return how much more often some texts have a word than others: the log-likelihood ratio G²; 0 if not more often.

    T. Dunning, "Accurate Methods for the Statistics of Surprise and Coincidence", Computational Linguistics 19, 1993.
    It is distributed as χ² with one degree of freedom: above 10.83 for one word in a thousand by chance.

    Args:
        having: Texts that have the word, of `size`.
        size: Number of these texts.
        others_having: The other texts that have it, of `others`.
        others: Number of the others.

    >>> round(log_likelihood(10, 100, 10, 1000), 1), log_likelihood(1, 100, 100, 1000)
    (22.9, 0.0)
    """
    if not size or not others or having * others <= others_having * size:
        return 0.0
    rate = (having + others_having) / (size + others)
    observed = (having, size - having, others_having, others - others_having)
    expected = (size * rate, size * (1 - rate), others * rate, others * (1 - rate))
    return 2 * sum(one * math.log(one / other) for one, other in zip(observed, expected, strict=True) if one)
