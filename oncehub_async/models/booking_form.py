"""What a guest is booked with. https://developers.oncehub.com/reference/book-a-time-slot-for-a-booking-calendar"""

import attrs

from .base import Model


@attrs.frozen(kw_only=True, repr=False)
class BookingForm(Model):
    """A guest's name, email and phone number (E.164).

    An account's own fields go by their mapped names into `unknown_fields`: a text, or a list of
    texts for a multi-select.
    """

    _shown = ()

    name: str | None = None
    email: str | None = None
    phone: str | None = None
