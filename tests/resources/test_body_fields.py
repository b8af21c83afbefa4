"""Fields of contacts and users are written once, and are arguments like all others."""

import inspect
import pydoc
from collections.abc import Callable
from typing import Any

import pytest

from oncehub_async import UNSET, OnceHub
from oncehub_async._ground import load_json
from oncehub_async.resources import Contacts, Users

from ..loopback import answer, serving

METHODS = (Contacts.create, Contacts.update, Users.create, Users.update)


@pytest.mark.parametrize("method", METHODS, ids=lambda each: each.__qualname__)
def test_every_field_is_shown(method: Callable[..., Any]) -> None:
    """By `help()` and in an editor that asks for the signature."""
    parameters = inspect.signature(method).parameters
    assert not any(each.kind is each.VAR_KEYWORD for each in parameters.values())
    shared = ("timezone", "custom_fields") if "Contacts" in method.__qualname__ else ("teams",)
    for name in shared:
        assert parameters[name].kind is inspect.Parameter.KEYWORD_ONLY
        assert parameters[name].default is UNSET
        assert f"{name}: " in pydoc.plain(pydoc.render_doc(method))


@pytest.mark.parametrize(
    "act",
    [
        lambda o: o.contacts.create(
            first_name="C", last_name="C", email="c@example.com", citty="Bonn"
        ),
        lambda o: o.contacts.update("CTC-1", email="c@example.com"),
        lambda o: o.users.create(first_name="C", last_name="C", email="c@example.com", team="TM-1"),
        lambda o: o.users.update("USR-1", roles="Member"),
    ],
)
async def test_a_misspelt_field_is_refused(act: Callable[[OnceHub], Any]) -> None:
    """As of any function."""
    with pytest.raises(TypeError, match="unexpected keyword argument"):
        await act(OnceHub("key"))


async def test_texts_and_numbers_are_sent_exactly() -> None:
    """Half an emoji, long integers, decimals of any length: what was read can be written back."""
    odd = b'{"cut": "\\ud83d", "long": 123456789012345678901234567890, "fine": [1.0000000000000000001, 1e400]}'
    body = load_json(odd)
    contact = {"id": "CTC-1"}
    async with (
        serving(answer(200, contact)) as server,
        OnceHub("key", base_url=server.url) as oncehub,
    ):
        await oncehub.contacts.create(first_name="cut \ud83d", last_name="C", email="c@example.com")
        await oncehub.contacts.update("CTC-1", city="\ud83d", custom_fields=body)
    created, updated = (load_json(each.body) for each in server.received)
    assert created["first_name"] == "cut \ud83d"
    assert updated["city"] == "\ud83d"
    assert {each["name"]: each["value"] for each in updated["custom_fields"]} == body
