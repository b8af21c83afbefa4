"""Somebody who has just installed the package: an empty folder, and nothing in the environment."""

import fcntl
import os
import pty
import re
import shlex
import signal
import struct
import subprocess
import sys
import termios
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import attrs

from ..documents import ROOT

_PATIENCE = 60.0
_ESCAPES = re.compile(r"\x1b\[[0-9;?]*[A-Za-z]")


@attrs.frozen
class Done:
    """What became of a command. On a terminal all that it printed is in `out`, as it came."""

    code: int
    out: str
    err: str = ""

    @property
    def lines(self) -> list[str]:
        """The lines of its result."""
        return self.out.splitlines()


@attrs.define
class Server:
    """A command that goes on, such as `oncehub listen`."""

    _process: "subprocess.Popen[str]"
    _lines: list[str] = attrs.field(factory=list)

    @property
    def output(self) -> str:
        """What it has printed so far, results and notes."""
        return "".join(self._lines)

    def wait_for(self, pattern: str) -> "re.Match[str]":
        """Wait until it has printed what a regular expression finds."""
        deadline = time.monotonic() + _PATIENCE
        while time.monotonic() < deadline:
            if found := re.search(pattern, self.output, re.MULTILINE):
                return found
            time.sleep(0.02)
        raise AssertionError(f"it never printed {pattern!r}, but:\n{self.output}")

    def stop(self) -> int:
        """Press Ctrl-C; its exit code."""
        if self._process.poll() is None:
            self._process.send_signal(signal.SIGINT)
        return self._process.wait(_PATIENCE)

    def _read(self) -> None:
        assert self._process.stdout is not None
        self._lines.extend(iter(self._process.stdout.readline, ""))


@attrs.frozen
class Newcomer:
    """Types commands in a shell, in a folder of their own.

    `environment` is all that the commands find there; what is put into it is there for the rest,
    as with `export`.
    """

    folder: Path
    environment: dict[str, str]

    def run(self, command: str, columns: int | None = None, stdin: str = "") -> Done:
        """Type a command; with `columns`, on a terminal that is so wide."""
        if columns is not None:
            return self._on_terminal(command, columns)
        done = subprocess.run(
            ["/bin/sh", "-c", command],
            cwd=self.folder,
            env=self.environment,
            input=stdin,
            capture_output=True,
            text=True,
            timeout=_PATIENCE,
        )
        return Done(done.returncode, done.stdout, done.stderr)

    def succeeds(self, command: str, columns: int | None = None, stdin: str = "") -> Done:
        """As `run`, for what is to go well."""
        done = self.run(command, columns, stdin)
        assert done.code == 0, f"{command}\n{done.out}{done.err}"
        assert "Traceback" not in done.out + done.err
        return done

    def python(self, code: str) -> Done:
        """Save a program and run it."""
        (self.folder / "program.py").write_text(code)
        return self.succeeds("python program.py")

    @contextmanager
    def started(self, command: str) -> Iterator[Server]:
        """A command in a second window; it is ended with the block."""
        with subprocess.Popen(
            shlex.split(command),
            cwd=self.folder,
            env=self.environment,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        ) as process:
            server = Server(process)
            reader = threading.Thread(target=server._read)
            reader.start()
            try:
                yield server
            finally:
                with suppress(subprocess.TimeoutExpired):
                    server.stop()
                process.kill()
                process.wait()
                reader.join()

    @contextmanager
    def simulated_account(self, options: str = "--bookings 250 --contacts 100") -> Iterator[Server]:
        """`oncehub simulate` in a second window, and the variables that it says to set."""
        with self.started(f"oncehub simulate --port 0 --no-limits {options}") as server:
            variables = server.wait_for(r"^ *export (.*)$")[1]
            for variable in shlex.split(variables):
                name, _, value = variable.partition("=")
                self.environment[name] = value
            try:
                yield server
            finally:
                for name in ("ONCEHUB_BASE_URL", "ONCEHUB_API_KEY"):
                    self.environment.pop(name, None)

    def _on_terminal(self, command: str, columns: int) -> Done:
        ours, theirs = pty.openpty()
        fcntl.ioctl(theirs, termios.TIOCSWINSZ, struct.pack("HHHH", 24, columns, 0, 0))
        with subprocess.Popen(
            ["/bin/sh", "-c", command],
            cwd=self.folder,
            env={"TERM": "xterm", **self.environment},
            stdin=theirs,
            stdout=theirs,
            stderr=theirs,
            start_new_session=True,
        ) as process:
            os.close(theirs)
            timer = threading.Timer(_PATIENCE, process.kill)
            timer.start()
            try:
                shown = b"".join(iter(lambda: _read_terminal(ours), b""))
                code = process.wait(_PATIENCE)
            finally:
                timer.cancel()
                os.close(ours)
        return Done(code, _ESCAPES.sub("", shown.decode()).replace("\r\n", "\n"))


def _read_terminal(descriptor: int) -> bytes:
    try:
        return os.read(descriptor, 65536)
    except OSError:  # as Linux says that nobody has it open any more
        return b""


def newcomer_in(folder: Path) -> Newcomer:
    """Somebody whose home and folder are new, and who finds the commands of this environment."""
    home = folder / "home"
    here = folder / "here"
    home.mkdir()
    here.mkdir()
    commands = Path(sys.executable).parent
    assert (commands / "oncehub").exists(), f"no oncehub in {commands}: pip install -e '.[dev]'"
    environment = {
        "HOME": str(home),
        "PATH": f"{commands}:/usr/bin:/bin",
        # What is tried is this tree, wherever the package was installed from.
        "PYTHONPATH": str(ROOT),
        "PYTHONDONTWRITEBYTECODE": "1",
    }
    return Newcomer(here, environment)
