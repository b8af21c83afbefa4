"""The server: every question checked, answered within 20 seconds, and never answered by a guess.

A change is planned first. Whoever can ask a person (elicitation) does so at once; else the plan
comes with a token, and the same call with the token makes the change.
"""

import asyncio
from collections.abc import Awaitable, Collection, Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from pathlib import Path
from typing import Any, TypeVar

import attrs
import mcp_types as types
from mcp.server import Server
from mcp.server.context import ServerRequestContext
from mcp.shared.exceptions import MCPError

from .. import __version__
from .._client import OnceHub
from .._ground import did_you_mean
from .._http import RequestAttempt, RetryPolicy
from ..errors import InvalidParameterError, OnceHubError
from ._agent_answers import MOST_OF_AN_ERROR, STRANGERS, STRANGERS_IN_TABLES, fitted
from ._agent_arguments import checked
from ._agent_changes import ChangePlanner
from ._agent_reading import Reading
from ._agent_tools import CHANGING, READING, REPORT, Change, Tool, tools_for
from ._agent_views import View
from ._change_audit import Audit, told_unexpected
from ._change_tokens import MINUTES, ChangeTokens
from ._planned_change import PlannedChange, may_be_done

T = TypeVar("T")
_SECONDS = 20.0
_FOR_ONE_CALL = 15.0
"""A change ends by its own deadline, which knows whether it was done."""
_LONG_WAIT = 2.0
_ASKED = "confirm"
_LATE = "no answer within 20 s; the rate budget may be short: ask again in a minute"
_NOTHING: dict[str, Any] = {"type": "object", "properties": {}}
"""The form of a question that is only agreed to or not."""
_FIRST_WITHOUT_SESSIONS = "2026-07-28"
_WITH_PEOPLE = frozenset({"find_bookings", "get_booking", "find_contacts"})
_waits: ContextVar[list[float] | None] = ContextVar("waits for the budget", default=None)


@attrs.frozen
class AgentSettings:
    """What agents may see and do."""

    changes: Collection[Change] = ()
    personal_data: bool = False
    """Whether people's data is shown as it is; masked otherwise."""
    database: str | None = None
    """A synced database for reports: what `oncehub sync` was given."""
    audit: Path | None = None
    """A file that gets a line of JSON for each change, beside the log."""


def client_for_agents(base_url: str | None = None, **settings: Any) -> OnceHub:
    """A client whose calls end in time. Raises `ConfigurationError`."""
    return OnceHub(
        base_url=base_url,
        retry=RetryPolicy(deadline=_FOR_ONE_CALL),
        on_attempt=_note_wait,
        **settings,
    )


def _note_wait(attempt: RequestAttempt) -> None:
    waits = _waits.get()
    if waits is not None:
        waits.append(attempt.budget_wait)


def server_for(oncehub: OnceHub, settings: AgentSettings | None = None) -> Server[Any]:
    """A server of the Model Context Protocol over a client (see `client_for_agents`)."""
    agent = _Agent(oncehub, settings or AgentSettings())

    async def tools(_context: Any, _params: Any) -> types.ListToolsResult:
        return types.ListToolsResult(tools=[each.announced() for each in agent.tools])

    return Server("oncehub", version=__version__, on_list_tools=tools, on_call_tool=agent.call)


