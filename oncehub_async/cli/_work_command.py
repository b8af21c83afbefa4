"""`oncehub work`: the handlers of a receiver of one's own, apart from what accepts."""

import importlib
import os
import sys

from .._ground import did_you_mean
from ..errors import InvalidParameterError
from ..webhooks import Receiver
from ..webhooks import work as run_handlers
from . import COMPLETE
from ._output import note


async def work(receiver: str, /) -> int:
    """Run the handlers of a receiver until interrupted, and accept nothing.

    What accepts is another process with the same inbox, such as serve(receiver, handle=False). More
    than one process that works helps where handlers need the processor, not where they wait.

    For example: oncehub work app:receiver, oncehub work shop.webhooks:receiver.

    Parameters
    ----------
    receiver
        MODULE:NAME, where a program that is run in this folder would import it from.
    """
    found = _found(receiver)
    note(f"Handling what waits in the inbox of {receiver}. Stop with Ctrl-C.")
    await run_handlers(found)
    return COMPLETE


def _found(place: str) -> Receiver:
    module_name, colon, name = place.partition(":")
    if not (module_name and colon and name):
        raise InvalidParameterError("receiver", "expected MODULE:NAME, such as app:receiver")
    folder = os.getcwd()
    if folder not in sys.path:
        sys.path.insert(0, folder)
    try:
        module = importlib.import_module(module_name)
    except ModuleNotFoundError as error:
        if error.name is None or not f"{module_name}.".startswith(f"{error.name}."):
            raise
        raise InvalidParameterError(
            "receiver", f"there is no module {error.name} to be imported from {folder}"
        ) from None
    found = getattr(module, name, None)
    if found is None:
        receivers = [key for key, value in vars(module).items() if isinstance(value, Receiver)]
        hint = f"; {did_you_mean(name, receivers)}" if receivers else ""
        raise InvalidParameterError("receiver", f"{module_name} has no {name}{hint}")
    if not isinstance(found, Receiver):
        raise InvalidParameterError(
            "receiver", f"{place} is of type {type(found).__name__}, and no Receiver"
        )
    return found
