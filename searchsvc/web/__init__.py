"""HTTP request → page or JSON. Read-only: nothing here writes an index."""

from searchsvc.web.app import create_app

__all__ = ["create_app"]
