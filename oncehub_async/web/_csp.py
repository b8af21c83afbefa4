"""Content-Security-Policies that let an embed work, and nothing else.

https://www.w3.org/TR/CSP3/
"""

import base64
import hashlib
import re
from collections.abc import Mapping, Sequence
from typing import Protocol

from ..errors import InvalidParameterError
from ._address import ascii_host
from ._html import checked_nonce

Sources = Mapping[str, tuple[str, ...]]
"""Source expressions by directive."""

# What applies where a policy doesn't have the directive itself.
_INSTEAD = {
    "script-src": ("default-src",),
    "frame-src": ("child-src", "default-src"),
    "connect-src": ("default-src",),
    "style-src-attr": ("style-src", "default-src"),
    "style-src-elem": ("style-src", "default-src"),
    "script-src-attr": ("script-src", "default-src"),
}
_MORE_SPECIFIC = {"script-src": ("script-src-elem",)}
_INLINE = frozenset({"style-src-attr", "style-src-elem", "script-src-attr"})
"""What is allowed by hashes."""
_DIRECTIVE = re.compile(r"[a-z-]+")
_HASH = re.compile(r"'(nonce|sha256|sha384|sha512)-", re.IGNORECASE)
# A plain host, in ASCII as headers are: a `*` in it would allow others too.
_ORIGIN = re.compile(
    r"https?://([A-Za-z0-9.-]+|\[[0-9A-Fa-f:.]+\])(:\d{1,5})?(?=[/?#]|$)", re.ASCII
)

_INTERNATIONAL = re.compile(r"[^/?#:@*%]+")


class Embed(Protocol):
    """What is put into a page and needs something of its policy."""

    def csp_sources(self) -> Sources: ...


def content_security_policy(
    *embeds: Embed, base: str = "default-src 'self'", nonce: str | None = None
) -> str:
    """The policy `base`, widened by just what `embeds` need, as the value of the header.

    What `base` doesn't restrict stays unrestricted. With a `nonce`, the one given to `html()`,
    scripts that carry it are allowed too. A policy with `'strict-dynamic'` needs one: browsers
    ignore the addresses in it.
    """
    policy = _parse(base)
    needed: dict[str, list[str]] = {}
    for embed in embeds:
        for directive, more in embed.csp_sources().items():
            needed.setdefault(directive, []).extend(more)
    if nonce is not None:
        needed.setdefault("script-src", []).append(f"'nonce-{checked_nonce(nonce)}'")
    for directive, sources in needed.items():
        for name in (directive, *_MORE_SPECIFIC.get(directive, ())):
            if name == directive or name in policy:
                _allow(policy, name, sources, _INSTEAD[directive])
    if "script-src" in needed:
        _check_trust(policy)
    return "; ".join(" ".join((name, *sources)) for name, sources in policy.items())


def _check_trust(policy: Mapping[str, Sequence[str]]) -> None:
    """Refuse a policy under which browsers load no script, in spite of their addresses."""
    names = ("script-src-elem", "script-src", "default-src")
    in_force = next((policy[name] for name in names if name in policy), ())
    if "'strict-dynamic'" in map(str.lower, in_force) and not any(map(_HASH.match, in_force)):
        raise InvalidParameterError(
            "nonce",
            "is missing: with 'strict-dynamic' browsers ignore addresses; pass the nonce of the "
            "response here and to html(nonce=...)",
        )


def source_of(url: object, param: str) -> str:
    """The source expression for an address: its origin, or `'self'` for a path."""
    if isinstance(url, str) and url.isprintable() and not set(url) & set(" \\;,'\"<>"):
        if url.startswith("/") and not url.startswith("//"):
            return "'self'"
        if found := _ORIGIN.match(_in_ascii(url)):
            return found[0]
    raise InvalidParameterError(param, "expected an http(s) URL, or a path that begins with /")


def _in_ascii(url: str) -> str:
    """The address with its host in Punycode: headers are in ASCII."""
    before, mark, rest = url.partition("://")
    host = _INTERNATIONAL.match(rest)
    if host is None or rest.isascii():
        return url
    try:
        return f"{before}{mark}{ascii_host(host[0])}{rest[host.end() :]}"
    except ValueError:
        return url


def inline_hash(text: str) -> str:
    """The hash by which a policy allows one style, or one event handler of an element."""
    digest = hashlib.sha256(text.encode()).digest()
    return f"'sha256-{base64.b64encode(digest).decode()}'"


def _allow(
    policy: dict[str, list[str]], name: str, sources: list[str], instead: Sequence[str]
) -> None:
    in_force = next((policy[each] for each in (name, *instead) if each in policy), None)
    if in_force is None:
        return
    if name in _INLINE and _allows_all_inline(in_force):
        return
    if name.endswith("-attr"):
        in_force = _of_attributes(in_force)
        sources = ["'unsafe-hashes'", *sources]
    kept = [source for source in in_force if source.lower() != "'none'"]
    policy[name] = list(dict.fromkeys((*kept, *sources)))


def _allows_all_inline(sources: Sequence[str]) -> bool:
    """Whether 'unsafe-inline' is there and holds: a hash or a nonce takes it back."""
    return "'unsafe-inline'" in map(str.lower, sources) and not any(map(_HASH.match, sources))


def _of_attributes(sources: Sequence[str]) -> list[str]:
    """What a list of sources says about attributes: no address and no nonce allows one."""
    hashes = "'unsafe-hashes'" in map(str.lower, sources)
    return [
        source
        for source in sources
        if source.lower() in ("'unsafe-hashes'", "'report-sample'")
        or (hashes and source.lower().startswith("'sha"))
    ]


def _parse(base: str) -> dict[str, list[str]]:
    policy: dict[str, list[str]] = {}
    if not base.isprintable() or "," in base:
        raise InvalidParameterError("base", "expected one policy, as the header has it")
    for directive in base.split(";"):
        words = directive.split()
        if not words:
            continue
        name = words[0].lower()
        if not _DIRECTIVE.fullmatch(name):
            raise InvalidParameterError("base", "expected directives such as default-src 'self'")
        policy.setdefault(name, words[1:])  # browsers heed the first of a name, too
    return policy
