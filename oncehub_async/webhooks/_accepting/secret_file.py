"""Signing secrets in a file that only its owner may read."""

import asyncio
import contextlib
import os
import tempfile
from collections.abc import Iterator
from pathlib import Path

from ..._ground import checks, sync_folder
from ...errors import ConfigurationError
from .signing_secrets import Secrets, SecretsProvider

_MOST_BYTES = 64 * 1024


def secrets_of_file(path: str | os.PathLike[str]) -> SecretsProvider:
    """The secrets in a file, for `Receiver(signing_secret=)`: one a line, or with commas.

        Receiver(signing_secret=secrets_of_file("secret.txt"))

    The receiver reads it again when a signature is refused, and every five minutes, so that a
    secret that is put there (`oncehub watchdog --recreate`) is known by itself. While it can't be
    read, the secrets that it had go on verifying.
    """
    file = checks.local_path(Path(path), "path")

    async def look_up() -> Secrets:
        return await asyncio.to_thread(read_secret_file, file)

    return look_up


def read_secret_file(file: Path) -> list[str]:
    """The secrets in a file. Raises `ConfigurationError` where there are none, `OSError`."""
    with file.open("rb") as opened:
        text = opened.read(_MOST_BYTES).decode("utf-8", "replace")
    secrets = [each.strip() for line in text.splitlines() for each in line.split(",")]
    if not any(secrets):
        raise ConfigurationError(f"signing_secret: {file} holds none")
    return [each for each in secrets if each]


class SecretFile:
    """A file that is about to hold other secrets; what was there stays until they are written."""

    def __init__(self, file: Path, descriptor: int, name: str) -> None:
        self._file, self._descriptor, self._name = file, descriptor, name

    def put_first(self, secret: str, keep: int = 1) -> None:
        """Write a secret, and after it the first `keep` that were there: what was signed with them
        may still be on its way. Raises `OSError`; what was there is there still then.
        """
        there = []
        with contextlib.suppress(FileNotFoundError, ConfigurationError):  # it may hold none yet
            there = read_secret_file(self._file)
        before = [each for each in there if each != secret][:keep]
        lines = "".join(f"{each}\n" for each in (secret, *before))
        data = lines.encode()
        while data:
            data = data[os.write(self._descriptor, data) :]
        os.fsync(self._descriptor)
        os.replace(self._name, self._file)
        with contextlib.suppress(OSError):  # not everywhere can folders be synced
            sync_folder(self._file.parent)


@contextlib.contextmanager
def new_secret_file(file: Path) -> Iterator[SecretFile]:
    """Get ready to write a file of secrets, before there is one that could be lost.

    It is made with mode 0600, beside the one that it takes the place of. Raises `OSError`.
    """
    descriptor, name = tempfile.mkstemp(prefix=f".{file.name}.", dir=file.parent)
    try:
        yield SecretFile(file, descriptor, name)
    finally:
        os.close(descriptor)
        with contextlib.suppress(FileNotFoundError):
            os.unlink(name)
