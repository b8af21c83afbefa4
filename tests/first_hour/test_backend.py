"""The first hour of who writes a backend: a receiver that is triggered, repeats and replays.

What docs/webhooks.md and docs/testing.md say, typed as it stands there.
"""

import re
import socket
from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from ..documents import blocks, named
from .newcomer import Newcomer, Server

APP, _HANDLERS, _ROUTERS = (
    block.code for block in blocks("docs/webhooks.md") if block.language == "python"
)
CONFTEST, TEST = (named("docs/testing.md", file) for file in ("conftest.py", "test_app.py"))
SECRET = "a-secret-to-try-it-out"
WIDTHS = [None, 60]


@pytest.fixture
def port() -> int:
    """One that is free."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        number: int = free.getsockname()[1]
        return number


@pytest.fixture
def backend(newcomer: Newcomer, port: int) -> Newcomer:
    """Who has saved the page's app.py and exported a secret."""
    (newcomer.folder / "app.py").write_text(APP.replace("8080", str(port)))
    newcomer.environment["ONCEHUB_SIGNING_SECRET"] = SECRET
    return newcomer


@contextmanager
def running(backend: Newcomer) -> Iterator[Server]:
    """`python app.py` in a second window."""
    with backend.started("python app.py") as app:
        app.wait_for(r"listening on http://127\.0\.0\.1:\d+/webhooks/oncehub$")
        yield app


def compact(text: str) -> str:
    """A text without the places where a narrow terminal breaks it."""
    return re.sub(r"\s+", "", text)


@pytest.mark.parametrize("columns", WIDTHS)
def test_from_nothing_to_a_handler_that_repeats(
    backend: Newcomer, port: int, columns: int | None
) -> None:
    """Triggered, failed, tried again by itself, and looked up; and a dead letter that is retried."""
    to = f"--to http://127.0.0.1:{port}/webhooks/oncehub"
    with running(backend) as app:
        done = backend.succeeds(
            f"oncehub trigger booking.rescheduled --set data.id=BKNG-1 {to}", columns
        )
        assert re.search(r"--> booking\.rescheduled EVNT-\w+ BKNG-1$", done.out, re.MULTILINE)
        assert re.search(r"<-- \[200\] POST http://", done.out)
        assert '{"status":"accepted"}' in done.out
        app.wait_for(r"^BKNG-1: Product demo, \d{4}-\d\d-\d\d 15:00:00\+00:00$")

        backend.succeeds(
            f"oncehub trigger booking.canceled --set id=EVNT-2 --set data.id=BKNG-2 {to}", columns
        )
        app.wait_for(r"app:free_the_room failed for EVNT-2, attempt 1 of 15: FileNotFoundError")
        waits = backend.succeeds("oncehub inbox list", columns).out
        if columns is None:
            assert re.search(r"^EVNT-2 .* app:free_the_room +failed ", waits, re.MULTILINE)
        else:
            assert "EVNT-2\n  type: booking.canceled\n  about: BKNG-2\n" in waits
            assert "\n  handler: app:free_the_room\n  state: failed\n" in waits
        assert re.search(r"\b1 done, 1 failed", waits)
        backend.succeeds("touch rooms.txt")
        # The second, or the third on a machine that took seconds to get here.
        attempt = app.wait_for(r"^BKNG-2: the room is free, at attempt (\d+)$")[1]
        assert int(attempt) == 1 + app.output.count("app:free_the_room failed for EVNT-2")
        assert app.stop() == 0
        assert re.search(r"stopping: .*\n.*stopped$", app.output, re.MULTILINE)
    assert (backend.folder / "rooms.txt").read_text() == "BKNG-2 is free\n"
    done = backend.succeeds("oncehub inbox show EVNT-2", columns)
    assert "done" in done.out
    assert "2 done" in backend.succeeds("oncehub inbox list", columns).out


@pytest.mark.parametrize("columns", WIDTHS)
def test_what_was_given_up_is_replayed(backend: Newcomer, port: int, columns: int | None) -> None:
    """After a fix: the dead letter alone, once, while the receiver runs."""
    app_file = backend.folder / "app.py"
    app_file.write_text(
        app_file.read_text().replace('"booking.canceled"', '"booking.canceled", attempts=1')
    )
    to = f"--to http://127.0.0.1:{port}/webhooks/oncehub"
    with running(backend) as app:
        backend.succeeds(f"oncehub trigger booking.canceled --set id=EVNT-3 {to}", columns)
        app.wait_for(r"app:free_the_room is given up for EVNT-3 after attempt 1")
        assert "1 dead" in backend.succeeds("oncehub inbox list", columns).out
        backend.succeeds("touch rooms.txt")
        backend.succeeds("oncehub inbox retry EVNT-3", columns)
        app.wait_for(r"the room is free, at attempt 1$")
        assert backend.run("oncehub inbox retry EVNT-3", columns).code == 3


