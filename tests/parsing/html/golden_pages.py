"""Golden page → its article as the published JSON, a value a line; for the test and the tool that renews."""

import json
from hashlib import sha256
from pathlib import Path

from searchsvc.json_output import article_to_json
from searchsvc.model.source import Source
from searchsvc.parsing import explain

FOLDER = Path(__file__).resolve().parents[2] / "golden" / "html"


def pages() -> list[Path]:
    """Return the golden pages."""
    return sorted(FOLDER.glob("*.html"))


def read(page: Path) -> str:
    """Return what is read out of a page, written out."""
    data = page.read_bytes()
    source = Source(page.name, page.name, data, "text/html", sha256(data).hexdigest())
    told = json.loads(article_to_json(explain(source).article))
    del told["provenance"]["sha256"]
    return json.dumps(told, ensure_ascii=False, indent=1) + "\n"
