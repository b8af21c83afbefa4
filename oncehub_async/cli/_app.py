"""All commands, a line each. What one takes, and what it needs, is imported when it runs."""

import errno
import re
from collections.abc import Sequence

from cyclopts import App, CycloptsError, Parameter

from .. import __version__
from ..errors import AuthenticationError, ConfigurationError, InvalidParameterError, OnceHubError
from . import COMPLETE, FAILED, INTERRUPTED, READER_GONE, WRONG_USAGE
from ._output import HelpConsole, NobodyReads, complain, drop_unwritten, terminal
from ._usage_errors import converted, refuse_empty, told_in_options, usage_line

COMMANDS = {
    "catch-up": (
        "_catch_up_command:catch_up_account",
        "Put what changed while nobody listened into a receiver's inbox, as events of its own.",
    ),
    "check": ("_check:check", "Check the API key and tell whose account it is for."),
    "completion": (
        "_completion:completion",
        "Print the script by which a shell completes commands and options.",
    ),
    "demo": (
        "_demo:demo",
        "Export a simulated account, to see how it goes. No OnceHub account is needed.",
    ),
    "demo-sync": (
        "_demo_sync:demo_sync",
        "Sync a simulated account into DuckDB, and report on it. No OnceHub account is needed.",
    ),
    "demo-webhooks": (
        "_demo_webhooks:demo_webhooks",
        "Deliver simulated events to a receiver, kill it in the middle, and count what was lost.",
    ),
    "describe": (
        "_describe_command:describe",
        "Tell what the fields of objects mean, and which values they have.",
    ),
    "embed": (
        "_embed_command:print_embed",
        "Print HTML that puts a calendar, form, chatbot or classic page into a page of yours.",
    ),
    "export": (
        "_export_options:export",
        "Export resources, or all of them, to files in a folder.",
    ),
    "get": (
        "_object_commands:get_object",
        "Show one object of any kind: its id says which.",
    ),
    "inbox": (
        "_inbox_command:app",
        "Look into the inbox in which a receiver keeps its events.",
    ),
    "link": (
        "_link_command:build_link",
        "Build a booking link, or take one apart with --json. Needs no key and no network.",
    ),
    "list": (
        "_object_commands:list_objects",
        "List objects of the account: the newest 20, or as many as --limit says.",
    ),
    "listen": (
        "_listen:listen",
        "Receive webhooks until interrupted: verify them, keep them in a file, and print a line "
        "each.",
    ),
    "mcp": (
        "_mcp_command:serve_agents",
        "Serve AI agents: tools of the Model Context Protocol, over stdio unless told otherwise.",
    ),
    "open": (
        "_object_commands:open_object",
        "Print the addresses of an object, where it has any, such as a calendar's.",
    ),
    "person": (
        "_person_command:app",
        "Tell what is kept of a person, or erase it.",
    ),
    "report": (
        "_report_command:report",
        "Report on a synced database: counts, rates and lists. Needs no key and no network.",
    ),
    "simulate": (
        "_simulate:simulate",
        "Run a simulated OnceHub on this machine until it is interrupted.",
    ),
    "sync": (
        "_sync_options:sync",
        "Bring a database up to the account: a table for each object, and views for reports.",
    ),
    "trigger": (
        "_trigger_command:trigger_event",
        "Post one event to a receiver, signed and realistic as OnceHub's, and show the answer.",
    ),
    "verify": (
        "_verify_command:verify",
        "Check that an export is complete and its files are what its manifest says.",
    ),
    "watchdog": (
        "_watchdog_command:watchdog",
        "Watch over webhooks: tell when events don't come though bookings change.",
    ),
    "work": (
        "_work_command:work",
        "Run the handlers of a receiver until interrupted, and accept nothing.",
    ),
    "webhooks": ("_webhooks_command:app", "List, create and delete the account's webhooks."),
}
"""Where each is, and the first sentence of its help, which a test holds to what stands there."""

_HELP = """
Export a OnceHub account, sync it into a database and report on it, receive its webhooks, or
simulate OnceHub to try things out.

The API key is read from ONCEHUB_API_KEY (it never stands on a command line, where other users of
the machine could see it); ONCEHUB_BASE_URL names another address of the API.

Exit codes: 0 done, 1 failed, 2 wrong usage, 3 what was named is not there or needs nothing done,
4 events don't come (watchdog), 130 interrupted, 141 nobody reads the output any more.
"""


def command_line(arguments: Sequence[str] = ()) -> App:
    """The commands, of which those that are named in the arguments have their whole help."""
    app = App(
        name="oncehub",
        help=_HELP,
        version=__version__,
        help_format="markdown",
        result_action="return_value",
        exit_on_error=False,
        print_error=False,
        suppress_keyboard_interrupt=False,
        console=HelpConsole(),
        default_parameter=Parameter(negative=(), show_default=_default, converter=converted),
    )
    for name, (place, summary) in COMMANDS.items():
        # Where a help is given here, the one of the command isn't read.
        app.command(
            f"{__package__}.{place}", name=name, help=None if name in arguments else summary
        )
    return app


def _default(value: object) -> str | None:
    """How a default reads in the help; nothing, flags and empty lists need none."""
    return None if value in (None, False, ()) else str(value)


def run(arguments: Sequence[str]) -> int:
    """Run a command; what goes wrong becomes one line and an exit code."""
    with terminal():
        try:
            return _run(arguments)
        finally:
            drop_unwritten()


def _run(arguments: Sequence[str]) -> int:
    try:
        app = command_line(arguments)
        refuse_empty(arguments)
        result = app(list(arguments))
    except CycloptsError as error:
        complain(usage_line(error, arguments))
        return WRONG_USAGE
    except (ConfigurationError, InvalidParameterError) as error:
        complain(told_in_options(error, app, arguments))
        return WRONG_USAGE
    except AuthenticationError as error:
        complain(f"{error} (look whether ONCEHUB_API_KEY holds a key of this account)")
        return FAILED
    except OnceHubError as error:
        complain(str(error))
        return FAILED
    except NobodyReads:
        return READER_GONE
    except OSError as error:
        complain(_told(error))
        return FAILED
    except KeyboardInterrupt:
        complain("interrupted")
        return INTERRUPTED
    return result if isinstance(result, int) else COMPLETE


def _told(error: OSError) -> str:
    what = error.strerror or type(error).__name__
    taken = re.search(r"\('(.+?)', (\d+)", what) if error.errno == errno.EADDRINUSE else None
    if taken is not None:  # asyncio's words tell the address, and no remedy
        where = f"{taken[1]}:{taken[2]}"
        return f"{where}: address already in use; end what listens there, or take another port"
    return f"{error.filename}: {what}" if error.filename else what
