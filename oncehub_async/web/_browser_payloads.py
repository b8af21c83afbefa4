"""What the browser events of OnceHub's widgets carry. Fields come and go; see `parse_event`.

https://help.oncehub.com/developers/client-side-api/embedded-booking-calendar-events
"""

from datetime import datetime
from typing import ClassVar

import attrs

from ..models import CustomField, Model, UtmParams
from ._link import UTM_FIELDS, utm_params


@attrs.frozen(kw_only=True, repr=False)
class CalendarPayload(Model):
    """The booking calendar that a visitor looks at. `host` is the id of a user or team."""

    _shown: ClassVar[tuple[str, ...]] = ("id",)

    id: str | None = None
    subject: str | None = None
    host: str | None = None
    url: str | None = None
    name: str | None = None
    duration_minutes: float | None = None


@attrs.frozen(kw_only=True, repr=False)
class TimeSlotPayload(CalendarPayload):
    """The slot that a visitor chose and confirmed; nothing is booked yet."""

    _shown = ("id", "starting_time")

    starting_time: datetime | None = None
    customer_timezone: str | None = None


@attrs.frozen(kw_only=True, repr=False)
class BookingPayload(Model):
    """A booking that was made. Times are in UTC.

    The UTM parameters came nested at first and flat later; `utm` reads both.
    """

    _shown = ("id", "status", "starting_time", "booking_calendar")

    id: str | None = None
    subject: str | None = None
    status: str | None = None
    creation_time: datetime | None = None
    starting_time: datetime | None = None
    customer_timezone: str | None = None
    host: str | None = None
    duration_minutes: float | None = None
    location_description: str | None = None
    attendees: tuple[str, ...] | None = None
    booking_calendar: str | None = None
    cancel_url: str | None = None
    reschedule_url: str | None = None
    ics_url: str | None = None
    utm_params: UtmParams | None = None
    utm_source: str | None = None
    utm_medium: str | None = None
    utm_campaign: str | None = None
    utm_term: str | None = None
    utm_content: str | None = None
    custom_fields: tuple[CustomField, ...] | None = None

    @property
    def utm(self) -> UtmParams | None:
        """The UTM parameters of the visit, wherever they came; None where there are none."""
        nested = self.utm_params or UtmParams()
        return utm_params(
            {
                field: getattr(nested, field) or getattr(self, f"utm_{field}") or None
                for field in UTM_FIELDS
            }
        )

    @property
    def email(self) -> str | None:
        """The guest's address, which newer events have among the custom fields."""
        return self._answer("email")

    @property
    def guest_name(self) -> str | None:
        """The guest's name, which newer events have among the custom fields."""
        return self._answer("name")

    def _answer(self, name: str) -> str | None:
        values = (field.value for field in self.custom_fields or () if field.name == name)
        value = next(values, None)
        return value if isinstance(value, str) and value else None


@attrs.frozen(kw_only=True, repr=False)
class ChatbotPayload(Model):
    """A chatbot, and for a click what was answered to what."""

    _shown = ("bot_id", "interaction_label")

    bot_id: str | None = None
    bot_name: str | None = None
    button_text: str | None = None
    interaction_label: str | None = None
    booking_calendar_name: str | None = None
    question_text: str | None = None
    answer: str | None = None


@attrs.frozen(kw_only=True, repr=False)
class FormPayload(Model):
    """A routing form, and for a click what was answered to what.

    An answer to a mapped question comes under the property's name, in `unknown_fields`.
    """

    _shown = ("form_id", "interaction_label")

    form_id: str | None = None
    form_name: str | None = None
    button_text: str | None = None
    interaction_label: str | None = None
    booking_calendar_name: str | None = None
    question_text: str | None = None
