"""Documents whose code runs, and prints what they say it prints."""

import ast
import importlib.util
import re
from collections.abc import Coroutine, Iterator
from pathlib import Path
from types import ModuleType
from typing import Any

import attrs

ROOT = Path(__file__).parent.parent
_MULTI = re.DOTALL | re.MULTILINE
_FENCE = re.compile(r"^```(\w+)\n(.*?)^```$(?:\n\n```text\n(.*?)^```$)?", re.DOTALL | re.MULTILINE)


@attrs.frozen
class Block:
    """A block of code, and the text that is said to come of it (None where nothing is said)."""

    language: str
    code: str
    output: str | None


def blocks(document: str) -> Iterator[Block]:
    """The blocks of a document, each with the block of text that follows it."""
    for language, code, output in _FENCE.findall((ROOT / document).read_text()):
        if language != "text":
            yield Block(language, code, output or None)


def named(document: str, file: str) -> str:
    """The block that a document calls by the name of a file: the first after that name."""
    text = (ROOT / document).read_text()
    found = re.findall(rf"^[^`\n]*`{re.escape(file)}`[^`]*\n```python\n(.*?)^```$", text, _MULTI)
    assert len(found) == 1, f"{document} names {len(found)} blocks {file}"
    return str(found[0])


def module_at(path: Path) -> ModuleType:
    """A file that is in no package, as a module."""
    spec = importlib.util.spec_from_file_location(f"a_script_{path.stem}", path)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


async def run(code: str, names: dict[str, Any], document: str) -> None:
    """Run a block, which may await; what it defines is in `names` afterwards."""
    compiled = compile(code, document, "exec", flags=ast.PyCF_ALLOW_TOP_LEVEL_AWAIT)
    result = eval(compiled, names)
    if isinstance(result, Coroutine):
        await result


def renewed(page: Path, made_by: str, made: str) -> str:
    """A page with a new text in the place that says what makes it."""
    begins, ends = f"<!-- made by {made_by} from here -->\n", "<!-- to here -->\n"
    before, _, rest = page.read_text("utf-8").partition(begins)
    _, found, after = rest.partition(ends)
    assert found, f"{page.name} has no place for what {made_by} makes"
    return f"{before}{begins}\n{made}\n{ends}{after}"
