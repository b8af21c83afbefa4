"""`oncehub embed`: HTML for a page."""

from ..errors import InvalidParameterError
from ..web import CalendarEmbed, ClassicEmbed, ClassicLink, content_security_policy
from . import COMPLETE
from ._output import say, say_document


def print_embed(
    target: str,
    *,
    height: str | None = None,
    min_width: str | None = None,
    max_width: str | None = None,
    skip: bool = False,
    pass_parameters: bool = False,
    nonce: str | None = None,
    policy: bool = False,
    base: str = "default-src 'self'",
) -> int:
    """Print HTML that puts a booking calendar or a classic page into a page of yours.

    Parameters
    ----------
    target
        The id of a booking calendar, such as BKC-LDJ878496X; or, of the classic product, the name
        of a page, such as dana, or a link with data, such as https://go.oncehub.com/dana?name=Ann.
    height
        How high it is: 600px for a booking calendar, 550 (pixels) for a classic page.
    min_width
        How narrow it can get, such as 320px.
    max_width
        How wide it can get, such as 900px.
    skip
        Leave out the booking form (classic).
    pass_parameters
        Hand the parameters of your page on to the booking page (classic).
    nonce
        The nonce of your Content-Security-Policy.
    policy
        Print a Content-Security-Policy that allows it, instead of the HTML.
    base
        The policy to start from.
    """
    widths = {"min-width": min_width, "max-width": max_width}
    style = {name: value for name, value in widths.items() if value is not None}
    embed = (
        _calendar(target, height, style, skip or pass_parameters)
        if target.startswith("BKC-")
        else _classic(target, height, style, skip, pass_parameters)
    )
    if policy:
        say(content_security_policy(embed, base=base, nonce=nonce))
    else:
        say_document(embed.html(nonce=nonce))
    return COMPLETE


def _calendar(
    id: str, height: str | None, style: dict[str, str], classic_options: bool
) -> CalendarEmbed:
    if classic_options:
        raise InvalidParameterError("--skip", "and --pass-parameters are for classic pages")
    return CalendarEmbed(id=id, style=style if height is None else {**style, "height": height})


def _classic(
    target: str, height: str | None, style: dict[str, str], skip: bool, pass_parameters: bool
) -> ClassicEmbed:
    pixels = "550" if height is None else height.removesuffix("px")
    if not pixels.isdecimal():
        raise InvalidParameterError("--height", "expected a number of pixels")
    link = ClassicLink(target) if "://" in target else None
    return ClassicEmbed(
        page=target if link is None else link.page_name,
        height=int(pixels),
        style=style,
        skip=skip,
        pass_parameters=pass_parameters,
        link=link,
    )
