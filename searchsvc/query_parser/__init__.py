"""A reader's text → Understood: a typed tree, and how the text was read.

Grammar, loosest first: `a OR b`; `a b` and `a AND b`; `-a` and `NOT a`; `(…)`, `field:…`; words,
`"phrases"`, `"near"~5`, `prefix*`, `fuzzy~`. Whatever has a sensible reading is read so, with a
notice where it is not plain; QueryError is the only error.
"""

from searchsvc.query_parser.lexer import LONGEST, LONGEST_PLAIN
from searchsvc.query_parser.reading import parse_query, plain_query

__all__ = ["LONGEST", "LONGEST_PLAIN", "parse_query", "plain_query"]
