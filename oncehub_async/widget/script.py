"""The script that forwards events from a page to a back end: `forward.js`."""

from functools import cache
from importlib.resources import files


@cache
def forwarding_script() -> str:
    """The text of the script, to be served by your application as `text/javascript`.

    Include it with `embed.EventForwarding`; what it takes is told at its beginning.
    """
    return files(__package__).joinpath("forward.js").read_text("utf-8")
