"""Scores of articles → what their best passage can be worth at most, so that few passages need a look.

A word that stands c times in a passage of norm n is worth c / (c + n) of its weight there. To the
article it is worth w / (w + K1) with w >= c × g, g being the smaller gain of body and lead. Above
the largest count of a dense row only that count is known to the article.
"""

import numpy as np

from searchsvc.engines.ranking_rules import K1
from searchsvc.engines.whoosh.arrays import Floats
from searchsvc.engines.whoosh.codec.merged_postings import ROW_TOP

#: More than what adding up in single precision can be wrong by, as a share.
ROUNDING = 1e-4

_K1, _TOP = np.float32(K1), np.float32(ROW_TOP)
_LEAST = np.finfo(np.float32).tiny


def of_one_word(scores: Floats, weight: np.float32, norm: Floats, gain: Floats) -> Floats:
    """Return the bound for one word: what an article scores tells how often it can have the word at most.

    Args:
        scores: Of the articles.
        weight: Of the word.
        norm: Smallest norm of each article's passages.
        gain: Smaller gain of each article's body and lead.

    """
    share = scores / weight
    count = _K1 * share / np.maximum(1 - share, _LEAST) / gain
    bound: Floats = weight * np.where(count < _TOP, count / (count + norm), np.float32(1))
    return bound


def of_words(scores: Floats, norm: Floats, gain: Floats) -> Floats:
    """Return the bound for several words: word by word the quotient of both worths is largest at c = 1, or at large c.

    Args:
        scores: Of the articles.
        norm: Smallest norm of each article's passages.
        gain: Smaller gain of each article's body and lead.

    """
    flat = _K1 / gain
    bound: Floats = scores * np.maximum((1 + flat) / (1 + norm), 1 + flat / _TOP)
    return bound
