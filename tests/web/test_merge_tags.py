"""Links for mail tools, whose tags have to stay readable."""

import pytest

from oncehub_async.web import BookingLink, ClassicLink

DEMO = "https://oncehub.com/live-demo"
TAGS = (
    "{{contact.firstname}}", "*|FNAME|*", "%%First%%", "[[name]]", "{{lead.First Name}}",
    "%FIRSTNAME%", "~Contact.Id~", "<<First>>", "${lead.name}",
)  # fmt: skip


@pytest.mark.parametrize("tag", TAGS)
def test_tags_stay_readable_on_request(tag: str) -> None:
    """And what stands around them is encoded."""
    link = BookingLink(DEMO, name=f"Dear {tag}!", email="a+b@example.com")
    expected = f"{DEMO}?name=Dear%20{tag}%21&email=a%2Bb%40example.com"
    assert link.for_mail_merge() == expected
    assert tag not in str(link) or tag.startswith("~")  # which no URL has to encode
    assert BookingLink(str(link)).for_mail_merge() == expected


def test_several_tags_in_one_value() -> None:
    """First and last name."""
    link = ClassicLink("https://go.oncehub.com/dana#top", name="*|FNAME|* *|LNAME|*")
    assert link.for_mail_merge() == ("https://go.oncehub.com/dana?name=*|FNAME|*%20*|LNAME|*#top")


def test_what_stood_on_the_link_stays() -> None:
    """A tag that looks like an escape, and escapes that look like a tag."""
    for query in ("name=%%Date%%", "a=%C3%A4%C3%B6&b=100%25", "a=%7Bx%7D"):
        assert BookingLink(f"{DEMO}?{query}").for_mail_merge() == f"{DEMO}?{query}"
