"""What is kept of a person is found wherever they can be, and told in full."""

import json
from pathlib import Path

import pytest

from oncehub_async import InvalidParameterError
from oncehub_async.privacy import PersonPlaces, PlaceKind, export_person, person_html
from oncehub_async.sync import sync

from .someone import account, put


async def test_account_and_database(database_url: str) -> None:
    """Contact, bookings and text messages; what others brought them along to is in the database."""
    async with account() as (_, oncehub, someone):
        await sync(oncehub, database_url)
        places = PersonPlaces(oncehub=oncehub, databases=[database_url])
        data = await export_person(" ZOE.quaddle+X@mail.example ", places)
        at_oncehub, database = data.places
        assert (at_oncehub.kind, database.kind) == (PlaceKind.ACCOUNT, PlaceKind.DATABASE)
        ids = {name: {str(each["id"]) for each in items} for name, items in database.found.items()}
        assert ids["contacts"] == {someone.contact}
        assert ids["bookings"] == someone.bookings | {someone.beside}
        assert len(ids["sms_notifications"]) == 1
        there = {str(each["id"]) for each in at_oncehub.found["bookings"]}
        assert there == someone.bookings
        assert all(each in " ".join(data.by_hand) for each in someone.bookings)
        whole = await export_person(someone.email, places, whole_account=True)
        found = {str(each["id"]) for each in whole.places[0].found["bookings"]}
        assert found == ids["bookings"]
        text = json.loads(data.as_json())
        assert text["person"] == someone.email
        assert someone.bookings <= {row["id"] for row in text["places"][1]["found"]["bookings"]}


async def test_the_page_escapes_and_asks_nobody(tmp_path: Path) -> None:
    """What a guest typed stays text."""
    async with account() as (sim, oncehub, someone):
        key = next(iter(someone.bookings))
        form = sim.object(key)["form_submission"]
        typed = "<img src=https://evil.example/x onerror=alert(1)>\u202e\x1b[31m"
        put(sim, key, form_submission={**form, "note": typed}, subject='"><script>x</script>')
        data = await export_person(someone.email, PersonPlaces(oncehub=oncehub))
        page = person_html(data)
    assert "&lt;img src=https://evil.example/x onerror=alert(1)&gt;" in page
    assert "<script" not in page
    assert "\u202e" not in page
    assert "\x1b" not in page
    assert "<img" not in page
    assert "href=" not in page
    assert " src=" not in page.replace("&lt;img src=", "")
    assert "default-src 'none'" in page
    for each in (*someone.bookings, someone.contact, someone.email):
        assert each in page


@pytest.mark.parametrize("email", ["", "ann", "ann@", "a@b@c", "ann@x.example, bob@x.example"])
async def test_an_address_is_needed(email: str) -> None:
    """One, and told without repeating it."""
    with pytest.raises(InvalidParameterError, match="email") as error:
        await export_person(email, PersonPlaces())
    assert "bob" not in str(error.value)
