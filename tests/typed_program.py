"""What a type checker knows about a user's program; `make types` checks it, nothing runs it."""

from datetime import UTC, datetime
from typing import Any, assert_type

from oncehub_async import UNSET, ConflictError, Listing, OnceHub, Page, Priority, Resources, id_of
from oncehub_async.models import (
    Booking,
    BookingStatus,
    Contact,
    Conversation,
    Deleted,
    EventName,
    ScheduledBooking,
    SchedulingAvailability,
    TimeSlot,
    User,
    from_dict,
)
from oncehub_async.webhooks import (
    BookingEvent,
    CallNext,
    Context,
    ConversationEvent,
    ErrorHandler,
    Event,
    EventType,
    MemoryInbox,
    Middleware,
    Receiver,
    Registration,
    RetryLater,
    Router,
)


async def key() -> str:
    return "key"


async def lists(oncehub: OnceHub) -> None:
    listing = oncehub.bookings.list(
        status=BookingStatus.SCHEDULED, creation_time_gt=datetime(2026, 1, 1, tzinfo=UTC)
    )
    assert_type(listing, Listing[Booking])
    async for booking in listing:
        assert_type(booking, Booking)
        assert_type(booking.status, str | None)
        assert_type(booking.starting_time, datetime | None)
        assert_type(booking.owner, str | User | Deleted | None)
        assert_type(id_of(booking.owner), str | None)
        if isinstance(booking.contact, Contact):
            assert_type(id_of(booking.contact), str)
    async for page in listing.pages():
        assert_type(page, Page[Booking])
        assert_type(page.next_cursor, str | None)
    assert_type(await listing.first(), Booking | None)
    assert_type(await listing.collect(), list[Booking])
    assert_type(listing.raw(), Listing[dict[str, Any]])


async def calls() -> None:
    async with OnceHub(key) as oncehub:
        assert_type(oncehub, OnceHub)
        assert_type(oncehub.with_priority(Priority.BULK), Resources)
        assert_type(await oncehub.request("GET", "/bookings", query={"limit": 5}), Any)
        slots = await oncehub.booking_calendars.time_slots("BKC-1")
        assert_type(slots[0], TimeSlot)
        start = slots[0].start_time
        assert start is not None
        booked = await oncehub.booking_calendars.schedule(
            "BKC-1",
            start_time=start,
            guest_time_zone="UTC",
            booking_form={"name": "C", "email": "c@example.com", "interests": ["a"]},
        )
        assert_type(booked, ScheduledBooking)
        assert_type(await oncehub.users.delete("USR-1"), Deleted)
        assert_type(await oncehub.users.scheduling_availability("USR-1"), SchedulingAvailability)
        try:
            await oncehub.contacts.update("CTC-1", city=None, state=UNSET, employees=3)
        except ConflictError as error:
            assert_type(error.status, int | None)
            assert_type(error.param, str | None)
    assert_type(from_dict({}, User), User)


receiver = Receiver(signing_secret="secret", inbox=MemoryInbox())
router = Router()


@receiver.on("booking.scheduled", EventName.BOOKING_RESCHEDULED)
async def welcome(event: BookingEvent) -> None:
    assert_type(event.data, Booking)
    assert_type(event.id, str)
    assert_type(event.creation_time, datetime | None)
    assert_type(event.raw, dict[str, Any])


@router.on("conversation", timeout=5.0)
async def talk(event: ConversationEvent, context: Context) -> None:
    assert_type(event.data, Conversation)
    assert_type(context.attempt, int)


@receiver.on("*")
async def anything(event: Event) -> int:
    if isinstance(event, BookingEvent):
        assert_type(event.data, Booking)
    return 1


assert_type(receiver.on("booking"), Registration[BookingEvent, Any])
assert_type(receiver.on("booking.canceled", "booking.no_show"), Registration[BookingEvent, Any])
assert_type(receiver.on("conversation.closed"), Registration[ConversationEvent, Any])
assert_type(receiver.on("booking", "conversation"), Registration[Event, Any])
assert_type(receiver.on("booking.paid", unlisted=True), Registration[Event, Any])


def each_of(types: list[EventType]) -> None:
    for kind in types:
        receiver.on(kind, name=f"audit {kind}")(anything)


@receiver.middleware
async def stopwatch(event: Event, context: Context, call_next: CallNext) -> None:
    await call_next(event, context)


@receiver.on_error
async def report(error: Exception, event: Event, context: Context) -> None:
    if isinstance(error, RetryLater):
        assert_type(error.seconds, float)


class Services:
    """What handlers need."""

    rooms: int = 3


service = Receiver(signing_secret="secret", inbox=MemoryInbox(), services=Services())
assert_type(service, Receiver[Services])
part = Router[Services]()


@part.on("booking.canceled")
async def free_the_room(event: BookingEvent, context: Context[Services]) -> None:
    assert_type(event.data, Booking)
    assert_type(context.services.rooms, int)


@service.middleware
async def around(event: Event, context: Context[Services], call_next: CallNext[Services]) -> object:
    assert_type(context.services, Services)
    return await call_next(event, context)


@service.on_error
async def count(error: Exception, event: Event, context: Context[Services]) -> None:
    assert_type(context.services, Services)


also_around: Middleware[Services] = around
also_count: ErrorHandler[Services] = count
service.include(part)
service.include(router)
