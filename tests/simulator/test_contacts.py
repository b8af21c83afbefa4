import asyncio
from typing import Any

import pytest

from .conftest import Api, error

NEW = {"first_name": "Carrie", "last_name": "Customer", "email": "carrie@example.com"}


async def test_a_contact_from_birth_to_death(api: Api) -> None:
    """Created, found, updated, deleted; then only its id is known."""
    made = await api.post("/contacts", NEW | {"mobile_phone": "+12025550195", "status": "VIP"})
    assert made.status == 201
    contact = made.body["id"]
    assert made.body["status"] is None
    assert made.body["creation_time"] == made.body["last_updated_time"]
    assert (await api.get("/contacts", limit=1)).ids == [contact]
    changes = {
        "company": "Acme",
        "custom_fields": [{"name": "resume", "value": [1, {"a": None}]}],
    }
    await asyncio.sleep(0.002)  # times have milliseconds, and some machines are as fast
    changed = await api.patch(f"/contacts/{contact}", changes)
    assert changed.status == 200
    assert changed.body["company"] == "Acme"
    assert changed.body["last_updated_time"] > made.body["last_updated_time"]
    more = {"custom_fields": [{"name": "budget", "value": 5}, {"name": "resume", "value": "x"}]}
    assert (await api.patch(f"/contacts/{contact}", more)).body["custom_fields"] == [
        {"name": "resume", "value": "x"},
        {"name": "budget", "value": 5},
    ]
    gone = {"id": contact, "object": "contact", "deleted": True}
    assert (await api.delete(f"/contacts/{contact}")).body == gone
    assert (await api.get(f"/contacts/{contact}")).body == gone
    assert contact not in await api.walk("/contacts")
    assert (await api.patch(f"/contacts/{contact}", {"city": "x"})).status == 404
    assert (await api.post("/contacts", NEW)).status == 201


@pytest.mark.parametrize(
    ("fields", "message", "param"),
    [
        ({}, "At least one of 'email' or 'mobile_phone' is required.", "email"),
        ({"email": "a@b.example", "last_name": "x"}, "first_name is required", "first_name"),
        ({"email": "a@b.example", "first_name": "x"}, "last_name is required", "last_name"),
        (NEW | {"email": "john.doe@invalid"}, "Invalid email format: 'john.doe@invalid'", "email"),
        (NEW | {"mobile_phone": "+91999999"}, "Invalid phone format: '+91999999'", "mobile_phone"),
        (NEW | {"nickname": "C"}, "Unsupported fields", "nickname"),
        (NEW | {"id": "CTC-1"}, "Unsupported fields", "id"),
        (NEW | {"timezone": "Mars/One"}, "Invalid timezone: 'Mars/One'", "timezone"),
        (NEW | {"employees": "5"}, "Must be an integer.", "employees"),
        (NEW | {"email": {"a": True}}, "Must be a string.", "email"),
        (NEW | {"email": False, "mobile_phone": "+12025550195"}, "Must be a string.", "email"),
        (NEW | {"timezone": None}, "Must be a string.", "timezone"),
        (NEW | {"owner": None}, "Must be a string.", "owner"),
        (
            NEW | {"custom_fields": [{"name": "resume"}]},
            "Must be an array of custom fields.",
            "custom_fields",
        ),
    ],
)
async def test_what_no_contact_can_be(
    api: Api, fields: dict[str, Any], message: str, param: str
) -> None:
    """400, in the vendor's words."""
    answer = await api.post("/contacts", fields)
    assert (answer.status, answer.body) == (400, error(message, param))


async def test_custom_fields_are_a_name_and_a_value(api: Api) -> None:
    """Each once, with what came last, and nothing else."""
    twice = [{"name": "resume", "value": 1, "evil": 2}, {"name": "resume", "value": 3}]
    made = await api.post("/contacts", NEW | {"custom_fields": twice})
    assert made.body["custom_fields"] == [{"name": "resume", "value": 3}]
    changed = await api.patch(f"/contacts/{made.body['id']}", {"custom_fields": twice[:1]})
    assert changed.body["custom_fields"] == [{"name": "resume", "value": 1}]


async def test_an_address_and_a_phone_are_one_contacts_own(api: Api) -> None:
    """409 for those of the account's contacts and of new ones; a deleted one's are free."""
    old = next(
        body
        for body in map(api.sim.object, api.sim.ids("contacts"))
        if body["email"] and body["mobile_phone"]
    )
    await api.post("/contacts", NEW | {"mobile_phone": "+12025550195"})
    for email, phone in (
        (old["email"].upper(), old["mobile_phone"]),
        (NEW["email"], "+12025550195"),
    ):
        taken = await api.post("/contacts", NEW | {"email": email})
        assert (taken.status, taken.body) == (
            409,
            error(f"Contact already exists: '{email}'", "email"),
        )
        taken = await api.post("/contacts", NEW | {"email": "new@b.example", "mobile_phone": phone})
        assert (taken.status, taken.body) == (
            409,
            error(f"Contact already exists: '{phone}'", "mobile_phone"),
        )
    api.sim.delete(old["id"])
    assert (await api.post("/contacts", NEW | {"email": old["email"]})).status == 201


@pytest.mark.parametrize(
    ("fields", "message", "param"),
    [
        ({}, "At least one field must be provided to update.", "body"),
        (
            {"email": "x@y.example"},
            "Identifier fields (email, mobile_phone) cannot be updated via this endpoint",
            "email",
        ),
        (
            {"mobile_phone": "+12025550195"},
            "Identifier fields (email, mobile_phone) cannot be updated via this endpoint",
            "mobile_phone",
        ),
        ({"phone": "+91999999"}, "Invalid phone format: '+91999999'", "phone"),
        ({"timezone": "Invalid/Timezone"}, "Invalid timezone: 'Invalid/Timezone'", "timezone"),
        (
            {"custom_fields": [{"name": "unknown_field", "value": 1}]},
            "Custom field 'unknown_field' does not exist in field library",
            "custom_fields",
        ),
        ({"nickname": "C"}, "Unsupported field", "nickname"),
        ({"first_name": ""}, "first_name is required", "first_name"),
        ({"owner": "USR-X"}, "Invalid owner: 'USR-X'", "owner"),
    ],
)
async def test_what_cannot_be_updated(
    api: Api, fields: dict[str, Any], message: str, param: str
) -> None:
    """400, in the vendor's words; nothing changes."""
    contact = next(api.sim.ids("contacts"))
    before = api.sim.object(contact)
    answer = await api.patch(f"/contacts/{contact}", fields)
    assert (answer.status, answer.body) == (400, error(message, param))
    assert api.sim.object(contact) == before
    unknown = await api.patch("/contacts/CTC-NOTFOUND", {"city": "x"})
    assert (unknown.status, unknown.body) == (404, error("No such contact: 'CTC-NOTFOUND'", "id"))
