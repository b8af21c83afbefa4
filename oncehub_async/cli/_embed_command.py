"""`oncehub embed`: HTML for a page."""

import re
from typing import Any, Literal

from ..errors import InvalidParameterError
from ..web import EventForwarding, content_security_policy, forwarding_script, prefill_script
from . import COMPLETE
from ._embed_choice import Wanted, chosen_embed
from ._link_command import pairs
from ._output import say_document

_SCRIPTS = {"prefill": prefill_script, "forward": forwarding_script}
_PREFILL, _FORWARD = "/oncehub-prefill.js", "/oncehub-forward.js"
_BASE = "default-src 'self'"
_OPTIONS = {
    "id": "TARGET",
    "page": "TARGET",
    "website": "TARGET",
    "url": "TARGET",
    "show": "--lightbox",
    "style.min-width": "--min-width",
    "style.max-width": "--max-width",
    "questions": "--field",
    "fields": "--field",
    "src": "--forward-src",
    "endpoint": "--forward-events",
}
"""What the arguments of Python are called on the command line, where it isn't the same."""
_MIN = re.compile(r"\bmin-width\b")


def print_embed(
    target: str | None = None,
    *,
    classic: bool = False,
    lightbox: bool = False,
    on_click: bool = False,
    bot: str | None = None,
    text: str | None = None,
    name: str | None = None,
    email: str | None = None,
    field: tuple[str, ...] = (),
    prefill_src: str | None = None,
    forward_events: str | None = None,
    forward_src: str | None = None,
    script: Literal["prefill", "forward"] | None = None,
    height: str | None = None,
    min_width: str | None = None,
    max_width: str | None = None,
    skip: bool = False,
    pass_parameters: bool = False,
    nonce: str | None = None,
    policy: bool = False,
    base: str | None = None,
) -> int:
    """Print HTML that puts a calendar, form, chatbot or classic page into a page of yours.

    For example: oncehub embed BKC-LDJ878496X --height 600, oncehub embed BKC-LDJ878496X --lightbox
    --text "Book now", oncehub embed dana --classic, oncehub embed FORM-4X6ND8TR2P, oncehub embed
    WEB-4X6ND8TR2P --bot BOT-7Y2KM5WQ9L --on-click, oncehub embed --script prefill.

    Parameters
    ----------
    target
        An id: of a booking calendar (BKC-...), a routing form (FORM-...) or, for a chatbot, a
        website (WEB-...). Of the classic product a link, such as https://go.oncehub.com/dana, or
        with --classic the name in it, such as dana.
    classic
        The target is the name of a page of the classic product.
    lightbox
        Print a button (for a chatbot: a link) that opens it over the page.
    on_click
        Open the chatbot at a click on a link.
    bot
        Which chatbot; without it the one that the website's audiences are to see.
    text
        What stands on the button or link.
    name
        The guest's name, to fill in (calendars and classic pages).
    email
        The guest's address, to fill in.
    field
        An answer to fill in, such as meeting_reason=Demo. Can be given several times.
    prefill_src
        Where you serve what --script prefill prints, by which calendars are filled in:
        /oncehub-prefill.js unless you say otherwise.
    forward_events
        Also print the script that forwards the page's events to this address of yours.
    forward_src
        Where you serve what --script forward prints: /oncehub-forward.js unless you say otherwise.
    script
        Print this script's text instead: prefill or forward.
    height
        How high it is: 600 (pixels), 80vh, auto ... 700px for a calendar, 550px for a classic page
        and 400px for a form, unless you say otherwise.
    min_width
        How narrow it can get, such as 320.
    max_width
        How wide it can get, such as 900.
    skip
        Leave out the booking form, if all that it requires is filled in.
    pass_parameters
        Hand the parameters of your page on to the booking page (classic).
    nonce
        The nonce of your Content-Security-Policy.
    policy
        Print a Content-Security-Policy that allows it, instead of the HTML.
    base
        The policy to start from (with --policy): default-src 'self' unless you say otherwise.
    """
    if script is not None:
        if target is not None:
            raise InvalidParameterError("--script", "prints a script alone; leave the target out")
        say_document(_SCRIPTS[script]().rstrip("\n"))
        return COMPLETE
    if target is None:
        raise InvalidParameterError("TARGET", "is missing: what shall be embedded? (--help)")
    for option, value, other, is_given in (
        ("--forward-src", forward_src, "--forward-events", forward_events is not None),
        (
            "--prefill-src",
            prefill_src,
            "--name, --email, --field or --skip",
            skip or any((name, email, field)),
        ),
        ("--base", base, "--policy", policy),
    ):
        if value is not None and not is_given:
            raise InvalidParameterError(option, f"does nothing without {other}")
    sizes = {"min-width": min_width, "max-width": max_width}
    own = pairs(field)
    guest = {"name": name, "email": email, "own": own or None}
    wanted = Wanted(
        shape="lightbox" if lightbox else "click" if on_click else "inline",
        bot=bot,
        text=text,
        guest={key: value for key, value in guest.items() if value is not None},
        prefill_src=prefill_src or _PREFILL,
        height=height,
        widths={key: value for key, value in sizes.items() if value is not None},
        skip=skip,
        pass_parameters=pass_parameters,
    )
    try:
        parts: list[Any] = [chosen_embed(target, classic, wanted)]
        if forward_events is not None:
            # The script that forwards has to be there before the embed speaks.
            parts.insert(0, EventForwarding(src=forward_src or _FORWARD, endpoint=forward_events))
        if policy:
            say_document(content_security_policy(*parts, base=base or _BASE, nonce=nonce))
        else:
            say_document("\n".join(part.html(nonce=nonce) for part in parts))
    except InvalidParameterError as error:
        raise _in_options(error) from None
    return COMPLETE


def _in_options(error: InvalidParameterError) -> InvalidParameterError:
    """The error in the command line's words."""
    param = error.param or ""
    if param.startswith("-") or param == "TARGET":
        return error
    own = param.startswith(("questions.", "fields."))
    name = "--field" if own else _OPTIONS.get(param, f"--{param.replace('_', '-')}")
    return InvalidParameterError(name, _MIN.sub("--min-width", error.message or ""))
