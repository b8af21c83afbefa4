"""Every help leads on: an example, the filters, and what a shell needs to complete."""

import subprocess
import sys
from collections.abc import Iterator
from importlib import import_module
from typing import Any

import pytest
from cyclopts import App

from oncehub_async.cli import main
from oncehub_async.cli._app import COMMANDS
from oncehub_async.export import RESOURCES


def all_commands() -> Iterator[str]:
    """Those in groups, such as `inbox retry`, too."""
    for name, (place, _) in COMMANDS.items():
        module, attribute = place.split(":")
        found: Any = getattr(import_module(f"oncehub_async.cli.{module}"), attribute)
        if isinstance(found, App):
            yield from (f"{name} {each}" for each in found if not each.startswith("-"))
        else:
            yield name


@pytest.mark.parametrize("command", tuple(all_commands()))
def test_every_help_has_an_example_of_itself(
    command: str, capsys: pytest.CaptureFixture[str]
) -> None:
    """To copy, beside what each option means."""
    assert main([*command.split(), "--help"]) == 0
    told = " ".join(capsys.readouterr().out.split())
    assert f"For example: oncehub {command}" in told


def test_the_help_of_export_names_resources_and_filters(
    capsys: pytest.CaptureFixture[str],
) -> None:
    """As they are written after --filter."""
    assert main(["export", "--help"]) == 0
    told = capsys.readouterr().out.replace("│", " ")
    told = " ".join(told.split())
    for name in RESOURCES:
        assert name in told
    assert "last_updated_time.gt, last_updated_time.lt" in told
    assert "contacts email" in told
    assert "after" not in told.split("bookings.owner=")[1].split("Can be given")[0]


@pytest.mark.parametrize(
    ("typed", "completed"),
    [
        ("oncehub exp", "export"),
        ("oncehub webhooks cre", "create"),
        ("oncehub export --form", "--format"),
    ],
)
def test_bash_completes(typed: str, completed: str) -> None:
    """With the script that is printed for it."""
    words = typed.split()
    script = f"""
source <({sys.executable} -m oncehub_async.cli completion bash)
COMP_WORDS=({" ".join(words)}) COMP_CWORD={len(words) - 1} COMP_LINE='{typed}'
COMP_POINT={len(typed)}
function=$(complete -p oncehub | sed 's/.*-F \\([^ ]*\\).*/\\1/')
$function oncehub '{words[-1]}' '{words[-2]}'
printf '%s\\n' "${{COMPREPLY[@]}}"
"""
    done = subprocess.run(["bash", "-c", script], capture_output=True, text=True, check=True)
    assert completed in done.stdout.split()


@pytest.mark.parametrize("shell", ["zsh", "fish"])
def test_other_shells_have_their_script(shell: str, capsys: pytest.CaptureFixture[str]) -> None:
    """All commands and options are in it."""
    assert main(["completion", shell]) == 0
    script = capsys.readouterr().out
    assert "per-five-minutes" in script
    assert all(name in script for name in COMMANDS)
