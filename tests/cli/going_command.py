"""A command that goes on until it is interrupted, run in this process."""

import asyncio
import os
import signal
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager, contextmanager, redirect_stderr, redirect_stdout
from io import TextIOWrapper
from tempfile import TemporaryFile

import aiohttp
import attrs
import pytest

from oncehub_async import Clock
from oncehub_async.cli._app import command_line
from oncehub_async.cli._output import terminal


@attrs.define(eq=False)
class Going:
    """A command under way, and what it has printed so far."""

    task: "asyncio.Task[int]"
    _streams: tuple[TextIOWrapper, TextIOWrapper]
    out: str = ""
    err: str = ""

    def read(self) -> str:
        """All that was printed up to now."""
        self.out, self.err = map(_written, self._streams)
        return self.out + self.err

    async def until(self, text: str, times: int = 1) -> None:
        """Wait until a text was printed, so many times."""
        await self.until_true(lambda: self.read().count(text) >= times)

    async def until_true(self, condition: Callable[[], bool]) -> None:
        """Wait until something is so, while the command goes on."""
        try:
            async with asyncio.timeout(60):
                while not condition():
                    assert not self.task.done(), (self.task, self.out, self.err)
                    await asyncio.sleep(0.01)
        except TimeoutError:
            pytest.fail(f"it didn't come; what was printed: {self.read()}")

    async def metrics(self) -> list[str]:
        """The lines that it shows Prometheus at its port."""
        await self.until("/metrics\n")
        url = self.err.split("Metrics for Prometheus are at ")[1].split()[0]
        async with aiohttp.ClientSession() as session, session.get(url) as response:
            assert response.content_type == "text/plain"
            return (await response.text()).splitlines()

    async def interrupted(self, how: signal.Signals = signal.SIGINT) -> int:
        """Interrupt it as Ctrl-C does: its exit code."""
        os.kill(os.getpid(), how)
        async with asyncio.timeout(60):
            code = await self.task
        assert "Traceback" not in self.read()
        return code


@contextmanager
def _stream() -> Iterator[TextIOWrapper]:
    """A file to print to, which can be read while threads go on printing.

    pytest's capture empties its file after it has read it: a line that a thread wrote in between
    would be lost.
    """
    with TemporaryFile("ab+", buffering=0) as file:
        with TextIOWrapper(file, encoding="utf-8", write_through=True) as stream:
            yield stream


def _written(stream: TextIOWrapper) -> str:
    file = stream.fileno()
    return os.pread(file, os.fstat(file).st_size, 0).decode()


@asynccontextmanager
async def going(*arguments: str) -> AsyncIterator[Going]:
    """Begin a command; what is left of it is cancelled in the end."""
    with _stream() as out, _stream() as err:
        with redirect_stdout(out), redirect_stderr(err), terminal():
            task = asyncio.create_task(command_line(arguments).run_async(list(arguments)))
            command = Going(task, (out, err))
            try:
                yield command
            finally:
                task.cancel()
                await asyncio.wait([task])
                command.read()


def let_pauses_pass(monkeypatch: pytest.MonkeyPatch, shortest: float) -> list[float]:
    """From now on what waits for so many seconds or more, by any clock, goes on at once; gives the
    seconds that were asked for, as they are.
    """
    asked: list[float] = []
    sleep = Clock.sleep

    async def pass_at_once(clock: Clock, seconds: float) -> None:
        if seconds < shortest:
            await sleep(clock, seconds)
            return
        asked.append(seconds)
        await asyncio.sleep(0.02)

    monkeypatch.setattr(Clock, "sleep", pass_at_once)
    return asked
