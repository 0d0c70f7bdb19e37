"""Engine URL → the engine of this process, opened when it is first needed."""

import os
import threading

from searchsvc.engines import open_engine
from searchsvc.engines.base import Engine


class Collection:
    """The engine that answers.

    It is opened at the first request and not before: a server may fork after the application
    is made, and it must start, and say so, where there is no index yet. An engine that could
    not be opened is tried again at the next request.
    """

    def __init__(self, url: str, engine: Engine | None = None) -> None:
        """Keep the address; an engine that is given is used as it is.

        Raises:
            UsageError: The address names no engine.

        """
        if engine is None:
            # Nothing is read yet: this only tells a wrong address before anybody asks.
            open_engine(url).close()
        self._url = url
        self._given = engine
        self._opened: Engine | None = None
        self._process = 0
        self._lock = threading.Lock()

    def engine(self) -> Engine:
        """Return the engine of this process.

        Raises:
            EngineError: The index cannot be opened.

        """
        if self._given is not None:
            return self._given
        if self._opened is not None and self._process == os.getpid():
            return self._opened
        with self._lock:
            if self._opened is None or self._process != os.getpid():
                self._opened, self._process = open_engine(self._url), os.getpid()
            return self._opened
