"""Places → Sources: folders, single pages, record files, web crawls."""

from searchsvc.sources.places import read_sources

__all__ = ["read_sources"]
