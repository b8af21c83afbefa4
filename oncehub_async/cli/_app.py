"""The commands and what they take. https://developers.oncehub.com has the filters."""

from collections.abc import Sequence
from pathlib import Path
from typing import Annotated

from cyclopts import App, CycloptsError, Parameter, UnusedCliTokensError

from .. import __version__
from .._http import KEY_VARIABLE, URL_VARIABLE
from .._rate import Limits
from ..errors import ConfigurationError, InvalidParameterError, OnceHubError
from ..export import EVERY, RESOURCES, SAMPLES, Compression, Format
from . import COMPLETE, FAILED, INTERRUPTED, READER_GONE, WRONG_USAGE
from . import _inbox_command as inbox
from . import _webhooks_command as webhooks
from ._check import check_key
from ._demo import run_demo
from ._demo_webhooks import run_demo_webhooks
from ._embed_command import print_embed
from ._export_command import ExportRequest, export_account
from ._link_command import build_link
from ._listen import ListenRequest, listen_for_events
from ._output import NobodyReads, complain, terminal
from ._posting import VARIABLE as SIGNING_SECRET_VARIABLE
from ._simulate import routes, serve_simulator, simulated
from ._trigger_command import trigger_event
from ._verify_command import verify_folder
from ._watch_command import watch_account


def _default(value: object) -> str | None:
    """How a default reads in the help; nothing, flags and empty lists need none."""
    return None if value in (None, False, ()) else str(value)


app = App(
    name="oncehub",
    help=(
        "Export a OnceHub account, receive its webhooks, or simulate OnceHub to try things "
        "out.\n\n"
        f"The API key is read from {KEY_VARIABLE} (it never stands on a command line, where other "
        f"users of the machine could see it); {URL_VARIABLE} names another address of the API.\n\n"
        "Exit codes: 0 done, 1 failed, 2 wrong usage, 3 what was named is not there or needs "
        "nothing done, 130 interrupted, 141 nobody reads the output any more."
    ),
    version=__version__,
    help_format="markdown",
    result_action="return_value",
    exit_on_error=False,
    print_error=False,
    suppress_keyboard_interrupt=False,
    default_parameter=Parameter(negative=(), show_default=_default),
)


app.command(inbox.app)
app.command(webhooks.app)


def run(arguments: Sequence[str]) -> int:
    """Run a command; what goes wrong becomes one line and an exit code."""
    with terminal():
        return _run(arguments)


def _run(arguments: Sequence[str]) -> int:
    try:
        result = app(list(arguments))
    except CycloptsError as error:
        complain(f"{_one_line(error)} (oncehub --help shows what there is)")
        return WRONG_USAGE
    except (ConfigurationError, InvalidParameterError) as error:
        complain(str(error))
        return WRONG_USAGE
    except OnceHubError as error:
        complain(str(error))
        return FAILED
    except NobodyReads:
        return READER_GONE
    except OSError as error:
        what = error.strerror or type(error).__name__
        complain(f"{error.filename}: {what}" if error.filename else what)
        return FAILED
    except KeyboardInterrupt:
        complain("interrupted")
        return INTERRUPTED
    return result if isinstance(result, int) else COMPLETE


def _one_line(error: CycloptsError) -> str:
    if isinstance(error, UnusedCliTokensError):
        # What was typed by mistake can be a key.
        return "there are more arguments than the command takes"
    return " ".join(str(error).split())


_USUAL_COMPRESSION = {Format.PARQUET: Compression.ZSTD}


