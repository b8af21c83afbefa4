from typing import Any

import pytest

from oncehub_async.simulator import Fault

from .conftest import Api


async def test_links_to_a_foreign_host_or_in_a_circle(api: Api) -> None:
    """What a client must not follow: the one would send the key away, the other never ends."""
    api.sim.inject(Fault("foreign_link", times=1))
    page = await api.get("/bookings", limit=5)
    assert page.headers["Link"].startswith(
        "<https://oncehub.attacker.example/bookings?limit=5&after="
    )
    api.sim.clear_faults()
    api.sim.inject(Fault("repeating_link"))
    cursor = page.ids[-1]
    again = await api.get("/bookings", limit=5, after=cursor)
    assert f"after={cursor}>" in again.headers["Link"]
    assert again.ids != page.ids


async def test_a_list_that_does_not_advance(api: Api) -> None:
    """The first page again, whatever the cursor, and always more to come."""
    first = await api.get("/bookings", limit=5)
    api.sim.inject(Fault("stuck_list"))
    again = await api.get("/bookings", limit=5, after=first.ids[-1])
    assert (again.ids, again.body["has_more"]) == (first.ids, True)


async def test_the_cursors_object_is_deleted_just_before(api: Api) -> None:
    """The list goes on from where it stood, as the service is set up here."""
    ids = list(api.sim.ids("bookings"))
    api.sim.inject(Fault("deleted_cursor"))
    page = await api.get("/bookings", limit=5, after=ids[4])
    assert page.ids == ids[5:10]
    assert api.sim.object(ids[4]) == {"id": ids[4], "object": "booking", "deleted": True}


@pytest.mark.parametrize(("change", "more"), [("create", 1), ("update", 0), ("delete", -1)])
async def test_objects_change_during_a_walk(api: Api, change: Any, more: int) -> None:
    """Before every second list of this resource, one object."""
    resources = ("bookings", "users", "teams")
    api.sim.inject(Fault("churn", change=change, every=2))
    for resource in resources:
        before, ids = api.sim.counts[resource], list(api.sim.ids(resource))
        objects = [api.sim.object(one) for one in ids]
        for _ in range(2):
            assert (await api.get(f"/{resource}")).status == 200
        assert api.sim.counts[resource] == before + more
        if change == "update":
            assert sum(api.sim.object(one["id"]) != one for one in objects) == 1
    assert api.sim.stats.faults == {"churn": len(resources)}


async def test_churn_reaches_many_objects(api: Api) -> None:
    """One after the other, not the same ones again and again; a name doesn't grow by it."""
    before = {one: api.sim.object(one) for one in api.sim.ids("bookings")}
    api.sim.inject(Fault("churn", ("list-all-bookings", "list-all-teams")))
    for _ in range(150):
        await api.get("/bookings", limit=1)
    assert sum(api.sim.object(one) != body for one, body in before.items()) > 100
    for _ in range(30):
        await api.get("/teams", limit=1)
    for one in api.sim.ids("teams"):
        assert api.sim.object(one)["name"].count("renamed") <= 1


async def test_a_cursor_of_another_resource_deletes_nothing(api: Api) -> None:
    """It is no cursor of this list: 400, and the user is still there."""
    user = next(api.sim.ids("users"))
    api.sim.inject(Fault("deleted_cursor"))
    assert (await api.get("/bookings", after=user)).status == 400
    assert "deleted" not in api.sim.object(user)
