"""`oncehub person`: what is kept of a person, at OnceHub and in what was made of it."""

import os
from collections.abc import AsyncIterator, Iterator, Sequence
from contextlib import asynccontextmanager, contextmanager, nullcontext
from pathlib import Path

from attrs import asdict
from cyclopts import App

from .._client import OnceHub
from .._ground import checks, open_anew
from ..errors import InvalidParameterError, OnceHubError
from ..privacy import (
    SHOWN_AT_MOST,
    ErasedAt,
    PersonData,
    PersonErasure,
    PersonPlaces,
    erase_person,
    export_person,
    person_html,
)
from . import COMPLETE, FAILED, NOT_THERE
from ._output import note, say, say_document, say_json, several
from ._sync_command import HASH_KEY_VARIABLE

_FILE = "duckdb:///"

app = App(name="person", help="Tell what is kept of a person, or erase it.")


@app.command(name="export")
async def export_(
    email: str,
    /,
    *,
    database: tuple[str, ...] = (),
    export: tuple[Path, ...] = (),
    inbox: tuple[str, ...] = (),
    out: Path | None = None,
    html: Path | None = None,
    whole_account: bool = False,
    no_account: bool = False,
    hash_key_env: str = HASH_KEY_VARIABLE,
    proxy: str | None = None,
) -> int:
    """Gather what is kept of a person, as JSON and as a page that people can read.

    It is found by the address, and by the ids and phone numbers of the contacts with this address.
    docs/privacy.md tells what that finds, and what not. Exit codes: 0 done, 1 failed, 2 wrong
    usage, 3 nothing is kept.

    For example: oncehub person export ann@example.com --database oncehub.duckdb --out ann.json
    --html ann.html.

    Parameters
    ----------
    email
        The person's e-mail address; capitals and small letters are the same.
    database
        A synced database: a file, duckdb:///FILE or postgresql://... (add ?schema=NAME where it
        isn't "oncehub"). Can be given several times.
    export
        A folder of an export. Can be given several times.
    inbox
        An inbox: a file, or its postgresql://... address. Can be given several times.
    out
        The file to write as JSON, for nobody else to read; it is replaced. Without it and --html
        the JSON is printed.
    html
        The file to write as HTML, for nobody else to read; it is replaced.
    whole_account
        Read all bookings and text messages of the account, not only those of the contact: a
        request for each hundred. It finds people whom others have brought along.
    no_account
        Don't ask OnceHub; no key is needed then.
    hash_key_env
        The environment variable that holds the key of the databases' hashed columns.
    proxy
        The URL of a proxy to go through, such as http://proxy.example.com:3128.
    """
    files = {
        name: None if path is None else checks.local_path(path, name)
        for name, path in (("out", out), ("html", html))
    }
    if files["out"] is not None and files["out"] == files["html"]:
        raise InvalidParameterError("html", "is the same file as --out: name another")
    if whole_account and no_account:
        raise InvalidParameterError("whole_account", "needs the account: leave out --no-account")
    for name, path in files.items():
        if path is not None:
            _check_file(path, name, (*database, *inbox), export)
    kept = (database, export, inbox)
    async with _places(*kept, no_account=no_account, key_env=hash_key_env, proxy=proxy) as places:
        data = await export_person(email, places, whole_account=whole_account)
    for name, path in files.items():
        if path is not None:
            _write(path, name, data.as_json() if name == "out" else person_html(data).encode())
    if not any(files.values()):
        say_document(data.as_json().decode().rstrip("\n"))
    _tell(data)
    return COMPLETE if data.count else NOT_THERE


