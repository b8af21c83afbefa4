"""What is odd in a guest's address or number is noted, without repeating it."""

import pytest

from oncehub_async.web import BookingLink, ClassicLink

DEMO, DANA = "https://oncehub.com/live-demo", "https://go.oncehub.com/dana"


@pytest.mark.parametrize(
    ("email", "oddity"),
    [
        ("", "is empty"),
        ("ann", "isn't an e-mail address"),
        ("@example.com", "isn't an e-mail address"),
        ("ann@example", "has no domain"),
        ("ann@example..com", "has no domain"),
        ("ann.@example.com", "has two dots"),
        ("a nn@example.com", "holds a space"),
        ("ann@example.com ", "holds a space"),
        ("a@b.cd, e@f.gh", "holds several addresses"),
        ("mailto:ann@example.com", "begins with mailto:"),
    ],
)
def test_odd_addresses(email: str, oddity: str) -> None:
    """In both products."""
    for link in (BookingLink(DEMO, email=email), ClassicLink(DANA, email=email)):
        (note,) = link.notes
        assert str(note).startswith(f"email: {oddity}")
        assert not email or email not in note.text


@pytest.mark.parametrize(
    ("number", "oddity"),
    [
        ("0170 1234567", "has no country code"),
        ("12025550195", "has no country code"),
        ("+0049 170 1234567", "has a country code that begins with 0"),
        ("+49 (0)170 1234567", "has a (0)"),
        ("+1202", "has 4 digits"),
        ("+1" + "2" * 20, "has 21 digits"),
        ("+1 800 FLOWERS", "holds letters"),
        ("", "has 0 digits"),
    ],
)
def test_odd_numbers_for_text_messages(number: str, oddity: str) -> None:
    """OnceHub wants + and the country code."""
    (note,) = BookingLink(DEMO, mobile_phone=number).notes
    assert str(note).startswith(f"mobile_phone: {oddity}")


def test_odd_numbers_of_the_classic_product() -> None:
    """A mobile number has a country code, but no plus; another may be a national one."""
    link = ClassicLink(DANA, mobile="0170 1234567", phone="see my site")
    assert [str(note).partition(";")[0] for note in link.notes] == [
        "mobile: has no country code before it",
        "phone: holds letters, which are no part of a phone number",
    ]


def test_usual_ones_have_no_notes() -> None:
    """International letters, extensions and merge tags included."""
    for email in ("zoë+x@bücher.example", "{{contact.email}}", "*|EMAIL|*"):
        for number in ("+1 (202) 555-0195", "+49-170-1234567", "+12025550195 ext. 7", "%%Phone%%"):
            assert BookingLink(DEMO, email=email, mobile_phone=number).notes == ()
    assert ClassicLink(DANA, mobile="1-515-276-1565", phone="030 1234567 x12").notes == ()
