"""The simulator keeps to the vendor's document, for right and wrong requests to all operations."""

from collections import defaultdict
from collections.abc import Iterator
from datetime import UTC, datetime
from itertools import cycle
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from oncehub_async.simulator import Account, Simulator
from oncehub_async.simulator._operations.operations_table import OPERATIONS

from . import conformance_document
from .threaded import running

pytestmark = pytest.mark.vendor_document
DOCUMENT = conformance_document.load()
if DOCUMENT is None:
    pytest.skip(conformance_document.MISSING, allow_module_level=True)

PATHS = frozenset(DOCUMENT["paths"])

schemathesis = pytest.importorskip("schemathesis")

CONFIG = schemathesis.Config.from_dict(
    {
        "seed": 1,
        "generation": {"max-examples": 16, "deterministic": True, "database": "none"},
        "phases": {"coverage": {"unexpected-methods": ["PUT", "TRACE"]}},
        "checks": {
            # The schemas are looser than the documented errors: any text is a valid id, date,
            # time zone or phone there. Instead, some request has to succeed: `some_succeed`.
            "positive_data_acceptance": {"enabled": False},
        },
    }
)
schema = schemathesis.openapi.from_dict(DOCUMENT, config=CONFIG)
# One seed, one key: the same for every simulator here.
KEY = Simulator().api_key


@schema.auth()
class ApiKey:
    """Signs the requests; schemathesis leaves out those that are meant to come without a key."""

    def get(self, _case: Any, _context: Any) -> str:
        return KEY

    def set(self, case: Any, data: str, _context: Any) -> None:
        case.headers["API-Key"] = data


# No generated text is a free time, another host or a new event: `test_valid_requests` has them.
TOO_PARTICULAR = {
    "POST /booking-calendars/{id}/schedule",
    "POST /bookings/{id}/reassign",
    "POST /webhooks",
}
# They say what isn't so of the message: that is between HTTP servers, no matter of the API.
FRAMING = {"content-length", "transfer-encoding", "expect", "connection"}
statuses: defaultdict[str, set[int]] = defaultdict(set)


@pytest.fixture(scope="module")
def simulator() -> Iterator[Simulator]:
    account = Account(bookings=3_000, contacts=120, users=60, webhooks=30, quirks=False)
    with running(Simulator(account, limits=None)) as sim:
        yield sim


@pytest.fixture(scope="module")
def known(simulator: Simulator) -> dict[str, Iterator[str]]:
    """For each resource's path, ids of objects that are there."""
    found = {name.replace("_", "-"): list(simulator.ids(name)) for name in simulator.counts}
    # Open bookings and past ones by turns: some can be canceled, others be no-shows.
    bookings = found["bookings"]
    found["bookings"] = [
        one for pair in zip(bookings[:30], bookings[300:330], strict=True) for one in pair
    ]
    return {name: cycle(ids[:60]) for name, ids in found.items()}


@pytest.fixture(autouse=True)
def some_succeed(request: pytest.FixtureRequest) -> Iterator[None]:
    """Of the requests to an operation, some were served: it wasn't 404 and 400 all the way."""
    yield
    label = request.node.name.partition("[")[2].removesuffix("]")
    if label in statuses and label not in TOO_PARTICULAR:
        assert {200, 201} & statuses[label], f"only {statuses[label]} for {label}"


turns = cycle(range(4))


def answer_is_documented(case: Any, simulator: Simulator, known: dict[str, Iterator[str]]) -> None:
    """Status, body, content type and headers are those of the document, whatever is asked."""
    if "id" in case.path_parameters and next(turns):
        # A generated id is never known: what stands behind the 404 has to be reached, too.
        case.path_parameters["id"] = next(known[case.operation.path.split("/")[1]])
    for header in [each for each in case.headers if each.lower() in FRAMING]:
        del case.headers[header]
    response = case.call_and_validate(base_url=simulator.url)
    assert response.headers["request-id"]
    if case.method == "DELETE" and response.status_code == 200:
        assert simulator.object(case.path_parameters["id"])["deleted"]
    statuses[case.operation.label].add(response.status_code)


