"""`oncehub completion`: what shells need to complete commands and options."""

from typing import Literal

from . import COMPLETE
from ._output import say_document


def completion(shell: Literal["bash", "zsh", "fish"], /) -> int:
    """Print the script by which a shell completes commands and options.

    For example: oncehub completion bash > ~/.local/share/bash-completion/completions/oncehub,
    oncehub completion zsh > ~/.zsh/completions/_oncehub (a folder of $fpath), oncehub completion
    fish > ~/.config/fish/completions/oncehub.fish. Shells that are started after that know it.

    Parameters
    ----------
    shell
        bash, zsh or fish.
    """
    from ._app import command_line  # it knows this command, too

    say_document(command_line().generate_completion(shell=shell))
    return COMPLETE
