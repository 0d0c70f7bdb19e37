"""schemathesis, which makes requests of the published description, finds nothing wrong with the running service."""

import json
import os
import subprocess
import sys
from contextlib import closing
from pathlib import Path

import pytest

from searchsvc.engines import open_engine
from searchsvc.web.openapi import describe
from tests.engines.engine_articles import HARBOUR
from tests.servers import free_port, running

pytest.importorskip("schemathesis")

#: Seconds that requests are made for.
SECONDS = 45
CONFIG = Path(__file__).with_name("schemathesis.toml")


def test_the_running_service_does_what_its_description_says(tmp_path: Path) -> None:
    index = tmp_path / "index"
    with closing(open_engine(f"whoosh:{index}")) as engine, engine.writer() as writer:
        for documents in HARBOUR:
            writer.put(documents)
    port, scripts = free_port(), Path(sys.executable).parent
    serve: list[str | Path] = [scripts / "searchsvc", "serve", "--index", str(index), "--port", str(port)]
    asked: list[str | Path] = [
        *(scripts / "schemathesis", "--config-file", CONFIG, "run", f"http://127.0.0.1:{port}/openapi.json"),
        *("--phases", "examples,coverage,fuzzing", "--max-time", str(SECONDS), "--generation-deterministic"),
        *("--no-color", "--max-failures", "5", "--continue-on-failure"),
    ]
    quiet = {name: value for name, value in os.environ.items() if not name.startswith(("COVERAGE", "COV_"))}
    with running(serve, {"SEARCHSVC_QUERY_SECONDS": "30", "SEARCHSVC_WORKERS": "2"}, port):
        done = subprocess.run(asked, cwd=tmp_path, env=quiet, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout[-6000:] + done.stderr[-2000:]
    operations = sum(map(len, json.loads(describe())["paths"].values()))
    assert f"Tested: {operations}" in done.stdout, done.stdout[-3000:]
