"""The plan of the package holds: one door, one column, and what is private stays so."""

import ast
import pydoc
import re
from collections import Counter
from collections.abc import Iterator
from importlib import import_module
from pathlib import Path
from types import ModuleType

import pytest

import oncehub_async

PACKAGE = Path(oncehub_async.__file__).parent
# From the ground up. A room may import the rooms that stand before it, never one beside it.
COLUMN: tuple[tuple[str, ...], ...] = (
    ("_printable",),
    ("errors",),
    ("_ground",),
    ("models", "_rate"),
    ("_http",),
    ("_lists",),
    ("resources",),
    ("_client",),
    ("web", "export", "webhooks"),
    ("testing",),
    ("simulator",),
    ("cli",),
)
HEIGHT = {room: height for height, rooms in enumerate(COLUMN) for room in rooms}
DOORS = (
    "oncehub_async",
    "oncehub_async.cli",
    "oncehub_async.errors",
    "oncehub_async.export",
    "oncehub_async.models",
    "oncehub_async.resources",
    "oncehub_async.simulator",
    "oncehub_async.testing",
    "oncehub_async.web",
    "oncehub_async.webhooks",
)


def sources() -> list[Path]:
    return sorted(PACKAGE.rglob("*.py"))


def module_of(file: Path) -> str:
    parts = file.relative_to(PACKAGE.parent).with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


def imports(file: Path) -> Iterator[tuple[int, str]]:
    """Each module or name of ours that a file imports, from wherever in it."""
    package = (module_of(file) if file.name == "__init__.py" else module_of(file.parent)).split(".")
    for node in ast.walk(ast.parse(file.read_text("utf-8"))):
        if isinstance(node, ast.Import):
            yield from ((node.lineno, each.name) for each in node.names)
        if isinstance(node, ast.ImportFrom):
            above = package[: len(package) - node.level + 1] if node.level else []
            base = ".".join([*above, *([node.module] if node.module else [])])
            yield from ((node.lineno, f"{base}.{each.name}") for each in node.names)


def room_of(module: str) -> str:
    """The file or folder at the top of the package; nothing for the package itself."""
    parts = module.split(".")
    return parts[1] if len(parts) > 1 and parts[1] in HEIGHT else ""


def test_every_room_has_its_place_in_the_column() -> None:
    """Who adds one says where it stands."""
    found = {each.stem for each in PACKAGE.iterdir() if each.suffix == ".py" or each.is_dir()}
    assert found - {"__init__", "__pycache__", "py"} == set(HEIGHT)


def test_imports_run_only_down_the_column() -> None:
    """No room knows one above it or beside it; only the door knows them all."""
    upwards = []
    for file in sources():
        room = room_of(module_of(file))
        for line, target in imports(file):
            other = room_of(target) if target.startswith("oncehub_async") else ""
            if room and other and other != room and HEIGHT[other] >= HEIGHT[room]:
                upwards.append(f"{file.relative_to(PACKAGE)}:{line} imports {target}")
    assert not upwards


def test_nobody_imports_the_inside_of_another_room() -> None:
    """What stands behind a room's door is its own affair."""
    inside = []
    for file in sources():
        room = room_of(module_of(file))
        for line, target in imports(file):
            parts = target.split(".")
            # oncehub_async, room, name: three parts go through the door.
            through_a_wall = len(parts) > 3 and parts[0] == "oncehub_async"
            private = len(parts) == 3 and (PACKAGE / parts[1] / f"{parts[2]}.py").exists()
            named = private and (parts[1], parts[2]) != ("_ground", "checks")
            if (through_a_wall or named) and room_of(target) != room:
                inside.append(f"{file.relative_to(PACKAGE)}:{line} imports {target}")
    assert not inside


@pytest.mark.parametrize("name", DOORS)
def test_a_door_shows_what_it_lists_and_no_more(name: str) -> None:
    """A name is public because somebody decided so, not because it was imported."""
    module = import_module(name)
    shown = {
        each
        for each, value in vars(module).items()
        if not each.startswith("_") and not _is_public_module(value)
    }
    if name == "oncehub_async":
        shown |= {each for each in dir(module) if each in module.__all__}
    assert shown | ({"__version__"} if name == "oncehub_async" else set()) == set(module.__all__)
    assert len(module.__all__) == len(set(module.__all__))


def _is_public_module(value: object) -> bool:
    return isinstance(value, ModuleType) and value.__name__ in DOORS


def test_all_other_modules_are_private() -> None:
    """A part of the path to them has an underscore."""
    public = {module_of(file) for file in sources() if "._" not in module_of(file)}
    assert public == set(DOORS)


def test_a_file_name_is_found_once() -> None:
    """So that an editor's search for it has one answer."""
    names = Counter(file.name.lstrip("_") for file in sources() if not file.name.startswith("__"))
    assert {name: n for name, n in names.items() if n > 1} == {}


def test_a_class_name_stands_for_one_thing() -> None:
    """Whoever reads it knows which."""
    classes = Counter(
        node.name
        for file in sources()
        for node in ast.walk(ast.parse(file.read_text("utf-8")))
        if isinstance(node, ast.ClassDef) and not node.name.startswith("_")
    )
    assert {name: n for name, n in classes.items() if n > 1} == {}


def test_no_file_is_a_mere_scrap() -> None:
    """Under 20 lines it belongs to the file that uses it, unless it is a door."""
    short = {
        str(file.relative_to(PACKAGE)): lines
        for file in sources()
        if not file.name.startswith("__")
        and (lines := len(file.read_text("utf-8").splitlines())) < 20
    }
    assert short == {}


RESOURCES = (
    "booking_calendars",
    "booking_pages",
    "bookings",
    "contacts",
    "event_types",
    "master_pages",
    "sms_notifications",
    "teams",
    "users",
    "webhooks",
)


@pytest.mark.parametrize("name", RESOURCES)
def test_help_lists_every_resource_with_a_sentence(name: str) -> None:
    """Who types `help(OnceHub)` sees what there is."""
    text = pydoc.plain(pydoc.render_doc(oncehub_async.OnceHub))
    assert re.search(rf"^ \|  {name}\n \|      [A-Z].*\.$", text, re.MULTILINE)
