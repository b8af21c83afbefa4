"""Policies that let an embed work, and nothing else."""

import base64
import hashlib
from typing import Any

import pytest

from oncehub_async import InvalidParameterError
from oncehub_async.web import CalendarEmbed, ClassicEmbed, EventForwarding, content_security_policy

CALENDAR = CalendarEmbed(id="BKC-LDJ878496X")
CLASSIC = ClassicEmbed(page="dana")
_STYLE = hashlib.sha256(b"min-width: 320px; height: 700px;").digest()
HASH = f"'sha256-{base64.b64encode(_STYLE).decode()}'"


def test_a_policy_for_each_product() -> None:
    """Its script, its frame, its own style."""
    assert content_security_policy(CALENDAR) == (
        "default-src 'self'; script-src 'self' https://cdn.oncehub.com; "
        f"frame-src 'self' https://oncehub.com; style-src-attr 'unsafe-hashes' {HASH}"
    )
    assert content_security_policy(CLASSIC) == (
        "default-src 'self'; script-src 'self' https://cdn.oncehub.com; "
        "frame-src 'self' https://go.oncehub.com"
    )


def test_forwarding_needs_its_script_and_its_endpoint() -> None:
    """By origin."""
    here = EventForwarding(src="/s.js", endpoint="/e")
    assert content_security_policy(here, base="default-src 'none'") == (
        "default-src 'none'; script-src 'self'; connect-src 'self'"
    )
    there = EventForwarding(src="https://a.example/s.js", endpoint="https://b.example:8443/e?x=1")
    assert content_security_policy(there, base="default-src 'none'") == (
        "default-src 'none'; script-src https://a.example; connect-src https://b.example:8443"
    )


@pytest.mark.parametrize(
    ("base", "policy"),
    [
        ("", ""),
        ("img-src 'self'", "img-src 'self'"),
        (
            "default-src 'none'",
            "default-src 'none'; script-src https://cdn.oncehub.com; "
            "frame-src https://go.oncehub.com",
        ),
        (
            "SCRIPT-SRC 'self' https://x.example;  frame-src 'none' ;; img-src *",
            "script-src 'self' https://x.example https://cdn.oncehub.com; "
            "frame-src https://go.oncehub.com; img-src *",
        ),
        (
            "child-src https://a.example; script-src-elem 'self'; script-src 'none'",
            "child-src https://a.example; script-src-elem 'self' https://cdn.oncehub.com; "
            "script-src https://cdn.oncehub.com; frame-src https://a.example "
            "https://go.oncehub.com",
        ),
        (
            "script-src https://cdn.oncehub.com; script-src 'none'",
            "script-src https://cdn.oncehub.com",
        ),
    ],
)
def test_a_policy_of_ones_own_is_widened_by_what_is_needed(base: str, policy: str) -> None:
    """What it restricts is widened, what it leaves open stays open."""
    assert content_security_policy(CLASSIC, base=base) == policy


def test_styles_that_are_allowed_stay_allowed() -> None:
    """A hash would take 'unsafe-inline' back."""
    for base in ("style-src 'unsafe-inline'", "style-src-attr 'unsafe-inline'"):
        assert content_security_policy(CALENDAR, base=base) == base
    assert content_security_policy(CALENDAR, base="style-src 'self'") == (
        f"style-src 'self'; style-src-attr 'unsafe-hashes' {HASH}"
    )


def test_styles_that_only_seem_to_be_allowed() -> None:
    """A nonce or a hash beside it takes 'unsafe-inline' back from browsers that know them."""
    for beside in ("'nonce-bm9uY2U'", "'sha256-abc='", "'SHA512-abc='"):
        base = f"style-src 'unsafe-inline' {beside}"
        assert content_security_policy(CALENDAR, base=base) == (
            f"{base}; style-src-attr 'unsafe-hashes' {HASH}"
        )


