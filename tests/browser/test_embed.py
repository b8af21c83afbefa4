"""What we print, in a real browser: it works under our policy, and no name becomes a script."""

import json
from typing import Any

import pytest
from jinja2 import Environment

from oncehub_async.web import (
    BookingLink,
    CalendarEmbed,
    CalendarLightbox,
    ChatbotEmbed,
    ClassicButton,
    ClassicEmbed,
    ClassicLink,
    EventForwarding,
    RoutingFormEmbed,
    TemplateHelper,
    content_security_policy,
    forwarding_script,
    prefill_script,
)

from .chromium import Chromium
from .stage import EMBED_JS, Stage

pytestmark = pytest.mark.asyncio(loop_scope="module")

LOADED = '{type: "oncehub.booking_calendar.loaded", payload: {id: "BKC-LDJ878496X"}}'
FORWARDING = EventForwarding(src="/forward.js", endpoint="/events")
# Reports tell what the policy kept from happening.
BASE = "default-src 'none'; report-uri /blocked"


async def test_a_calendar_works_under_the_policy_made_for_it(
    chromium: Chromium, stage: Stage
) -> None:
    """Script, frame, style and forwarded events; nothing is blocked."""
    embed = CalendarEmbed(id="BKC-LDJ878496X", height="612px", attributes={"class": 'a"b<c'})
    policy = content_security_policy(embed, FORWARDING, base=BASE)
    stage.show(
        "shop.example/book",
        f"<!doctype html>{FORWARDING}{embed}",
        Content_Security_Policy=policy,
    )
    stage.show("shop.example/forward.js", forwarding_script())
    stage.widget("oncehub.com/BKC-LDJ878496X", LOADED)
    async with chromium.tab("https://shop.example/book") as tab:
        (body,) = await stage.wait_for(1)
        place = "document.querySelector('[data-oh-booking-calendar-id]')"
        assert await tab.run(f"getComputedStyle({place}).height") == "612px"
        assert await tab.run(f"{place}.className") == 'a"b<c'
    assert json.loads(body)["payload"] == {"id": "BKC-LDJ878496X"}
    assert stage.posted("/blocked") == []


async def test_the_policy_allows_nothing_else(chromium: Chromium, stage: Stage) -> None:
    """Scripts and frames from elsewhere, inline ones and other styles are blocked."""
    embed = CalendarEmbed(id="BKC-LDJ878496X")
    stage.show(
        "shop.example/book",
        f"<!doctype html>{embed}<script>var inline = 1</script><p style='color: red'>x"
        "<script src='https://evil.example/x.js'></script>"
        "<iframe src='https://evil.example/frame'></iframe>",
        Content_Security_Policy=content_security_policy(embed, base=BASE),
    )
    async with chromium.tab("https://shop.example/book") as tab:
        reports = await stage.wait_for(4, "/blocked")
        assert await tab.run("typeof inline") == "undefined"
    blocked = {json.loads(report)["csp-report"]["effective-directive"] for report in reports}
    assert blocked == {"script-src-elem", "style-src-attr", "frame-src"}
    assert not any(request.host == "evil.example" for request in stage.requests)


async def test_a_nonce_lets_our_tags_through(chromium: Chromium, stage: Stage) -> None:
    """Where a policy knows scripts by nonces alone ('strict-dynamic')."""
    embed = CalendarEmbed(id="BKC-LDJ878496X")
    policy = content_security_policy(
        embed, FORWARDING, base=f"script-src 'strict-dynamic'; {BASE}", nonce="bm9uY2U"
    )
    tags = f"{FORWARDING.html(nonce='bm9uY2U')}{embed.html(nonce='bm9uY2U')}"
    stage.show("shop.example/book", f"<!doctype html>{tags}", Content_Security_Policy=policy)
    stage.show("shop.example/forward.js", forwarding_script())
    stage.widget("oncehub.com/BKC-LDJ878496X", LOADED)
    async with chromium.tab("https://shop.example/book"):
        assert len(await stage.wait_for(1)) == 1
    assert stage.posted("/blocked") == []


HOSTILE = (
    "\"><script>window.owned = 1</script><img src=x onerror='window.owned = 2'>",
    "' onload='window.owned = 3' x='&quot;&#39;",
    "javascript:window.owned=4//</script><svg onload=window.owned=5>",
    'Zoë & "Bob" 100% + 🎉 \\',
)


