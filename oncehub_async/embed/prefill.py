"""The script that hands a guest's data to an embedded booking calendar: `prefill.js`."""

from functools import cache
from importlib.resources import files


@cache
def prefill_script() -> str:
    """The text of the script, to be served by your application as `text/javascript`.

    The vendor's recipe for choosing co-hosts sets parameters on the embed's frame in this way.
    """
    return files(__package__).joinpath("prefill.js").read_text("utf-8")
