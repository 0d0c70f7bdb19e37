"""The write river: places → articles → documents → index."""

from searchsvc.reindex.pipeline import read_article
from searchsvc.reindex.report import Change, Failure, Progress, Report
from searchsvc.reindex.run import reindex_places
from searchsvc.reindex.takedown import catalogue_faults, forget, rollback

__all__ = [
    "Change",
    "Failure",
    "Progress",
    "Report",
    "catalogue_faults",
    "forget",
    "read_article",
    "reindex_places",
    "rollback",
]
