"""The generated functions do what cattrs' general ones would, and can be read."""

import datetime as dt
import inspect
import textwrap
import weakref
from collections.abc import Callable
from typing import Any, get_args, get_origin

import aiohttp
import attrs
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from oncehub_async import models
from oncehub_async.errors import ModelError
from oncehub_async.models import Booking, Model, OneTimeLink, Team, User, from_dict
from oncehub_async.models import _converter as converter
from oncehub_async.models import _structuring as structuring
from oncehub_async.simulator import Account, Simulator

from . import reference

ALL_MODELS = [
    cls
    for cls in vars(models).values()
    if isinstance(cls, type) and issubclass(cls, Model) and cls is not Model
]
json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=3),
    lambda inner: st.lists(inner, max_size=2) | st.dictionaries(st.text(max_size=3), inner, max_size=2),
    max_leaves=4,
)  # fmt: skip
times = st.sampled_from(
    ["2026-10-30T15:54:24.526Z", "2026-10-30T15:54:24", "2026-10-30", "soon", ""]
)


def fitting(type_: Any) -> st.SearchStrategy[Any]:
    """JSON that fits a field's type, as a rule."""
    if type_ in (str, Any):
        return st.text(max_size=3)
    if type_ is bool:
        return st.booleans()
    if type_ in (int, float):
        return st.integers() | st.floats(allow_nan=False)
    if get_origin(type_) is tuple:
        return st.lists(st.none() | fitting(get_args(type_)[0]), max_size=3)
    if isinstance(type_, type) and issubclass(type_, Model):
        return objects(type_)
    if get_args(type_):
        return st.one_of([fitting(each) for each in get_args(type_)])
    return st.none() if type_ is type(None) else times


def objects(cls: type[Model]) -> st.SearchStrategy[Any]:
    """JSON objects for a model: a few of its fields, one of them perhaps not as documented."""
    fields = {field.name: fitting(field.type) for field in attrs.fields(cls)}
    fields["id"] = st.sampled_from(["CTC-1", "USR-1", "TM-1", "X-1"])
    fields["object"] = st.sampled_from(["contact", "user", "team", "robot"])
    fields["unknown_fields"] = fields["later"] = json_values
    fields["deleted"] = st.booleans()
    fields |= dict.fromkeys(cls._other_spellings, st.none() | st.text(max_size=3))
    few = st.lists(st.sampled_from(sorted(fields)), max_size=5, unique=True)
    made = few.flatmap(lambda names: st.fixed_dictionaries({"id": fields["id"]} | {name: fields[name] for name in names}))  # fmt: skip
    odd = st.dictionaries(st.sampled_from(sorted(fields)), json_values, max_size=1)
    return st.builds(lambda data, odd: data | odd, made, st.just({}) | odd)


def outcome(make: Callable[[Any, type[Model]], Model], data: Any, cls: type[Model]) -> Any:
    """The model with the types of all that is in it, or the error with its place."""
    try:
        model = make(data, cls)
    except ModelError as error:
        return error.at, error.problem, str(error)
    assert type(model) is cls
    return model, repr(attrs.asdict(model)), list(model.unknown_fields)


cases = st.sampled_from(ALL_MODELS).flatmap(
    lambda cls: st.tuples(st.just(cls), objects(cls) | json_values)
)


@settings(max_examples=400)
@given(cases)
def test_generated_code_agrees_with_the_reference(case: tuple[type[Model], Any]) -> None:
    """On any JSON: the same model, also in its types and unknown fields, or the same error."""
    cls, data = case
    assert outcome(from_dict, data, cls) == outcome(reference.from_dict, data, cls)


async def test_pages_of_an_account_agree_with_the_reference() -> None:
    """With ids only and expanded."""
    async with (
        Simulator(Account(bookings=300), limits=None) as simulator,
        aiohttp.ClientSession(headers={"API-Key": simulator.api_key}) as session,
    ):
        for query in ({}, {"expand": "owner,contact,booking_page,master_page,event_type"}):
            query |= {"limit": "100"}
            async with session.get(f"{simulator.url}/bookings", params=query) as response:
                page = await response.json()
            assert len(page["data"]) == 100
            for item in page["data"]:
                made = outcome(from_dict, item, Booking)
                assert made == outcome(reference.from_dict, item, Booking)
                assert isinstance(made[0], Booking)


def test_generated_code_can_be_read() -> None:
    """In tracebacks and by a debugger; what the module's text shows is what runs."""
    source = inspect.getsource(converter.structure_of(OneTimeLink))
    assert textwrap.indent(source, "    ") in (structuring.__doc__ or "")


def test_an_object_keeps_nothing_of_its_making() -> None:
    """It is of its class in every respect, also inside."""
    booking = from_dict({"id": "BKNG-1", "owner": {"id": "USR-1"}}, Booking)
    assert type(booking) is Booking
    assert type(booking.owner) is User
    assert booking == Booking(id="BKNG-1", owner=User(id="USR-1"))
    assert weakref.ref(booking)() is booking
    with pytest.raises(attrs.exceptions.FrozenInstanceError):
        booking.status = "canceled"  # type: ignore[misc] # that is what is tried
    with pytest.raises(attrs.exceptions.FrozenInstanceError):
        del booking.status


def test_objects_share_nothing() -> None:
    """Not even the empty mapping of unknown fields."""
    first, second = (from_dict({"id": "TM-1"}, Team) for _ in range(2))
    assert first.unknown_fields is not second.unknown_fields


@attrs.frozen(kw_only=True, repr=False)
class Slotted(Team):
    """A model of the user's own."""

    region: str | None = None
    since: dt.date | None = None


class Plain(Slotted):
    """One that isn't an attrs class itself."""


@pytest.mark.parametrize("cls", [Slotted, Plain])
def test_a_model_can_be_extended(cls: type[Slotted]) -> None:
    """For fields that the vendor has added."""
    model = from_dict({"id": "TM-1", "region": "EMEA", "since": "2026-01-02", "new": 1}, cls)
    assert type(model) is cls
    assert (model.region, model.since) == ("EMEA", dt.date(2026, 1, 2))
    assert model.unknown_fields == {"new": 1}
    with pytest.raises(ModelError, match="region: expected a string, got an integer"):
        from_dict({"id": "TM-1", "region": 5}, cls)


@attrs.frozen(kw_only=True, repr=False)
class Closing(Model):
    """A model that must have a date."""

    day: dt.date


def test_what_must_be_there_is_checked_too() -> None:
    """Of any type."""
    assert from_dict({"day": "2026-12-24"}, Closing).day == dt.date(2026, 12, 24)
    for value, problem in ((5, "expected a date, got an integer"), ("", "is missing")):
        with pytest.raises(ModelError, match=f"day: {problem}"):
            from_dict({"day": value}, Closing)


@attrs.frozen(kw_only=True, repr=False)
class Converted(Team):
    """A model with a converter."""

    region: str | None = attrs.field(default=None, converter=str)


@attrs.frozen(kw_only=True, repr=False)
class Initialised(Team):
    """A model with code of its own."""

    def __attrs_post_init__(self) -> None:
        """Would not run."""


@attrs.frozen(kw_only=True, repr=False)
class Filled(Team):
    """A model with a factory."""

    regions: tuple[str, ...] = attrs.field(factory=tuple)


@pytest.mark.parametrize("cls", [Converted, Filled, Initialised])
def test_a_model_with_code_of_its_own_is_refused(cls: type[Team]) -> None:
    """Rather than made without running that code."""
    with pytest.raises(TypeError, match=f"{cls.__name__}: a model has no"):
        from_dict({"id": "TM-1"}, cls)
