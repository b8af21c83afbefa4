"""What is done about bookings."""

from oncehub_async.webhooks import BookingEvent, Context, Router

from .diary import Diary

router = Router()


@router.on("booking.scheduled", "booking.rescheduled")
async def expect(event: BookingEvent, context: Context) -> None:
    """Write the meeting into the diary."""
    diary: Diary = context.services
    diary.meetings[event.data.id] = event.data.starting_time


@router.on("booking.canceled", "booking.no_show")
async def forget(event: BookingEvent, context: Context) -> None:
    """Strike it out."""
    diary: Diary = context.services
    diary.meetings.pop(event.data.id, None)
