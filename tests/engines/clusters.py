"""The cluster that tests use, if there is one: `make test-cluster` starts it and names it in the environment."""

import os
import secrets
from collections.abc import Iterator
from contextlib import contextmanager, suppress

import pytest

from searchsvc.engines.opensearch.access import access_of
from searchsvc.engines.opensearch.cluster import Cluster
from searchsvc.errors import EngineError

#: Host and port of a node, several with commas between.
HOSTS = os.environ.get("SEARCHSVC_TEST_CLUSTER", "")
NO_CLUSTER = "needs a cluster: make test-cluster starts one"
needs_cluster = pytest.mark.skipif(not HOSTS, reason=NO_CLUSTER)


def cluster_of(url: str) -> Cluster:
    """What makes requests for the URL of an index."""
    return Cluster(access_of(url.removeprefix("opensearch:"), os.environ))


@contextmanager
def cluster_index() -> Iterator[str]:
    """The URL of an index of a cluster that no other test has; whatever was made of it is removed."""
    if not HOSTS:
        pytest.skip(NO_CLUSTER)
    url = f"opensearch://{HOSTS}/test-{secrets.token_hex(6)}"
    cluster = cluster_of(url)
    try:
        yield url
    finally:
        with suppress(EngineError):
            there = cluster.request("GET", f"/{cluster.access.name}-*")
            cluster.request("DELETE", f"/{','.join(there)}") if there else None
        cluster.close()
