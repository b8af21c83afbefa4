"""Who is erased is one person: whoever has an address that looks like theirs stays as they are."""

from pathlib import Path
from typing import Any

import pytest

from oncehub_async._ground import load_json
from oncehub_async.privacy import PersonPlaces, erase_person, export_person
from oncehub_async.sync import Person, sync

from ..sync.synced import opened, rows_of
from .someone import account, put

ANN = "ann@mail.example"
OTHERS = (
    "joann@mail.example",
    "ann@mail.example.org",
    "ann@xmail.example",
    "ann@mail.exampl",
    "ann+x@mail.example",
    "d'ann@mail.example",
    "_ann@mail.example",
    "-ann@mail.example",
    "*ann@mail.example",
    "x=ann@mail.example",
    "x/ann@mail.example",
    "{ann@mail.example",
    "an.n@mail.example",
    "änn@mail.example",
    "ann@mäil.example",
)
PAIRS = [
    # Asked for, and what that person wrote.
    ("ANN@mail.example", " Ann@MAIL.example "),
    ("ann@bücher.example", "ann@xn--bcher-kva.example"),
    ("ann@xn--bcher-kva.example", "Ann@BÜCHER.example"),
    ("o'brien@mail.example", "O'Brien@mail.example"),
    ("ann+shop@mail.example", "ann+SHOP@mail.example"),
    ("straße@mail.example", "Straße@mail.example"),
    ("ann@straße.example", "ann@xn--strae-oqa.example"),
    ("İpek@mail.example", "İPEK@mail.example"),
    ("jos\u00e9@mail.example", "jose\u0301@mail.example"),
    ("jose\u0301@mail.example", "JOS\u00c9@mail.example"),
    ("ann@mail.example", "\uff41\uff4e\uff4e\uff20mail.example"),
    ("\uff41\uff4e\uff4e@mail.example", "ann@mail.example"),
    ("राम@डाटा.भारत", "राम@xn--c2bd1gb.xn--h2brj9c"),
    ("-ann@mail.example", "-Ann@mail.example"),
]
STRANGERS = [
    ("strasse@mail.example", "straße@mail.example"),
    ("ann@strasse.example", "ann@straße.example"),
    ("brien@mail.example", "o'brien@mail.example"),
    ("ann@mail.example", "ann+shop@mail.example"),
    ("ipek@mail.example", "İpek@mail.example"),
    ("jose@mail.example", "jos\u00e9@mail.example"),
]


def contact(email: str) -> dict[str, Any]:
    return {"id": "CTC-1", "email": email, "phone": "+4930901820"}


@pytest.mark.parametrize(("asked", "written"), PAIRS)
def test_one_address_in_two_ways_of_writing(asked: str, written: str) -> None:
    """Capitals, what the DNS makes of it, one letter for two signs, full width."""
    assert Person.of(asked).with_contact(contact(written)).ids == {"CTC-1"}


@pytest.mark.parametrize(("asked", "written"), [*STRANGERS, *((ANN, each) for each in OTHERS)])
def test_two_addresses_are_two_people(asked: str, written: str) -> None:
    """In either direction."""
    assert not Person.of(asked).with_contact(contact(written)).ids
    assert not Person.of(written).with_contact(contact(asked)).ids


async def test_nothing_of_others_is_touched(database_url: str) -> None:
    """Contacts, users, bookings and guests with addresses that hold the person's."""
    async with account() as (sim, oncehub, _):
        contacts, bookings = [*sim.ids("contacts")], [*sim.ids("bookings")]
        users = [*sim.ids("users")]
        own, guest = bookings[0], bookings[1]
        form = {"name": "Ann", "email": ANN, "guests": [*OTHERS]}
        put(sim, own, form_submission=form, attendees=[ANN, *OTHERS], contact=None)
        put(sim, guest, form_submission={"email": OTHERS[0], "guests": [ANN, *OTHERS]},
            attendees=[*OTHERS, ANN], contact=None)  # fmt: skip
        for number, other in enumerate(OTHERS, start=2):
            put(sim, contacts[number], email=other, first_name=f"Other {number}")
            form = {"name": "Other", "email": other, "guests": [*OTHERS]}
            put(sim, bookings[number], form_submission=form, attendees=[*OTHERS], contact=None)
        put(sim, users[3], email=OTHERS[5])
        await sync(oncehub, database_url)
        places = PersonPlaces(databases=[database_url])
        found = (await export_person(ANN, places)).places[0].found
        assert {name: {str(each["id"]) for each in items} for name, items in found.items()} == {
            "bookings": {own, guest}
        }
        async with opened(database_url) as database:
            before = {name: await rows_of(database, name) for name in ("bookings", "contacts")}
        await erase_person(ANN, places, apply=True)
        async with opened(database_url) as database:
            after = {name: await rows_of(database, name) for name in ("bookings", "contacts")}
            assert (await rows_of(database, "users"))[users[3]]["email"] == OTHERS[5]
        assert after["contacts"] == before["contacts"]
        changed = {key for key, row in after["bookings"].items() if row != before["bookings"][key]}
        assert changed == {own, guest}
        for column in ("attendees", "form_submission_guests"):
            assert load_json(after["bookings"][guest][column]) == [*OTHERS]


@pytest.mark.parametrize("several", [False, True])
async def test_hosts_and_people_with_several_contacts(
    database_url: str, tmp_path: Path, several: bool
) -> None:
    """All their contacts go, and what they are as a user; without a contact, what names them."""
    async with account() as (sim, oncehub, _):
        contacts, users = [*sim.ids("contacts")], [*sim.ids("users")]
        own = contacts[:3] if several else []
        for key in own:
            put(sim, key, email=ANN.upper(), first_name="Annabella")
        put(sim, users[2], email=ANN, first_name="Annabella", last_name="Host")
        await sync(oncehub, database_url)
        places = PersonPlaces(oncehub=oncehub, databases=[database_url])
        erasure = await erase_person(ANN, places, apply=True)
        assert erasure.places[0].counts == ({"contacts": 3} if several else {})
        async with opened(database_url) as database:
            user = (await rows_of(database, "users"))[users[2]]
            assert (user["email"], user["first_name"], user["last_name"]) == (None, None, None)
            assert user["status"]
            rows = await rows_of(database, "contacts")
            assert all(rows[key]["first_name"] is None for key in own)
        assert (await oncehub.users.get(users[2])).email == ANN
        again = await erase_person(ANN, places, apply=True)
        assert again.count == 0
