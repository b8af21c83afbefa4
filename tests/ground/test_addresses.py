"""E-mail addresses are found wherever somebody wrote them, and no other is taken for one."""

import pytest

from oncehub_async._ground import address_forms, addresses_in, phone_digits, plain_address

ANN = "ann.lee+a@mail.example"


@pytest.mark.parametrize(
    "text",
    [
        ANN,
        " ANN.Lee+A@Mail.Example\n",
        f"Ann <{ANN}>, Bob <bob@mail.example>",
        f"write to {ANN}.",
        f"({ANN})",
        f"'{ANN}'",
        f"mailto:{ANN}",
        f"https://x.example/?name=Ann&email={ANN}&x=1",
        "https://x.example/?email=ann.lee%2Ba%40mail.example",
        "https://x.example/?next=https%3A%2F%2Fy.example%2F%3Fe%3Dann.lee%252Ba%2540mail.example",
        f'{{"email":"{ANN}"}}',
        f"bob@x.example;{ANN}",
        f"*{ANN}*",
        f"-{ANN}",
        f"~~{ANN}~~ #{ANN}",
        f"as I said...{ANN}...thanks",
        f"...{ANN}...",
        f"請聯絡{ANN}謝謝",
        f"{ANN}で待っています",
        f"이메일은 {ANN}으로",
        f"ติดต่อ{ANN}",
        "ann.lee+a@\u200bmail.example",
        "\ufeffann.lee+a\u00ad@mail.\u2060example",
    ],
)
def test_an_address_is_found(text: str) -> None:
    """In capitals, within others' texts, in links."""
    assert plain_address(ANN) in addresses_in(text)


@pytest.mark.parametrize(
    "text",
    [
        "joann.lee+a@mail.example",
        "ann.lee+a@mail.example.org",
        "ann.lee+a@xmail.example",
        "lee+a@mail.example",
        "ann.lee@mail.example",
        "ann.lee+a at mail.example",
        "éann.lee+a@mail.example",
        "ann.lee+a@mail.exampleé",
        "100% of them",
        "",
        "@" * 5_000,
    ],
)
def test_another_address_is_not(text: str) -> None:
    """However alike."""
    assert plain_address(ANN) not in addresses_in(text)


@pytest.mark.parametrize(
    ("text", "is_there"),
    [
        ("o'brien@mail.example", False),
        ("_brien@mail.example", False),
        ("see 'brien@mail.example'", True),
        ("l'adresse d'brien@mail.example", True),
        ("x=brien@mail.example", True),
        ("\uff42rien\uff20mail.example", True),
        ("\U0001f4e7brien@mail.example", True),
    ],
)
def test_a_text_that_is_one_address_is_no_other(text: str, is_there: bool) -> None:
    """In a sentence or a link, what stands before it may be no part of it."""
    assert ("brien@mail.example" in addresses_in(text)) is is_there


def test_domains_are_known_in_both_ways_of_writing() -> None:
    """In letters, and as the DNS has them."""
    both = {"ann@bücher.example", "ann@xn--bcher-kva.example"}
    assert address_forms("Ann@Bücher.example") == both
    assert address_forms("ann@xn--bcher-kva.example") == both
    assert address_forms("ann@" + "x" * 80) == {"ann@" + "x" * 80}


def test_an_address_in_two_scripts_stays_one() -> None:
    """What a sentence may begin or end with is looked at beside it, not instead."""
    for each in ("李ann@mail.example", "ann@mail日本.example", "ann@例え.example"):
        assert plain_address(each) in addresses_in(each)
        assert plain_address(each) in addresses_in(f"write to {each}.")


def test_phones_are_their_digits() -> None:
    """Whatever stands between."""
    assert phone_digits("+49 (30) 901-820") == "4930901820"
