"""What is done about bookings."""

from oncehub_async.webhooks import BookingEvent, Context, Router

from .diary import Diary

router = Router[Diary]()


@router.on("booking.scheduled", "booking.rescheduled")
async def expect(event: BookingEvent, context: Context[Diary]) -> None:
    """Write the meeting into the diary."""
    context.services.meetings[event.data.id] = event.data.starting_time


@router.on("booking.canceled", "booking.no_show")
async def forget(event: BookingEvent, context: Context[Diary]) -> None:
    """Strike it out."""
    context.services.meetings.pop(event.data.id, None)
