"""Conversations: they have no operation of their own and show only inside bookings."""

from .._account_settings import Account
from .bookings_data import SimulatedBookings
from .contacts_data import SimulatedContacts
from .ids import Ids
from .instants import MINUTE, SECOND, with_seconds
from .kind import Body
from .seeded import key, pick, roll
from .users_data import SimulatedUsers

_BOTS = ("Sales Assistant Bot", "Support Bot", "Night Bot")
_WEBSITES = ("Company Website", "Shop")
_WEBSITE_URLS = ("https://www.example.com", "https://shop.example.com")
_AUDIENCES = ("Enterprise Customers", "Returning visitors")
_STATUSES = ("closed", "closed", "started", "abandoned")
# Far beyond the index of any booking: these have led to none.
_NEW = 1 << 50


class Conversations:
    """The conversation that led to booking i, and who and what took part in it."""

    noun, object = "conversation", "conversation"

    def __init__(
        self,
        account: Account,
        users: SimulatedUsers,
        contacts: SimulatedContacts,
        bookings: SimulatedBookings,
    ) -> None:
        self._users, self._contacts, self._bookings = users, contacts, bookings
        self._key = key(account.seed, "conversations")
        self._bots = Ids("BOT-", 10, account.seed)
        self._websites = Ids("WEB-", 10, account.seed)
        self._audiences = Ids("AUD-", 10, account.seed)
        self._answers = Ids("INT-", 10, account.seed)

    def make(self, index: int, booked: int) -> Body:
        """The conversation that led to booking `index`, which was made at `booked`."""
        bits = roll(self._key, index)
        created = booked - (2 + bits % 9) * MINUTE
        contact = self._bookings.contact(index)
        ended = with_seconds(created + bits % 90 * SECOND)
        body = {
            "id": self._bookings.conversations.encode(index),
            "object": self.object,
            "creation_time": with_seconds(created),
            "initiated_by": "contact" if bits % 3 else "bot",
            "last_updated_time": ended,
            "last_interacted_time": ended,
            "owner": self._users.id(self._bookings.owner(index)),
            "status": pick(self._key, index, _STATUSES),
            "bot": self._bots.encode(bits % len(_BOTS)),
            "website": self._websites.encode(bits % len(_WEBSITES)),
            "audience": self._audiences.encode(bits % len(_AUDIENCES)) if bits % 5 else None,
            "answers": self._answers_of(contact, index),
            "bookings": [self._bookings.id(index)],
        }
        if contact is not None:
            body["contact"] = self._contacts.id(contact)
        return body

    def begin(self, number: int, now: str) -> Body:
        """A conversation, the account's `number`-th since the clock started, that begins now."""
        times = ("creation_time", "last_updated_time", "last_interacted_time")
        return self.make(_NEW + number, 0) | dict.fromkeys(times, now) | {"bookings": []}

    def part(self, id: str) -> Body | None:
        """The bot, website or audience with this id."""
        for ids, word, names in (
            (self._bots, "bot", _BOTS),
            (self._websites, "website", _WEBSITES),
            (self._audiences, "audience", _AUDIENCES),
        ):
            index = ids.decode(id)
            if index is not None and index < len(names):
                body: Body = {"id": id, "object": word, "name": names[index]}
                if word == "website":
                    body["url"] = _WEBSITE_URLS[index]
                return body
        return None

    def _answers_of(self, contact: int | None, index: int) -> list[Body]:
        if contact is None:
            return []
        return [
            {
                "id": self._answers.encode(index),
                "internal_label": "" if index % 2 else None,
                "question": "Full name",
                "value": self._contacts.full_name(contact),
            }
        ]
