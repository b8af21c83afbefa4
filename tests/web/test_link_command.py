"""`oncehub link` and `oncehub embed`."""

import json
from typing import Any

import pytest

from oncehub_async.models import UtmParams
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
    content_security_policy,
    forwarding_script,
    prefill_script,
)
from tests.typed_command import run

DEMO, DANA = "https://oncehub.com/live-demo", "https://go.oncehub.com/dana"


def test_a_link_to_a_booking_calendar(capsys: pytest.CaptureFixture[str]) -> None:
    """With everything that one can carry; no key is needed."""
    code, out, err = run(
        capsys, "link", DEMO, "--name", "Ann & Co", "--email", "a@example.com",
        "--mobile-phone", "+12025550195", "--field", "topic=a=b", "--field", "size=M", "--co-host",
        "S@example.com", "--co-host", "t@example.com", "--time-zone", "UTC", "--skip", "--host", "h@example.com", "--duration", "30",
        "--utm-source", "ad",
    )  # fmt: skip
    link = BookingLink(
        DEMO, name="Ann & Co", email="a@example.com", mobile_phone="+12025550195",
        questions={"topic": "a=b", "size": "M"}, co_hosts=["S@example.com", "t@example.com"],
        time_zone="UTC", skip=True, host="h@example.com", duration_minutes=30, utm=UtmParams(source="ad"),
    )  # fmt: skip
    assert (code, out, err) == (0, f"{link}\n", "")


def test_a_classic_link(capsys: pytest.CaptureFixture[str]) -> None:
    """Notes go beside it."""
    code, out, err = run(
        capsys, "link", DANA, "--name", "Ann", "--company", "C", "--mobile", "1" * 15 + "-" * 6, "--phone",
        "2025550195", "--location", "L", "--subject", "S", "--note", "N", "--guest", "a@b.c", "--guest",
        "d@e.f", "--booking-page-name", "B", "--no-skip", "--field", "Size=M",
    )  # fmt: skip
    link = ClassicLink(
        DANA, name="Ann", company="C", mobile="1" * 15 + "-" * 6, phone="2025550195", location="L", subject="S",
        note="N", guests=["a@b.c", "d@e.f"], booking_page_name="B", skip=False,
        fields={"Size": "M"},
    )  # fmt: skip
    assert (code, out) == (0, f"{link}\n")
    assert err == "oncehub: mobile: has 21 characters; OnceHub recommends at most 20\n"


def test_a_link_is_taken_apart(capsys: pytest.CaptureFixture[str]) -> None:
    """As JSON."""
    code, out, _ = run(capsys, "link", f"{DEMO}?name=Ann+B&x=1", "--json")
    assert code == 0
    assert json.loads(out) == {
        "url": f"{DEMO}?name=Ann+B&x=1",
        "product": "booking_calendars",
        "page": DEMO,
        "parameters": [{"name": "name", "value": "Ann B"}, {"name": "x", "value": "1"}],
        "notes": [],
    }
    own = ("https://book.example.com/dana", "--custom-domain", "book.example.com", "--classic")
    _, out, _ = run(capsys, "link", *own, "--company", "C", "--json")
    assert json.loads(out)["product"] == "classic"


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("link", DEMO, "--company", "x"), "--company: is for links of the classic product"),
        (("link", DEMO, "--guest", "a@b.c"), "--guest: is for links of the classic product"),
        (("link", DANA, "--co-host", "x"), "--co-host: is for links of booking calendars"),
        (("link", DEMO, "--field", "x"), "--field: expected NAME=VALUE"),
        (("link", DEMO, "--field", "x=1", "--field", "x=2"), "--field: has the same name twice"),
        (("link", DANA, "--duration", "30"), "--duration: is for links of booking calendars"),
        (("link", DANA, "--host", "a@b.c"), "--host: is for links of booking calendars"),
        (("link", DEMO, "--time-zone", "EST5"), "--time-zone: not an IANA time zone name"),
        (("link", "https://example.com/x"), "URL: is not on oncehub.com"),
        (("embed", "BKC-1", "--pass-parameters"), "--pass-parameters: is nothing that a booking"),
        (("embed", "BKC-1", "--bot", "BOT-1"), "--bot: is nothing that a booking calendar takes"),
        (("embed", "BKC-1", "--lightbox", "--height", "9"), "--height: is nothing that a booking"),
        (("embed", "FORM-1", "--name", "A"), "--name: is nothing that a routing form takes here"),
        (("embed", "WEB-1", "--skip"), "--skip: is nothing that a chatbot takes here"),
        (("embed", "WEB-1", "--on-click"), "--bot: is missing: which one shall a click open?"),
        (("embed", "BOT-1"), "TARGET: a chatbot needs its website: WEB-... --bot BOT-1"),
        (("embed", "live-demo"), "TARGET: is no id of a booking calendar (BKC-...), routing"),
        (("embed", "bkc-ldj8"), "TARGET: ids are in capital letters: 'BKC-LDJ8'"),
        (("embed", "form-4x6"), "TARGET: ids are in capital letters: 'FORM-4X6'"),
        (("embed", "BKC-1", "--classic"), "TARGET: is a booking calendar's id"),
        (("embed", DEMO), "TARGET: a booking calendar is embedded by its id"),
        (("embed", "USR 1", "--classic"), "TARGET: expected the name in its link"),
        (("embed",), "TARGET: is missing"),
        *(
            (("embed", *target, option, bad), f"{option}: ")
            for target in (("BKC-1",), ("dana", "--classic"), ("FORM-1",))
            for option in ("--height", "--min-width", "--max-width")
            for bad in ("abc", "600 px")
        ),
        (
            ("embed", "BKC-1", "--min-width", "500", "--max-width", "300"),
            "--max-width: 300px is less than --min-width, 500px; swap the two or set both",
        ),
        (("embed", "dana", "--classic", "--height=-5px"), "--height: expected pixels"),
    ],
)
def test_wrong_usage_is_one_line(
    capsys: pytest.CaptureFixture[str], arguments: tuple[str, ...], message: str
) -> None:
    """And exit code 2."""
    code, out, err = run(capsys, *arguments)
    assert (code, out) == (2, "")
    assert err.startswith(f"oncehub: {message}")
    assert err.count("\n") == 1


