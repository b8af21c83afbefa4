"""Every kind of object of one account, knowing each other."""

from .._account_settings import Account
from .bookings_data import SimulatedBookings
from .contacts_data import SimulatedContacts
from .conversations_data import Conversations
from .kind import Kind
from .messages_data import SimulatedMessages
from .pages_data import (
    SimulatedCalendars,
    SimulatedEventTypes,
    SimulatedMasterPages,
    SimulatedPages,
)
from .timeline import Timeline
from .users_data import SimulatedTeams, SimulatedUsers
from .webhooks_data import SimulatedWebhooks


class World:
    """The account as it was when the clock started, at `start` (milliseconds since 1970)."""

    def __init__(self, account: Account, start: int) -> None:
        def timeline(name: str, count: int) -> Timeline:
            return Timeline(count, start, account.seed, name)

        booked = timeline("bookings", account.bookings)
        self.teams = SimulatedTeams(account)
        self.users = SimulatedUsers(account, self.teams)
        self.contacts = SimulatedContacts(account, self.users, booked)
        self.booking_calendars = SimulatedCalendars(account, self.users, self.teams)
        self.master_pages = SimulatedMasterPages(account)
        self.event_types = SimulatedEventTypes(account)
        self.booking_pages = SimulatedPages(
            account, self.users, self.master_pages, self.event_types
        )
        self.bookings = SimulatedBookings(
            account, booked, self.users, self.contacts, self.booking_calendars, self.booking_pages
        )
        self.conversations = Conversations(account, self.users, self.contacts, self.bookings)
        self.sms_notifications = SimulatedMessages(
            account, timeline("sms", account.sms_notifications), self.users, self.contacts
        )
        self.webhooks = SimulatedWebhooks(account, timeline("webhooks", account.webhooks))

    @property
    def kinds(self) -> tuple[Kind, ...]:
        """All that can be listed."""
        return (
            self.bookings,
            self.booking_calendars,
            self.booking_pages,
            self.master_pages,
            self.event_types,
            self.contacts,
            self.users,
            self.teams,
            self.sms_notifications,
            self.webhooks,
        )
