"""`--proxy`: every command that asks the service can ask it through a proxy."""

import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from oncehub_async.cli import FAILED, WRONG_USAGE, main
from oncehub_async.simulator import Account, Simulator

from ..simulator.threaded import running

NOWHERE = "http://127.0.0.1:9/v2"
"""What only the proxy answers for."""


@contextmanager
def proxy() -> Iterator[tuple[str, list[str]]]:
    """A proxy that answers 401 itself, and what it was asked."""
    asked: list[str] = []

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            asked.append(self.path)
            body = json.dumps({"type": "authentication_error", "message": "no"}).encode()
            self.send_response(401)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        do_POST = do_DELETE = do_GET

        def log_message(self, *_: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, args=(0.05,))
    thread.start()
    try:
        yield f"http://user:sekrit@127.0.0.1:{server.server_port}", asked
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


@pytest.mark.parametrize(
    "arguments",
    [
        ["check"],
        ["export", "users", "--out", "new"],
        ["export", "users", "--out", "new", "--watch"],
        ["verify", "export", "--live"],
        ["webhooks", "list"],
        ["webhooks", "create", "--name", "Mine", "--url", "https://me.example/hook"],
        ["webhooks", "delete", "WHK-8K2LQ9X"],
    ],
)
def test_commands_ask_through_it(
    arguments: list[str],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    """And don't tell its password."""
    monkeypatch.chdir(tmp_path)
    if arguments[0] == "verify":
        with running(Simulator(Account(bookings=5, contacts=5), limits=None)) as simulator:
            monkeypatch.setenv("ONCEHUB_BASE_URL", simulator.url)
            monkeypatch.setenv("ONCEHUB_API_KEY", simulator.api_key)
            assert main(["export", "users", "--out", "export", "--quiet"]) == 0
    monkeypatch.setenv("ONCEHUB_BASE_URL", NOWHERE)
    monkeypatch.setenv("ONCEHUB_API_KEY", "key")
    with proxy() as (url, asked):
        assert main([*arguments, "--proxy", url]) == FAILED
    assert asked
    assert all(each.startswith(NOWHERE) for each in asked)
    shown = capsys.readouterr()
    assert "sekrit" not in shown.out + shown.err


@pytest.mark.parametrize("url", ["proxy", "socks5://127.0.0.1:1080", "http://", "s3://u:sekrit@b"])
def test_what_is_no_proxy(
    url: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """It is told in a line, and nothing is sent."""
    monkeypatch.setenv("ONCEHUB_API_KEY", "key")
    assert main(["check", "--proxy", url]) == WRONG_USAGE
    shown = capsys.readouterr()
    assert "proxy: expected the URL" in shown.err
    assert "sekrit" not in shown.err


def test_a_proxy_for_nothing(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """A check of files asks nobody."""
    assert main(["verify", str(tmp_path), "--proxy", "http://proxy.example"]) == WRONG_USAGE
    assert "--live" in capsys.readouterr().err
