"""A webhook that is off is made anew, and its secret stands where receivers read it."""

import stat
from pathlib import Path
from typing import Literal

import pytest

from oncehub_async import ConfigurationError, InvalidParameterError, OnceHubError
from oncehub_async.models import Webhook
from oncehub_async.simulator import Fault, Service
from oncehub_async.testing import make_event, sign
from oncehub_async.webhooks import (
    MemoryInbox,
    Receiver,
    SecretsNotShownError,
    read_secret_file,
    recreate_webhook,
    secrets_of_file,
)
from oncehub_async.webhooks._catching_up.recreated_webhook import next_name

from .missed_events import URL, missing_events


async def test_the_new_one_is_like_the_old_one(tmp_path: Path) -> None:
    """Its secret comes first, the old one after it; nobody else may read the file."""
    file = tmp_path / "secret.txt"
    async with missing_events(tmp_path) as account:
        file.write_text(f"{account.secret}\n")
        (old,) = account.sim.ids("webhooks")
        new = await recreate_webhook(account.oncehub, file)
        assert list(account.sim.ids("webhooks")) == [new.id] != [old]
        assert (new.name, new.url, list(new.events or ())) == ("Mine (2)", URL, ["booking"])
    assert read_secret_file(file) == [new.signing_secret, account.secret]
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert list(tmp_path.iterdir()) == [file]


async def test_a_receiver_takes_the_new_secret_and_the_old_one(tmp_path: Path) -> None:
    """Without a restart: what is signed with the old one may still be on its way."""
    file = tmp_path / "secret.txt"
    async with missing_events(tmp_path) as account:
        file.write_text(account.secret)
        receiver = Receiver(
            signing_secret=secrets_of_file(file),
            inbox=MemoryInbox(),
            max_age=1e9,
            clock=account.time,
        )
        async with receiver:
            new = await recreate_webhook(account.oncehub, file)
            account.clock.move(60.0)  # so seldom is the file read because of what is refused
            for secret in (new.signing_secret or "", account.secret):
                body = make_event("booking.scheduled")
                header = sign(body, secret, account.time.now())
                assert (await receiver.receive({"Oncehub-Signature": header}, body)).status == 200


async def test_without_a_place_for_its_secret_no_webhook_is_made(tmp_path: Path) -> None:
    """Nor where it can't be chosen, or the file can't be written in the end."""
    async with missing_events(tmp_path) as account:
        before = list(account.sim.ids("webhooks"))
        with pytest.raises(OSError, match="No such file"):
            await recreate_webhook(account.oncehub, tmp_path / "nowhere" / "secret.txt")
        (tmp_path / "folder").mkdir()
        with pytest.raises(OSError, match="directory"):
            await recreate_webhook(account.oncehub, tmp_path / "folder")
        with pytest.raises(InvalidParameterError, match="webhook: the account has no webhook WHK"):
            await recreate_webhook(account.oncehub, tmp_path / "s", webhook="WHK-NOT-THERE")
        await account.oncehub.webhooks.create(name="Other", url=URL, events=["booking"])
        with pytest.raises(InvalidParameterError, match="2 webhooks: name one"):
            await recreate_webhook(account.oncehub, tmp_path / "s")
        account.sim.inject(Fault("server_error", "create-*-webhook", status=400))
        with pytest.raises(OnceHubError):
            await recreate_webhook(account.oncehub, tmp_path / "s", webhook=before[0])
        assert set(before) < set(account.sim.ids("webhooks"))
        assert {each.name for each in tmp_path.iterdir()} == {"folder"}


@pytest.mark.parametrize("shown", ["shown", "at_creation"])
@pytest.mark.parametrize("written", [False, True])
async def test_what_broke_off_is_finished(
    tmp_path: Path, shown: Literal["shown", "at_creation"], written: bool
) -> None:
    """Killed after the creation, before or after the secret was written: one webhook in the end,
    and its secret in the file. Where it can't be read any more, one is made that can.
    """
    file = tmp_path / "secret.txt"
    async with missing_events(tmp_path, service=Service(webhook_secrets=shown)) as account:
        (old,) = [each async for each in account.oncehub.webhooks.list()]
        half = await account.oncehub.webhooks.create(
            name="Mine (2)", url=URL, events=list(old.events or ())
        )
        file.write_text(f"{half.signing_secret}\n" * written + f"{account.secret}\n")
        new = await recreate_webhook(account.oncehub, file)
        assert list(account.sim.ids("webhooks")) == [new.id]
        assert new.name == "Mine (2)"
        assert (new.id == half.id) == (shown == "shown")
        assert read_secret_file(file)[0] == account.sim.object(new.id)["secret"]
        if shown == "shown":
            assert read_secret_file(file) == [half.signing_secret, account.secret]


async def test_a_webhook_of_another_kind_is_nobodys_successor(tmp_path: Path) -> None:
    """Another address or other events: it is the account's own, and stays."""
    async with missing_events(tmp_path) as account:
        (old,) = account.sim.ids("webhooks")
        other = await account.oncehub.webhooks.create(
            name="Mine (2)", url=f"{URL}/2", events=["booking"]
        )
        with pytest.raises(InvalidParameterError, match="2 webhooks: name one"):
            await recreate_webhook(account.oncehub, tmp_path / "s")
        assert set(account.sim.ids("webhooks")) == {old, other.id}


@pytest.mark.parametrize("status", [404, 410])
async def test_an_old_one_that_is_gone_already_is_no_failure(
    status: int, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    """Somebody deleted it meanwhile: that was to be done, and the new one stays."""
    file = tmp_path / "secret.txt"
    caplog.set_level("INFO", "oncehub_async.webhooks")
    async with missing_events(tmp_path) as account:
        (old,) = account.sim.ids("webhooks")
        account.sim.inject(Fault("server_error", "delete-a-webhook", status=status))
        new = await recreate_webhook(account.oncehub, file)
        assert new.id in account.sim.ids("webhooks")
    assert read_secret_file(file) == [new.signing_secret]
    assert f"webhook {old} was gone already" in caplog.text


async def test_one_whose_secret_is_not_told_is_deleted_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Nobody could verify what it sends: the old one and its secret stay as they are."""
    file = tmp_path / "secret.txt"
    async with missing_events(tmp_path) as account:
        file.write_text(f"{account.secret}\n")
        before = list(account.sim.ids("webhooks"))
        monkeypatch.setattr(Webhook, "signing_secret", None)
        with pytest.raises(SecretsNotShownError, match="signing_secret: OnceHub told none"):
            await recreate_webhook(account.oncehub, file)
        assert list(account.sim.ids("webhooks")) == before
        assert read_secret_file(file) == [account.secret]
    assert list(tmp_path.iterdir()) == [file]


def test_a_file_without_a_secret_is_refused(tmp_path: Path) -> None:
    """Anybody could sign then; spaces and empty lines are none."""
    file = tmp_path / "secret.txt"
    file.write_text(" , \n\n")
    with pytest.raises(ConfigurationError, match="holds none"):
        read_secret_file(file)
    file.write_text("one, two\n\nthree\n")
    assert read_secret_file(file) == ["one", "two", "three"]


@pytest.mark.parametrize(
    ("name", "then"), [("CRM", "CRM (2)"), ("CRM (2)", "CRM (3)"), ("A (b)", "A (b) (2)")]
)
def test_the_name_tells_which_it_was(name: str, then: str) -> None:
    """Names are unique in an account."""
    assert next_name(name) == then
