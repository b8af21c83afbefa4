from typing import Any

import pytest

from oncehub_async.simulator import Account, Simulator

from .conftest import Api, error

NEW = {"email": "ann@example.com", "first_name": "Ann", "last_name": "O'Neil-Źdźbło"}


async def test_a_user_from_birth_to_death(api: Api) -> None:
    """Invited as a Member, updated, deleted; a deleted one can't be updated: 410."""
    team = next(api.sim.ids("teams"))
    made = await api.post("/users", NEW | {"teams": [team]})
    assert made.status == 200
    user = made.body["id"]
    assert (made.body["status"], made.body["role_name"]) == ("invited", "Member")
    assert (await api.get("/users", email="ANN@example.com")).ids == [user]
    assert team in await api.walk("/teams", user=user)
    changed = await api.patch(f"/users/{user}", {"role_name": "Administrator", "teams": []})
    assert (changed.body["role_name"], changed.body["teams"]) == ("Administrator", [])
    assert await api.walk("/teams", user=user) == []
    gone = {"id": user, "object": "user", "deleted": True}
    assert (await api.delete(f"/users/{user}")).body == gone
    assert (await api.get(f"/users/{user}")).body == gone
    refused = await api.patch(f"/users/{user}", {"first_name": "x"})
    assert (refused.status, refused.body) == (
        410,
        error(f"User cannot be modified as they have been deleted: '{user}'", "id"),
    )


@pytest.mark.parametrize(
    ("fields", "message", "param"),
    [
        ({}, "Required fields are missing.", "email"),
        ({"email": "a@b.example"}, "Required fields are missing.", "first_name"),
        (
            NEW | {"first_name": "fir[/*st_na*/]?me"},
            "Invalid first_name: 'fir[/*st_na*/]?me'",
            "first_name",
        ),
        (NEW | {"last_name": ""}, "Invalid last_name: ''", "last_name"),
        (NEW | {"first_name": {"a": True}}, "Must be a string.", "first_name"),
        (NEW | {"email": None}, "Must be a string.", "email"),
        (NEW | {"nickname": "x"}, "Unsupported fields", "nickname"),
        (NEW | {"role_name": "Super Admin"}, "Invalid role name: 'Super Admin'", "role_name"),
        (
            NEW | {"teams": ["TM-INVALID1", "TM-INVALID2"]},
            "Invalid team(s): 'TM-INVALID1', 'TM-INVALID2'",
            "teams",
        ),
    ],
)
async def test_what_no_user_can_be(
    api: Api, fields: dict[str, Any], message: str, param: str
) -> None:
    """400, in the vendor's words."""
    answer = await api.post("/users", fields)
    assert (answer.status, answer.body) == (400, error(message, param))


async def test_an_address_is_one_users_own(api: Api) -> None:
    """400 here, not 409: so it is documented."""
    email = api.sim.object(next(api.sim.ids("users")))["email"].upper()
    answer = await api.post("/users", NEW | {"email": email})
    assert (answer.status, answer.body) == (400, error(f"Email already exists: '{email}'", "email"))


@pytest.mark.parametrize(
    ("fields", "message", "param"),
    [
        ({}, "At least one field must be provided to update.", "body"),
        ({"first_name": ""}, "Invalid first name: ''", "first_name"),
        ({"role_name": "InvalidRole"}, "Invalid role name: 'InvalidRole'", "role_name"),
        (
            {"role_name": "Account Owner"},
            "The 'Account Owner' role cannot be assigned directly via the API.",
            "role_name",
        ),
        ({"teams": "TM-1"}, "Must be an array of strings.", "teams"),
        ({"role_name": None}, "Must be a string.", "role_name"),
        ({"email": "x@y.example"}, "Unsupported field", "email"),
    ],
)
async def test_what_cannot_be_updated(
    api: Api, fields: dict[str, Any], message: str, param: str
) -> None:
    """400, in the vendor's words."""
    answer = await api.patch(f"/users/{next(api.sim.ids('users'))}", fields)
    assert (answer.status, answer.body) == (400, error(message, param))


async def test_the_account_owner_stays_as_they_are(api: Api) -> None:
    """Neither updated nor deleted: 403, and not an `authentication_error`."""
    owner = list(api.sim.ids("users"))[-1]
    answer = await api.patch(f"/users/{owner}", {"first_name": "x"})
    assert (answer.status, answer.body) == (403, error("Cannot update 'Account Owner' user."))
    assert (await api.delete(f"/users/{owner}")).status == 403


async def test_a_plan_has_so_many_users(session: Any) -> None:
    """422 for one more; a deleted user makes room."""
    async with Simulator(Account(users=3, user_limit=3), limits=None) as sim:
        api = Api(sim, session)
        answer = await api.post("/users", NEW)
        assert answer.status == 422
        assert answer.body["message"].startswith("You have reached the user limit")
        await api.delete(f"/users/{next(sim.ids('users'))}")
        assert (await api.post("/users", NEW)).status == 200
