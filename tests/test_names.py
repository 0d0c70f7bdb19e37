"""One name, one thing: modules, classes and exports of the package."""

import ast
from collections import defaultdict
from collections.abc import Iterator
from itertools import combinations
from pathlib import Path

ROOT = Path(__file__).parent.parent
PACKAGE = ROOT / "searchsvc"
#: Packages that do the same for two formats or two stores: a module or class of one may have its like in the other.
TWINS = (
    {"searchsvc/parsing/html", "searchsvc/parsing/text"},
    {"searchsvc/engines/memory", "searchsvc/engines/whoosh", "searchsvc/engines/opensearch"},
)


def test_no_two_modules_have_one_name() -> None:
    places = defaultdict(list)
    for path in _modules():
        if path.stem not in {"__init__", "__main__"}:
            places[path.stem].append(path)
    twice = {name: places for name, places in places.items() if not _all_twins(places)}
    assert not twice


def test_no_two_classes_have_one_name() -> None:
    places = defaultdict(list)
    for path in _modules():
        for name in _types(ast.parse(path.read_text())):
            places[name].append(path)
    twice = {name: places for name, places in places.items() if not _all_twins(places)}
    assert not twice


def test_no_package_exports_what_is_named_like_a_module_of_it() -> None:
    shadows = {
        f"{'.'.join(door.parent.relative_to(ROOT).parts)}.{name}"
        for door in PACKAGE.rglob("__init__.py")
        for name in _imported(door)
        if (door.parent / f"{name}.py").exists() or (door.parent / name / "__init__.py").exists()
    }
    assert not shadows


def _modules() -> list[Path]:
    return sorted(PACKAGE.rglob("*.py"))


def _all_twins(places: list[Path]) -> bool:
    folders = [str(place.parent.relative_to(ROOT)) for place in places]
    return all(a != b and any({a, b} <= twins for twins in TWINS) for a, b in combinations(folders, 2))


def _types(tree: ast.Module) -> Iterator[str]:
    """Yield the public classes of a module, and its names for types (`Key = tuple[int, ...]`)."""
    for node in tree.body:
        if isinstance(node, ast.ClassDef):
            name = node.name
        elif isinstance(node, ast.Assign) and isinstance(node.targets[0], ast.Name):
            name = node.targets[0].id
        else:
            continue
        if name[0].isupper() and not name.isupper():
            yield name


def _imported(door: Path) -> Iterator[str]:
    """Yield what a package imports from others, or from within its own modules."""
    itself = ".".join(door.parent.relative_to(ROOT).parts)
    for node in ast.parse(door.read_text()).body:
        if isinstance(node, ast.ImportFrom) and node.module != itself:
            yield from (alias.asname or alias.name for alias in node.names)
