"""The API may show a webhook's secret only when it is created: then that is said, at the start."""

import pytest

from oncehub_async import ConfigurationError, OnceHub
from oncehub_async.simulator import Account, Service, Simulator
from oncehub_async.testing import make_event, sign
from oncehub_async.webhooks import (
    MemoryInbox,
    Receiver,
    SecretsError,
    SecretsNotShownError,
    secrets_of_account,
)
from oncehub_async.webhooks._accepting.signing_secrets import ProvidedSecrets

HIDING = Service(webhook_secrets="at_creation")
URL = "https://me.example/hook"


def simulator(service: Service = HIDING, webhooks: int = 2) -> Simulator:
    return Simulator(Account(bookings=5, webhooks=webhooks), limits=None, service=service)


async def test_the_simulator_can_be_either() -> None:
    """A creation always shows the secret; GET and list as the service was made."""
    for service, shown in ((Service(), True), (HIDING, False)):
        async with (
            simulator(service) as sim,
            OnceHub(sim.api_key, base_url=sim.url) as oncehub,
        ):
            made = await oncehub.webhooks.create(name="New", url=URL, events=["booking"])
            assert made.signing_secret
            again = [await oncehub.webhooks.get(made.id), *await oncehub.webhooks.list().collect()]
            assert {bool(each.signing_secret) for each in again} == {shown}
            assert sim.object(made.id)["secret"] == made.signing_secret


@pytest.mark.parametrize("url", [None, "https://crm.example.com/webhooks/1"])
async def test_it_is_said_at_the_start_what_to_do(url: str | None) -> None:
    """Not by a 503 to every delivery: the receiver doesn't open."""
    async with (
        simulator() as sim,
        OnceHub(sim.api_key, base_url=sim.url) as oncehub,
    ):
        receiver = Receiver(
            signing_secret=secrets_of_account(oncehub, url=url), inbox=MemoryInbox()
        )
        with pytest.raises(SecretsNotShownError) as caught:
            await receiver.open()
        ids = list(sim.ids("webhooks"))
    text = str(caught.value)
    assert isinstance(caught.value, ConfigurationError)
    assert isinstance(caught.value, SecretsError)
    assert text.startswith("signing_secret: the API shows no secret of WHK-")
    assert "pass as signing_secret= what was kept" in text
    assert "create the webhook anew" in text
    assert "\n" not in text
    named = [each for each in ids if each in text]
    assert len(named) == (2 if url is None else 1)
    assert (f"that delivers to {url}" in text) is (url is not None)


async def test_where_there_is_no_webhook_nothing_is_said_of_secrets() -> None:
    """That is another mistake, with another remedy."""
    async with (
        simulator(webhooks=0) as sim,
        OnceHub(sim.api_key, base_url=sim.url) as oncehub,
    ):
        with pytest.raises(ConfigurationError, match="the account has no signed webhook") as caught:
            await secrets_of_account(oncehub)()
    assert not isinstance(caught.value, SecretsNotShownError)


async def test_webhooks_that_are_left_out_are_told_of_once(
    caplog: pytest.LogCaptureFixture,
) -> None:
    """The others verify; it isn't repeated every five minutes."""
    async with (
        simulator(Service(), webhooks=9) as sim,
        OnceHub(sim.api_key, base_url=sim.url) as oncehub,
    ):
        first, *others = sim.ids("webhooks")
        for each in others:
            hook = sim._state.webhooks.index(each)
            assert hook is not None
            body = sim._state.webhooks.body(hook)
            del body["secret"]
            sim._state.webhooks.put(hook, body)
        look_up = secrets_of_account(oncehub)
        for _ in range(3):
            assert await look_up() == [sim.object(first)["secret"]]
    (line,) = [each for each in caplog.messages if "shows no secret" in each]
    assert others[0] in line
    assert f"{others[4]} and 3 more" in line
    assert sim.object(first)["secret"] not in caplog.text


async def test_secrets_that_are_kept_go_on_verifying_when_the_api_shows_none_any_more(
    caplog: pytest.LogCaptureFixture,
) -> None:
    """They are as good as they were: deliveries of three days aren't lost for it."""
    async with simulator(Service()) as sim, OnceHub(sim.api_key, base_url=sim.url) as oncehub:
        secret = sim.object(next(sim.ids("webhooks")))["secret"]
        receiver = Receiver(signing_secret="later", inbox=MemoryInbox())
        receiver._secrets = source = ProvidedSecrets(secrets_of_account(oncehub), patience=1e-9)
        async with receiver:
            sim._state.service = HIDING
            known = await source.current()
            assert await source.after_refusal(known) is None
            body = make_event("booking.canceled")
            headers = {"Oncehub-Signature": sign(body, secret)}
            assert (await receiver.receive(headers, body)).status == 200
    assert "the API shows no secret" in caplog.text
    assert "the secrets that are kept go on verifying" in caplog.text
    assert secret not in caplog.text
