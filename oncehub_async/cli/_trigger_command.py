"""`oncehub trigger`: one event, posted to a receiver as OnceHub does it."""

import time
from typing import Annotated, Any

from cyclopts import Parameter

from .._ground import did_you_mean, dump_any_json, load_json
from ..errors import InvalidParameterError
from ..models import EventName
from ..testing import make_event
from . import COMPLETE, FAILED
from ._field_values import set_fields
from ._output import complain, say, say_block, say_json
from ._posting import (
    VARIABLE,
    NoAnswerError,
    PostAnswer,
    post_event,
    receiver_url,
    shown,
    signing_secrets,
    what_to_look_at,
)

_RECEIVER = "http://127.0.0.1:8080/webhooks/oncehub"
_TYPES = tuple(str(each) for each in EventName if each is not EventName.BOOKING)


async def trigger_event(
    type: str | None = None,
    /,
    *,
    to: str = _RECEIVER,
    secret_env: str = VARIABLE,
    set: Annotated[tuple[str, ...], Parameter(negative=())] = (),
    unlisted: bool = False,
    unsigned: bool = False,
    json: bool = False,
) -> int:
    """Post one event to a receiver, signed and realistic as OnceHub's, and show the answer.

    For example: oncehub trigger booking.rescheduled --set data.id=BKNG-1. No account is needed.

    Exit codes: 0 the receiver answered 2xx, 1 it didn't, 2 wrong usage.

    Parameters
    ----------
    type
        What happens, such as booking.scheduled or conversation.closed.
    to
        The URL of the receiver.
    secret_env
        The environment variable that holds the receiver's signing secret (of several with commas
        the first).
    set
        A field that is to be different, such as data.status=canceled, data.owner.email=a@b.example
        or id=EVNT-1. The value is JSON, or else a text. Can be given several times.
    unlisted
        Send types and set fields that OnceHub doesn't list (as yet), which are otherwise taken for
        slips.
    unsigned
        Send no signature.
    json
        Print the event and the answer as JSON.
    """
    name = _event_type(type, unlisted)
    url = receiver_url(to, "--to")
    event = load_json(make_event(name, unlisted=unlisted))
    set_fields(event, set, unlisted=unlisted)
    secret = None if unsigned else signing_secrets(secret_env, "--unsigned sends it without")[0]
    if not json:
        about = event.get("data")
        subject = str(about.get("id", "")) if isinstance(about, dict) else ""
        say(f"--> {event.get('type')} {event.get('id')} {subject}".rstrip())
    try:
        answer = await post_event(url, dump_any_json(event), secret, time.time())
    except NoAnswerError as error:
        if json:
            say_json({"event": event, "answer": None})
        complain(str(error))
        return FAILED
    finally:
        secret = None  # a frame's locals are shown by tools that report errors
    if json:
        say_json({"event": event, "answer": _as_dict(answer)})
    else:
        say(f"<-- [{answer.status}] POST {shown(url)} in {1000 * answer.seconds:.0f} ms")
        if answer.text:
            say_block(answer.text)
    if answer.is_good:
        return COMPLETE
    complain(what_to_look_at(answer, None if unsigned else secret_env))
    return FAILED


def _event_type(type: str | None, unlisted: bool) -> str:
    """Raises `InvalidParameterError` for a type that no event arrives with."""
    if type in (None, "", "*", "booking", "conversation"):
        kinds = [each for each in _TYPES if each.startswith(f"{type}.")] or _TYPES
        raise InvalidParameterError("type", f"name what happens: {', '.join(kinds)}")
    name = str(type)
    if name not in _TYPES and not unlisted:
        hint = f"{did_you_mean(name, _TYPES)} (--unlisted sends it all the same)"
        raise InvalidParameterError("type", f"'{name}' is no event's type; {hint}")
    return name


def _as_dict(answer: PostAnswer) -> dict[str, Any]:
    return {
        "status": answer.status,
        "body": answer.text,
        "milliseconds": round(1000 * answer.seconds, 1),
    }