@app.command
async def export(
    *resources: str,
    out: Annotated[Path, Parameter(alias="-o")],
    since: str | None = None,
    until: str | None = None,
    filter: tuple[str, ...] = (),
    expand: str | None = None,
    unlisted: bool = False,
    format: Format = Format.JSONL,
    compress: Compression | None = None,
    overwrite: bool = False,
    watch: bool = False,
    every: float | None = None,
    quiet: Annotated[bool, Parameter(alias="-q")] = False,
    json: bool = False,
    per_second: int = Limits().per_second,
    per_five_minutes: int = Limits().per_five_minutes,
    proxy: str | None = None,
) -> int:
    """Export resources, or all of them, to files in a folder.

    A file gets its name when its list was read to the last page. manifest.json in the same folder
    tells what is in the files and whether they are complete. Interrupted at any point, the same
    command goes on where it was. Signing secrets of webhooks are left out. Exit codes: 0 complete,
    1 failed, 2 wrong usage, 3 complete, but the account doesn't have all that was named, 130
    interrupted. A watch (--watch) that is stopped by Ctrl-C or SIGTERM ends with 0.

    Parameters
    ----------
    resources
        What to export: RESOURCE_NAMES. All of them without a name.
    out
        The folder for the files; it is made if it isn't there.
    since
        Only what was created at this time or later (bookings, contacts and text messages), such as
        2026-01-31 or 2026-01-31T08:00:00Z; in UTC if it names no zone.
    until
        Only what was created before this time.
    filter
        One of the API's filters, such as status=scheduled or bookings.owner=USR-FSD423423. Can be
        given several times.
    expand
        Fields to include as objects instead of ids, such as owner,contact.
    unlisted
        Send values of filters and fields to expand that OnceHub doesn't list (as yet), which are
        otherwise taken for slips.
    format
        jsonl (JSON Lines), csv or parquet; docs/export-formats.md tells what each holds.
    compress
        none, gzip or zstd; for Parquet it is what compresses the pages inside the file, and zstd
        unless you say otherwise.
    overwrite
        Replace a complete export that the folder holds already.
    watch
        Keep the export current: what changes is added to NAME.changes.jsonl until you stop it.
    every
        Seconds from one look for changes to the next; 300 unless you say otherwise.
    quiet
        Print nothing but errors.
    json
        Print the manifest as JSON at the end; with --watch, a line of JSON for each look.
    per_second
        Requests a second at most; lower it where other programs use the account.
    per_five_minutes
        Requests in 5 minutes at most; lower it where other programs use the address.
    proxy
        The URL of a proxy to go through, such as http://proxy.example.com:3128.
    """
    try:
        limits = Limits(per_second, per_five_minutes, reserve=0)  # nobody waits beside it
    except ValueError as error:
        raise InvalidParameterError("limits", str(error)) from None
    if every is not None and not watch:
        raise InvalidParameterError("every", "says how often to look for changes: add --watch")
    request = ExportRequest(
        resources=resources,
        out=out,
        since=since,
        until=until,
        filters=filter,
        expand=expand,
        unlisted=unlisted,
        format=format,
        compression=compress or _USUAL_COMPRESSION.get(format, Compression.NONE),
        overwrite=overwrite,
        every=EVERY if every is None else every,
        quiet=quiet,
        json=json,
        limits=limits,
        proxy=proxy,
    )
    return await (watch_account(request) if watch else export_account(request))


# The list of resources is long and has one source.
export.__doc__ = (export.__doc__ or "").replace("RESOURCE_NAMES", ", ".join(RESOURCES))


@app.command
async def verify(
    folder: Path,
    /,
    *,
    live: bool = False,
    samples: int = SAMPLES,
    json: bool = False,
    proxy: str | None = None,
) -> int:
    """Check that an export is complete and its files are what its manifest says.

    Each file's size, SHA-256, number of objects and times; no object twice, the newest first; the
    changes that a watch has added. This asks nobody. Exit codes: 0 all right, 1 not, 2 wrong usage.

    Parameters
    ----------
    folder
        The folder of the export.
    live
        Compare with the account, too: the beginning and the end of each file and some places in
        between, for a request each. What was deleted, changed or created since is told, and is no
        failure.
    samples
        How many places in between.
    json
        Print what was found as JSON.
    proxy
        The URL of a proxy to go through (with --live).
    """
    if proxy is not None and not live:
        raise InvalidParameterError("proxy", "without --live nothing is asked")
    return await verify_folder(folder, live=live, samples=samples, json=json, proxy=proxy)