@pytest.mark.parametrize("name", HOSTILE)
async def test_no_guests_name_becomes_a_script(chromium: Chromium, stage: Stage, name: str) -> None:
    """In an embed, in an attribute, in a link of a template; and it arrives as it was."""
    template = Environment(autoescape=True).from_string(
        "<!doctype html>{{ oncehub.classic('dana', guest={'name': name, 'note': name|e},"
        " attributes={'title': name}) }}"
        "<a href=\"{{ oncehub.link('https://oncehub.com/live-demo', name=name) }}\">Book</a>"
    )
    template.globals["oncehub"] = TemplateHelper()
    stage.show("shop.example/book", template.render(name=name))
    stage.show("go.oncehub.com/dana", "<!doctype html>")
    async with chromium.tab("https://shop.example/book") as tab:
        assert await tab.run("typeof owned") == "undefined"
        assert await tab.run("document.scripts.length") == 1
        assert await tab.run("document.querySelector('[data-so-page]').title") == name
        assert BookingLink(await tab.run("document.querySelector('a').href")).name == name
    (frame,) = [r for r in stage.requests if r.host == "go.oncehub.com"]
    assert frame.query == {"em": "1", "name": name, "note": name}


async def test_a_guests_data_reaches_the_calendars_frame(chromium: Chromium, stage: Stage) -> None:
    """As it was, and beside what OnceHub's script put there."""
    name = "".join(HOSTILE)
    link = BookingLink("https://oncehub.com/live-demo?days=1&days=2", name=name, skip=True)
    embed = CalendarEmbed(id="BKC-LDJ878496X", link=link, prefill_src="/prefill.js")
    stage.show(
        "shop.example/book",
        f"<!doctype html>{embed}",
        Content_Security_Policy=content_security_policy(embed, base=BASE),
    )
    stage.show("shop.example/prefill.js", prefill_script())
    stage.show("oncehub.com/BKC-LDJ878496X", "<!doctype html>")
    async with chromium.tab("https://shop.example/book") as tab:
        await tab.run(
            "new Promise(done => setInterval(() =>"
            " document.querySelector('iframe').src.includes('name') && done(), 10))"
        )
        source = await tab.run("document.querySelector('iframe').src")
        assert await tab.run("document.scripts.length") == 2
    filled = BookingLink(source)
    assert (filled.name, filled.skip, filled.get("em")) == (name, True, "1")
    assert [each.value for each in filled.parameters if each.name == "days"] == ["1", "2"]
    # A plus is a space to some readers and a plus to others.
    assert "+" not in source
    assert stage.posted("/blocked") == []


async def test_a_guests_data_goes_to_no_other_frame(chromium: Chromium, stage: Stage) -> None:
    """Such as one that another script puts there."""
    link = BookingLink("https://oncehub.com/live-demo", name="Carrie")
    embed = CalendarEmbed(id="BKC-LDJ878496X", link=link, prefill_src="/prefill.js")
    stage.show("shop.example/book", f"<!doctype html>{embed}")
    stage.show("shop.example/prefill.js", prefill_script())
    stage.show("cdn.oncehub.com/cal/embed.js", EMBED_JS.replace("//oncehub.com", "//evil.example"))
    stage.show("evil.example/BKC-LDJ878496X", "<!doctype html>")
    async with chromium.tab("https://shop.example/book") as tab:
        await tab.run("new Promise(done => requestAnimationFrame(() => setTimeout(done, 50)))")
        assert "Carrie" not in await tab.run("document.querySelector('iframe').src")


async def test_parameters_that_were_on_a_link_are_safe_too(
    chromium: Chromium, stage: Stage
) -> None:
    """They are kept in a link as they stand, but not in an embed."""
    link = ClassicLink("https://go.oncehub.com/dana?x=\"'><script>window.owned=1</script>")
    embed = ClassicEmbed.of(link)
    stage.show(
        "shop.example/book",
        f"<!doctype html>{embed}",
        Content_Security_Policy=content_security_policy(embed, base=BASE),
    )
    stage.show("go.oncehub.com/dana", "<!doctype html>")
    async with chromium.tab("https://shop.example/book") as tab:
        assert await tab.run("document.scripts.length") == 1
        assert await tab.run("document.querySelector('iframe').height") == "550"
    (frame,) = [r for r in stage.requests if r.host == "go.oncehub.com"]
    assert frame.query == {"em": "1", "x": "\"'><script>window.owned=1</script>"}
    assert stage.posted("/blocked") == []


