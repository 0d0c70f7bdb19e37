"""The write river: places → articles → documents → index."""

from searchsvc.reindex.articles import read_article
from searchsvc.reindex.report import Change, Failure, Progress, Report
from searchsvc.reindex.run import forget, reindex, rollback

__all__ = ["Change", "Failure", "Progress", "Report", "forget", "read_article", "reindex", "rollback"]
