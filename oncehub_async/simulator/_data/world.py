"""Every kind of object of one account, knowing each other."""

from .._account_settings import Account
from .bookings_data import Bookings
from .contacts_data import Contacts
from .conversations_data import Conversations
from .kind import Kind
from .messages_data import SmsNotifications
from .pages_data import BookingCalendars, BookingPages, EventTypes, MasterPages
from .timeline import Timeline
from .users_data import Teams, Users
from .webhooks_data import Webhooks


class World:
    """The account as it was when the clock started, at `start` (milliseconds since 1970)."""

    def __init__(self, account: Account, start: int) -> None:
        def timeline(name: str, count: int) -> Timeline:
            return Timeline(count, start, account.seed, name)

        booked = timeline("bookings", account.bookings)
        self.teams = Teams(account)
        self.users = Users(account, self.teams)
        self.contacts = Contacts(account, self.users, booked)
        self.booking_calendars = BookingCalendars(account, self.users, self.teams)
        self.master_pages = MasterPages(account)
        self.event_types = EventTypes(account)
        self.booking_pages = BookingPages(account, self.users, self.master_pages, self.event_types)
        self.bookings = Bookings(
            account, booked, self.users, self.contacts, self.booking_calendars, self.booking_pages
        )
        self.conversations = Conversations(account, self.users, self.contacts, self.bookings)
        self.sms_notifications = SmsNotifications(
            account, timeline("sms", account.sms_notifications), self.users, self.contacts
        )
        self.webhooks = Webhooks(account, timeline("webhooks", account.webhooks))

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
