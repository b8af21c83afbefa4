"""The plan of the package holds: one door, one column, and what is private stays so."""

import ast
import inspect
import pydoc
import re
from collections import Counter
from collections.abc import Iterator
from importlib import import_module
from pathlib import Path
from types import ModuleType
from typing import Any, get_args, get_origin, get_type_hints

import pytest

import oncehub_async
from oncehub_async import errors, resources

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
    ("web", "export", "sync", "webhooks"),
    ("reports", "metrics", "privacy"),
    ("testing",),
    ("simulator",),
    ("mcp",),
    ("cli",),
)
HEIGHT = {room: height for height, rooms in enumerate(COLUMN) for room in rooms}
DOORS = (
    "oncehub_async",
    "oncehub_async.cli",
    "oncehub_async.errors",
    "oncehub_async.export",
    "oncehub_async.mcp",
    "oncehub_async.metrics",
    "oncehub_async.models",
    "oncehub_async.privacy",
    "oncehub_async.reports",
    "oncehub_async.resources",
    "oncehub_async.simulator",
    "oncehub_async.sync",
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
            named = len(parts) == 3 and (PACKAGE / parts[1] / f"{parts[2]}.py").exists()
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


GIVEN = {
    "BookingEvent",
    "ConversationEvent",
    "Event",
    "Listing",
    "Registration",
    "Resources",
    "Walk",
    *resources.__all__,
}
"""What users are given and don't make: how it is made is the package's affair."""
INSIDE = {
    # What rooms call of each other's objects, and users have no use for.
    "oncehub_async._lists.async_only.AsyncOnly",
    "oncehub_async._lists.pages.PageSource",
    "oncehub_async._lists.pages.Paged",
    "oncehub_async._lists.placement.PlacedPage",
    "oncehub_async._lists.segments.Coverage",
    # What rooms call of each other's objects, and users have no use for.
    "oncehub_async._rate.forecast.Demands",
    "oncehub_async._rate.request_queue.RequestQueue",
    "oncehub_async.export._formats.exported_rows.Row",
    "oncehub_async.export._verify.comparison.FileSection",
    "oncehub_async.simulator._simulator_call.SimulatedOperation",
    "oncehub_async.webhooks._handling.router.Route",
    # Reading it gives a text or None.
    "oncehub_async.web._link.TextParameter",
}


def test_what_users_meet_in_signatures_is_at_a_door() -> None:
    """Whoever annotates what a call gives or takes can import its name."""
    at_a_door = {id(value) for _, _, value in public()}
    missing = {
        f"{name}, in {place}"
        for place, hint in signatures()
        for cls in classes_in(hint)
        if cls.__module__.startswith("oncehub_async.") and id(cls) not in at_a_door
        for name in [f"{cls.__module__}.{cls.__qualname__}"]
        if not any(name.startswith(each) for each in INSIDE)
    }
    assert missing == set()


def test_every_error_is_at_a_door() -> None:
    """Whoever catches it can import its name."""
    at_a_door = {id(value) for _, _, value in public()}
    inside = {"UnheldValue"}  # the models catch what they raise
    assert {
        each.__name__ for each in errors_below(errors.OnceHubError) if id(each) not in at_a_door
    } == inside


def public() -> Iterator[tuple[str, str, Any]]:
    """Door, name and value of all that users may import."""
    for door in DOORS:
        module = import_module(door)
        yield from ((door, name, getattr(module, name)) for name in module.__all__)


def signatures() -> Iterator[tuple[str, Any]]:
    """Where users meet a type, and the annotation there."""
    for _, name, value in public():
        if inspect.isfunction(value):
            yield from ((f"{name}({each})", hint) for each, hint in hints_of(value).items())
        elif inspect.isclass(value):
            yield from ((f"base of {name}", base) for base in value.__mro__[1:])
            yield from (
                (f"{name}.{each}", hint)
                for each, hint in hints_of(value).items()
                if not each.startswith("_")
            )
            for method, function in methods_of(name, value):
                yield from ((f"{name}.{method}", hint) for hint in hints_of(function).values())
        elif get_args(value):
            yield name, value


def methods_of(name: str, cls: type) -> Iterator[tuple[str, Any]]:
    for method, value in inspect.getmembers_static(cls):
        is_made = method == "__init__" and name not in GIVEN
        if method.startswith("_") and not is_made:
            continue
        for wrapper in ("fget", "__func__", "func"):
            value = getattr(value, wrapper, None) or value
        if inspect.isfunction(value):
            yield method, value


def hints_of(value: Any) -> dict[str, Any]:
    # Some are imported for type checkers only, who know them all by these names.
    names = {**vars(resources), "Listing": oncehub_async.Listing}
    return get_type_hints(value, localns=names)


def classes_in(hint: Any) -> Iterator[type]:
    """The classes in an annotation, such as those in `list[Booking] | None`."""
    if get_args(hint):
        for part in (get_origin(hint), *get_args(hint)):
            for each in part if isinstance(part, list) else [part]:
                yield from classes_in(each)
    elif isinstance(hint, type) and not hint.__name__.startswith("_"):
        yield hint


def errors_below(root: type[Exception]) -> Iterator[type[Exception]]:
    yield root
    for each in root.__subclasses__():
        if each.__module__.startswith("oncehub_async"):
            yield from errors_below(each)
