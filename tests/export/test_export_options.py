"""What an export can be told is written once, and is shown and taken by all that export."""

import inspect
import pydoc
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from oncehub_async import OnceHub
from oncehub_async.export import ExportRequest, plan_export, run_export, watch_export


@pytest.mark.parametrize("function", [run_export, watch_export])
def test_every_option_is_shown_with_its_default(function: Callable[..., Any]) -> None:
    """By `help()` and in an editor that asks for the signature."""
    shown = inspect.signature(function).parameters
    for name, of_request in inspect.signature(ExportRequest).parameters.items():
        assert shown[name].default == of_request.default
        assert f"{name}: " in pydoc.plain(pydoc.render_doc(function))
    assert not any(each.kind is each.VAR_KEYWORD for each in shown.values())


async def test_a_misspelt_option_is_refused(tmp_path: Path) -> None:
    """As of any function."""
    options: dict[str, Any] = {"overwite": True}
    with pytest.raises(TypeError, match="unexpected keyword argument 'overwite'"):
        await run_export(OnceHub("key"), plan_export(), tmp_path, **options)
    with pytest.raises(TypeError, match="unexpected keyword argument 'overwite'"):
        watch_export(OnceHub("key"), plan_export(), tmp_path, **options)
