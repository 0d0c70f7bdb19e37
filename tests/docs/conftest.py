"""The archive that the documents speak of: the seeds, indexed once."""

from pathlib import Path

import pytest

from searchsvc.reindex import reindex_places
from tests.docs.documents import ROOT


@pytest.fixture(scope="session")
def seeds(tmp_path_factory: pytest.TempPathFactory) -> Path:
    index = tmp_path_factory.mktemp("docs") / "index"
    reindex_places([str(ROOT / "seeds")], index=str(index))
    return index
