"""What stands in the documents between fences."""

import re
from pathlib import Path

ROOT = Path(__file__).parent.parent.parent
DOCS = ROOT / "docs"
_FENCE = re.compile(r"^```(\w+)\n(.*?)^```$", re.DOTALL | re.MULTILINE)


def fenced(document: Path, language: str) -> list[str]:
    """Return the blocks of a language, in order; there are some."""
    blocks = [text for name, text in _FENCE.findall(document.read_text()) if name == language]
    assert blocks
    return blocks


def section(document: Path, title: str) -> str:
    """Return what stands below a heading of the second level."""
    (text,) = re.findall(rf"^## {re.escape(title)}\n(.*?)(?=^## |\Z)", document.read_text(), re.DOTALL | re.MULTILINE)
    return str(text)
