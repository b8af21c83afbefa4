"""Bookings of both products."""

from .._account_settings import Account
from .contacts_data import SimulatedContacts
from .forms_data import BookingForms
from .ids import Ids
from .instants import DAY, HOUR, MINUTE, with_milliseconds, with_seconds
from .kind import Body, Kind
from .pages_data import SimulatedCalendars, SimulatedPages
from .quirks import BookingQuirks
from .seeded import chance, key, letters, pick, roll
from .timeline import Timeline
from .users_data import SimulatedUsers
from .words import ADDRESSES, REASONS, SUBJECTS

_PAST = ("completed",) * 15 + ("canceled",) * 3 + ("no_show",) * 2
_FUTURE = ("scheduled",) * 15 + ("rescheduled",) * 2 + ("canceled",) * 2 + ("requested",)
_DURATIONS = (15, 30, 45, 60)
_CALENDAR_TYPES = ("google", "office_365", "exchange", "icloud")
_MOST_DAYS_AHEAD = 21
LONGEST_LEAD = (_MOST_DAYS_AHEAD + 2) * DAY
"""No booking starts, ends or changes later than this after it was made."""


class SimulatedBookings(Kind):
    """The account's bookings. What they are filtered by is cheap to tell without making them."""

    name, noun, object = "bookings", "booking", "booking"

    def __init__(
        self,
        account: Account,
        timeline: Timeline,
        users: SimulatedUsers,
        contacts: SimulatedContacts,
        calendars: SimulatedCalendars,
        pages: SimulatedPages,
    ) -> None:
        self.count = account.bookings
        self.ids = Ids("BKNG-", 12, account.seed)
        self.conversations = Ids("CVR-", 12, account.seed)
        self._timeline, self._users, self._contacts = timeline, users, contacts
        self._calendars, self._pages = calendars, pages
        self._forms = BookingForms(account, contacts)
        self._quirks = BookingQuirks(account.seed) if account.quirks else None
        # Of five bookings, how many are of the newer product.
        self._calendar_share = (3 if self._pages.count else 5) if self._calendars.count else 0
        self.first_open = timeline.first_after(timeline.end - LONGEST_LEAD)
        """The first (its index) that may not have ended when the clock started."""
        words = ("where", "host", "cohost", "contact", "talk", "lead", "fate", "detail", "link",
                 "reason")  # fmt: skip
        (
            self._where, self._host, self._cohost, self._contact, self._talk, self._lead,
            self._fate, self._detail, self._link, self._reason,
        ) = (key(account.seed, self.name, word) for word in words)  # fmt: skip

    def created(self, index: int) -> int:
        return self._timeline.at(index)

    def calendar(self, index: int) -> int | None:
        """The booking calendar (its index), None for a booking of the classic product."""
        bits = roll(self._where, index)
        if self._calendar_share <= bits % 5:
            return None
        return (bits >> 8) % self._calendars.count

    def page(self, index: int) -> int | None:
        """The booking page (its index), None for a booking of the newer product."""
        bits = roll(self._where, index)
        if not self._pages.count or self._calendar_share > bits % 5:
            return None
        return (bits >> 8) % self._pages.count

    def owner(self, index: int) -> int:
        """The user (its index) who accepted the booking and hosts it."""
        calendar = self.calendar(index)
        if calendar is not None:
            hosts = self._calendars.hosts(calendar)
            return hosts[0] if len(hosts) == 1 else pick(self._host, index, hosts)
        page = self.page(index)
        return 0 if page is None else self._pages.owner(page)

    def cohost(self, index: int) -> int | None:
        """A second host (its index), on some bookings of the newer product."""
        bits = roll(self._cohost, index)
        if bits % 10 or self.calendar(index) is None:
            return None
        other = (bits >> 8) % self._users.count
        return other if other != self.owner(index) else None

    def contact(self, index: int) -> int | None:
        """The contact (its index) who booked; one that there was already."""
        if not self._contacts.count:
            return None
        return roll(self._contact, index) % (self._contacts.newest_at(index) + 1)

    def has_conversation(self, index: int) -> bool:
        """Whether a conversation led to it; the conversation has the booking's index."""
        return chance(self._talk, index, 0.08)

    def starting(self, index: int) -> int:
        """When the meeting starts, in milliseconds since 1970: on a quarter of an hour."""
        return self._starting(index, self.created(index))

    def duration(self, index: int) -> int:
        """How long the meeting lasts, in minutes."""
        calendar = self.calendar(index)
        if calendar is None:
            return _DURATIONS[index % len(_DURATIONS)]
        return self._calendars.duration(calendar)

    def status(self, index: int) -> str:
        """Its status when the clock started."""
        # All but the newest have ended: no need to compute when.
        if index < self.first_open:
            return self._status(index, 0)
        return self._status(index, self.starting(index) + self.duration(index) * MINUTE)

    def updated(self, index: int) -> int:
        """When it was last updated, in milliseconds since 1970."""
        created = self.created(index)
        starting = self._starting(index, created)
        ended = starting + self.duration(index) * MINUTE
        return self._updated(index, created, starting, ended)

    def _starting(self, index: int, created: int) -> int:
        bits = roll(self._lead, index)
        day = created // DAY + 1 + bits % _MOST_DAYS_AHEAD
        return day * DAY + 13 * HOUR + (bits >> 32) % 33 * 15 * MINUTE

    def _status(self, index: int, ended: int) -> str:
        bits = roll(self._fate, index)
        if self._quirks and bits % 499 == 0:
            return "awaiting_approval"
        statuses = _PAST if ended <= self._timeline.end else _FUTURE
        return statuses[(bits >> 16) % len(statuses)]

    def _updated(self, index: int, created: int, starting: int, ended: int) -> int:
        status = self._status(index, ended)
        now = self._timeline.end
        if status in ("completed", "no_show"):
            return min(ended + (status == "no_show") * HOUR, now)
        if status in ("canceled", "rescheduled"):
            return created + roll(self._lead, index) % max(min(now, starting) - created, 1)
        return created

    def is_paid(self, index: int) -> bool:
        """Whether the guest paid; only calendars charge."""
        return self.calendar(index) is not None and chance(self._link, index, 0.08)

    def make(self, index: int) -> Body:
        bits = roll(self._detail, index)
        owner, created = self.owner(index), self.created(index)
        starting = self._starting(index, created)
        duration = self.duration(index)
        ended = starting + duration * MINUTE
        email = self._users.email(owner)
        guest = self._forms.guest(self.contact(index), index)
        body: Body = {
            "object": self.object,
            "id": self.id(index),
            "tracking_id": f"{bits >> 56:02X}{index:06X}",
            "subject": SUBJECTS[(bits >> 8) % len(SUBJECTS)],
            "status": self._status(index, ended),
            "in_trash": bits % 31 == 0,
            "creation_time": with_milliseconds(created),
            "starting_time": with_seconds(starting),
            "customer_timezone": guest.timezone,
            "last_updated_time": with_milliseconds(self._updated(index, created, starting, ended)),
            "duration_minutes": duration,
            "attendees": [email, guest.email] if guest.email else [email],
            "form_submission": self._forms.submission(guest, index),
            "external_calendar": {
                "type": _CALENDAR_TYPES[(bits >> 16) % 4],
                "name": email,
                "id": email,
                "event_id": f"{bits:016x}{index:010x}",
            },
            "owner": self._users.id(owner),
            "conversation": None,
            "utm_params": self._forms.utm_params(index),
            "custom_fields": self._forms.custom_fields(index),
        }
        if guest.id is not None:
            body["contact"] = guest.id
        if self.has_conversation(index):
            body["conversation"] = self.conversations.encode(index)
        if (bits >> 20) % 4:
            join = letters(self._link, index, 10, "abcdefghijkmnopqrstuvwxyz")
            url = f"https://meet.google.com/{join[:3]}-{join[3:7]}-{join[7:]}"
            body["virtual_conferencing"] = {"join_url": url}
        else:
            body["location_description"] = ADDRESSES[(bits >> 24) % len(ADDRESSES)][1]
        self._add_change(body, index, owner)
        self._add_product(body, index)
        if self._quirks:
            self._quirks.bend(body, index)
        return body

    def _add_change(self, body: Body, index: int, owner: int) -> None:
        if body["status"] in ("canceled", "rescheduled"):
            by_user = chance(self._reason, index, 0.4)
            information = {"reason": pick(self._reason, index, REASONS), "actioned_by": "customer"}
            if by_user:
                information |= {"actioned_by": "user", "user_id": self._users.id(owner)}
            body["cancel_reschedule_information"] = information
        if body["status"] == "rescheduled" and index:
            body["rescheduled_booking_id"] = self.id(max(index - 1 - index % 40, 0))

    def _add_product(self, body: Body, index: int) -> None:
        calendar, page = self.calendar(index), self.page(index)
        if page is not None:
            master, event = self._pages.master_page(page), self._pages.event_type(page)
            body["booking_page"] = self._pages.id(page)
            body["master_page"] = None if master is None else self._pages.masters.id(master)
            body["event_type"] = None if event is None else self._pages.types.id(event)
        if calendar is not None:
            own = body["id"]
            body["booking_calendar"] = self._calendars.id(calendar)
            file = f"{roll(self._link, index):016x}"
            body["ics_url"] = f"https://oncehub.com/api/bookings/ics/{file}"
            body["cancel_url"] = f"https://oncehub.com/m/{own}/cancel"
            body["reschedule_url"] = f"https://oncehub.com/m/{own}"
            body["payment_information"] = None
            if self.is_paid(index):
                body["payment_information"] = {
                    "amount_charged": 500 * (1 + index % 40),
                    "currency": "USD",
                    "transaction_id": f"ch_{roll(self._link, index):020X}",
                }