@pytest.mark.parametrize("columns", WIDTHS)
def test_what_was_done_is_replayed(backend: Newcomer, port: int, columns: int | None) -> None:
    """What would be done is shown first; with --yes it is done, for one handler alone."""
    to = f"--to http://127.0.0.1:{port}/webhooks/oncehub"
    replay = "oncehub inbox retry --again --handler app:free_the_room"
    backend.succeeds("touch rooms.txt")
    with running(backend) as app:
        for event in ("EVNT-5", "EVNT-6"):
            more = f"--set id={event} --set data.id=BKNG-{event[-1]} {to}"
            backend.succeeds(f"oncehub trigger booking.canceled {more}", columns)
            app.wait_for(rf"^BKNG-{event[-1]}: the room is free, at attempt 1$")
        shown = backend.succeeds(replay, columns)
        assert "EVNT-5" in shown.out
        assert "--yes" in shown.out + shown.err
        backend.succeeds(f"{replay} EVNT-5 --yes", columns)
        app.wait_for(
            r"(?s)BKNG-5: the room is free.*BKNG-6.*BKNG-5: the room is free, at attempt \d"
        )
    assert (backend.folder / "rooms.txt").read_text().split(" is free\n") == [
        *("BKNG-5", "BKNG-6", "BKNG-5"),
        "",
    ]


@pytest.mark.parametrize("columns", WIDTHS)
def test_slips_have_a_line_that_helps(backend: Newcomer, port: int, columns: int | None) -> None:
    """Nothing listens, another secret, another path, a misspelt type, none at all."""
    to = f"--to http://127.0.0.1:{port}/webhooks/oncehub"
    for command, code, text in (
        (f"oncehub trigger booking.canceled {to}", 1, "is the receiver running?"),
        (f"oncehub trigger booking.cancelled {to}", 2, "did you mean 'booking.canceled'?"),
        (f"oncehub trigger booking.canceled --set data.statos=x {to}", 2, "did you mean 'status'?"),
        (f"oncehub trigger {to}", 2, "name what happens: booking.scheduled,"),
        (f"env -u ONCEHUB_SIGNING_SECRET oncehub trigger booking.canceled {to}", 2, "set it to"),
    ):
        done = backend.run(command, columns)
        assert done.code == code, command
        assert compact(text) in compact(done.out + done.err)
    with running(backend):
        wrong = f"ONCEHUB_SIGNING_SECRET=other oncehub trigger booking.canceled {to}"
        for command, text in (
            (wrong, "does ONCEHUB_SIGNING_SECRET hold the secret"),
            (f"oncehub trigger booking.canceled {to}/x", "is the path the one"),
        ):
            done = backend.run(command, columns)
            assert done.code == 1, command
            assert compact(text) in compact(done.out + done.err)


@pytest.mark.parametrize("columns", WIDTHS)
def test_the_help_fits_the_terminal(newcomer: Newcomer, columns: int | None) -> None:
    """And shows an example."""
    done = newcomer.succeeds("oncehub trigger --help", columns)
    assert "oncehub trigger booking.rescheduled --set" in " ".join(done.out.split())
    assert "trigger" in newcomer.succeeds("oncehub --help", columns).out
    if columns is not None:
        assert max(map(len, done.lines)) <= columns


def test_events_are_shown_and_posted_on_without_code(backend: Newcomer, port: int) -> None:
    """`oncehub listen --forward` says what became of each, and goes on when somebody answers."""
    forward = f"http://127.0.0.1:{port}/webhooks/oncehub"
    with backend.started(
        f"oncehub listen --port 0 --inbox listened.db --forward {forward}"
    ) as listener:
        to = listener.wait_for(r"Listening on (\S+);")[1]
        backend.succeeds(f"oncehub trigger booking.canceled --set id=EVNT-4 --to {to}")
        listener.wait_for(r"--> booking\.canceled +EVNT-4")
        listener.wait_for(
            rf"<-- \[no answer\] POST {forward}  EVNT-4: nothing listens at .*; again in \d+ s$"
        )
        with running(backend):
            listener.wait_for(rf"<-- \[200\] POST {forward}  EVNT-4$")
        assert listener.stop() == 0


def test_its_tests_pass_at_the_first_try(newcomer: Newcomer) -> None:
    """As the page says: three files, no secret, no fixture but the one."""
    for name, code in (("app.py", APP), ("conftest.py", CONFTEST), ("test_app.py", TEST)):
        (newcomer.folder / name).write_text(code)
    newcomer.environment["PYTEST_DISABLE_PLUGIN_AUTOLOAD"] = "1"
    done = newcomer.succeeds("python -m pytest -p pytest_asyncio.plugin -p pytest_oncehub_async")
    assert "2 passed" in done.out
