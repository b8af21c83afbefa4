"""What an answer means, whatever its body holds."""

from datetime import UTC, datetime

import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st
from multidict import CIMultiDict, CIMultiDictProxy

from oncehub_async import errors
from oncehub_async._http.error_text import without_personal_data
from oncehub_async._http.request import Operation, Request
from oncehub_async._http.response import RawAnswer, read, response_error
from oncehub_async._http.retry_after import retry_after
from oncehub_async.errors import ResponseError

NOW = datetime(2026, 1, 1, tzinfo=UTC)
REQUEST = Request(Operation("GET", "/bookings/{id}"), id="BKNG-1")


def answered(status: int, body: bytes, **headers: str) -> RawAnswer:
    return RawAnswer(status, CIMultiDictProxy(CIMultiDict(headers)), body)


BY_STATUS = {
    400: errors.BadRequestError,
    401: errors.AuthenticationError,
    402: errors.PaymentRequiredError,
    403: errors.PermissionDeniedError,
    404: errors.NotFoundError,
    409: errors.ConflictError,
    410: errors.GoneError,
    422: errors.UnprocessableError,
    429: errors.RateLimitError,
    500: errors.ServerError,
    503: errors.ServerError,
    599: errors.ServerError,
    302: errors.UnexpectedStatusError,
    418: errors.UnexpectedStatusError,
}
BODIES = {
    "documented": orjson.dumps({"type": "api_error", "message": "No.", "param": "id"}),
    "HTML": b"<!DOCTYPE html><html>Bad gateway</html>",
    "empty": b"",
    "truncated": b'{"type": "api_er',
    "not UTF-8": b"\xff\xfe\x00",
    "a list": b"[1, 2]",
    "numbers": b'{"type": 1, "message": 2, "param": 3}',
    "nested": b"[" * 100_000,
}


@pytest.mark.parametrize("status", BY_STATUS)
@pytest.mark.parametrize("body", BODIES)
def test_every_status_has_its_class_whatever_the_body(status: int, body: str) -> None:
    """All attributes are there, as far as the body tells."""
    with pytest.raises(BY_STATUS[status]) as caught:
        read(REQUEST, answered(status, BODIES[body], **{"request-id": "r-1"}))
    error = caught.value
    assert isinstance(error, ResponseError)
    assert (error.status, error.request_id, error.method, error.path) == (
        status,
        "r-1",
        "GET",
        "/bookings/BKNG-1",
    )
    known = ("api_error", "No.", "id") if body == "documented" else (None, None, None)
    assert (error.type, error.message, error.param) == known
    assert str(error).startswith(f"[r-1] GET /bookings/BKNG-1: {status}")
    assert len(str(error)) < 300


@given(st.integers(100, 599).filter(lambda s: not 200 <= s <= 299), st.binary(max_size=300))
def test_no_body_breaks_the_mapping(status: int, body: bytes) -> None:
    """Any bytes become an error of the status."""
    error = response_error(REQUEST, answered(status, body), NOW)
    assert error.status == status
    assert "\n" not in str(error) or error.message


@pytest.mark.parametrize(
    ("header", "seconds"),
    [
        (None, None),
        ("0", 0.0),
        ("120", 120.0),
        (" 5 ", 5.0),
        ("Thu, 01 Jan 2026 00:01:00 GMT", 60.0),
        ("Wed, 31 Dec 2025 00:00:00 GMT", 0.0),
        ("-5", None),
        ("1.5", 1.5),
        ("30s", 30.0),
        ('"30"', 30.0),
        ("10, 20", 20.0),
        ("Thursday, 01-Jan-26 00:01:00 GMT", 60.0),
        ("Thu Jan  1 00:01:00 2026", 60.0),
        ("2026-01-01T00:01:00Z", 60.0),
        ("2026-01-01T00:01:00.5+00:00", 60.5),
        ("1767225660", 60.0),
        ("nan", None),
        ("inf", None),
        ("0x10", None),
        ("soon", None),
        ("", None),
        ("٣", None),
        ("9" * 99, 1e9),
        ("60 seconds", 60.0),
        ("2 min", 120.0),
        ("1M", 60.0),
        ("1h", 3600.0),
        ("500ms", 0.5),
        ("+5", 5.0),
        (".5", 0.5),
        ("5;q=1", 5.0),
        ("'30'", 30.0),
        ('"30", "40"', 40.0),
        ("1767225660000", 60.0),
        ("5 apples", None),
        (";", None),
    ],
)
def test_retry_after(header: str | None, seconds: float | None) -> None:
    """Seconds, a date or a moment; anything else is as if it weren't there."""
    headers = {} if header is None else {"Retry-After": header}
    assert retry_after(headers, NOW) == seconds


