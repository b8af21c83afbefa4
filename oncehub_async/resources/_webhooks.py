"""Webhook subscriptions. https://help.oncehub.com/developers/api/#tag/webhooks/GET/webhooks"""

from collections.abc import Sequence

from .._ground import checks
from .._http import Operation
from .._lists import Listing
from ..models import Deleted, EventName, Webhook
from ._body_fields import Extra, with_extra
from ._resource import Resource

_CREATE = Operation("POST", "/webhooks")
_LIST = Operation("GET", "/webhooks")
_GET = Operation("GET", "/webhooks/{id}")
_DELETE = Operation("DELETE", "/webhooks/{id}")


class Webhooks(Resource):
    """Subscriptions to events. There is no update: delete and create."""

    def list(
        self,
        *,
        limit: int = checks.MAX_LIMIT,
        after: str | None = None,
        before: str | None = None,
    ) -> Listing[Webhook]:
        """All webhooks.

        https://help.oncehub.com/developers/api/#tag/webhooks/GET/webhooks
        """
        return self._listing(_LIST, Webhook, checks.page(limit, after, before))

    async def get(self, id: str) -> Webhook:
        """One webhook. Raises `NotFoundError`, or `DeletedObjectError`.

        https://help.oncehub.com/developers/api/#tag/webhooks/GET/webhooks/{id}
        """
        return await self._call(_GET, Webhook, id=checks.object_id(id))

    async def create(
        self, *, name: str, url: str, events: Sequence[EventName | str], extra: Extra = None
    ) -> Webhook:
        """Subscribe an https URL to events; "booking" stands for all `booking.*` events.

        The webhook's `signing_secret` verifies its deliveries. Raises `ConflictError` where the
        name is another webhook's.

        `extra` holds fields of the body that this package has no parameter for.

        https://help.oncehub.com/developers/api/#tag/webhooks/POST/webhooks
        """
        asked = checks.some_texts(events, "events")
        checks.tell_undocumented(asked, EventName, "events")
        fields = {
            "name": checks.filled_text(name, "name"),
            "url": checks.https_url(url, "url"),
            "events": asked,
        }
        return await self._call(_CREATE, Webhook, body=with_extra(fields, extra))

    async def delete(self, id: str) -> Deleted:
        """Delete a webhook; nothing more is delivered.

        https://help.oncehub.com/developers/api/#tag/webhooks/DELETE/webhooks/{id}
        """
        return await self._call(_DELETE, Deleted, id=checks.object_id(id))
