"""The service on a cluster: the same pages and the same JSON as on an index in a folder."""

import json
import re
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from flask.testing import FlaskClient

from searchsvc.engines import open_engine
from searchsvc.reindex import reindex_places
from searchsvc.settings import Settings
from searchsvc.web import create_app
from tests.engines.clusters import cluster_index

pytestmark = pytest.mark.cluster
ROOT = Path(__file__).parent.parent.parent.parent
#: How long a search took, and when the index was changed.
PASSING = re.compile(r"in [0-9.]+ m?s|brought up to date [^<]*")
PATHS = [
    "/api/search?q=",
    "/api/search?q=Cuba+talks",
    "/api/search?q=harbour&sort=newest&size=3&page=2",
    "/api/search?q=harbour&section=Politics&section=World",
    "/api/search?q=%22the+storm%22+OR+ferry",
    "/api/search?q=council+-school&match=any",
    "/api/search?q=migra*",
    "/api/search?q=goverment~",
    "/api/search?q=goverment",
    "/api/search?q=speaker:Idris+after:2023",
    "/api/search?q=zzzqqq",
    "/api/quotes?q=&size=5",
    "/api/quotes?q=harbour",
    "/api/quotes?q=we&speaker=Idris+Calloway",
    "/api/speakers?q=&size=7",
    "/api/headlines?q=sea",
    "/api/suggest?q=har",
    "/api/suggest?q=Idr",
    "/api/collection",
]


@pytest.fixture(scope="module")
def services(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[FlaskClient, FlaskClient]]:
    """Clients of the service on a folder, and on a cluster."""
    in_folder = f"whoosh:{tmp_path_factory.mktemp('index')}"
    with cluster_index() as url:
        for index in (in_folder, url):
            reindex_places([str(ROOT / "seeds")], index=index)
        with closing(open_engine(in_folder)) as folder, closing(open_engine(url)) as cluster:
            yield tuple(create_app(Settings(), engine=engine).test_client() for engine in (folder, cluster))  # type: ignore[misc]


@pytest.mark.parametrize("path", PATHS)
def test_the_json_is_the_same(services: tuple[FlaskClient, FlaskClient], path: str) -> None:
    folder, cluster = (client.get(path) for client in services)
    assert cluster.status_code == folder.status_code == 200
    assert without_index(cluster.get_json()) == without_index(folder.get_json())


def test_the_pages_of_articles_and_speakers_are_the_same(services: tuple[FlaskClient, FlaskClient]) -> None:
    folder, cluster = services
    hits = folder.get("/api/search?q=harbour").get_json()["hits"]
    for path in (*(f"/article/{hit['id']}" for hit in hits), "/speakers/Idris%20Calloway", "/quotes?q=sea", "/"):
        pages = [PASSING.sub("", client.get(path).get_data(as_text=True)) for client in (cluster, folder)]
        assert pages[0] == pages[1], path


def without_index(value: Any) -> Any:
    """The JSON without the state of the index and when articles came into it, scores to four places."""
    if isinstance(value, dict):
        return {key: without_index(one) for key, one in value.items() if key not in {"index", "collection", "added"}}
    if isinstance(value, list):
        return list(map(without_index, value))
    return round(value, 4) if isinstance(value, float) else value


def test_the_state_of_the_index_is_that_of_its_last_commit(services: tuple[FlaskClient, FlaskClient]) -> None:
    answer = services[1].get("/api/search?q=harbour")
    assert answer.get_json()["index"]["generation"].startswith("1.")
    again = services[1].get("/api/search?q=harbour", headers={"If-None-Match": answer.headers["ETag"]})
    assert again.status_code == 304
    assert json.loads(answer.get_data())["index"]["articles"] == 41
