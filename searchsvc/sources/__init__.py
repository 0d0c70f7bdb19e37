"""Places → Sources: folders, single pages, record files, web crawls."""

from searchsvc.sources.files import shown
from searchsvc.sources.places import name_in, read_sources

__all__ = ["name_in", "read_sources", "shown"]