@app.command
async def erase(
    email: str,
    /,
    *,
    database: tuple[str, ...] = (),
    export: tuple[Path, ...] = (),
    inbox: tuple[str, ...] = (),
    apply: bool = False,
    no_account: bool = False,
    hash_key_env: str = HASH_KEY_VARIABLE,
    json: bool = False,
    proxy: str | None = None,
) -> int:
    """Erase a person, or tell what would be erased: without --apply nothing is changed.

    The contact is deleted at OnceHub; rows of databases are blanked, and the person is kept out of
    later syncs; files of exports are written anew, and the bodies of finished events in inboxes.
    What is interrupted is finished by the same command. No API deletes bookings: what remains to be
    done by hand is told at the end, and in docs/privacy.md. Exit codes: 0 done, 1 failed, or events
    were left that aren't finished, 2 wrong usage, 3 there was nothing to erase.

    For example: oncehub person erase ann@example.com --database oncehub.duckdb --export exports
    --inbox inbox.db, and the same with --apply.

    Parameters
    ----------
    email
        The person's e-mail address; capitals and small letters are the same.
    database
        A synced database: a file, duckdb:///FILE or postgresql://... (add ?schema=NAME where it
        isn't "oncehub"). Can be given several times.
    export
        A folder of an export. Can be given several times.
    inbox
        An inbox: a file, or its postgresql://... address. Can be given several times.
    apply
        Erase; nothing brings it back.
    no_account
        Leave the contact at OnceHub alone; no key is needed then.
    hash_key_env
        The environment variable that holds the key of the databases' hashed columns.
    json
        Print JSON.
    proxy
        The URL of a proxy to go through, such as http://proxy.example.com:3128.
    """
    done: list[ErasedAt] = []
    kept = (database, export, inbox)
    async with _places(*kept, no_account=no_account, key_env=hash_key_env, proxy=proxy) as places:
        with _told_how_far(done):
            erasure = await erase_person(email, places, apply=apply, on_erased=done.append)
    if json:
        say_json(asdict(erasure))
    else:
        _tell_erasure(erasure)
    if apply and erasure.unfinished:
        return FAILED
    return COMPLETE if erasure.count or erasure.unfinished else NOT_THERE


@asynccontextmanager
async def _places(
    databases: Sequence[str],
    exports: Sequence[Path],
    inboxes: Sequence[str],
    *,
    no_account: bool,
    key_env: str,
    proxy: str | None,
) -> AsyncIterator[PersonPlaces]:
    """Where to look, with an open client unless the account is left out."""
    if no_account and not (databases or exports or inboxes):
        raise InvalidParameterError(
            "no_account", "leaves no place to look in: add --database, --export or --inbox"
        )
    async with nullcontext() if no_account else OnceHub(proxy=proxy) as oncehub:
        yield PersonPlaces(
            oncehub=oncehub,
            databases=databases,
            exports=exports,
            inboxes=inboxes,
            hash_key=os.environ.get(key_env),
        )


def _check_file(path: Path, param: str, files: Sequence[str], folders: Sequence[Path]) -> None:
    """What is found may take long to find, and must not take the place of where it was found."""
    file = path.resolve()
    if file in {Path(each.removeprefix(_FILE)).resolve() for each in files}:
        raise InvalidParameterError(param, f"{path} is looked through itself: name another file")
    if file.parent in {each.resolve() for each in folders}:
        raise InvalidParameterError(param, f"{path} is in an export: name a file elsewhere")
    if path.is_dir():
        raise InvalidParameterError(param, f"{path} is a folder, not a file")
    if not path.parent.is_dir():
        raise InvalidParameterError(param, f"{path}: there is no such folder")


@contextmanager
def _told_how_far(done: Sequence[ErasedAt]) -> Iterator[None]:
    """Say what was erased before something failed."""
    try:
        yield
    except (OnceHubError, OSError):
        if done:
            note("Erased so far, and the same command goes on:", *map(_line, done))
        raise


def _line(place: ErasedAt) -> str:
    parts = [f"{name} {count:,}" for name, count in place.counts.items()]
    return f"{place.place}: {', '.join(parts) or 'nothing'}"


def _tell_erasure(erasure: PersonErasure) -> None:
    for place in erasure.places:
        say(_line(place))
        if place.unfinished:
            shown = ", ".join(place.unfinished[:SHOWN_AT_MOST])
            left = len(place.unfinished)
            more = f" and {left - SHOWN_AT_MOST} more" if left > SHOWN_AT_MOST else ""
            say(f"  not erased, since handlers are still to get them: {shown}{more}")
            say("  run the same command again when they are done")
    if erasure.applied:
        say(f"{several(erasure.count, 'object')} erased.")
    else:
        say(f"{several(erasure.count, 'object')} to erase. Nothing was changed: add --apply.")
    say("", "By hand:", *(f"- {each}" for each in erasure.by_hand))


def _tell(data: PersonData) -> None:
    for place in data.places:
        parts = [f"{name} {len(items):,}" for name, items in place.found.items()]
        note(f"{place.place}: {', '.join(parts) or 'nothing'}")
    note(f"{several(data.count, 'object')} in {several(len(data.places), 'place')}.")


def _write(path: Path, param: str, text: bytes) -> None:
    with _told_as(param, path), open_anew(path) as file:
        file.write(text)
    note(f"Written to {path}")


@contextmanager
def _told_as(param: str, path: Path) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        why = error.strerror or type(error).__name__
        raise InvalidParameterError(param, f"{path}: {why}") from None
