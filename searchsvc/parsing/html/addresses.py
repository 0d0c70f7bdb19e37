"""Link as written → address."""

from urllib.parse import urljoin

from searchsvc.analysis.urls import unarchived

_MAX_LENGTH = 2_000


def whole_address(href: str | None, base: str | None) -> str | None:
    """Return where a link goes, archive prefixes undone; None if it goes nowhere."""
    link = (href or "").strip()
    if not link or len(link) > _MAX_LENGTH or link.startswith(("#", "javascript:", "mailto:")):
        return None
    whole = unarchived(link)
    if base and not whole.startswith("http"):
        try:
            whole = urljoin(base, whole)
        except ValueError:
            return None
    return whole
