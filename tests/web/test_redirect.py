"""What a thank-you page reads out of its own URL."""

from datetime import UTC, datetime, timedelta, timezone
from typing import Any
from urllib.parse import parse_qs

import pytest
from hypothesis import given
from hypothesis import strategies as st
from multidict import MultiDict

from oncehub_async.web import ClassicConfirmation, Confirmation, parse_confirmation

NEW = (
    "http://www.example.com/?booking_calendar=BKC-8D6NGQEM5G&subject=Meeting+with+Sales"
    "&status=scheduled&customer_timezone=Asia%2FKolkata&id=BKNG-2R5C3TQBX1PZ"
    "&creation_time=2025-07-17T10%3A17%3A10.765Z&starting_time=2025-07-18T11%3A00%3A00.000Z"
    "&name=Carrie+Customer&email=Carrie-Customer%40staticso2.com&company=Acme"
    "&meeting_reason=Product+Demo"
)
CLASSIC = (
    "http://www.example.com/?Name=John%20Smith&Email=johnsmith@example.com"
    "&subject=Example%20Subject&company=Example%20Company&phone=1-2025550195"
    "&note=I%20look%20forward%20to%20the%20meeting.&bookingPage=financial"
    "&creationTime=2018-04-25T05:08:18.843Z&meetingTime=2018-04-25T10:45:00.000Z"
    "&timeZone=Eastern%20time&utcOffset=-5"
)


def new(url: Any) -> Confirmation:
    """What it says, of the newer product."""
    confirmation = parse_confirmation(url)
    assert isinstance(confirmation, Confirmation)
    return confirmation


def classic(url: str) -> ClassicConfirmation:
    """What it says, of the classic product."""
    confirmation = parse_confirmation(url)
    assert isinstance(confirmation, ClassicConfirmation)
    return confirmation


def test_the_vendors_example() -> None:
    """Says exactly what it says.

    https://help.oncehub.com/scheduleonce/developers/client-side-api/redirecting-booking-confirmation-data
    """
    read = new(NEW)
    assert read.booking_calendar == "BKC-8D6NGQEM5G"
    assert read.subject == "Meeting with Sales"
    assert read.status == "scheduled"
    assert read.customer_timezone == "Asia/Kolkata"
    assert read.id == "BKNG-2R5C3TQBX1PZ"
    assert read.creation_time == datetime(2025, 7, 17, 10, 17, 10, 765000, UTC)
    assert read.starting_time == datetime(2025, 7, 18, 11, tzinfo=UTC)
    assert read.name == "Carrie Customer"
    assert read.email == "Carrie-Customer@staticso2.com"
    assert read.phone is None
    assert read.custom_fields == {"company": "Acme", "meeting_reason": "Product Demo"}
    assert len(read.parameters) == 11
    assert read.complete
    assert (read.truncated, read.missing, read.unreadable, read.repeated) == (False, (), (), {})


def test_the_vendors_classic_example() -> None:
    """The meeting's clock is the booking page's, whatever the Z after it says."""
    read = classic(CLASSIC)
    assert (read.name, read.email) == ("John Smith", "johnsmith@example.com")
    assert (read.subject, read.company) == ("Example Subject", "Example Company")
    assert (read.phone, read.mobile) == ("1-2025550195", None)
    assert read.note == "I look forward to the meeting."
    assert (read.booking_page, read.time_zone) == ("financial", "Eastern time")
    assert read.creation_time == datetime(2018, 4, 25, 5, 8, 18, 843000, UTC)
    assert read.utc_offset == timedelta(hours=-5)
    eastern = timezone(timedelta(hours=-5))
    assert read.meeting_time == datetime(2018, 4, 25, 10, 45, tzinfo=eastern)
    assert read.meeting_time.hour == 10
    assert read.custom_fields == {}
    assert read.complete


def test_classic_lists_and_custom_fields() -> None:
    """Guests are a list; custom fields come with their spaces removed."""
    read = classic(f"{CLASSIC}&customerGuests=a@b.c,d@e.f&MyField=x&mobile=2&location=Room")
    assert read.customer_guests == ("a@b.c", "d@e.f")
    assert read.custom_fields == {"MyField": "x"}
    assert (read.mobile, read.location) == ("2", "Room")


def test_a_page_opened_without_a_booking() -> None:
    """Is no confirmation at all."""
    for url in ("", "/thanks", "https://example.com/thanks?utm_source=x&id=7&name=A&subject=B"):
        assert parse_confirmation(url) is None


