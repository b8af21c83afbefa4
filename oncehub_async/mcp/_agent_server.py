"""The server: tools that read, over stdin and stdout, each within 20 seconds and 24,000 bytes."""

import asyncio
from typing import Any

import mcp_types as types
from mcp.server import Server
from mcp.server.stdio import stdio_server

from .. import __version__
from .._client import OnceHub
from .._ground import did_you_mean, dump_json
from .._http import RetryPolicy
from .._lists import Listing
from ..errors import InvalidParameterError, OnceHubError
from ..models import Model
from ._object_views import booking_view, moment, slot_view, zone_of

_SECONDS = 20.0
_MOST_BYTES = 24_000
"""About 6,000 tokens, at four bytes each."""
_PAGE = 20
_LISTS = ("booking_calendars", "booking_pages", "master_pages", "event_types", "teams")
_TEXT = {"type": "string"}
_FILTERS = ("status", "owner", "contact", "host", "booking_calendar", "booking_page", "event_type")


def _tool(name: str, about: str, required: tuple[str, ...], **given: Any) -> types.Tool:
    schema = {"type": "object", "properties": given, "additionalProperties": False}
    return types.Tool(
        name=name,
        description=about,
        input_schema={**schema, "required": list(required)} if required else schema,
        annotations=types.ToolAnnotations(read_only_hint=True),
    )


TOOLS = (
    _tool(
        "find_bookings",
        "Bookings, newest first. Filters are ids; times name their offset. For the next ones, "
        "pass `next` of the answer as `after`.",
        (),
        **dict.fromkeys((*_FILTERS, "starting_after", "starting_before", "after"), _TEXT),
        time_zone={**_TEXT, "description": "IANA name for times in the answer; UTC"},
    ),
    _tool("get_booking", "One booking.", ("id",), id=_TEXT, time_zone=_TEXT),
    _tool(
        "list_bookable",
        "Ids and names of what can be booked.",
        ("kind",),
        kind={"enum": list(_LISTS)},
        after=_TEXT,
    ),
    _tool(
        "free_times",
        "Free times of a booking calendar: from now for a week, or between two times that are at "
        "most 30 days apart.",
        ("booking_calendar",),
        **dict.fromkeys(("booking_calendar", "start_time", "end_time", "time_zone"), _TEXT),
    ),
)


async def serve_stdio(base_url: str | None = None) -> None:
    """Serve an agent over stdin and stdout until it hangs up. Nothing else may write there.

    The key is ONCEHUB_API_KEY. Raises `ConfigurationError`.
    """
    retry = RetryPolicy(deadline=_SECONDS)
    async with OnceHub(base_url=base_url, retry=retry) as oncehub:
        server = server_for(oncehub)
        async with stdio_server() as (incoming, outgoing):
            await server.run(incoming, outgoing, server.create_initialization_options())


def server_for(oncehub: OnceHub) -> Server[Any]:
    """A server that reads through a client."""

    async def tools(_context: Any, _params: Any) -> types.ListToolsResult:
        return types.ListToolsResult(tools=list(TOOLS))

    async def call(_context: Any, params: types.CallToolRequestParams) -> types.CallToolResult:
        try:
            given = _checked(params.name, params.arguments or {})
            async with asyncio.timeout(_SECONDS):
                text, failed = _fitted(await _answer(oncehub, params.name, given)), False
        except OnceHubError as error:
            text, failed = str(error), True
        except TimeoutError:
            text = "no answer within 20 s; the rate budget may be short: ask again in a minute"
            failed = True
        return types.CallToolResult(
            content=[types.TextContent(type="text", text=text)], is_error=failed
        )

    return Server("oncehub", version=__version__, on_list_tools=tools, on_call_tool=call)


def _checked(name: str, given: dict[str, Any]) -> dict[str, str]:
    tool = next((each for each in TOOLS if each.name == name), None)
    if tool is None:
        raise InvalidParameterError(
            "tool", f"there is none of that name; {did_you_mean(name, (t.name for t in TOOLS))}"
        )
    known = tool.input_schema["properties"]
    for each, value in given.items():
        if each not in known:
            raise InvalidParameterError(each, f"is not known; {did_you_mean(each, known)}")
        if not isinstance(value, str):
            raise InvalidParameterError(each, "expected a text")
    for each in tool.input_schema.get("required", ()):
        if each not in given:
            raise InvalidParameterError(each, "is missing")
    return given


async def _answer(oncehub: OnceHub, name: str, given: dict[str, str]) -> dict[str, Any]:
    zone = zone_of(given.get("time_zone", "UTC"))
    if name == "get_booking":
        return {"booking": booking_view(await oncehub.bookings.get(given["id"]), zone)}
    if name == "free_times":
        slots = await oncehub.booking_calendars.time_slots(
            given["booking_calendar"],
            start_time=moment(given.get("start_time"), "start_time"),
            end_time=moment(given.get("end_time"), "end_time"),
        )
        return {"items": [slot_view(each, zone) for each in slots], "has_more": False}
    if name == "find_bookings":
        found = await oncehub.bookings.list(
            **{each: given[each] for each in _FILTERS if each in given},  # type: ignore[arg-type] # all texts
            starting_time_gt=moment(given.get("starting_after"), "starting_after"),
            starting_time_lt=moment(given.get("starting_before"), "starting_before"),
            after=given.get("after"),
            limit=_PAGE,
        ).first_page()
        items = [booking_view(each, zone) for each in found]
        return {"items": items, "has_more": len(items) == _PAGE}
    if given["kind"] not in _LISTS:
        raise InvalidParameterError("kind", did_you_mean(given["kind"], _LISTS))
    listing: Listing[Model] = getattr(oncehub, given["kind"]).list(
        limit=_PAGE, after=given.get("after")
    )
    bookable = [_named(each) for each in await listing.first_page()]
    return {"items": bookable, "has_more": len(bookable) == _PAGE}


def _named(model: Any) -> dict[str, Any]:
    shown = ("id", "name", "published", "active", "duration_minutes")
    return {each: getattr(model, each) for each in shown if getattr(model, each, None) is not None}


def _fitted(answer: dict[str, Any]) -> str:
    """JSON within the bound: as many of the items as there is room for, and how to go on."""
    items = answer.get("items")
    if items is None:
        return dump_json(answer).decode()
    count, cut = len(items), False
    while True:
        told: dict[str, Any] = {"items": items[:count]}
        if cut or answer["has_more"]:
            last = items[count - 1] if count else {}
            # Where items have no id, the next question begins after the last of them.
            told["next"] = last.get("id") or f"ask again with start_time {last.get('start_time')}"
        text = dump_json(told)
        if len(text) <= _MOST_BYTES or not count:
            return text.decode()
        count, cut = count * 3 // 4, True