def printed(capsys: pytest.CaptureFixture[str], *arguments: str) -> str:
    """What `oncehub embed` prints."""
    code, out, err = run(capsys, "embed", *arguments)
    assert (code, err) == (0, "")
    return out


def test_html_for_a_calendar(capsys: pytest.CaptureFixture[str]) -> None:
    """Of the size that was asked for, filled in, or in a lightbox."""
    assert printed(capsys, "BKC-LDJ878496X") == f"{CalendarEmbed(id='BKC-LDJ878496X')}\n"
    wide = CalendarEmbed(id="BKC-1", height=600, min_width="0", style={"max-width": "9em"})
    sizes = ("--height", "600", "--min-width", "0", "--max-width", "9em")
    out = printed(capsys, "BKC-1", *sizes, "--nonce", "bm8")
    assert "height: 600px;" in out
    assert out == f"{wide.html(nonce='bm8')}\n"
    link = BookingLink("https://oncehub.com/BKC-1", name="Ann", questions={"a": "b"}, skip=True)
    filled = CalendarEmbed(id="BKC-1", link=link, prefill_src="/oncehub-prefill.js")
    assert printed(capsys, "BKC-1", "--name", "Ann", "--field", "a=b", "--skip") == f"{filled}\n"
    box = CalendarLightbox(id="BKC-1", text="Book")
    assert printed(capsys, "BKC-1", "--lightbox", "--text", "Book") == f"{box}\n"


def test_html_for_a_classic_page(capsys: pytest.CaptureFixture[str]) -> None:
    """By its link, or by its name with --classic: a name alone could be anything."""
    expected = ClassicEmbed(page="dana", height="600px", skip=True, pass_parameters=True)
    options = ("--height", "600px", "--skip", "--pass-parameters")
    assert printed(capsys, "dana", "--classic", *options) == f"{expected}\n"
    link = ClassicLink(f"{DANA}?name=Ann")
    assert printed(capsys, f"{DANA}?name=Ann") == f"{ClassicEmbed.of(link)}\n"
    assert printed(capsys, DANA, "--name", "Ann") == f"{ClassicEmbed.of(link)}\n"
    button = ClassicButton(page="dana", height="auto", text="Book")
    out = printed(capsys, "dana", "--classic", "--lightbox", "--height", "auto", "--text", "Book")
    assert out == f"{button}\n"
    policy = content_security_policy(ClassicEmbed(page="dana"), base="default-src 'none'")
    out = printed(capsys, "dana", "--classic", "--policy", "--base", "default-src 'none'")
    assert out == f"{policy}\n"


def test_html_for_forms_and_chatbots(capsys: pytest.CaptureFixture[str]) -> None:
    """And their policies."""
    form = RoutingFormEmbed(id="FORM-1", height="50vh")
    assert printed(capsys, "FORM-1", "--height", "50vh") == f"{form}\n"
    assert printed(capsys, "FORM-1", "--policy") == (
        f"{content_security_policy(RoutingFormEmbed(id='FORM-1'))}\n"
    )
    assert printed(capsys, "WEB-1") == f"{ChatbotEmbed(website='WEB-1')}\n"
    for option, show in (("--on-click", "click"), ("--lightbox", "lightbox")):
        bot: Any = {"bot": "BOT-1", "show": show, "text": "Hi"}
        out = printed(capsys, "WEB-1", "--bot", "BOT-1", option, "--text", "Hi")
        assert out == f"{ChatbotEmbed(website='WEB-1', **bot)}\n"


def test_the_scripts_and_the_tag_that_forwards(capsys: pytest.CaptureFixture[str]) -> None:
    """What has to be served, and what stands before the embed."""
    assert printed(capsys, "--script", "prefill").rstrip() == prefill_script().rstrip()
    assert printed(capsys, "--script", "forward").rstrip() == forwarding_script().rstrip()
    tag = EventForwarding(src="/oncehub-forward.js", endpoint="/events")
    out = printed(capsys, "BKC-1", "--forward-events", "/events")
    assert out == f"{tag}\n{CalendarEmbed(id='BKC-1')}\n"
    policy = printed(capsys, "BKC-1", "--forward-events", "https://a.example/e", "--policy")
    assert "connect-src 'self' https://a.example" in policy
