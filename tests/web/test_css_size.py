"""Sizes: numbers mean pixels, the rest is what CSS takes, and nothing else gets into a page."""

from collections.abc import Callable
from typing import Any

import pytest

from oncehub_async import InvalidParameterError
from oncehub_async.web import CalendarEmbed, ClassicEmbed, content_security_policy

PRODUCTS: list[Callable[..., Any]] = [
    lambda **sizes: CalendarEmbed(id="BKC-1", **sizes),
    lambda **sizes: ClassicEmbed(page="dana", **sizes),
]
both = pytest.mark.parametrize("embed", PRODUCTS, ids=["calendar", "classic"])


@both
@pytest.mark.parametrize(
    ("given", "size"),
    [
        (600, "600px"),
        (600.5, "600.5px"),
        (600.0, "600px"),
        ("600", "600px"),
        ("600px", "600px"),
        ("600PX", "600PX"),
        ("80vh", "80vh"),
        ("100%", "100%"),
        ("auto", "auto"),
        (".5em", ".5em"),
        ("100dvh", "100dvh"),
        ("calc(100vh - 80px)", "calc(100vh - 80px)"),
        ("min(80vh, calc(1px + 2em))", "min(80vh, calc(1px + 2em))"),
    ],
)
def test_what_a_height_can_be(embed: Callable[..., Any], given: Any, size: str) -> None:
    """The same for both products, and in `style`."""
    assert embed(height=given).height == size
    assert f"min-height: {size};" in str(embed(style={"min-height": given}))


BAD = (
    "abc", "-5px", "600 px", "600px ", "", "600xp", "px", "1e3px", "5.px", "\N{FULLWIDTH DIGIT SIX}00px", "600px!",
    "80 vh", "none", "600px;", "calc(1px", "expression(1)", "1_000", "+5px", "50%%",
)  # fmt: skip
NOT_SIZES = (-1, -0.5, float("nan"), float("inf"), True, None, b"600px", ["600px"])


@both
@pytest.mark.parametrize("given", [*BAD, *NOT_SIZES])
def test_what_no_browser_reads_is_refused(embed: Callable[..., Any], given: Any) -> None:
    """Not left to a browser, which drops it and shows a strip."""
    with pytest.raises(InvalidParameterError) as raised:
        embed(height=given)
    assert raised.value.param == "height"
    with pytest.raises(InvalidParameterError) as raised:
        embed(style={"min-width": given})
    assert raised.value.param == "style.min-width"


@both
@pytest.mark.parametrize("given", [0, "0", "0px", "0.0vh"])
def test_a_height_of_nothing_is_refused(embed: Callable[..., Any], given: Any) -> None:
    """A width of nothing to begin with is usual."""
    with pytest.raises(InvalidParameterError, match=r"^height: leaves nothing to see"):
        embed(height=given)
    assert "min-width: 0" in str(embed(style={"min-width": given}))


@both
def test_the_remedy_is_told(embed: Callable[..., Any]) -> None:
    """Where one can be guessed."""
    with pytest.raises(InvalidParameterError, match=r"has a space, .*; write '600px'$"):
        embed(height="600 px")
    with pytest.raises(InvalidParameterError, match=r"none is below 0$"):
        embed(height="-5px")


def test_no_limit_is_none_and_no_size_is_auto() -> None:
    """As CSS has them; the other way round a browser drops them."""
    embed = CalendarEmbed(id="BKC-1", style={"max-width": "none", "width": "auto"})
    assert "max-width: none; width: auto;" in str(embed)
    for name, value in (("max-width", "auto"), ("width", "none")):
        with pytest.raises(InvalidParameterError, match=rf"^style\.{name}: expected pixels"):
            CalendarEmbed(id="BKC-1", style={name: value})


@both
@pytest.mark.parametrize("side", ["width", "height"])
def test_the_least_is_no_more_than_the_most(embed: Callable[..., Any], side: str) -> None:
    """A browser would drop the most without a word; what it can't compare is its affair."""
    style = {f"min-{side}": "500PX", f"max-{side}": 300}
    told = rf"style\.max-{side}: 300px is less than min-{side}, 500PX; swap the two or set both$"
    with pytest.raises(InvalidParameterError, match=told):
        embed(style=style)
    for good in (500, "100%", "30em", "none", "calc(1px + 1em)"):
        embed(style={**style, f"max-{side}": good})


def test_the_least_width_that_an_embed_has_by_itself_counts_too() -> None:
    """320 pixels of a calendar, 290 of a classic page, and 900 at the most there."""
    with pytest.raises(InvalidParameterError, match="less than min-width, 320px"):
        CalendarEmbed(id="BKC-1", style={"max-width": 300})
    assert "max-width: 300px" in str(
        CalendarEmbed(id="BKC-1", min_width=0, style={"max-width": 300})
    )
    with pytest.raises(InvalidParameterError, match="900px is less than min-width, 1000px"):
        ClassicEmbed(page="dana", style={"min-width": 1000})


def test_a_calendars_smallest_width() -> None:
    """A number means pixels there, too."""
    assert "min-width: 300px;" in str(CalendarEmbed(id="BKC-1", min_width=300))
    with pytest.raises(InvalidParameterError, match=r"^min_width: expected pixels"):
        CalendarEmbed(id="BKC-1", min_width="wide")


def test_a_classic_pages_height_is_told_to_whom_can_do_it() -> None:
    """Pixels to the vendor's script, which follows the content without; the rest to the browser."""
    assert 'data-height="600"' in str(ClassicEmbed(page="dana", height="600px"))
    assert "data-height" not in str(ClassicEmbed(page="dana", height="auto"))
    tall = ClassicEmbed(page="dana", height="80vh")
    assert "data-height" not in str(tall)
    style = (
        '<style nonce="bm8">[data-so-page="dana"] { height: 80vh; } '
        '[data-so-page="dana"] iframe { height: 100% !important; }</style>\n'
    )
    assert tall.html(nonce="bm8").startswith(style)
    assert "style-src-elem 'self' 'sha256-" in content_security_policy(tall)
    base = "style-src 'unsafe-inline'"
    assert content_security_policy(tall, base=base) == base