class _Agent:
    def __init__(self, oncehub: OnceHub, settings: AgentSettings) -> None:
        self.tools = tools_for(settings.changes, has_database=settings.database is not None)
        self._oncehub, self._settings = oncehub, settings
        view = View(settings.personal_data)
        self._reading = Reading(oncehub, view, settings.database)
        self._changes = ChangePlanner(oncehub, view)
        self._tokens = ChangeTokens(oncehub.clock)
        self._audit = Audit(oncehub.clock, settings.audit)

    async def call(
        self, context: ServerRequestContext[Any, Any], params: types.CallToolRequestParams
    ) -> types.CallToolResult | types.InputRequiredResult:
        """Answer a call of a tool; what a person has to be asked first is asked."""
        name = "a tool"
        try:
            tool = self._tool(params.name)
            name = tool.name
            given = checked(tool, params.arguments or {})
            if tool.changes is None:
                return _said(await self._read(tool, given))
            return await self._change(tool, given, context, params)
        except OnceHubError as error:
            return _said(str(error), failed=True)
        except TimeoutError:
            return _said(_LATE, failed=True)
        except MCPError:
            raise
        except Exception as error:
            # What may have been done is told by `_apply`.
            told = told_unexpected(name, error)
            return _said(f"nothing was changed: {told}", failed=True)

    def _tool(self, name: str) -> Tool:
        for tool in self.tools:
            if tool.name == name:
                return tool
        for tool in CHANGING:
            if tool.name == name and tool.changes is not None:
                raise InvalidParameterError(
                    "tool",
                    f"{name} isn't allowed here: oncehub mcp --allow-changes {tool.changes} "
                    "allows it",
                )
        if name == REPORT.name:
            raise InvalidParameterError(
                "tool", "reports need a synced database: oncehub mcp --database"
            )
        names = [each.name for each in (*READING, *self.tools)]
        raise InvalidParameterError(
            "tool", f"there is none of that name; {did_you_mean(name, names)}"
        )

    async def _read(self, tool: Tool, given: Mapping[str, Any]) -> str:
        with _noted() as notes:
            answer = await _in_time(self._reading.answer(tool.name, given))
        if tool is REPORT:
            notes.append(STRANGERS_IN_TABLES)
        elif self._settings.personal_data and tool.name in _WITH_PEOPLE:
            notes.append(STRANGERS)
        return fitted(answer, *notes)

    async def _change(
        self,
        tool: Tool,
        given: dict[str, Any],
        context: ServerRequestContext[Any, Any],
        params: types.CallToolRequestParams,
    ) -> types.CallToolResult | types.InputRequiredResult:
        token = given.pop("token", None)
        answered = (params.input_responses or {}).get(_ASKED)
        if answered is not None:
            if not _agrees(answered):
                return _said("the person declined: nothing was changed")
            token = params.request_state or ""
        if token is not None:
            # Before the plan is made anew, so that two calls at once can't both have it.
            self._tokens.take(token, tool.name, given)
            until = _seconds_from_now()
            try:
                plan = await _in_time(self._changes.plan(tool.name, given))
            except (OnceHubError, TimeoutError) as error:
                return _unchanged(error)
            return await self._apply(tool, plan, until)
        plan = await _in_time(self._changes.plan(tool.name, given))
        token = self._tokens.token_for(tool.name, given)
        if _can_ask(context):
            question = f"{plan.words} Do it?"
            if context.protocol_version >= _FIRST_WITHOUT_SESSIONS:
                return _question(question, token)
            try:
                asked = await context.session.elicit_form(question, _NOTHING, context.request_id)
            except MCPError:
                pass  # whoever can't be asked after all gets the token
            else:
                if not _agrees(asked):
                    return _said("the person declined: nothing was changed")
                self._tokens.take(token, tool.name, given)
                return await self._apply(tool, plan, _seconds_from_now())
        return _said(
            fitted(
                {
                    "plan": plan.words,
                    "token": token,
                    "how_to_go_on": "nothing was changed yet: show the plan to the person; if they "
                    f"agree, call again with the same arguments and this token ({MINUTES} minutes)",
                }
            )
        )

    async def _apply(self, tool: Tool, plan: PlannedChange, until: float) -> types.CallToolResult:
        # Written down before it is done, so that a crash leaves a trace.
        self._audit.begin(tool.name, plan.about)
        outcome = "unknown"
        try:
            async with asyncio.timeout_at(until):
                done = await plan.apply(self._oncehub)
            outcome = "done"
        except (OnceHubError, TimeoutError) as error:
            if not may_be_done(error):
                outcome = "refused"
                return _unchanged(error)
            return _unknown("the answer got lost", plan)
        except Exception as error:
            return _unknown(told_unexpected(tool.name, error), plan)
        finally:
            # Also where the agent hangs up in the middle of it.
            unwritten = self._audit.end(tool.name, plan.about, outcome)
        return _said(fitted({"done": plan.words, **done}, *unwritten))


def _unchanged(error: OnceHubError | TimeoutError) -> types.CallToolResult:
    said = str(error) if isinstance(error, OnceHubError) else _LATE
    return _said(f"nothing was changed: {said}", failed=True)


def _unknown(why: str, plan: PlannedChange) -> types.CallToolResult:
    return _said(f"it isn't known whether this was done: {why}. {plan.after_loss}", failed=True)


def _seconds_from_now() -> float:
    """When an answer has to be there, by the loop's clock."""
    return asyncio.get_running_loop().time() + _SECONDS


async def _in_time(answer: Awaitable[T]) -> T:
    async with asyncio.timeout(_SECONDS):
        return await answer


@contextmanager
def _noted() -> Iterator[list[str]]:
    """What there is to say beside an answer: that the budget is short."""
    waits: list[float] = []
    notes: list[str] = []
    before = _waits.set(waits)
    try:
        yield notes
    finally:
        _waits.reset(before)
        if sum(waits) > _LONG_WAIT:
            notes.append(f"the rate budget is short: this waited {sum(waits):.0f} s for it")


def _can_ask(context: ServerRequestContext[Any, Any]) -> bool:
    able = types.ClientCapabilities(elicitation=types.ElicitationCapability())
    return context.session.check_client_capability(able)


def _question(text: str, token: str) -> types.InputRequiredResult:
    asked = types.ElicitRequest(
        params=types.ElicitRequestFormParams(message=text, requested_schema=_NOTHING)
    )
    return types.InputRequiredResult(input_requests={_ASKED: asked}, request_state=token)


def _agrees(answer: object) -> bool:
    return isinstance(answer, types.ElicitResult) and answer.action == "accept"


def _said(text: str, *, failed: bool = False) -> types.CallToolResult:
    if failed:
        text = text[:MOST_OF_AN_ERROR]
    return types.CallToolResult(
        content=[types.TextContent(type="text", text=text)], is_error=failed
    )
