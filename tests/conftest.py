"""What holds for every test: it leaves this process as it found it, and warnings are errors in the commands it runs."""

import os
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings

from soak.striking import NoCompilerError, Striker

os.environ["PYTHONWARNINGS"] = "error"

#: Machines are busy: how long an example takes, or the making of it, fails no test.
CALM = settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])
#: The same examples on every run: a change fails for what it does, and not for what comes up by chance.
settings.register_profile("steady", CALM, derandomize=True)
#: Other examples on every run, and more of them: `make explore`. What fails is kept in `.hypothesis` and tried first.
settings.register_profile("explore", CALM, max_examples=1000, print_blob=True)
settings.load_profile("steady")


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Coverage is what the stories run; tests of many examples, `no_cover`, would take twice the time."""
    for item in items:
        if item.get_closest_marker("hypothesis"):
            item.add_marker("no_cover")


@pytest.fixture(autouse=True)
def commands_are_counted(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """So are the lines of commands that tests start, but for those of `no_cover`."""
    if request.node.get_closest_marker("no_cover"):
        monkeypatch.delenv("COVERAGE_PROCESS_CONFIG", raising=False)


@pytest.fixture(autouse=True)
def tracing_goes_on(request: pytest.FixtureRequest) -> Iterator[None]:
    """A test that traces gives back whose tracing it took over: a debugger's, or that of a measurement of coverage."""
    before = sys.gettrace(), sys.getprofile()
    yield
    after = sys.gettrace(), sys.getprofile()
    if request.node.get_closest_marker("no_cover"):  # coverage has gone on with a tracer of the same kind
        assert [*map(type, after)] == [*map(type, before)]
    else:
        assert after == before


@pytest.fixture
def striker(tmp_path: Path) -> Striker:
    """Runs commands of which one call to the system fails; skips the test where no compiler is."""
    try:
        return Striker(tmp_path)
    except NoCompilerError as error:
        pytest.skip(str(error))
