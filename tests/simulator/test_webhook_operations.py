from typing import Any

import pytest

from .conftest import Api, error

NEW = {
    "name": "Mine",
    "url": "https://me.example/hook",
    "events": ["booking", "conversation.closed"],
}


async def test_a_webhook_from_birth_to_death(api: Api) -> None:
    """Its secret is its own and stays the same."""
    made = await api.post("/webhooks", NEW)
    assert made.status == 200
    webhook, secret = made.body["id"], made.body["secret"]
    assert made.body["api_version"] == "v2"
    assert (await api.get(f"/webhooks/{webhook}")).body["secret"] == secret
    listed = (await api.get("/webhooks")).body["data"]
    assert listed[0] == made.body
    assert len({one["secret"] for one in listed}) == len(listed) == 3
    taken = await api.post("/webhooks", NEW)
    assert (taken.status, taken.body) == (
        409,
        error("A webhook subscription with this name already exists: 'Mine'", "name"),
    )
    assert (await api.delete(f"/webhooks/{webhook}")).body["deleted"] is True
    assert (await api.post("/webhooks", NEW)).status == 200


@pytest.mark.parametrize(
    ("change", "param"),
    [
        ({"url": "http://me.example/hook"}, "url"),
        ({"url": "https://"}, "url"),
        ({"url": 5}, "url"),
        ({"events": []}, "events"),
        ({"events": ["booking.exploded"]}, "events"),
        ({"events": "booking"}, "events"),
        ({"events": [5]}, "events"),
        ({"name": ""}, "name"),
        ({"name": 5}, "name"),
    ],
)
async def test_what_no_webhook_can_be(api: Api, change: dict[str, Any], param: str) -> None:
    """400 that names the field: only https, only known events."""
    answer = await api.post("/webhooks", NEW | change)
    assert (answer.status, answer.body["param"]) == (400, param)
    assert api.sim.counts["webhooks"] == 2
