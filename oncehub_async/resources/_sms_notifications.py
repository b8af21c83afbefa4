"""Text messages. https://developers.oncehub.com/reference/list-all-sms-notifications"""

from collections.abc import Iterable
from datetime import datetime
from typing import TypedDict, Unpack

from .._ground import checks
from .._http import Operation
from .._lists import Ends, Listing, Walk
from ..models import RecipientType, SmsNotification
from ._resource import Resource

_LIST = Operation("GET", "/notifications/sms")


class SmsNotificationFilters(TypedDict, total=False):
    """The filters of `list`, for `walk`."""

    creation_time_gt: datetime | None
    creation_time_lt: datetime | None
    recipient: str | None
    recipient_type: RecipientType | str | None
    expand: str | Iterable[str] | None
    limit: int


class SmsNotifications(Resource):
    """Text messages that OnceHub sent for the account."""

    def list(
        self,
        *,
        creation_time_gt: datetime | None = None,
        creation_time_lt: datetime | None = None,
        recipient: str | None = None,
        recipient_type: RecipientType | str | None = None,
        expand: str | Iterable[str] | None = None,
        limit: int = checks.MAX_LIMIT,
        after: str | None = None,
        before: str | None = None,
    ) -> Listing[SmsNotification]:
        """All text messages, newest first, or those that match every filter that is given.

        `recipient` is a contact's or user's id; `expand="recipient"` includes the object.

        https://developers.oncehub.com/reference/list-all-sms-notifications
        """
        query = {
            **checks.time_range("creation_time", creation_time_gt, creation_time_lt),
            **checks.texts_of({"recipient": recipient}),
            "recipient_type": checks.documented(recipient_type, RecipientType, "recipient_type"),
            "expand": checks.expansion(expand),
            **checks.page(limit, after, before),
        }
        return self._listing(_LIST, SmsNotification, query)

    def walk(
        self,
        *,
        newest_first: bool = False,
        began: datetime | None = None,
        **filters: Unpack[SmsNotificationFilters],
    ) -> Walk[SmsNotification]:
        """What `list` gives with the same filters, read in several places of the list at once.

        As the pages come, or in the list's order with `newest_first=True`. `began` is about when
        the oldest was created, if you know it. It decides where the walk begins to read, and so
        how fast it is, not what it gives.

        https://developers.oncehub.com/reference/list-all-sms-notifications
        """
        ends = Ends(filters.get("creation_time_gt"), began)
        return self._walk(self.list(**filters), ends, newest_first=newest_first)
