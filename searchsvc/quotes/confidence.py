"""Rule's name → share of its attributions that were right, measured.

The table is made by `python tools/measure_quotes.py DATA` from a folder of annotated articles.
"""

#: Rule → precision of its speakers on annotated articles.
PRECISION: dict[str, float] = {}


def confidence_of(method: str | None) -> float | None:
    """Return the measured precision of a rule, or None if there is no speaker."""
    return None if method is None else PRECISION.get(method, 0.5)
