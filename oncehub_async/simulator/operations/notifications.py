"""SMS notifications: what the vendor documents at https://developers.oncehub.com."""

from ..call import Operation
from ..expansion import SMS_NOTIFICATION
from ..lists.filters import SMS_NOTIFICATIONS
from ..lists.listing import Listing

OPERATIONS = (
    Operation(
        "list-all-sms-notifications",
        "GET",
        "/notifications/sms",
        Listing("sms_notifications", "/notifications/sms", SMS_NOTIFICATIONS, SMS_NOTIFICATION),
    ),
)