def test_styles_of_ones_own_stay_allowed() -> None:
    """The directive for attributes takes over from the one for all styles."""
    base = "style-src 'self' 'unsafe-hashes' 'sha256-abc='"
    assert content_security_policy(CALENDAR, base=base) == (
        f"{base}; style-src-attr 'unsafe-hashes' 'sha256-abc=' {HASH}"
    )
    # One that is for style elements alone doesn't begin to count for attributes.
    base = "style-src 'self' 'sha256-abc='"
    assert content_security_policy(CALENDAR, base=base) == (
        f"{base}; style-src-attr 'unsafe-hashes' {HASH}"
    )


def test_keywords_in_any_case() -> None:
    """As browsers read them."""
    assert content_security_policy(CLASSIC, base="default-src 'None'") == (
        "default-src 'None'; script-src https://cdn.oncehub.com; frame-src https://go.oncehub.com"
    )
    base = "style-src 'Unsafe-Inline'"
    assert content_security_policy(CALENDAR, base=base) == base


def test_a_style_of_ones_own_on_a_classic_page() -> None:
    """Is allowed by its hash, as the calendar's."""
    embed = ClassicEmbed(page="dana", attributes={"style": "min-width: 320px; height: 700px;"})
    assert content_security_policy(embed).endswith(f"; style-src-attr 'unsafe-hashes' {HASH}")


@pytest.mark.parametrize(
    "url",
    [
        "https://*.example/s.js", "https://*/s.js", "https://ü..example/s.js", "https://ü*.example/s.js",
        "https://a.example:x/s.js", "https://a.example:/s.js", "https://b@a.example/s.js",
        "https://a%2Fb/s.js", "https:///s.js", "https://a.example*", None, 5,
    ],
)  # fmt: skip
def test_a_source_is_one_plain_host(url: Any) -> None:
    """A wildcard would allow others; a header is in ASCII."""
    with pytest.raises(InvalidParameterError, match=r"^src: expected an http\(s\) URL"):
        EventForwarding(src=url, endpoint="/e")


def test_an_international_host_is_in_punycode() -> None:
    """A header is in ASCII."""
    there = EventForwarding(src="https://bücher.example:8443/s.js", endpoint="/e")
    policy = content_security_policy(there, base="script-src 'none'")
    assert policy == "script-src https://xn--bcher-kva.example:8443"


@pytest.mark.parametrize(
    "base",
    [
        "script-src 'strict-dynamic'",
        "default-src 'Strict-Dynamic' https:",
        "script-src 'nonce-bm8'; script-src-elem 'strict-dynamic' 'self'",
    ],
)
def test_addresses_alone_do_nothing_beside_strict_dynamic(base: str) -> None:
    """Browsers ignore them then: the page would stay empty, so a nonce is asked for."""
    with pytest.raises(InvalidParameterError, match=r"^nonce: is missing: with 'strict-dynamic'"):
        content_security_policy(CLASSIC, base=base)
    assert "'nonce-bm9uY2U'" in content_security_policy(CLASSIC, base=base, nonce="bm9uY2U")


def test_a_nonce_or_hash_of_ones_own_beside_strict_dynamic() -> None:
    """Somebody has seen to it."""
    for own in ("'nonce-bm8'", "'sha256-abc='"):
        assert own in content_security_policy(CLASSIC, base=f"script-src 'strict-dynamic' {own}")


def test_several_embeds_share_a_policy() -> None:
    """Each source once."""
    policy = content_security_policy(CALENDAR, CLASSIC, CALENDAR, nonce="bm9uY2U")
    assert policy.count("https://cdn.oncehub.com") == 1
    assert "frame-src 'self' https://oncehub.com https://go.oncehub.com" in policy
    assert "script-src 'self' https://cdn.oncehub.com 'nonce-bm9uY2U';" in policy
    assert policy.count(HASH) == 1


def test_what_is_no_policy_is_refused() -> None:
    """A header can't be split by it."""
    for base in ("default-src 'self'\r\nSet-Cookie: a=b", "a, b", "default_src x", "<b>"):
        with pytest.raises(InvalidParameterError, match=r"^base: expected"):
            content_security_policy(CALENDAR, base=base)
    with pytest.raises(InvalidParameterError, match=r"^nonce: expected Base64"):
        content_security_policy(CALENDAR, nonce="x'; script-src *")