@pytest.mark.parametrize(
    ("text", "param", "shown"),
    [
        ("Contact already exists: 'carrie@example.com'", "email", "Contact already exists"),
        ("Contact already exists: '+12025550195'", "mobile_phone", "Contact already exists"),
        ("Invalid first_name: 'Carrie'", "first_name", "Invalid first_name"),
        (
            "Contact Jane Doe exists",
            "email",
            "refused; the service's own words are in error.message",
        ),
        (
            "'Jane' bad",
            "custom_fields.full_name",
            "refused; the service's own words are in error.message",
        ),
        ('The value "Jane Doe" is invalid', None, 'The value "…" is invalid'),
        ("'12 Elm Street' is too long", "x", "'…' is too long"),
        (
            "Invalid location: 'Webex' is not connected. Options: google_meet.",
            "location.value",
            "Invalid location: '…' is not connected. Options: google_meet.",
        ),
        ("No such user: carrie@example.com", None, "No such user: …@…"),
        ("Call +1 (202) 555-0195 now", None, "Call … now"),
        ("No such booking: 'BKNG-J4FR05BKEWEX'", "id", "No such booking: 'BKNG-J4FR05BKEWEX'"),
        ("Date cannot be in the past: '2024-01-01'", "overrides.date", None),
        ("start time should be multiple of 15: '09:05'", "weekly.working_hours", None),
        ("Out of range value: 500. Please provide a number between 1 and 100.", "limit", None),
    ],
)
def test_an_errors_text_holds_no_people(text: str, param: str | None, shown: str | None) -> None:
    """The vendor's messages quote what was sent; `error.message` has them whole."""
    assert without_personal_data(text, param) == (shown or text)


@pytest.mark.parametrize(
    ("param", "named"), [("limit", True), ("jane@x.com", False), ("a b", False)]
)
def test_a_param_is_named_if_it_can_be_one(param: str, named: bool) -> None:
    """It comes from the service, and could hold anything."""
    body = orjson.dumps({"type": "invalid_request_error", "message": "No.", "param": param})
    error = response_error(REQUEST, answered(400, body), NOW)
    assert (param in str(error)) is named
    assert error.param == param


def test_retry_after_that_comes_twice() -> None:
    """As behind several gateways: the longest counts, as in one header."""
    twice = CIMultiDict([("Retry-After", "5"), ("Retry-After", "Thu, 01 Jan 2026 00:01:00 GMT")])
    assert retry_after(CIMultiDictProxy(twice), NOW) == 60.0


def test_retry_after_in_milliseconds() -> None:
    """As some gateways send it, beside the other."""
    assert retry_after({"Retry-After-Ms": "1500", "Retry-After": "2"}, NOW) == 1.5


@pytest.mark.parametrize("date", ["Mon, 01 Jan 99999999999999999999 00:00:00 GMT", "0", "GMT"])
def test_dates_that_are_none_are_ignored(date: str) -> None:
    """In either header."""
    assert retry_after({"Retry-After": date}, NOW) in (None, 0.0)
    error = response_error(REQUEST, answered(503, b"", Date=date, **{"Retry-After": date}), NOW)
    assert error.status == 503


def test_a_deletion_may_be_answered_with_nothing() -> None:
    """204 and an empty body mean the same as the documented answer."""
    request = Request(Operation("DELETE", "/contacts/{id}"), id="CTC-1")
    assert read(request, answered(204, b"")) == {"id": "CTC-1", "deleted": True}


@pytest.mark.parametrize("sign", [",", "[", "{", '"'])
def test_what_a_guest_wrote_ends_no_list(sign: str) -> None:
    """Signs that mean something in JSON mean nothing in a text, however many there are."""
    page = {"object": "list", "data": [{"id": "BKNG-1", "note": sign * 300_000}]}
    assert read(REQUEST, answered(200, orjson.dumps(page))) == page