# schemathesis has no types for a decorator.
test_every_answer_is_documented = schema.parametrize()(answer_is_documented)


def valid(simulator: Simulator, label: str) -> tuple[dict[str, str], dict[str, Any]]:
    """Path parameters and a body with which an operation has to succeed."""
    world = simulator._state.world
    if label == "POST /webhooks":
        return {}, {"name": "Mine", "url": "https://a.example/b", "events": ["booking"]}
    if label == "POST /bookings/{id}/reassign":
        booking = next(
            one
            for one in simulator.ids("bookings")
            if simulator.object(one)["status"] == "scheduled"
        )
        owner = simulator.object(booking)["owner"]
        return {"id": booking}, {
            "new_host": next(world.users.id(n) for n in range(3) if world.users.id(n) != owner)
        }
    # Calendar 0 is published, its host has a seat and is free on a Tuesday morning.
    zone = ZoneInfo(simulator.object(world.users.id(0))["timezone"])
    start = datetime(2026, 11, 10, 9, tzinfo=zone).astimezone(UTC)
    form = {"name": "Carrie Customer", "email": "carrie@example.com", "budget": "a lot"}
    return {"id": world.booking_calendars.id(0)}, {
        "start_time": start.strftime("%Y-%m-%dT%H:%M:%S.000Z"),
        "guest_time_zone": "America/New_York",
        "booking_form": form,
    }


def is_documented(path: str) -> bool:
    """Whether the document has it: those of one product leave out what is the other's."""
    return path in PATHS


@pytest.mark.parametrize(
    "label", sorted(each for each in TOO_PARTICULAR if is_documented(each.split(" ")[1]))
)
def test_valid_requests(label: str) -> None:
    """What generated requests can't hit succeeds with right ones, as documented."""
    method, path = label.split(" ")
    # A simulator of its own: the others' users were deleted by then.
    with running(Simulator(Account(quirks=False), limits=None)) as sim:
        parameters, body = valid(sim, label)
        case = schema[path][method].Case(
            path_parameters=parameters, body=body, media_type="application/json"
        )
        response = case.call_and_validate(base_url=sim.url, headers={"API-Key": sim.api_key})
        assert response.status_code == 200


@pytest.mark.parametrize(
    ("path", "expand"),
    [
        (path, expand)
        for path, expand in (
            ("/bookings", None),
            ("/bookings", "owner,contact,booking_page,master_page,event_type"),
            ("/bookings", "conversation.contact,conversation.owner,conversation.bot"),
            ("/contacts", None),
            ("/users", None),
            ("/booking-calendars", None),
            ("/booking-pages", None),
            ("/notifications/sms", "recipient"),
        )
        if is_documented(path)
    ],
)
def test_objects_keep_to_their_schemas(path: str, expand: str | None, simulator: Simulator) -> None:
    """Page after page of an account without quirks, expanded or not."""
    query = {"limit": 100} | ({} if expand is None else {"expand": expand})
    for _ in range(4):
        case = schema[path]["GET"].Case(query=query)
        response = case.call_and_validate(
            base_url=simulator.url, headers={"API-Key": simulator.api_key}
        )
        data = response.json()["data"]
        if not data:
            break
        query["after"] = data[-1]["id"]


def test_all_operations_are_covered() -> None:
    """Those of the document are served, by its ids; that of both products has them all: 38."""
    documented = {
        (one.ok().method.upper(), one.ok().path, one.ok().definition.raw["operationId"])
        for one in schema.get_all_operations()
    }
    served = {(one.method, one.path, one.id) for one in OPERATIONS}
    assert documented <= served
    assert len(served) == 38
    if {"/booking-pages", "/booking-calendars"} <= PATHS:
        assert documented == served