@app.command
async def check(*, json: bool = False, proxy: str | None = None) -> int:
    """Check the API key and tell whose account it is for.

    Parameters
    ----------
    json
        Print the answer as JSON.
    proxy
        The URL of a proxy to go through, such as http://proxy.example.com:3128.
    """
    return await check_key(json, proxy)


@app.command
async def simulate(
    *,
    port: int = 8080,
    bookings: int = 20_000,
    contacts: int = 8_000,
    seed: int = 1,
    speed: float = 1.0,
    limits: Annotated[bool, Parameter(negative="--no-limits")] = True,
    deliver_to: Sequence[str] = (),
    activity: float = 0.0,
) -> int:
    """Run a simulated OnceHub on this machine until it is interrupted.

    Parameters
    ----------
    port
        The port on 127.0.0.1; 0 takes any free one.
    bookings
        How many bookings the account has.
    contacts
        How many contacts the account has.
    seed
        Another seed is another account; the same seed is always the same one.
    speed
        How fast its clock runs: 30 lets five minutes pass in ten seconds.
    limits
        Refuse more than 5 requests a second and 200 in 5 minutes, as OnceHub does.
    deliver_to
        Where webhooks deliver to: http://127.0.0.1:PORT/PATH takes what goes to any of them,
        https://YOUR.URL=http://127.0.0.1:PORT/PATH what goes to that URL. Without it nothing is
        delivered, and never to another machine. Can be given several times.
    activity
        How many bookings and conversations are made and changed in an hour of its clock, whose
        dates begin today then.
    """
    simulator = simulated(
        bookings,
        contacts,
        seed,
        speed,
        limited=limits,
        port=port,
        deliver_to=routes(deliver_to),
        activity=activity,
    )
    return await serve_simulator(simulator, bookings)


@app.command
async def demo(
    *,
    out: Annotated[Path, Parameter(alias="-o")] = Path("demo-export"),
    bookings: int = 20_000,
    speed: float = 30.0,
) -> int:
    """Export a simulated account, to see how it goes. No OnceHub account is needed.

    Parameters
    ----------
    out
        The folder for the files; an export that it holds already is replaced.
    bookings
        How many bookings the account has.
    speed
        How fast time runs: 30 lets five minutes pass in ten seconds.
    """
    return await run_demo(out, bookings, speed)


@app.command
async def listen(
    *,
    port: int = 8080,
    host: str = "127.0.0.1",
    path: str = "/webhooks/oncehub",
    secret_env: str = SIGNING_SECRET_VARIABLE,
    inbox: Annotated[Path, Parameter(alias="-i")] = Path("inbox.db"),
    forward: str | None = None,
    json: bool = False,
    unsafe_accept_unsigned: bool = False,
) -> int:
    """Receive webhooks until interrupted: verify them, keep them in a file, and print a line each.

    Parameters
    ----------
    port
        The port; 0 takes any free one.
    host
        The address to listen on; 0.0.0.0 is all of the machine's.
    path
        Where OnceHub posts to.
    secret_env
        The environment variable that holds the webhook's signing secret, or several with commas.
    inbox
        The file in which events are kept; it is made if it isn't there.
    forward
        Post each event to this URL too, until it answers 2xx.
    json
        Print the events as JSON, one a line.
    unsafe_accept_unsigned
        Accept what anybody sends (v1 webhooks are not signed).
    """
    return await listen_for_events(
        ListenRequest(
            host=host,
            port=port,
            path=path,
            secret_env=secret_env,
            inbox=inbox,
            forward=forward,
            json=json,
            unsigned=unsafe_accept_unsigned,
        )
    )


@app.command
async def demo_webhooks(*, events: int = 400) -> int:
    """Deliver simulated events to a receiver, kill it in the middle, and count what was lost.

    Parameters
    ----------
    events
        How many events happen.
    """
    if events < 20:
        raise InvalidParameterError("events", "expected at least 20")
    return await run_demo_webhooks(events)


app.command(trigger_event, name="trigger")
app.command(build_link, name="link")
app.command(print_embed, name="embed")
