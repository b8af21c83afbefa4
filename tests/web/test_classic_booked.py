"""What the classic page hands to SOAfterConfirmationFunction."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from oncehub_async.web import ClassicBooked, MeetingTimes, parse_event

SAMPLE: dict[str, Any] = {
    "errorStatus": 0,
    "bookingInfo": {
        "Version": "7.35",
        "MeetingTimes": [
            {
                "UTCTime": "2018-04-25T06:45:00",
                "CustomerTime": "2018-04-25T07:45:00",
                "SOTime": "2018-04-25T09:45:00",
            }
        ],
        "CancelRescheduleLink": "https://go.oncehub.com/dana?Params=IPLa6BkbZ",
        "Note": "I look forward to the meeting.",
        "CalendarEvent": {
            "ICS": "https://app.oncehub.com/scheduleonce/download.aspx?mid=%2fHCb&type=1",
            "VCS": "https://app.oncehub.com/scheduleonce/download.aspx?mid=%2fHCb&type=3",
        },
        "statusCode": "1",
        "Message": None,
        "CustomerName": "John Smith",
        "CustomerEmail": "johnsmith@example.com",
        "CustomerPhone": "1-2025550195",
        "EventTypeName": "Automatic booking - 15-minute meeting",
    },
}


def parse(data: dict[str, Any]) -> ClassicBooked:
    """As the classic page's data."""
    booked = parse_event(data)
    assert isinstance(booked, ClassicBooked)
    return booked


def test_the_vendors_sample_says_what_it_says() -> None:
    """https://help.oncehub.com/scheduleonce/developers/client-side-api/collecting-data-from-embedded-booking-page"""
    booked = parse(SAMPLE)
    info = booked.booking_info
    assert info is not None
    assert booked.succeeded
    assert (booked.error_status, info.status_code, info.version) == (0, "1", "7.35")
    assert info.meeting_times is not None
    (times,) = info.meeting_times
    assert times.utc_time == datetime(2018, 4, 25, 6, 45, tzinfo=UTC)
    assert info.cancel_reschedule_link == "https://go.oncehub.com/dana?Params=IPLa6BkbZ"
    assert info.note == "I look forward to the meeting."
    assert info.calendar_event is not None
    assert info.calendar_event.ics == SAMPLE["bookingInfo"]["CalendarEvent"]["ICS"]
    assert info.calendar_event.vcs == SAMPLE["bookingInfo"]["CalendarEvent"]["VCS"]
    assert info.message is None
    assert info.customer_name == "John Smith"
    assert info.customer_email == "johnsmith@example.com"
    assert info.customer_phone == "1-2025550195"
    assert info.event_type_name == "Automatic booking - 15-minute meeting"
    assert info.unknown_fields == booked.unknown_fields == {}
    assert "John" not in repr(booked)
    assert "Params" not in repr(booked)


def test_clock_faces_become_aware_times() -> None:
    """How far they are from UTC tells their offset; the moment is the same."""
    info = parse(SAMPLE).booking_info
    assert info is not None
    assert info.meeting_times is not None
    (times,) = info.meeting_times
    for time, hours in ((times.customer_time, 1), (times.page_time, 3)):
        assert time is not None
        assert time == times.utc_time
        assert time.utcoffset() == timedelta(hours=hours)
    assert times.page_time is not None
    assert times.page_time.hour == 9


@pytest.mark.parametrize("clock", [None, "", "soon", "2018-04-27T07:45:00", "2018-04-24T06:45:00"])
def test_clock_faces_that_cannot_be(clock: str | None) -> None:
    """No clock is a day off."""
    now = datetime(2018, 4, 25, 6, 45, tzinfo=UTC)
    assert MeetingTimes(utc_time=now, customer_clock=clock).customer_time is None
    assert MeetingTimes(customer_clock="2018-04-25T07:45:00").customer_time is None


def test_failures_and_odd_data_survive() -> None:
    """Fields come and go here as well."""
    assert not parse({"errorStatus": 1, "bookingInfo": None}).succeeded
    assert not parse({"errorStatus": 0, "bookingInfo": {"statusCode": "0"}}).succeeded
    odd = parse({"errorStatus": 0, "bookingInfo": {"statusCode": "1", "Note": 5, "New": 1}})
    assert odd.succeeded
    assert odd.booking_info is not None
    assert odd.booking_info.unknown_fields == {"Note": 5, "New": 1}
    assert parse({"errorStatus": 0, "bookingInfo": "x"}).unknown_fields == {"bookingInfo": "x"}
