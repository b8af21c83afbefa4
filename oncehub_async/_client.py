"""The client: settings, the session it sends through, and the resources."""

import asyncio
import os
from collections.abc import Mapping
from ssl import SSLContext
from types import TracebackType
from typing import TYPE_CHECKING, Any, Self

import aiohttp

from . import __version__
from ._ground import Clock, Hidden, checked_hook, checked_tracing, checks
from ._http import (
    ApiKey,
    AttemptHook,
    Caller,
    CallTracing,
    KeyProvider,
    KeySource,
    QueryValue,
    RetryPolicy,
    Transport,
    any_request,
    choose_base_url,
    choose_proxy,
    open_session,
)
from ._rate import Priority, RateBudget, SharedBudget, budget_of_environment, shared_budget
from .errors import ClientStateError, ConfigurationError

if TYPE_CHECKING:
    from .resources import (
        BookingCalendars,
        BookingPages,
        Bookings,
        Contacts,
        EventTypes,
        KeyValidation,
        MasterPages,
        SmsNotifications,
        Teams,
        Users,
        Webhooks,
    )


class Resources:
    """All operations of the API, under the vendor's names."""

    def __init__(self, caller: Caller, priority: Priority | None = None) -> None:
        # With the models, the larger part of the package: for who makes a client, not who imports.
        from . import resources

        self._caller, self._priority = caller, priority
        self._bookings = resources.Bookings(caller, priority)
        self._booking_calendars = resources.BookingCalendars(caller, priority)
        self._booking_pages = resources.BookingPages(caller, priority)
        self._master_pages = resources.MasterPages(caller, priority)
        self._event_types = resources.EventTypes(caller, priority)
        self._contacts = resources.Contacts(caller, priority)
        self._users = resources.Users(caller, priority)
        self._teams = resources.Teams(caller, priority)
        self._sms_notifications = resources.SmsNotifications(caller, priority)
        self._webhooks = resources.Webhooks(caller, priority)
        self._authentication = resources.Authentication(caller, priority)

    @property
    def bookings(self) -> "Bookings":
        """Bookings of booking calendars and of booking pages."""
        return self._bookings

    @property
    def booking_calendars(self) -> "BookingCalendars":
        """Booking calendars, their free times, and scheduling in them."""
        return self._booking_calendars

    @property
    def booking_pages(self) -> "BookingPages":
        """Booking pages, of the classic product."""
        return self._booking_pages

    @property
    def master_pages(self) -> "MasterPages":
        """Master pages, of the classic product, and one-time links to them."""
        return self._master_pages

    @property
    def event_types(self) -> "EventTypes":
        """Event types, of the classic product."""
        return self._event_types

    @property
    def contacts(self) -> "Contacts":
        """The people who book and chat."""
        return self._contacts

    @property
    def users(self) -> "Users":
        """The members of the account, and when they can be booked."""
        return self._users

    @property
    def teams(self) -> "Teams":
        """The teams of users."""
        return self._teams

    @property
    def sms_notifications(self) -> "SmsNotifications":
        """The text messages that OnceHub sent."""
        return self._sms_notifications

    @property
    def webhooks(self) -> "Webhooks":
        """The subscriptions to events."""
        return self._webhooks

    async def validate_key(self) -> "KeyValidation":
        """Whether the API key is valid, and for which account.

        https://help.oncehub.com/developers/api/#tag/authentication/GET/test
        """
        return await self._authentication.validate_key()

    async def request(
        self,
        method: str,
        path: str,
        *,
        query: Mapping[str, QueryValue] | None = None,
        json: Any = None,
    ) -> Any:
        """Send any request, for what OnceHub has and this package doesn't know yet.

            await oncehub.request("GET", "/bookings/BKNG-1/notes", query={"limit": 5})

        It waits for the rate budget, is repeated and raises errors like every other call; a POST
        is never sent twice (`OutcomeUnknownError`). Gives the parsed JSON as it came, None where
        the answer holds nothing.

        - `method`: GET, POST, PUT, PATCH or DELETE.
        - `path`: below `base_url`, as the vendor's reference writes it.
        - `query`: parameters. None leaves one out, several texts are joined by commas, times are
          aware.
        - `json`: the body: whatever JSON can express; None for no body.

        Paths are shown in errors and logs without what may be about people. Raises
        `InvalidParameterError`, before anything is sent, for a path that leads elsewhere.
        """
        request = any_request(self._caller.transport.base_url, method, path, query, json)
        priority = Priority.INTERACTIVE if self._priority is None else self._priority
        return await self._caller.call(request, lambda reply: reply.data, priority)


