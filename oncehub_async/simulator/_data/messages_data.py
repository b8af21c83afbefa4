"""SMS notifications: lists only; the service has no way to get a single one."""

from .._account_settings import Account
from .contacts_data import SimulatedContacts
from .ids import Ids
from .instants import with_milliseconds
from .kind import Body, Kind
from .quirks import stray
from .seeded import key, roll
from .timeline import Timeline
from .users_data import SimulatedUsers

_STATUSES = ("delivered",) * 12 + ("sent",) * 2 + ("failed", "rejected")


class SimulatedMessages(Kind):
    """The text messages that went out."""

    name, noun, object = "sms_notifications", "notification", "notification"

    def __init__(
        self,
        account: Account,
        timeline: Timeline,
        users: SimulatedUsers,
        contacts: SimulatedContacts,
    ):
        self.count = account.sms_notifications
        self.ids = Ids("SMS-", 10, account.seed)
        self._timeline, self._users, self._contacts = timeline, users, contacts
        self._key, self._quirks = key(account.seed, self.name), account.quirks

    def created(self, index: int) -> int:
        return self._timeline.at(index)

    def recipient_type(self, index: int) -> str:
        """`contact` or `user`."""
        is_user = not self._contacts.count or roll(self._key, index) % 6 == 0
        return "user" if is_user else "contact"

    def recipient(self, index: int) -> str:
        """The id of the contact or user."""
        number = roll(self._key, index) >> 8
        if self.recipient_type(index) == "user":
            return self._users.id(number % self._users.count)
        return self._contacts.id(number % self._contacts.count)

    def make(self, index: int) -> Body:
        bits = roll(self._key, index)
        long = bits % 10 == 0
        text = "Your meeting is coming up. See you soon!"
        body: Body = {
            "object": self.object,
            "id": self.id(index),
            "type": "sms",
            "status": _STATUSES[(bits >> 16) % len(_STATUSES)],
            "creation_time": with_milliseconds(self.created(index)),
            "recipient": self.recipient(index),
            "recipient_type": self.recipient_type(index),
            "details": {
                "delivered_to": f"+1212{bits % 10**7:07d}",
                "message_body": " ".join([text] * (5 if long else 1)),
                "segment_count": 2 if long else 1,
            },
        }
        if self._quirks:
            stray(body, index, {"status": "undelivered"}, {"carrier": {"name": "x"}})
        return body
