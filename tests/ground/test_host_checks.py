"""No name of a host that Python can't encode gets as far as a connection, in whatever it stands."""

from collections.abc import Callable

import pytest

from oncehub_async import ConfigurationError, OnceHub, OnceHubError, RedisBudget
from oncehub_async._ground import checks
from oncehub_async.cli import WRONG_USAGE, main
from oncehub_async.sync import database_of
from oncehub_async.webhooks import MemoryInbox, PostgresInbox, Receiver, serve

NAMES = ["a..b", ".a", "a" * 64 + ".b", "ä" * 60 + ".b", ".".join(["a" * 60] * 5), "256.1.1.1"]
TAKERS: dict[str, Callable[[str], object]] = {
    "base_url": lambda host: OnceHub("key", base_url=f"https://{host}/v2"),
    "proxy": lambda host: OnceHub("key", proxy=f"http://{host}:1"),
    "database": lambda host: database_of(f"postgresql://me@{host}/x"),
    "second host": lambda host: database_of(f"postgresql://me@db.example,{host}/x"),
    "inbox": lambda host: PostgresInbox(f"postgresql://me@{host}/x"),
    "budget": lambda host: RedisBudget(f"redis://{host}/0"),
    "webhook": lambda host: checks.https_url(f"https://{host}/hook", "url"),
}


@pytest.mark.parametrize("host", NAMES, ids=lambda name: ascii(name)[:12])
@pytest.mark.parametrize("taker", TAKERS)
def test_what_names_no_host_is_refused_at_once(taker: str, host: str) -> None:
    """In one line, by whoever takes an address."""
    with pytest.raises(OnceHubError) as caught:
        TAKERS[taker](host)
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize("host", NAMES, ids=lambda name: ascii(name)[:12])
async def test_a_receiver_does_not_listen_there(host: str) -> None:
    """And isn't opened."""
    receiver = Receiver(signing_secret="sekrit", inbox=MemoryInbox())
    with pytest.raises(ConfigurationError, match=r"^host: "):
        await serve(receiver, host=host, port=0)


@pytest.mark.parametrize(
    "arguments",
    [
        ("trigger", "booking.scheduled", "--unsigned", "--to", "http://a..b/hook"),
        ("listen", "--secret-env", "SIGNING", "--forward", "http://a..b/hook"),
        ("listen", "--secret-env", "SIGNING", "--host", "a..b"),
        ("listen", "--secret-env", "SIGNING", "--inbox", "postgresql://me@a..b/x"),
        ("inbox", "list", "--file", "postgresql://me@a..b/x"),
        ("sync", "postgresql://me@a..b/x"),
        ("report", "users", "postgresql://me@a..b/x"),
    ],
)
def test_commands_tell_it_in_a_line(
    arguments: tuple[str, ...], monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """As wrong usage."""
    monkeypatch.setenv("ONCEHUB_API_KEY", "key")
    monkeypatch.setenv("SIGNING", "sekrit")
    assert main(arguments) == WRONG_USAGE
    assert len(capsys.readouterr().err.splitlines()) == 1


@pytest.mark.parametrize(
    "url",
    [
        "postgresql:///x",
        "postgresql://me@/x",
        "postgresql://%2Fvar%2Frun%2Fpostgresql/x",
        "postgresql://me@db.example:5432,other.example:5433/x",
        "postgresql://[::1]:5432/x",
        "postgresql://me@db_1.example/x",
    ],
)
def test_a_databases_many_ways_to_name_hosts_stay(url: str) -> None:
    """Several, a socket's folder, none."""
    assert database_of(url).shown.startswith("postgresql://")


@pytest.mark.parametrize("sign", ["/", "#"])
@pytest.mark.parametrize("taker", [database_of, PostgresInbox])
def test_a_password_that_ends_the_host_is_not_shown(
    taker: Callable[[str], object], sign: str
) -> None:
    """What stands after it would be taken for the database's name."""
    with pytest.raises(OnceHubError, match=f"%{ord(sign):02X}") as caught:
        taker(f"postgresql://me:12{sign}secret-word@127.0.0.1:5432/x")
    assert "secret-word" not in str(caught.value)
