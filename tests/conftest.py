"""What holds for every test: it leaves this process as it found it, and warnings are errors in the commands it runs."""

import os
import sys
from collections.abc import Iterator

import pytest

os.environ["PYTHONWARNINGS"] = "error"


@pytest.fixture(autouse=True)
def tracing_goes_on() -> Iterator[None]:
    """A test that traces gives back whose tracing it took over: a debugger's, or that of a measurement of coverage."""
    before = sys.gettrace(), sys.getprofile()
    yield
    assert (sys.gettrace(), sys.getprofile()) == before
