"""What a page says of a booking, held against what OnceHub says."""

import re
from datetime import datetime, timedelta
from typing import Protocol

from .._client import OnceHub, Resources
from .._rate import Priority
from ..errors import DeletedObjectError, InvalidParameterError, NotFoundError, UnconfirmedError
from ..models import Booking, Deleted, id_of
from ._query import address_with_plus
from ._redirect import ClassicConfirmation

# Anything else that stands in a URL costs no request, and gets into no log.
_ID = re.compile(r"BKNG-[A-Za-z0-9]{1,40}")
_AROUND = timedelta(minutes=1)
_SUMMER = timedelta(hours=1)


class BookingClaim(Protocol):
    """What somebody says of a booking: a `Confirmation`, or the payload of a browser's event."""

    @property
    def id(self) -> str | None: ...
    @property
    def booking_calendar(self) -> str | None: ...
    @property
    def starting_time(self) -> datetime | None: ...
    @property
    def email(self) -> str | None: ...


async def confirm(oncehub: OnceHub, claim: BookingClaim | ClassicConfirmation) -> Booking:
    """The booking as OnceHub has it, if it is what was claimed.

    It is asked for by its id; it has to start when the claim says, and its calendar and its
    guest's address have to be the claimed ones where the claim has any. A claim of the classic
    product has no id: the booking made at its `creation_time`, by the guest with its address, for
    its `meeting_time` (or an hour beside, see `ClassicConfirmation`) is looked for.

    Raises `UnconfirmedError`, which names what differs and shows nobody's data, where the booking
    is another one, was moved since, or isn't there; and what the request raises. What is returned
    is true of the booking, whose `status` may be canceled by now. It doesn't prove that the visitor
    is its guest: whoever was given the URL can open it.
    """
    # Somebody waits for this page.
    now = oncehub.with_priority(Priority.INTERACTIVE)
    if isinstance(claim, ClassicConfirmation):
        return await _find(now, claim)
    if claim.id is None or not _ID.fullmatch(claim.id):
        raise _unconfirmed("id")
    if claim.starting_time is None:
        raise _unconfirmed("starting_time")
    try:
        booking = await now.bookings.get(claim.id)
    except (NotFoundError, DeletedObjectError) as error:
        raise UnconfirmedError("there is no such booking") from error
    differing = [
        name
        for name, same in (
            ("starting_time", booking.starting_time == claim.starting_time),
            (
                "booking_calendar",
                claim.booking_calendar in (None, id_of(booking.booking_calendar)),
            ),
            ("email", claim.email is None or _same(claim.email, await _email(now, booking))),
        )
        if not same
    ]
    if differing:
        raise _unconfirmed(*differing)
    return booking


async def _find(oncehub: Resources, claim: ClassicConfirmation) -> Booking:
    created, starting, email = claim.creation_time, claim.meeting_time, claim.email
    if created is None or starting is None or email is None:
        needed = {"creation_time": created, "meeting_time": starting, "email": email}
        raise _unconfirmed(*(name for name, value in needed.items() if value is None))
    try:
        at_that_time = oncehub.bookings.list(
            creation_time_gt=created - _AROUND, creation_time_lt=created + _AROUND
        )
        moments = (starting, starting - _SUMMER, starting + _SUMMER)
    except (OverflowError, InvalidParameterError):
        # At the ends of time nobody books.
        raise UnconfirmedError("there is no such booking") from None
    of_the_guest = [
        booking
        async for booking in at_that_time
        if booking.booking_calendar is None and _same(email, await _email(oncehub, booking))
    ]
    for moment in moments:
        for booking in of_the_guest:
            if booking.starting_time == moment:
                return booking
    if of_the_guest:
        raise _unconfirmed("meeting_time")
    raise UnconfirmedError("there is no such booking")


async def _email(oncehub: Resources, booking: Booking) -> str | None:
    """The guest's address; bookings without a form have it on their contact."""
    if booking.form_submission is not None and booking.form_submission.email:
        return booking.form_submission.email
    contact = booking.contact
    if isinstance(contact, str):
        try:
            contact = await oncehub.contacts.get(contact)
        except (NotFoundError, DeletedObjectError):
            return None
    return None if contact is None or isinstance(contact, Deleted) else contact.email


def _same(claimed: str, actual: str | None) -> bool:
    if actual is None:
        return False
    return address_with_plus(claimed).strip().casefold() == actual.strip().casefold()


def _unconfirmed(*differing: str) -> UnconfirmedError:
    text = f"not what OnceHub says, or missing: {', '.join(differing)}"
    return UnconfirmedError(text, differing=differing)
