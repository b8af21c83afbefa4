import pytest

from .conftest import Api, error


async def test_ids_are_replaced_by_objects(api: Api) -> None:
    """With the plain form and with `data.`; on lists and on single bookings; nulls stay."""
    plain = await api.get("/bookings", limit=50)
    for form in ("owner,contact,booking_page,master_page,event_type", "data.owner,data.contact"):
        full = await api.get("/bookings", limit=50, expand=form)
        for bare, body in zip(plain.body["data"], full.body["data"], strict=True):
            for field in (name.removeprefix("data.") for name in form.split(",")):
                if bare.get(field) is None:
                    assert body.get(field) is None
                else:
                    assert body[field] == api.sim.object(bare[field])
    one = plain.ids[0]
    single = await api.get(f"/bookings/{one}", expand="owner")
    assert single.body["owner"]["object"] == "user"


async def test_two_levels_at_most(api: Api) -> None:
    """A conversation's own fields can be expanded, theirs not."""
    listed = await api.get(
        "/bookings", limit=100, expand="data.conversation.contact,conversation.bot"
    )
    talks = [body["conversation"] for body in listed.body["data"] if body["conversation"]]
    assert talks
    for talk in talks:
        assert talk["object"] == "conversation"
        assert talk["contact"]["object"] == "contact"
        assert talk["bot"]["name"]
        assert isinstance(talk["owner"], str)
    refused = await api.get("/bookings", expand="conversation.contact.owner")
    assert refused.status == 400


@pytest.mark.parametrize(
    ("path", "field"),
    [("/bookings", "invalid_property"), ("/notifications/sms", "details"), ("/contacts", "owner")],
)
async def test_what_cannot_be_expanded_is_refused(api: Api, path: str, field: str) -> None:
    """In the vendor's words."""
    answer = await api.get(path, expand=field)
    assert (answer.status, answer.body) == (
        400,
        error(f"This property cannot be expanded: {field}", "expand"),
    )


async def test_an_expanded_object_may_be_deleted(api: Api) -> None:
    """Then only its id, kind and that it is deleted are shown."""
    booking = api.sim.object(next(api.sim.ids("bookings")))
    api.sim.delete(booking["contact"])
    answer = await api.get(f"/bookings/{booking['id']}", expand="contact")
    assert answer.body["contact"] == {
        "id": booking["contact"],
        "object": "contact",
        "deleted": True,
    }


async def test_sms_recipients_are_contacts_and_users(api: Api) -> None:
    """Each expands into what its type says."""
    page = await api.get("/notifications/sms", limit=100, expand="recipient")
    kinds = {(one["recipient_type"], one["recipient"]["object"]) for one in page.body["data"]}
    assert kinds == {("contact", "contact"), ("user", "user")}


async def test_only_real_conversations_can_be_shown(api: Api) -> None:
    """Those that led to a booking, also to one that was just made; no booking, no conversation."""
    for _ in range(60):
        api.sim.create("bookings")
    listed = await api.get("/bookings", limit=100, expand="conversation")
    talks = [body["conversation"] for body in listed.body["data"][:60] if body["conversation"]]
    assert talks
    for talk, body in ((body["conversation"], body) for body in listed.body["data"]):
        assert talk is None or talk["bookings"] == [body["id"]]
    state = api.sim._state
    for index in state.bookings.indexes():
        talk = state.shown(state.world.bookings.conversations.encode(index))
        assert (talk is not None) == (state.bookings.body(index)["conversation"] is not None)
