"""Where deliveries go: nowhere unless told, and never away from this machine."""

import logging
from collections.abc import Mapping

import attrs
import pytest

from harness.virtual_time import run_virtual
from oncehub_async.simulator import Account, Simulator
from oncehub_async.simulator._deliveries.routes import Routes
from oncehub_async.simulator._deliveries.sender import _Loopback

from .receiver import QUIET, URL, Receiver, outcomes, subscribe, virtual


@pytest.mark.parametrize(
    "target",
    [
        "https://app.example/hooks",
        "http://app.example/hooks",
        "http://10.0.0.7:8080/",
        "http://0.0.0.0:8080/",
        "http://169.254.169.254/latest",
        "http://127.0.0.1.attacker.example/",
        "http://localhost.attacker.example/",
        "http://127.0.0.1@attacker.example/",
        "http://2130706433/",
        "ftp://127.0.0.1/",
        "http://",
        "http://[::",
        "127.0.0.1:8080",
        "",
    ],
)
def test_no_target_away_from_this_machine(target: str) -> None:
    """One line that says what would do."""
    with pytest.raises(ValueError, match=r"^deliver_to: .*http://127\.0\.0\.1:PORT") as caught:
        Simulator(deliver_to={URL: target})
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize(
    "target",
    ["http://127.0.0.1:81/x?y=1", "http://localhost:1/", "http://[::1]:9", "http://127.8.8.8"],
)
def test_targets_on_this_machine(target: str) -> None:
    """Addresses of the loopback network, and its name."""
    assert str(Routes({URL: target}).target(URL)).startswith(target)


async def test_names_are_never_looked_up() -> None:
    """Whatever the machine's resolver says of `localhost`, it is this machine."""
    found = await _Loopback().resolve("localhost", 80)
    assert {one["host"] for one in found} == {"127.0.0.1", "::1"}


def test_only_urls_of_webhooks_are_routed() -> None:
    """They begin with https; `*` is for all that aren't named."""
    with pytest.raises(ValueError, match="neither '\\*' nor an https:// URL"):
        Simulator(deliver_to={"http://app.example": "http://127.0.0.1"})
    one, other = Receiver(), Receiver()
    routes = Routes({URL: one, "*": other})
    assert routes.target(URL) is one
    assert routes.target("https://crm.example.com/webhooks/1") is other


def test_the_accounts_own_webhooks_lead_nowhere() -> None:
    """What they would get is recorded; no attempt is made, nothing is tried again."""

    async def main() -> None:
        receiver = Receiver()
        async with virtual(receiver, account=Account(bookings=100, webhooks=2)) as sim:
            sim.happen("booking.scheduled")
            await sim.delivered(retries=True)
            assert sorted(outcomes(sim)) == ["accepted", "unrouted", "unrouted"]
            assert [one.number for one in sim.deliveries if one.outcome == "unrouted"] == [0, 0]
            sim.route("*", receiver)
            sim.happen("booking.canceled")
            await sim.delivered()
            assert receiver.types == ["booking.scheduled"] + ["booking.canceled"] * 3
            assert not sim.disabled_webhooks

    run_virtual(main())


def test_without_routes_nothing_is_made() -> None:
    """No event, no task: whoever doesn't use deliveries doesn't pay for them."""

    async def main() -> None:
        async with Simulator(QUIET, limits=None) as sim:
            subscribe(sim)
            sim.happen("booking.scheduled")
            await sim.delivered(retries=True)
            assert sim.deliveries == ()
            assert not sim.stats.events
            assert sim._outbox is not None
            assert sim._outbox._task is None

    run_virtual(main())


@attrs.frozen
class Answer:
    status: int


def test_a_coroutine_answers_a_status_or_something_that_has_one() -> None:
    """So that a receiver's own method can be given."""

    async def main() -> None:
        async def receive(headers: Mapping[str, str], body: bytes) -> Answer:
            return Answer(201 if "Oncehub-Signature" in headers and body else 400)

        async with virtual(Receiver(), deliver_to={"*": receive}) as sim:
            sim.happen("booking.scheduled")
            await sim.delivered()
            assert [one.status for one in sim.deliveries] == [201]

    run_virtual(main())


def test_a_coroutine_that_fails(caplog: pytest.LogCaptureFixture) -> None:
    """Is a 500, as in a web framework; its developer reads why, and OnceHub tries again."""

    async def main() -> None:
        tries = 0

        async def receive(_headers: Mapping[str, str], _body: bytes) -> int:
            nonlocal tries
            tries += 1
            if tries == 1:
                raise KeyError("no such customer")
            return 200

        async with virtual(Receiver(), deliver_to={"*": receive}) as sim:
            sim.happen("booking.scheduled")
            await sim.delivered(retries=True)
            assert [one.status for one in sim.deliveries] == [500, 200]

    with caplog.at_level(logging.ERROR):
        run_virtual(main())
    (record,) = caplog.records
    assert record.name == "oncehub_async.simulator"
    assert "no such customer" in str(record.exc_info)


async def test_before_it_runs() -> None:
    """There is nothing to wait for, and nothing to show."""
    sim = Simulator(QUIET)
    assert (sim.deliveries, sim.disabled_webhooks) == ((), frozenset())
    with pytest.raises(RuntimeError, match="not running"):
        await sim.delivered()