def test_it_is_read_from_whatever_a_framework_has() -> None:
    """A path, a query string with or without its mark, a multi-dictionary, parse_qs, pairs."""
    query = NEW.partition("?")[2]
    pairs = [(k, v[0]) for k, v in parse_qs(query).items()]
    assert classic(f"{CLASSIC.partition('?')[2]}&Why=how?").custom_fields == {"Why": "how?"}
    forms = (f"/thanks?{query}#top", f"?{query}", query, MultiDict(pairs), parse_qs(query), pairs)
    for form in forms:
        read = new(form)
        assert read.custom_fields == {"company": "Acme", "meeting_reason": "Product Demo"}
        assert (read.starting_time, read.complete) == (new(NEW).starting_time, True)


@pytest.mark.parametrize("path", ["/a=b/thanks", "https://example.com/;s=1", "http://a.b/x=y"])
def test_a_path_with_an_equals_sign(path: str) -> None:
    """Is no part of the query."""
    query = NEW.partition("?")[2]
    assert new(f"{path}?{query}").parameters == new(query).parameters
    assert parse_confirmation(f"{path}?q=1") is None


def test_every_cut_of_the_example_survives() -> None:
    """And is marked, unless it falls where nobody can see it: in or behind a custom field."""
    address_looks_whole = NEW.index(".com&company") + 2
    for end in range(NEW.index("=") + 1, len(NEW)):
        read = new(NEW[:end])
        if end < address_looks_whole:
            assert not read.complete, NEW[:end]
    assert new(NEW[: NEW.index("+Demo")]).complete


@pytest.mark.parametrize(
    "ending",
    ["&q", "&q=", "&q=a%", "&q=a%E", "&q=%E4%BD", "&starting_time=2025-07-18T11%3A00%3A00.0"],
)
def test_signs_of_a_cut(ending: str) -> None:
    """An open escape, half a letter, a name without a value, a time without its end."""
    start = NEW.replace("&starting_time=2025-07-18T11%3A00%3A00.000Z", "")
    assert new(start).truncated is False
    assert new(start + ending).truncated is True
    assert new(f"{start}{ending}&more=x").truncated is False


def test_a_cut_classic_url_misses_the_booking() -> None:
    """There the booking's data comes last."""
    read = classic(CLASSIC[: CLASSIC.index("&meetingTime")])
    assert read.missing == ("meetingTime", "timeZone", "utcOffset")
    assert read.meeting_time is None
    assert not read.complete
    assert read.name == "John Smith"


def test_a_classic_time_without_its_offset_is_no_moment() -> None:
    """Rather none than one that is hours wrong. What came is still there."""
    for offset in ("", "x", "99", "-", "\u0665"):
        read = classic(CLASSIC.replace("utcOffset=-5", f"utcOffset={offset}"))
        assert read.meeting_time is None
        assert "meetingTime" in read.unreadable
        assert any(each.name == "meetingTime" for each in read.parameters)
    assert classic(CLASSIC.replace("-5", "+5.5")).utc_offset == timedelta(hours=5, minutes=30)


def test_repeated_parameters_are_marked_and_kept() -> None:
    """The first one counts."""
    read = new(f"{NEW}&email=other@example.com&company=B")
    assert read.email == "Carrie-Customer@staticso2.com"
    assert read.repeated == {
        "email": ("Carrie-Customer@staticso2.com", "other@example.com"),
        "company": ("Acme", "B"),
    }
    assert not read.complete


def test_missing_and_unreadable_parameters_are_marked() -> None:
    """Their fields are None; nothing fails."""
    read = new("id=BKNG-1&starting_time=soon&creation_time=2025-07-17T10:17:10")
    assert read.unreadable == ("creation_time", "starting_time")
    assert read.starting_time is None
    assert "booking_calendar" in read.missing
    plus = new(NEW.replace("00.000Z", "00+02:00"))
    assert plus.starting_time == datetime(2025, 7, 18, 9, tzinfo=UTC)
    assert plus.starting_time.tzinfo is UTC
    beyond = new(NEW.replace("2025-07-18T11%3A00%3A00.000Z", "9999-12-31T23:59:59-01:00"))
    assert beyond.unreadable == ("starting_time",)
    assert new(NEW.replace("2025-07-18", "2025-02-30")).unreadable == ("starting_time",)


def test_a_repr_shows_nobody() -> None:
    """Ids, states and times only."""
    assert repr(new(NEW)) == (
        "Confirmation(id='BKNG-2R5C3TQBX1PZ', status='scheduled', starting_time="
        "datetime.datetime(2025, 7, 18, 11, 0, tzinfo=datetime.timezone.utc), complete=True)"
    )
    for name in ("John", "johnsmith", "2025550195", "forward", "financial"):
        assert name not in repr(classic(CLASSIC))


@given(st.text(max_size=60))
def test_nothing_that_a_url_holds_makes_it_fail(text: str) -> None:
    """Anyone can open the page with anything."""
    parse_confirmation(text)
    parse_confirmation(f"id=BKNG-{text}")
    parse_confirmation(f"{NEW}{text}")
    parse_confirmation({"meetingTime": text, "utcOffset": text, text: text})
