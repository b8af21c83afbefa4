"""The redirect after a booking: read, and held against the API.

    from oncehub_async.redirect import confirm, parse_confirmation

    confirmation = parse_confirmation(request.raw_path)
    if confirmation is not None:
        booking = await confirm(oncehub, confirmation)

Anyone can write such a URL, so nothing that it says is trusted before `confirm` has looked.
"""

from .confirm import Claim, confirm
from .confirmation import ClassicConfirmation, Confirmation
from .parse import parse_confirmation

__all__ = ["Claim", "ClassicConfirmation", "Confirmation", "confirm", "parse_confirmation"]
