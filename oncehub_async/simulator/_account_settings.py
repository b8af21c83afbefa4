"""What the simulated account holds."""

from typing import Literal

import attrs

from .._ground import checks, is_time_zone
from ..errors import ConfigurationError

Product = Literal["both", "calendars", "pages"]

_count = checks.COUNT_OR_NONE


@attrs.frozen(kw_only=True)
class Account:
    """An account with so many objects of each kind, all of them a function of `seed`.

    They are as they were when the simulator's clock started; the clock going on completes a booking
    only with an `Activity`. Objects are made when they are asked for: a million cost no memory.

    `product` is which of OnceHub's two products the account has; the other's paths answer 404.
    `quirks` adds what live accounts show beyond the vendor's document (null and missing fields,
    fields and enumeration values nobody documented, custom values of any type); without it
    every object keeps strictly to the document.
    `api_access=False` is a plan without the API (403), `reassign=False` one without reassigning.
    `user_limit` is how many users the plan allows. `custom_fields` are the names in the field
    library, `timezone` the one that new users get (IANA name).
    """

    bookings: int = attrs.field(default=1_000, validator=_count)
    contacts: int = attrs.field(default=400, validator=_count)
    users: int = attrs.field(default=25, validator=checks.COUNT)
    teams: int = attrs.field(default=5, validator=_count)
    booking_calendars: int = attrs.field(default=18, validator=_count)
    booking_pages: int = attrs.field(default=14, validator=_count)
    master_pages: int = attrs.field(default=6, validator=_count)
    event_types: int = attrs.field(default=8, validator=_count)
    sms_notifications: int = attrs.field(default=300, validator=_count)
    webhooks: int = attrs.field(default=2, validator=_count)
    seed: int = 1
    product: Product = attrs.field(
        default="both",
        validator=checks.one_of("both", "calendars", "pages"),
    )
    quirks: bool = True
    api_access: bool = True
    reassign: bool = True
    user_limit: int = 500
    timezone: str = attrs.field(default="America/Chicago")
    custom_fields: tuple[str, ...] = (
        "resume",
        "job_role",
        "interests",
        "budget",
        "crm_id",
        "newsletter",
        "discussion_points",
    )

    @timezone.validator
    def _check_timezone(self, _attribute: object, value: str) -> None:
        if not is_time_zone(value):
            raise ConfigurationError(f"timezone: {value!r} is no IANA time zone")

    @property
    def has_calendars(self) -> bool:
        """Whether the account has the newer product, booking calendars."""
        return self.product != "pages"

    @property
    def has_pages(self) -> bool:
        """Whether the account has the classic product, booking pages."""
        return self.product != "calendars"
