"""How much is read at most, and how it is said when a page has more."""

#: Bytes of one page or record. The largest news pages are below 2 MB; five leave them room and bound every parser.
MOST_BYTES = 5_000_000
#: Bytes taken from a stream at a time.
CHUNK = 1 << 16


def too_large(limit: int = MOST_BYTES) -> str:
    """Return the refusal of a page that is over the limit."""
    return f"larger than {limit / 1e6:g} MB, the most that is read of one page"
