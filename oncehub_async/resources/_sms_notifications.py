"""Text messages. https://help.oncehub.com/developers/api/#tag/notifications/GET/notifications/sms"""

from collections.abc import Iterable
from datetime import datetime

from .._ground import checks
from .._http import Operation
from .._lists import Listing
from ..models import RecipientType, SmsNotification
from ._resource import Resource

_LIST = Operation("GET", "/notifications/sms")


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

        https://help.oncehub.com/developers/api/#tag/notifications/GET/notifications/sms
        """
        query = {
            **checks.time_range("creation_time", creation_time_gt, creation_time_lt),
            **checks.texts_of({"recipient": recipient}),
            "recipient_type": checks.documented(recipient_type, RecipientType, "recipient_type"),
            "expand": checks.expansion(expand),
            **checks.page(limit, after, before),
        }
        return self._listing(_LIST, SmsNotification, query)
