"""All that the simulated account holds, now."""

from ._account_events.conversation_events import OpenConversations
from ._account_settings import Account
from ._collection import Collection
from ._data.kind import Body
from ._data.webhooks_data import AccountEvent, EventType, Observer
from ._data.world import World
from ._scheduling.meetings import Meetings
from ._scheduling.simulated_availability import Schedules
from ._service import Service

RESOURCES = (
    "bookings",
    "booking_calendars",
    "booking_pages",
    "master_pages",
    "event_types",
    "contacts",
    "users",
    "teams",
    "sms_notifications",
    "webhooks",
)


class AccountState:
    """The account's objects, users' schedules and one-time links. It knows no clock."""

    def __init__(self, account: Account, start: int, service: Service) -> None:
        self.account, self.service = account, service
        self.world = World(account, start)
        collections = {kind.name: Collection(kind) for kind in self.world.kinds}
        self.collections = collections
        self.bookings = collections["bookings"]
        self.booking_calendars = collections["booking_calendars"]
        self.booking_pages = collections["booking_pages"]
        self.master_pages = collections["master_pages"]
        self.event_types = collections["event_types"]
        self.contacts = collections["contacts"]
        self.users = collections["users"]
        self.teams = collections["teams"]
        self.sms_notifications = collections["sms_notifications"]
        self.webhooks = collections["webhooks"]
        self.schedules = Schedules(self.world.users)
        self.meetings = Meetings(self.world.bookings, self.bookings, self.hosts)
        self.one_time_links: dict[str, Body] = {}
        self.conversations = OpenConversations(self.world.conversations)
        self.observers: list[Observer] = []
        self.announced = 0
        """How much has happened to bookings and conversations."""
        self._by_prefix = {one.kind.ids.prefix: one for one in collections.values()}

    def announce(self, what: EventType, id: str, now: int) -> None:
        """Tell all observers what happened to a booking or a conversation that is as it is now."""
        self.announced += 1
        for observer in self.observers:
            observer(AccountEvent(what, id, now))

    def find(self, id: str) -> tuple[Collection, int] | None:
        """The collection and index of the object with this id, of whatever kind."""
        collection = self._by_prefix.get(id.partition("-")[0] + "-")
        index = collection.index(id) if collection else None
        return None if collection is None or index is None else (collection, index)

    def shown(self, id: str) -> Body | None:
        """The object with this id, or what is left of it; also what only shows inside others."""
        found = self.find(id)
        if found:
            collection, index = found
            return collection.shown(index)
        return self._conversation(id) or self.world.conversations.part(id)

    def _conversation(self, id: str) -> Body | None:
        found = self.conversations.get(id)
        if found:
            return found
        # No table tells which others there are: the booking that would have come from it does.
        index = self.world.bookings.conversations.decode(id)
        if index is None or index >= self.bookings.end:
            return None
        if self.bookings.body(index).get("conversation") != id:
            return None
        return self.world.conversations.make(index, self.bookings.created(index))

    def hosts(self, booking: int) -> tuple[str, ...]:
        """The ids of the users who host and co-host a booking."""
        changed = self.bookings.hosts.get(booking)
        if changed is not None:
            return changed
        bookings, users = self.world.bookings, self.world.users
        cohost = bookings.cohost(booking)
        host = users.id(bookings.owner(booking))
        return (host,) if cohost is None else (host, users.id(cohost))

    def seated(self, calendar: int) -> list[int]:
        """The users (their indexes) who can take a booking of a calendar: they have a seat.

        A team's are those who are in it now; the host of a calendar never changes.
        """
        calendars = self.world.booking_calendars
        team = calendars.team(calendar)
        hosts = [calendars.user(calendar)] if team is None else self._members(team)
        return [user for user in hosts if self.users.exists(user) and self.has_seat(user)]

    def has_seat(self, user: int) -> bool:
        """Whether a user (its index) has a seat; without one nobody can be a host."""
        return self.world.users.has_seat(user)

    def _members(self, team: int) -> list[int]:
        name, users = self.world.teams.id(team), self.users
        return [
            user
            for user in range(users.end)
            if (
                name in users.changed[user]["teams"]
                if user in users.changed
                else team in self.world.users.teams_of(user)
            )
        ]
