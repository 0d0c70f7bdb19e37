"""What changed between two versions of an article, and which captures of an address are versions of it."""

from searchsvc.versions.capture_runs import Capture, TextStates, article_of, text_digest, text_states, version_ids
from searchsvc.versions.comparison import (
    BlockChange,
    DiffRun,
    QuoteChange,
    VersionComparison,
    changed_parts,
    compare,
    word_diff,
)

__all__ = [
    "BlockChange",
    "Capture",
    "DiffRun",
    "QuoteChange",
    "TextStates",
    "VersionComparison",
    "article_of",
    "changed_parts",
    "compare",
    "text_digest",
    "text_states",
    "version_ids",
    "word_diff",
]