@pytest.mark.parametrize(
    ("given", "shown"),
    [(600, 600), ("612", 612), ("613px", 613), ("80vh", 0.8), ("calc(100vh - 100px)", -100)],
)
async def test_both_products_are_as_high_as_was_asked_for(
    chromium: Chromium, stage: Stage, given: float | str, shown: float
) -> None:
    """In the window that there is, and under the policy made for them."""
    calendar = CalendarEmbed(id="BKC-LDJ878496X", height=given)
    classic = ClassicEmbed(page="dana", height=given)
    stage.show(
        "shop.example/book",
        f"<!doctype html>{calendar}{classic}",
        Content_Security_Policy=content_security_policy(calendar, classic, base=BASE),
    )
    stage.show("oncehub.com/BKC-LDJ878496X", "<!doctype html>")
    stage.show("go.oncehub.com/dana", "<!doctype html>")
    async with chromium.tab("https://shop.example/book") as tab:
        window = await tab.run("innerHeight")
        expected = shown * window if 0 < shown < 1 else shown + window if shown < 0 else shown
        for shape in ("[data-oh-booking-calendar-id]", "[data-so-page] iframe"):
            height = await tab.run(
                f"document.querySelector('{shape}').getBoundingClientRect().height"
            )
            # A frame has a border of two pixels on either side, unless its page says otherwise.
            assert abs(height - expected) <= 4.5
    assert stage.posted("/blocked") == []


@pytest.mark.parametrize(
    ("embed", "click", "frame"),
    [
        (CalendarLightbox(id="BKC-1", style={"color": "red"}), "button", "oncehub.com/BKC-1"),
        (ClassicButton(page="dana", style={"color": "red"}), "button", "go.oncehub.com/dana?em=1"),
        (RoutingFormEmbed(id="FORM-1", height=444), None, "oncehub.com/FORM-1"),
        (ChatbotEmbed(website="WEB-1", bot="BOT-1"), None, "oncehub.com/BOT-1"),
        (ChatbotEmbed(website="WEB-1", bot="BOT-1", show="click"), "a", "oncehub.com/BOT-1"),
        (ChatbotEmbed(website="WEB-1", bot="BOT-1", show="lightbox"), "a", "oncehub.com/BOT-1"),
    ],
)
async def test_every_other_embed_works_under_the_policy_made_for_it(
    chromium: Chromium, stage: Stage, embed: Any, click: str | None, frame: str
) -> None:
    """Its script runs, its click does something, its frame is loaded; nothing is blocked."""
    stage.show(
        "shop.example/book",
        f"<!doctype html><body>{embed}",
        Content_Security_Policy=content_security_policy(embed, base=BASE),
    )
    stage.show(frame.partition("?")[0], "<!doctype html>")
    async with chromium.tab("https://shop.example/book") as tab:
        if click:
            await tab.run(f"document.querySelector('{click}').click()")
        assert await tab.run("document.querySelector('iframe').src") == f"https://{frame}"
        if frame.endswith("FORM-1"):
            assert await tab.run("document.querySelector('[data-fo-form]').clientHeight") == 444
    assert stage.posted("/blocked") == []


async def test_prefilling_works_as_a_module_and_late(chromium: Chromium, stage: Stage) -> None:
    """As tag managers load it, after the calendar is there."""
    link = BookingLink("https://oncehub.com/live-demo", name="Ann")
    embed = CalendarEmbed(id="BKC-1", link=link, prefill_src="/prefill.js")
    late = (
        "<script>addEventListener('load', () => document.head.append(Object.assign("
        "document.createElement('script'), {type: 'module', src: '/prefill.js'})))</script>"
    )
    tags = str(embed).replace('<script src="/prefill.js"></script>', late)
    stage.show("shop.example/book", f"<!doctype html>{tags}")
    stage.show("shop.example/prefill.js", prefill_script())
    stage.show("cdn.oncehub.com/cal/embed.js", EMBED_JS.replace("?em=1", "?em=1&NAME=old"))
    stage.show("oncehub.com/BKC-1", "<!doctype html>")
    async with chromium.tab("https://shop.example/book") as tab:
        await tab.run(
            "new Promise(done => setInterval(() =>"
            " document.querySelector('iframe').src.includes('Ann') && done(), 10))"
        )
        source = await tab.run("document.querySelector('iframe').src")
    assert source == "https://oncehub.com/BKC-1?em=1&name=Ann"
