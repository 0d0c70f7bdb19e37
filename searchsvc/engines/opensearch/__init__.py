"""The engine of archives beyond one machine: an OpenSearch cluster, reached by `opensearch-py` (extra `opensearch`)."""

from searchsvc.engines.opensearch.engine import OpenSearchEngine

__all__ = ["OpenSearchEngine"]
