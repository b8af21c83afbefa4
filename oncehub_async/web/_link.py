"""What links of both products share: a page, and parameters in an order."""

import re
from collections import Counter
from collections.abc import Mapping, Set
from typing import ClassVar, Self

import attrs

from .._ground import checks
from ..errors import InvalidParameterError
from ..models import UtmParams
from ._address import other_product, split_address
from ._link_notes import Note, check_url_length, guest_notes, url_length_notes
from ._query import (
    QueryParameter,
    changed,
    encode,
    folded,
    parse_query,
    query_parameter,
    query_text,
    readable_tags,
    with_plus,
)

UTM_FIELDS = ("source", "medium", "campaign", "term", "content")
UTM_NAMES = tuple(f"utm_{field}" for field in UTM_FIELDS)
_ONE_TIME = re.compile(r"/(?:\.|%2e)", re.IGNORECASE)


class TextParameter:
    """A property of a link: the value of one of its parameters, or None."""

    def __init__(self, parameter: str) -> None:
        self._parameter = parameter

    def __get__(self, link: "Link", owner: type["Link"]) -> str | None:
        return link.get(self._parameter)


@attrs.frozen(init=False, repr=False)
class Link:
    """A link with its parameters. `str(link)` is the URL; a repr shows nobody's data.

    What a link carries is visible to everyone who sees it: in the address bar, in histories, in
    logs, and to whoever it is forwarded to.
    """

    site: ClassVar[str]
    """The host on which OnceHub has the pages of this product."""
    guest_data: ClassVar[frozenset[str]]
    """The names of the parameters about the guest, as they stand in a link."""
    settings: ClassVar[frozenset[str]]
    """The names of the parameters that change what the page does."""
    _custom: ClassVar[str]
    _other_product: ClassVar[frozenset[str]]
    _lists: ClassVar[frozenset[str]]
    """The parameters that hold several addresses; an empty list takes them away."""
    _arguments: ClassVar[Mapping[str, str]]
    """The names of arguments where they aren't those of their parameters."""

    page: str
    """The link without parameters."""
    parameters: tuple[QueryParameter, ...]
    """All parameters in their order, those that OnceHub doesn't know included."""
    fragment: str
    custom_domain: str | None = attrs.field(eq=False)

    def _build(
        self,
        url: "str | Link",
        custom_domain: str | None,
        changes: Mapping[str, QueryParameter | None],
    ) -> None:
        if isinstance(url, Link):
            if url.site != self.site:
                raise other_product(url.site)
            custom_domain = custom_domain or url.custom_domain
            url = str(url)
        address = split_address(url, self.site, custom_domain)
        parameters = changed(map(_read, parse_query(address.query)), changes)
        self.__attrs_init__(address.page, parameters, address.fragment, custom_domain)
        # What was on the link is taken as it is; what is set on it is checked.
        if any(changes.values()):
            arguments = {name: self._argument(name) for name in changes}
            check_url_length(str(self), parameters, arguments)

    def __str__(self) -> str:
        query = query_text(self.parameters)
        fragment = f"#{self.fragment}" if self.fragment else ""
        return self.page + (f"?{query}" if query else "") + fragment

    def for_mail_merge(self) -> str:
        """The link for a mail tool's template: merge tags as `{{contact.email}}` stay readable.

        Tags are what stands in `{{...}}`, `*|...|*`, `%%...%%`, `[[...]]`, `<<...>>`, `${...}`,
        `~...~` or `%NAME%`. The mail tool has to encode what it puts there for a URL.
        """
        query = "&".join(map(readable_tags, self.parameters))
        fragment = f"#{self.fragment}" if self.fragment else ""
        return self.page + (f"?{query}" if query else "") + fragment

    def __repr__(self) -> str:
        # Crash reporters also show one whose making failed.
        names = ", ".join(parameter.name for parameter in getattr(self, "parameters", ()))
        # Whoever knows the code of a one-time link can book with it.
        page = _ONE_TIME.split(getattr(self, "page", ""), maxsplit=1)[0]
        return f"{type(self).__name__}({page!r}{', with ' if names else ''}{names})"

    @property
    def page_name(self) -> str:
        """What follows the host: "live-demo" in https://oncehub.com/live-demo."""
        return self.page.split("/", 3)[3].strip("/")

    def get(self, parameter: str) -> str | None:
        """The value of a parameter by its name in the link, in any case, or None.

        Of one that stands there several times, the first.
        """
        name = folded(parameter)
        return next((each.value for each in self.parameters if folded(each.name) == name), None)

    def without(self, *parameters: str) -> Self:
        """The same link without these parameters, by their names in the link, in any case."""
        names = set(map(folded, parameters))
        left = tuple(each for each in self.parameters if folded(each.name) not in names)
        link = object.__new__(type(self))
        link.__attrs_init__(self.page, left, self.fragment, self.custom_domain)
        return link

    @property
    def utm(self) -> UtmParams | None:
        """The `utm_*` parameters, or None where there is none."""
        return utm_params({field: self.get(f"utm_{field}") for field in UTM_FIELDS})

    @property
    def notes(self) -> tuple[Note, ...]:
        """What will probably not work as meant; empty for most links.

        Data and not Python warnings: they concern one person's link, and whoever builds it can
        show or log them beside it, at each request anew.
        """
        misplaced = (
            Note(each.name, f"is a parameter of the other product; {self.site} doesn't know it")
            for each in self.parameters
            if folded(each.name) in map(folded, self._other_product)
        )
        return (
            *url_length_notes(str(self)),
            *misplaced,
            *self._notes_on_repeats(),
            *guest_notes(each for each in self.parameters if self._is_about_guest(each)),
        )

    def _is_about_guest(self, parameter: QueryParameter) -> bool:
        return self.documented_name(parameter.name) in self.guest_data

    def _notes_on_repeats(self) -> list[Note]:
        """Which parameters that have one value are there several times."""
        counts = Counter(self.documented_name(each.name) for each in self.parameters)
        return [
            Note(name, f"stands there {count} times; the first one is read here")
            for name, count in counts.items()
            if name is not None and count > 1
        ]

    @classmethod
    def documented_name(cls, parameter: str) -> str | None:
        """The vendor's spelling of a parameter that has a meaning, in whatever case it comes.

        None for an account's own fields.
        """
        names = (*cls.guest_data, *cls.settings, *UTM_NAMES)
        return next((name for name in names if folded(name) == folded(parameter)), None)

    @classmethod
    def is_documented(cls, parameter: str) -> bool:
        """Whether the vendor gave this parameter a meaning; others are an account's own fields."""
        return cls.documented_name(parameter) is not None

    @classmethod
    def _argument(cls, parameter: str) -> str:
        name = cls.documented_name(parameter)
        if name is None:
            return f"{cls._custom}.{parameter}"
        return name.replace("_", ".", 1) if name in UTM_NAMES else cls._arguments.get(name, name)

    def _own_fields(self) -> dict[str, str]:
        """The account's own fields that the link fills in, by their names."""
        first: dict[str, QueryParameter] = {}
        for each in self.parameters:
            if not self.is_documented(each.name):
                first.setdefault(folded(each.name), each)
        return {each.name: each.value for each in first.values()}

    @classmethod
    def _changes(
        cls,
        documented: Mapping[str, tuple[str, str | None]],
        own_fields: Mapping[str, str] | None,
        utm: UtmParams | None,
    ) -> dict[str, QueryParameter | None]:
        """What is to be set: the documented parameters by their argument, the rest by its name."""
        changes: dict[str, QueryParameter | None] = {
            parameter: query_parameter(parameter, value, argument)
            for parameter, (argument, value) in documented.items()
            if value is not None
        }
        for parameter in cls._lists & changes.keys():
            if documented[parameter][1] == "":
                changes[parameter] = None
        seen: set[str] = set()
        own = {} if own_fields is None else own_fields
        for name, value in checks.mapping(own, cls._custom, "names to texts").items():
            cls._check_own_name(name, seen)
            seen.add(folded(name))
            changes[name] = query_parameter(name, value, f"{cls._custom}.{name}")
        if utm is not None and not isinstance(utm, UtmParams):
            raise InvalidParameterError("utm", "expected UtmParams, such as UtmParams(source='ad')")
        for field, parameter in zip(UTM_FIELDS, UTM_NAMES, strict=True):
            if utm is not None and (value := getattr(utm, field)) is not None:
                changes[parameter] = query_parameter(parameter, value, f"utm.{field}")
        return changes

    @classmethod
    def _check_own_name(cls, name: object, seen: Set[str]) -> None:
        if not isinstance(name, str) or not name:
            raise InvalidParameterError(cls._custom, "expected names that are texts, not empty")
        encode(name, cls._custom)
        if folded(name) in UTM_NAMES:
            field = folded(name).removeprefix("utm_")
            remedy = f"is a reserved name; pass it as utm=UtmParams({field}=...)"
        elif cls.is_documented(name):
            remedy = "is a parameter of its own; pass it as an argument"
        elif folded(name) in seen:
            remedy = "is there twice; upper and lower case make no difference to OnceHub"
        elif folded(name) in map(folded, cls._other_product):
            remedy = f"is a parameter of the other product; {cls.site} doesn't know it"
        else:
            return
        raise InvalidParameterError(f"{cls._custom}.{name}", remedy)


def _read(each: QueryParameter) -> QueryParameter:
    # Our own links never hold a plus: what is written as %20 is a space that somebody wanted.
    restored = with_plus(each.name, each.value) if "+" in each.raw else each.value
    return attrs.evolve(each, value=restored)


def utm_params(values: Mapping[str, str | None]) -> UtmParams | None:
    """UTM parameters by their names without `utm_`, or None where there is none."""
    if all(values.get(field) is None for field in UTM_FIELDS):
        return None
    return UtmParams(
        source=values.get("source"),
        medium=values.get("medium"),
        campaign=values.get("campaign"),
        term=values.get("term"),
        content=values.get("content"),
    )