class OnceHub(Resources):
    """A client for one OnceHub account.

        async with OnceHub() as oncehub:
            async for booking in oncehub.bookings.list():
                print(booking.id)

    It is opened and closed by `async with`, or by `open()` and `close()`, and serves any number of
    tasks of one event loop at once.

    - `api_key`: the key, or an async callable that gives it, which is asked again after a 401, so
      that keys rotate without a restart. Without it, ONCEHUB_API_KEY is used.
    - `base_url`: another address of the API, else ONCEHUB_BASE_URL, else OnceHub's own.
    - `session`: an aiohttp session of the caller's own, which stays open afterwards.
    - `proxy`, `ssl`: an http(s) proxy's URL and a TLS context, as aiohttp takes them. Without
      `proxy` and `session`, HTTPS_PROXY, ALL_PROXY and NO_PROXY hold.
    - `budget`: a rate budget to share with others, or one with limits of its own
      (`Budget(Limits(per_second=3))`). Without it, all clients of this process that use the same
      key share one with OnceHub's limits; or all processes that ONCEHUB_BUDGET names the same
      redis:// URL or file to.
    - `retry`: how long calls try.
    - `on_attempt`: is told about each finished attempt.
    - `tracing`: makes a span of each call, such as `oncehub_async.metrics.OpenTelemetryTracing()`.
    - `clock`: the clock of deadlines, back-off and budget, for simulations.

    Raises `ConfigurationError` for settings that can't work, before anything is sent.
    """

    def __init__(
        self,
        api_key: str | KeyProvider | None = None,
        *,
        base_url: str | None = None,
        session: aiohttp.ClientSession | None = None,
        proxy: str | None = None,
        ssl: SSLContext | None = None,
        budget: RateBudget | None = None,
        retry: RetryPolicy | None = None,
        on_attempt: AttemptHook | None = None,
        tracing: CallTracing | None = None,
        clock: Clock | None = None,
    ) -> None:
        keys = Hidden(api_key)
        # A URL can hold a password.
        hidden_url, hidden_proxy = Hidden(base_url), Hidden(proxy)
        del api_key, base_url, proxy
        self._closed = False
        self._session: aiohttp.ClientSession | None = None
        self._loop: asyncio.AbstractEventLoop | None = None
        if session is not None and not isinstance(session, aiohttp.ClientSession):
            raise ConfigurationError(
                f"session: expected an aiohttp.ClientSession, got {type(session).__name__}"
            )
        self._given_session = session
        self._budget = budget
        self._own_budget: SharedBudget | None = None
        _check_settings(budget, retry, clock)
        checked_hook(on_attempt, "on_attempt")
        checked_tracing(tracing, "begin_call")
        self._base_url = choose_base_url(hidden_url)
        # A session of the caller's own knows its way.
        self._proxy = (
            choose_proxy(hidden_proxy, self._base_url)
            if hidden_proxy.value is not None or session is None
            else None
        )
        self.clock: Clock = clock or Clock()
        if budget is None:
            self._budget = self._own_budget = budget_of_environment(self.clock, os.environ)
        self.user_agent: str = _user_agent()
        super().__init__(
            Caller(
                session=self._open_session,
                transport=Transport(
                    self._base_url, self.user_agent, self._proxy, ssl, knows_way=session is None
                ),
                keys=KeySource(keys),
                budget=self._budget_of,
                retry=retry or RetryPolicy(),
                clock=self.clock,
                on_attempt=on_attempt,
                tracing=tracing,
                budget_in_use=lambda: self._budget,
            )
        )

    def with_priority(self, priority: Priority) -> Resources:
        """The same client for work of another priority.

            await oncehub.with_priority(Priority.BULK).contacts.update(...)

        Without it, single calls are interactive and walks through lists are bulk work.
        """
        return Resources(self._caller, priority)

    async def open(self) -> Self:
        """Get ready to send, in this event loop and no other. A client is opened once."""
        if self._session is not None or self._closed:
            raise ClientStateError("the client was opened before; make a new one")
        loop = asyncio.get_running_loop()
        # aiohttp has no public name for it any more.
        if getattr(self._given_session, "_loop", loop) is not loop:
            raise ClientStateError(
                "the session that was passed in belongs to another event loop; make one in this"
            )
        self._loop = loop
        if self._given_session is not None:
            self._session = self._given_session
        else:
            self._session = open_session()
        return self

    async def close(self) -> None:
        """Close the session, unless it is the caller's own. Closing twice does no harm.

        Where the event loop has ended in which it was opened, its connections ended with it.
        """
        if self._loop is not None and self._loop.is_running():
            self._check_loop()
        session, self._session, self._closed = self._session, None, True
        if session is not None and session is not self._given_session:
            await session.close()
        # What the budget waited for ended with its event loop, and can't be waited for in another.
        if self._own_budget is not None and self._loop in (None, asyncio.get_running_loop()):
            await self._own_budget.close()

    async def __aenter__(self) -> Self:
        return await self.open()

    async def __aexit__(
        self,
        exc_type: type[BaseException] | None,
        exc: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        await self.close()

    def _open_session(self) -> aiohttp.ClientSession:
        if self._closed:
            raise ClientStateError("the client is closed")
        if self._session is None:
            raise ClientStateError("open the client first: async with OnceHub() as oncehub: ...")
        self._check_loop()
        if self._session.closed:
            raise ClientStateError("the session that was passed in is closed")
        return self._session

    def _check_loop(self) -> None:
        if self._loop is not asyncio.get_running_loop():
            raise ClientStateError(
                "the client was opened in another event loop; open one of its own in each thread "
                "and each asyncio.run: async with OnceHub() as oncehub: ..."
            )

    def _budget_of(self, key: ApiKey) -> RateBudget:
        # Chosen with the first key and kept when keys rotate: the account stays the same.
        if self._budget is None:
            service = str(self._base_url.origin())
            fingerprint = key.fingerprint()
            self._budget = shared_budget(service, self._proxy or "", fingerprint, self.clock)
        return self._budget

    @property
    def base_url(self) -> str:
        """The address of the API."""
        return str(self._base_url)

    @property
    def budget(self) -> RateBudget | None:
        """The rate budget in use; None until the first call where none was passed in."""
        return self._budget

    def __repr__(self) -> str:
        # Crash reporters also show a client whose making failed.
        address = str(getattr(self, "_base_url", ""))
        state = "closed" if self._closed else "unopened" if self._session is None else "open"
        return f"OnceHub({address!r}, {state})"


def _check_settings(budget: object, retry: object, clock: object) -> None:
    if budget is not None and not (hasattr(budget, "acquire") and hasattr(budget, "settle")):
        raise ConfigurationError(
            "budget: expected a RateBudget, such as Budget(Limits(per_second=3)), "
            f"got {type(budget).__name__}"
        )
    if retry is not None and not isinstance(retry, RetryPolicy):
        raise ConfigurationError(f"retry: expected a RetryPolicy, got {type(retry).__name__}")
    if clock is not None:
        checks.clock(clock)


def _user_agent() -> str:
    return f"oncehub-async/{__version__} aiohttp/{aiohttp.__version__}"
