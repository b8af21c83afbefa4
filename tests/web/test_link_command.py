"""`oncehub link` and `oncehub embed`."""

import json

import pytest

from oncehub_async.cli import main
from oncehub_async.models import UtmParams
from oncehub_async.web import (
    BookingLink,
    CalendarEmbed,
    ClassicEmbed,
    ClassicLink,
    content_security_policy,
)

DEMO, DANA = "https://oncehub.com/live-demo", "https://go.oncehub.com/dana"


def run(capsys: pytest.CaptureFixture[str], *arguments: str) -> tuple[int, str, str]:
    """Run a command: its exit code, what it printed, and what it said beside it."""
    code = main(arguments)
    out, err = capsys.readouterr()
    assert "Traceback" not in out + err
    return code, out, err


def test_a_link_to_a_booking_calendar(capsys: pytest.CaptureFixture[str]) -> None:
    """With everything that one can carry; no key is needed."""
    code, out, err = run(
        capsys, "link", DEMO, "--name", "Ann & Co", "--email", "a@example.com",
        "--mobile-phone", "+1202", "--field", "topic=a=b", "--field", "size=M", "--co-host",
        "S@example.com", "--co-host", "t@example.com", "--time-zone", "UTC", "--skip", "--host", "h@example.com", "--duration", "30",
        "--utm-source", "ad",
    )  # fmt: skip
    link = BookingLink(
        DEMO, name="Ann & Co", email="a@example.com", mobile_phone="+1202",
        questions={"topic": "a=b", "size": "M"}, co_hosts=["S@example.com", "t@example.com"],
        time_zone="UTC", skip=True, host="h@example.com", duration_minutes=30, utm=UtmParams(source="ad"),
    )  # fmt: skip
    assert (code, out, err) == (0, f"{link}\n", "")


def test_a_classic_link(capsys: pytest.CaptureFixture[str]) -> None:
    """Notes go beside it."""
    code, out, err = run(
        capsys, "link", DANA, "--name", "Ann", "--company", "C", "--mobile", "1" * 21, "--phone",
        "2", "--location", "L", "--subject", "S", "--note", "N", "--guest", "a@b.c", "--guest",
        "d@e.f", "--booking-page-name", "B", "--no-skip", "--field", "Size=M",
    )  # fmt: skip
    link = ClassicLink(
        DANA, name="Ann", company="C", mobile="1" * 21, phone="2", location="L", subject="S",
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
        (("link", DEMO, "--time-zone", "EST5"), "time_zone: not an IANA time zone name"),
        (("link", "https://example.com/x"), "url: is not on oncehub.com"),
        (("embed", "BKC-1", "--skip"), "--skip: and --pass-parameters are for classic pages"),
        (("embed", "dana", "--height", "50%"), "--height: expected a number of pixels"),
        (("embed", "USR 1"), "page: expected the name in its link"),
        (("embed",), "Command"),
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


def test_html_for_a_page(capsys: pytest.CaptureFixture[str]) -> None:
    """Of both products, and the policy for it."""
    code, out, _ = run(capsys, "embed", "BKC-LDJ878496X")
    assert (code, out) == (0, f"{CalendarEmbed(id='BKC-LDJ878496X')}\n")
    wide = CalendarEmbed(
        id="BKC-LDJ878496X", height="600px", min_width="0", style={"max-width": "9em"}
    )
    options = ("--height", "600px", "--min-width", "0", "--max-width", "9em")
    _, out, _ = run(capsys, "embed", "BKC-LDJ878496X", *options, "--nonce", "bm8")
    assert out == f"{wide.html(nonce='bm8')}\n"
    _, out, _ = run(capsys, "embed", "dana", "--height", "600px", "--skip", "--pass-parameters")
    assert out == f"{ClassicEmbed(page='dana', height=600, skip=True, pass_parameters=True)}\n"
    _, out, _ = run(capsys, "embed", f"{DANA}?name=Ann")
    assert out == f"{ClassicEmbed.of(ClassicLink(f'{DANA}?name=Ann'))}\n"
    _, out, _ = run(capsys, "embed", "dana", "--policy", "--base", "default-src 'none'")
    policy = content_security_policy(ClassicEmbed(page="dana"), base="default-src 'none'")
    assert out == f"{policy}\n"
