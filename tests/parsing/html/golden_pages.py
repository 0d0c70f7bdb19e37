"""Golden page → its Explanation as plain JSON; used by the test that compares and the tool that renews."""

import json
from dataclasses import asdict
from datetime import UTC, date, datetime
from hashlib import sha256
from pathlib import Path

from searchsvc.model.article import Source
from searchsvc.parsing import explain

FOLDER = Path(__file__).resolve().parents[2] / "golden" / "html"


def pages() -> list[Path]:
    """Return the golden pages."""
    return sorted(FOLDER.glob("*.html"))


def read(page: Path) -> str:
    """Return what is read out of a page, written out."""
    data = page.read_bytes()
    source = Source(page.name, page.name, data, "text/html", sha256(data).hexdigest())
    told = asdict(explain(source).article)
    del told["provenance"]["sha256"]
    return json.dumps(told, ensure_ascii=False, indent=1, default=_plain) + "\n"


def _plain(value: object) -> str:
    if isinstance(value, datetime):
        return value.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
    if isinstance(value, date):
        return value.isoformat()
    raise TypeError(value)
