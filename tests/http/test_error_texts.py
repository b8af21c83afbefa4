"""What of the service's words may stand in an error: what helps, and nothing of people."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from oncehub_async._http.error_text import without_personal_data

ELSEWHERE = "refused; the service's own words are in error.message"

HIDDEN = [
    ("Contact John Doe already exists", "Contact … already exists"),
    ("Contact john doe already exists", "Contact … already exists"),
    ("JANE DOE exists", "… exists"),
    ("Email john@x.com is invalid", "Email …@… is invalid"),
    ("No such user: jane", "No such user: …"),
    ("jane.doe is no valid value", "… is no valid value"),
    ("The value john_doe is not unique", "The value … is not unique"),
    ("User Müller-Lüdenscheidt, Jürgen cannot be reassigned", "User …, … cannot be reassigned"),
    ("田中太郎 already exists", "… already exists"),
    ("Пользователь Иван is invalid", "… is invalid"),
    ("Guest O'Brien's booking overlaps", "Guest … booking overlaps"),
    ("Guest 'O'Brien' is invalid", "Guest '…' is invalid"),
    ("Host Will May is not available", "Host … is not available"),
    ("Attendee Rose Young has no seat", "Attendee … has no seat"),
    ("contact [Jane Doe] exists", "contact […] exists"),
    ("12 Elm Street is too long", "12 … is too long"),
    ("address 10115 Berlin is invalid", "address 10115 … is invalid"),
    ("phone 202 555 0195 is invalid", "phone … is invalid"),
    ("phone (202) 555-0195 is invalid", "phone … is invalid"),
    ("Number +442071838750 is not valid", "Number … is not valid"),
    ("Company Acme is missing", "Company … is missing"),
    ("Location «Café Müller» is not connected", "Location «…» is not connected"),
    ("The name `Jane` exists", "The name `…` exists"),
    ("first_name 'Jane' last_name Doe too long", "first_name '…' last_name … too long"),
    ("Jane already has a booking at 10:30", "… already has a booking at 10:30"),
    ("Invalid value SGVsbG8gSmFuZQ of the form", "Invalid value … of the form"),
    ("Jane", ELSEWHERE),
    ("Mr J. Smith", ELSEWHERE),
    ('{"name": "Jane"}', '{"name": "…"}'),
    ("name=Jane; email=jane%40x.com", ELSEWHERE),
]


@pytest.mark.parametrize(("text", "shown"), HIDDEN)
def test_what_is_said_of_people_is_hidden(text: str, shown: str) -> None:
    """With quotation marks or without, in any case and script."""
    assert without_personal_data(text) == shown


KEPT = [
    "Booking BKNG-J4FR05BKEWEX cannot be reassigned in its current status.",
    "Users USR-A1B2C3 and USR-D4E5F6 belong to different teams",
    "Request 123e4567-e89b-12d3-a456-426614174000 failed",
    "Error ERR_INVALID_STATE: try again later",
    "The parameter creation_time.gt must be earlier than creation_time.lt",
    "Unknown expansion: conversation.owner",
    "Invalid date 2026-02-30: expected YYYY-MM-DD or YYYY-MM-DDTHH:mm:ssZ",
    "The host doesn't have a seat, and the user's team hasn't one either",
    "limit must be between 1 and 100",
    "Slots start at a multiple of 15 minutes (09:05 is none)",
    "The 'email' or the 'mobile_phone' field is required",
    "Phone numbers must be in E.164 format",
    "You have reached the user limit of the Enterprise plan. Please upgrade your account.",
    "The URL must start with https, and the API key must be valid",
]


@pytest.mark.parametrize("text", KEPT)
def test_what_helps_is_kept(text: str) -> None:
    """Ids, codes, names of fields, formats, numbers, dates and ordinary words."""
    assert without_personal_data(text) == text


MESSAGES = """
A webhook subscription with this name already exists: 'New Bookings'
An internal error occurred while processing your request
An unexpected error occurred. Please try again later.
At least one field must be provided to update.
At least one of 'email' or 'mobile_phone' is required.
Booking cannot be cancelled: '123'
Booking cannot be reassigned in its current status.
Booking cannot be reassigned to the same host.
Cannot reassign booking: The new host requires an assigned seat.
Cannot update 'Account Owner' user.
Cannot update booking status to no_show: '123'
Contact already exists: '+12025550195'
Contact already exists: 'carrie.customer@gmail.com'
Custom field 'unknown_field' does not exist in field library
Date cannot be in the past: '2024-01-01'
Duplicate entry for day or date: 'Monday'
Email already exists: 'carrie.customer@gmail.com'
End time must be after the start time.
Identifier fields (email, mobile_phone) cannot be updated via this endpoint
Invalid API key.
Invalid date format for overrides_start_time. Expected format: YYYY-MM-DD
Invalid email format: 'invalid-email'
Invalid email format: 'john.doe@invalid'
Invalid first name: ''
Invalid first_name: 'fir[/*st_na*/]?me'
Invalid last_name: 'la[/*st_na*/]?me'
Invalid location: 'Webex' is not connected for this user. Connected Video Conference Service options: google_meet, microsoft_teams.
Invalid location: 'Webex' is not connected for this user. Connected video conferencing options: google_meet, microsoft_teams.
Invalid phone format: '+91999999'
Invalid role name: 'InvalidRole'
Invalid role name: 'Super Admin'
Invalid string: customer
Invalid team(s): 'TM-INVALID1', 'TM-INVALID2'
Invalid timezone: 'Invalid/Timezone'
Meeting cannot be scheduled on an unpublished booking calendar.
Meeting cannot be scheduled when the host doesn't have a seat assigned.
Must be an array of strings.
No such booking calendar: '123'
No such booking page: '123'
No such booking: '123'
No such contact: '123'
No such contact: 'CTC-NOTFOUND'
No such event type: '123'
No such master page: '123'
No such team: '123'
No such user: '123'
No such user: 'USR-NOTFOUND'
No such user: 'USR-XXXXXXXXXX'
No such webhook: '123'
Out of range value: 500. Please provide a number between 1 and 100.
Paid bookings can only be requested for reschedule in your OnceHub account. Log in and use the activity stream to submit a reschedule request for this booking.
Paid bookings cannot be canceled through this endpoint. Please login to OnceHub and use the Activity Stream to cancel paid bookings.
Reassign is available on the Route plan and above.
Received both before and after parameters. Please provide only one.
Received unknown parameter: start_date
Request rate limit exceeded
Required fields are missing.
The 'Account Owner' role cannot be assigned directly via the API.
The API key is valid for account: admin@example.com
The selected start time is not available.
This booking calendar does not allow creation of one time links: 'BKC-1234'
This master page is deleted: 'BP-EHM6JU50Q3'
This property cannot be expanded: invalid_property
Time slots cannot be retrieved from an unpublished booking calendar.
Time slots cannot be retrieved when the host doesn't have a seat assigned.
Unsupported field
Unsupported fields
User cannot be modified as they have been deleted: 'USR-A1B2C3'
User is inactive.
You can set either online_dynamic_link or online_static_link
You have reached the user limit for your current plan. To add more users, please upgrade your account.
Your account plan does not support API access. To use the OnceHub API, you must upgrade to the Enterprise plan.
availability range is overlapping: '09:00-11:00'
creation_time.gt cannot be later than creation_time.lt
first_name is required
last_name is required
last_updated_time.gt cannot be later than last_updated_time.lt
start time should be multiple of 15: '09:05'
""".strip().splitlines()
"""Those that the vendor's documents show."""


def test_the_documented_messages_stay_as_they_are() -> None:
    """But for what they quote: no word of the vendor's own is lost."""
    for text in MESSAGES:
        ours = re.sub(r"'[^']*'(?!\w)|\S+@\S+", "", text)
        shown = without_personal_data(text)
        assert re.sub(r"'[^']*'(?!\w)|…@…", "", shown) == ours
        assert "@" not in shown.replace("…@…", "")


NAMES = ["Zaphod", "Quxley", "müller", "ananya", "o'hara", "Nguyễn", "beeblebrox", "SMYTHE"]


@given(st.sampled_from(MESSAGES), st.sampled_from(NAMES), st.data())
def test_a_name_anywhere_in_a_message_is_hidden(text: str, name: str, data: st.DataObject) -> None:
    """Between any two of the vendor's words, however it is set."""
    words = text.split()
    at = data.draw(st.integers(0, len(words)))
    form = data.draw(st.sampled_from(["{}", "'{}'", '"{}"', "({})", "{},", "{}:", "[{}]", "{}'s"]))
    words.insert(at, form.format(name))
    assert name not in without_personal_data(" ".join(words))
