"""Contacts."""

import re
from bisect import bisect_left
from collections.abc import Callable

from .._account_settings import Account
from .ids import Ids
from .instants import DAY, HOUR, with_milliseconds
from .kind import Body, Kind
from .quirks import any_value, stray
from .seeded import chance, key, pick, roll
from .timeline import Timeline
from .users_data import SimulatedUsers
from .words import CITIES, COMPANIES, FIRST_NAMES, JOB_TITLES, LAST_NAMES, UNICODE_NAMES

LONGEST_LIFE = 40 * DAY
"""No contact was updated later than this after it was created."""
STATUSES = ("Qualified", "Sales qualified", "Marketing qualified", "Disqualified")

_EMAIL = re.compile(r"[a-z.]+?(\d+)@(?:mail|work)\.example", re.ASCII)
_PHONE = re.compile(r"\+1212(\d{7})", re.ASCII)
_PHONES = 10**7
_STRIDE = 7_654_321
_BACK = pow(_STRIDE, -1, _PHONES)


class SimulatedContacts(Kind):
    """The account's contacts. Each came with a booking: contact c was there before it."""

    name, noun, object = "contacts", "contact", "contact"

    def __init__(self, account: Account, users: SimulatedUsers, bookings: Timeline) -> None:
        self.count = account.contacts
        self.ids = Ids("CTC-", 12, account.seed)
        self._users, self._fields = users, account.custom_fields
        self._quirks = account.quirks
        self._bookings = bookings
        self._own = Timeline(self.count, bookings.end, account.seed, self.name)
        self._key = {
            word: key(account.seed, self.name, word)
            for word in (
                "first", "last", "status", "city", "company", "job", "phone", "owner", "updated",
                "custom", "name", "mail",
            )
        }  # fmt: skip

    def created(self, index: int) -> int:
        if not self._bookings.count:
            return self._own.at(index)
        return self._bookings.at(index * self._bookings.count // max(self.count, 1))

    def newest_at(self, booking: int) -> int:
        """The newest contact (its index) that there was when this booking was made."""
        if not self._bookings.count:
            return self.count - 1
        return min(booking * self.count // self._bookings.count, self.count - 1)

    def updated(self, index: int) -> int:
        """When it was last updated, in milliseconds since 1970."""
        created = self.created(index)
        if chance(self._key["updated"], index, 0.5):
            return created
        longest = min(LONGEST_LIFE, self._bookings.end - created)
        return created + roll(self._key["updated"], index + self.count) % max(longest, 1)

    def email(self, index: int) -> str | None:
        """The address of contact `index`; a few have only a phone."""
        if self.has_only_phone(index):
            return None
        first = pick(self._key["first"], index, FIRST_NAMES)
        last = pick(self._key["last"], index, LAST_NAMES)
        host = "mail" if chance(self._key["mail"], index, 0.5) else "work"
        return f"{first}.{last}{index}@{host}.example".lower()

    def mobile_phone(self, index: int) -> str | None:
        """The mobile number, in E.164 form; not everybody has one."""
        if not self.has_only_phone(index) and index % 5 == 0:
            return None
        return f"+1212{index * _STRIDE % _PHONES:07d}"

    def has_only_phone(self, index: int) -> bool:
        """Whether this contact has no email address."""
        return index % 23 == 7

    def by_email(self, email: str) -> int | None:
        """The contact with this address: the number in the address is its index."""
        match = _EMAIL.fullmatch(email.lower())
        index = int(match[1]) if match and len(match[1]) < 12 else None
        return index if index is not None and self.email(index) == email.lower() else None

    def by_mobile_phone(self, phone: str) -> int | None:
        """The contact with this mobile number."""
        match = _PHONE.fullmatch(phone)
        index = int(match[1]) * _BACK % _PHONES if match else None
        return index if index is not None and self.mobile_phone(index) == phone else None

    def full_name(self, index: int) -> str:
        """First and last name."""
        return f"{self._first_name(index)} {pick(self._key['last'], index, LAST_NAMES)}"

    def timezone(self, index: int) -> str:
        """The contact's IANA time zone."""
        return pick(self._key["city"], index, CITIES)[3]

    def make(self, index: int) -> Body:
        keys = self._key
        city, state, country, timezone, post_code = pick(keys["city"], index, CITIES)
        created, updated = self.created(index), self.updated(index)
        has_company = chance(keys["company"], index, 0.6)
        body = {
            "object": self.object,
            "id": self.id(index),
            "creation_time": with_milliseconds(created),
            "last_updated_time": with_milliseconds(updated),
            "last_interacted_time": with_milliseconds(updated) if index % 2 else None,
            "owner": self._users.id(roll(keys["owner"], index) % self._users.count),
            "status": None if index % 4 == 3 else pick(keys["status"], index, STATUSES),
            "city": city,
            "company_size": "50-100" if has_company else None,
            "company": pick(keys["company"], index, COMPANIES) if has_company else None,
            "country": country,
            "email": self.email(index),
            "employees": roll(keys["company"], index) % 500 if has_company else 1,
            "first_name": self._first_name(index),
            "has_consent": index % 3 == 0,
            "job_title": pick(keys["job"], index, JOB_TITLES) if has_company else None,
            "last_name": pick(keys["last"], index, LAST_NAMES),
            "mobile_phone": self.mobile_phone(index),
            "phone": None,
            "post_code": post_code,
            "salutation": None,
            "state": state,
            "street_address": None,
            "terms_of_sevice": created % (2 * HOUR) < HOUR,
            "timezone": timezone,
            "custom_fields": self._custom_fields(index),
        }
        if self._quirks:
            stray(body, index, {"status": "Nurturing"}, {"lead_score": 0.5})
        elif body["email"] is None:
            # The document lets an address be missing, not null.
            del body["email"]
        return body

    def _first_name(self, index: int) -> str:
        if self._quirks and chance(self._key["name"], index, 0.05):
            return pick(self._key["name"], index + self.count, UNICODE_NAMES)
        return pick(self._key["first"], index, FIRST_NAMES)

    def _custom_fields(self, index: int) -> list[Body]:
        if not self._fields or not chance(self._key["custom"], index, 0.3):
            return []
        name = pick(self._key["custom"], index, self._fields)
        value = any_value(self._key["custom"], index) if self._quirks else "https://example.com/cv"
        return [{"name": name, "value": value}]

    def _first(self, is_past: Callable[[int], bool]) -> int:
        return bisect_left(range(self.count), True, key=is_past)
