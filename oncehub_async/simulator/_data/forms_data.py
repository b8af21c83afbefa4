"""What the guest of a booking entered."""

import attrs

from .._account_settings import Account
from .contacts_data import SimulatedContacts
from .kind import Body
from .quirks import any_value
from .seeded import key, pick, roll
from .words import FIRST_NAMES, LAST_NAMES, NOTES, UTM_CAMPAIGNS, UTM_SOURCES


@attrs.frozen
class Guest:
    """Who booked, as far as a booking shows it."""

    id: str | None
    name: str
    email: str | None
    phone: str | None
    company: str | None
    timezone: str


class BookingForms:
    """The form of booking i, and what the link that led to it carried."""

    def __init__(self, account: Account, contacts: SimulatedContacts) -> None:
        self._contacts = contacts
        self._fields, self._quirks = account.custom_fields, account.quirks
        self._key = key(account.seed, "booking forms")
        self._utm = key(account.seed, "utm")

    def guest(self, contact: int | None, index: int) -> Guest:
        """The guest of booking `index`; without contacts there is nothing but a name."""
        if contact is None:
            name = f"{pick(self._key, index, FIRST_NAMES)} {pick(self._utm, index, LAST_NAMES)}"
            return Guest(None, name, None, None, None, "America/New_York")
        return Guest(
            self._contacts.id(contact),
            self._contacts.full_name(contact),
            self._contacts.email(contact),
            self._contacts.mobile_phone(contact),
            None,
            self._contacts.timezone(contact),
        )

    def submission(self, guest: Guest, index: int) -> Body:
        """The form as it was filled in."""
        bits = roll(self._key, index)
        form: Body = {
            "name": guest.name,
            "phone": None,
            "note": NOTES[bits % len(NOTES)],
            "company": guest.company,
            "guests": ["colleague@work.example"] if bits % 9 == 0 else [],
            "custom_fields": [],
        }
        # The document lets these be missing, not null.
        if guest.email is not None:
            form["email"] = guest.email
        if guest.phone is not None:
            form["mobile_phone"] = guest.phone
        if self._fields and (bits >> 8) % 3 == 0:
            name = self._fields[(bits >> 16) % len(self._fields)]
            value = any_value(self._key, index) if self._quirks else "Executive Assistant"
            form["custom_fields"].append({"name": name, "value": value})
        return form

    def utm_params(self, index: int) -> Body | None:
        """The campaign of the link, on every fourth booking."""
        bits = roll(self._utm, index)
        if bits % 4:
            return None
        return {
            "source": UTM_SOURCES[(bits >> 8) % len(UTM_SOURCES)],
            "medium": "social",
            "campaign": UTM_CAMPAIGNS[(bits >> 16) % len(UTM_CAMPAIGNS)],
            "term": "online+meeting+scheduler",
            "content": "logolink",
        }

    def custom_fields(self, index: int) -> list[Body]:
        """The booking's own custom fields."""
        if roll(self._utm, index) % 5 or not self._fields:
            return []
        return [{"name": self._fields[-1], "value": "Need support on new product"}]
