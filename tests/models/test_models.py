"""JSON to models and back: nothing coerced, nothing dropped, nothing shown."""

import copy
import os
import pickle
from datetime import UTC, date, datetime
from typing import Any, get_args

import attrs
import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st

from oncehub_async import models
from oncehub_async._ground import load_json
from oncehub_async.errors import ModelError
from oncehub_async.models import (
    Booking,
    BookingCalendar,
    BookingStatus,
    Contact,
    Conversation,
    CustomField,
    DateOverride,
    Deleted,
    Model,
    SchedulingAvailability,
    SmsNotification,
    User,
    Webhook,
    from_dict,
    id_of,
    to_dict,
    to_json,
)

ALL_MODELS = [
    cls
    for cls in vars(models).values()
    if isinstance(cls, type) and issubclass(cls, Model) and cls is not Model
]
BOOKING: dict[str, Any] = {"id": "BKNG-1", "object": "booking"}
PEOPLE = {"email": "carrie@example.com", "first_name": "Carrie", "mobile_phone": "+12025550195"}


def loaded(**fields: Any) -> Booking:
    return from_dict(BOOKING | fields, Booking)


@pytest.mark.parametrize("cls", ALL_MODELS)
def test_every_field_may_be_missing_or_null(cls: type[Model]) -> None:
    """Only an id has to be there."""
    required = {"id": "X-1"} if attrs.fields_dict(cls).get("id") else {}
    nulls = {field.name: None for field in attrs.fields(cls) if field.name != "unknown_fields"}
    null = from_dict(nulls | required, cls)
    assert {name: getattr(null, name) for name in nulls} == nulls | required
    assert isinstance(from_dict(required, cls), cls)


@pytest.mark.parametrize("cls", ALL_MODELS)
def test_what_the_vendor_adds_later_is_kept(cls: type[Model]) -> None:
    """Also a field that is called like our own attribute."""
    later = {"id": "X-1", "new_field": {"deep": [1, None]}, "unknown_fields": "theirs"}
    model = from_dict(later, cls)
    dumped = to_dict(model)
    assert dumped.items() >= later.items()
    assert from_dict(dumped, cls) == model


@pytest.mark.parametrize("cls", ALL_MODELS)
def test_models_are_frozen(cls: type[Model]) -> None:
    """A model is a value."""
    with pytest.raises(attrs.exceptions.FrozenInstanceError):
        from_dict({"id": "X-1"}, cls).unknown_fields = {}  # type: ignore[misc] # that is what is tried


# Fields that hold any JSON value, which Python may not be able to hash.
FREE = [attrs.fields_dict(cls)["value"] for cls in (models.CustomField, models.Answer)]


@pytest.mark.parametrize("cls", ALL_MODELS)
def test_models_can_be_copied_hashed_and_pickled(cls: type[Model]) -> None:
    """As values can."""
    free = {"value": [1]} if attrs.fields_dict(cls).get("value") in FREE else {}
    model = from_dict({"id": "X-1", "name": "x", "new": [1], **free}, cls)
    assert pickle.loads(pickle.dumps(model)) == copy.deepcopy(model) == model
    assert len({model, copy.deepcopy(model)}) == 1


ODD_TIMES = (
    "soon",
    1700000000,
    17e8,
    True,
    ["2026-01-31"],
    {"time": "2026-01-31"},
    "0001-01-01T00:00:00+14:00",
    "9999-12-31T23:59:59-12:00",
    "9999-12-31T24:00:00Z",
    "2026-06-30T23:59:60Z",
    "2026-02-30",
    "cut \ud83d",
)
json_values = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-(2**53), 2**53)
    | st.floats(allow_nan=False)
    | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=8,
)


@given(st.dictionaries(st.sampled_from(["id", "object", "status", "owner", "contact", "form_submission", "attendees", "creation_time", "duration_minutes", "in_trash", "custom_fields", "unknown_fields", "payment_information", "conversation"]) | st.text(), json_values, max_size=8))  # fmt: skip
def test_any_json_is_a_model_or_a_model_error(data: dict[str, Any]) -> None:
    """And what is a model comes out as it went in, plus nulls."""
    try:
        model = from_dict(data, Booking)
    except ModelError:
        return
    dumped = to_dict(model)
    times = {"creation_time", "starting_time", "last_updated_time"}
    assert {k: v for k, v in dumped.items() if k in data and k not in times and _plain(v)} == {
        k: v for k, v in data.items() if k not in times and _plain(v)
    }


def _plain(value: Any) -> bool:
    """Objects inside gain the nulls of their missing fields."""
    return not isinstance(value, dict | list)


@pytest.mark.parametrize(
    ("fields", "at"),
    [
        ({"id": None}, "id"),
        ({"id": 5}, "id"),
        ({"duration_minutes": "60"}, "duration_minutes"),
        ({"duration_minutes": True}, "duration_minutes"),
        ({"in_trash": "false"}, "in_trash"),
        ({"in_trash": 0}, "in_trash"),
        ({"subject": 5}, "subject"),
        ({"attendees": "abc"}, "attendees"),
        ({"attendees": ["a", 1]}, "attendees[1]"),
        ({"contact": {"email": "carrie@example.com"}}, "contact.id"),
        ({"contact": 5}, "contact"),
        ({"contact": {"id": "CTC-1", "custom_fields": [{}, {"name": 1}]}}, "contact.custom_fields[1].name"),
        ({"conversation": {"id": "CVR-1", "contact": {"id": None}}}, "conversation.contact.id"),
        ({"form_submission": ["carrie@example.com"]}, "form_submission"),
    ],
)  # fmt: skip
def test_nothing_is_coerced_and_the_error_names_the_place(fields: dict[str, Any], at: str) -> None:
    """The error shows neither the value nor people's data."""
    with pytest.raises(ModelError) as caught:
        from_dict(BOOKING | fields, Booking, at="data[3]")
    assert caught.value.at == f"data[3].{at}"
    assert "carrie" not in str(caught.value)
    assert caught.value.__cause__ is None


@pytest.mark.parametrize("sent", ODD_TIMES)
def test_a_time_that_cannot_be_held_is_kept_beside(sent: Any) -> None:
    """The object is a model all the same, and comes out as it went in."""
    data = BOOKING | {"creation_time": sent, "later": 1}
    booking = from_dict(data, Booking)
    assert booking.creation_time is None
    assert dict(booking.unknown_fields) == {"creation_time": sent, "later": 1}
    assert to_dict(booking)["creation_time"] == sent
    assert load_json(to_json(booking))["creation_time"] == sent


def test_digits_below_microseconds_are_kept_beside() -> None:
    """The field has the nearest time; another one that is set there later counts."""
    booking = loaded(creation_time="2026-01-31T08:00:00.1234567Z", starting_time="soon")
    assert booking.creation_time == datetime(2026, 1, 31, 8, 0, 0, 123456, tzinfo=UTC)
    assert to_dict(booking)["creation_time"] == "2026-01-31T08:00:00.1234567Z"
    changed = attrs.evolve(booking, creation_time=datetime(2027, 1, 1, tzinfo=UTC))
    assert to_dict(changed)["creation_time"] == "2027-01-01T00:00:00Z"
    assert to_dict(changed)["starting_time"] == "soon"


@pytest.mark.parametrize(
    ("text", "held"),
    [
        (b"60.5", None),
        (b"60.0000000000000000001", None),
        (b"1e-400", None),
        (b"60.0000000000000000000", 60),
        (b"123456789012345678901234567890", 123456789012345678901234567890),
        (b"1e400", 10**400),
        (b"1e999999999", None),
        (b"9" * 5_000, None),
    ],
)
def test_a_number_that_cannot_be_held_is_kept_beside(text: bytes, held: int | None) -> None:
    """It doesn't end the list that the object is in, whatever its size, and comes out the same."""
    data = load_json(b'{"id": "BKNG-1", "duration_minutes": ' + text + b"}")
    booking = from_dict(data, Booking)
    assert booking.duration_minutes == held
    assert to_dict(booking)["duration_minutes"] == data["duration_minutes"]
    assert load_json(to_json(booking))["duration_minutes"] == data["duration_minutes"]


@pytest.mark.parametrize("text", [b"1.0000000000000000001", b"1e400", b"30"])
def test_decimals_of_any_length_come_out_of_a_field_of_floats(text: bytes) -> None:
    """The field has the nearest float, where there is one."""
    data = load_json(b'{"id": "BKC-1", "duration_minutes": ' + text + b"}")
    calendar = from_dict(data, BookingCalendar)
    assert calendar.duration_minutes in (1.0, None, 30)
    assert load_json(to_json(calendar))["duration_minutes"] == load_json(text)


def test_json_of_any_depth_comes_out() -> None:
    """What the vendor nests isn't walked by a function that calls itself."""
    deep: Any = "x"
    for _ in range(900):
        deep = [deep]
    booking = loaded(custom_fields=[{"name": "deep", "value": deep}], later=deep)
    assert to_json(booking).count(b"[") == 1_801


@pytest.mark.parametrize("value", [float("nan"), float("inf"), b"bytes", {1: 2}])
def test_what_is_no_json_is_refused(value: Any) -> None:
    """NaN would become null without a word."""
    with pytest.raises(TypeError, match="JSON"):
        to_json(CustomField(name="odd", value=value))


def test_what_says_nothing_is_nothing() -> None:
    """Empty times, nulls in arrays, and numbers that were written with a point."""
    booking = loaded(creation_time="", attendees=["a", None], duration_minutes=30.0)
    assert (booking.creation_time, booking.attendees) == (None, ("a",))
    assert booking.duration_minutes == 30
    assert type(booking.duration_minutes) is int


def test_an_empty_id_is_none() -> None:
    """An object has to have one."""
    with pytest.raises(ModelError, match="id: is missing"):
        loaded(id="")


def test_an_object_is_not_a_list() -> None:
    """The place of the whole is named too."""
    with pytest.raises(ModelError, match="the object: expected an object, got an array"):
        from_dict([], Booking)


def test_unknown_values_of_an_enumeration_come_through() -> None:
    """Known and unknown ones are plain strings; members compare equal."""
    assert loaded(status="postponed").status == "postponed"
    assert loaded(status="no_show").status == BookingStatus.NO_SHOW
    assert type(loaded(status="no_show").status) is str


@pytest.mark.parametrize(
    ("owner", "kind"),
    [
        ("USR-1", str),
        ({"id": "USR-1", "object": "user", **PEOPLE}, User),
        ({"id": "USR-1"}, User),
        ({"id": "USR-1", "object": "user", "deleted": True}, Deleted),
        ({"id": "USR-1", "object": "user", "deleted": "no"}, User),
    ],
)
def test_an_expandable_field_gives_its_id_in_every_form(owner: Any, kind: type) -> None:
    """An id, an object, or what is left of a deleted one."""
    booking = loaded(owner=owner)
    assert type(booking.owner) is kind
    assert id_of(booking.owner) == "USR-1"
    assert id_of(loaded().owner) is None


@pytest.mark.parametrize(
    ("recipient", "kind"),
    [
        ("CTC-1", str),
        ({"id": "CTC-1", "object": "contact"}, Contact),
        ({"id": "USR-1", "object": "user"}, User),
        ({"id": "USR-1"}, User),
        ({"id": "CTC-1", "object": "person"}, Contact),
        ({"id": "CTC-1", "object": "contact", "deleted": True}, Deleted),
    ],
)
def test_a_recipient_is_told_by_its_object(recipient: Any, kind: type) -> None:
    """A contact or a user."""
    sms = from_dict({"id": "SMS-1", "recipient": recipient}, SmsNotification)
    assert type(sms.recipient) is kind


def test_a_recipient_of_an_unknown_kind_is_an_error() -> None:
    """Rather than a guess."""
    with pytest.raises(ModelError, match="contact or user"):
        from_dict({"id": "SMS-1", "recipient": {"id": "X-1", "object": "robot"}}, SmsNotification)


@pytest.mark.parametrize("spelling", ["secret", "signing_secret"])
def test_a_signing_secret_is_read_from_either_spelling_and_not_shown(spelling: str) -> None:
    """The vendor's document and guide differ."""
    webhook = from_dict({"id": "WHK-1", spelling: "s3cret"}, Webhook)
    assert webhook.signing_secret == "s3cret"
    assert "s3cret" not in repr(webhook)
    assert from_dict(to_dict(webhook), Webhook) == webhook
    both = {"id": "WHK-1", "secret": "s3cret", "signing_secret": None}
    assert from_dict(both, Webhook) == webhook


def test_reprs_show_no_people() -> None:
    """Nor what is inside: a booking's repr is for logs."""
    contact = {"id": "CTC-1", "object": "contact", **PEOPLE}
    booking = loaded(
        subject="Carrie's demo",
        contact=contact,
        form_submission={"name": "Carrie", "email": "carrie@example.com", "note": "carrie"},
        conversation={"id": "CVR-1", "answers": [{"id": "INT-1", "value": "carrie"}]},
        attendees=["carrie@example.com"],
        custom_fields=[{"name": "x", "value": "carrie"}],
        status="scheduled",
    )
    parts = [booking, booking.contact, booking.form_submission, booking.conversation]
    shown = " ".join(map(repr, [*parts, *(booking.custom_fields or ())])).lower()
    assert "carrie" not in shown
    assert "202555" not in shown
    assert repr(booking) == "Booking(id='BKNG-1', status='scheduled')"


@pytest.mark.parametrize(
    ("text", "expected", "dumped"),
    [
        ("2020-03-22T09:48:48Z", datetime(2020, 3, 22, 9, 48, 48, tzinfo=UTC), None),
        ("2020-03-22T09:48:48.467Z", datetime(2020, 3, 22, 9, 48, 48, 467000, tzinfo=UTC), None),
        ("2020-03-22T11:48:48+02:00", datetime(2020, 3, 22, 9, 48, 48, tzinfo=UTC), "2020-03-22T09:48:48Z"),
        ("2020-03-22T09:48:48", datetime(2020, 3, 22, 9, 48, 48, tzinfo=UTC), "2020-03-22T09:48:48Z"),
        ("2020-03-22T09:48:48.123456Z", datetime(2020, 3, 22, 9, 48, 48, 123456, tzinfo=UTC), None),
    ],
)  # fmt: skip
def test_times_are_aware(text: str, expected: datetime, dumped: str | None) -> None:
    """In UTC, with or without milliseconds, and back in the vendor's notation."""
    booking = loaded(creation_time=text)
    assert booking.creation_time == expected
    assert booking.creation_time is not None
    assert booking.creation_time.tzinfo is not None
    assert to_dict(booking)["creation_time"] == (dumped or text)


def test_dates_of_overrides() -> None:
    """A date is a date, and a model that was built by hand dumps as well."""
    availability = SchedulingAvailability(overrides=(DateOverride.closed(date(2026, 12, 24)),))
    data = orjson.loads(to_json(availability))
    assert data["overrides"][0]["date"] == "2026-12-24"
    assert from_dict(data, SchedulingAvailability) == availability


@pytest.fixture(scope="module")
def document() -> dict[str, Any]:
    """The vendor's own description."""
    path = os.environ.get("ONCEHUB_OPENAPI")
    if path is None:
        pytest.skip("set ONCEHUB_OPENAPI to the vendor's OpenAPI document")
    with open(path, "rb") as file:
        loaded: dict[str, Any] = orjson.loads(file.read())
    return loaded


def test_the_vendors_examples_load(document: dict[str, Any]) -> None:
    """Every example object in the vendor's document becomes its model and comes out whole."""
    by_object = {
        "booking": Booking, "contact": Contact, "user": User, "webhook": Webhook,
        "conversation": Conversation, "schedule": SchedulingAvailability,
        "master_page": models.MasterPage,
    }  # fmt: skip
    examples = [each for each in _examples(document) if each.get("object") in by_object]
    assert len(examples) >= 4
    for value in examples:
        assert to_dict(from_dict(value, by_object[value["object"]])).keys() >= value.keys()


def test_every_schema_is_a_model_with_all_its_fields(document: dict[str, Any]) -> None:
    """Under the vendor's names; lists are pages, and errors have a tree of their own."""
    under_another_name = {
        "BookingBase": Booking,
        "BookingWebhookData": Booking,
        "ConversationWebhookData": Conversation,
        "DeletedObject": Deleted,
    }
    schemas = document["components"]["schemas"]
    compared = 0
    for name in schemas:
        if name.endswith("List") or name == "Error":
            continue
        cls = under_another_name.get(name) or getattr(models, name)
        compared += _compare(document, schemas[name], cls)
    assert compared > 150


# The document's stand-ins for fields that an account names itself, and the one renamed field.
_PLACEHOLDERS = {"string_custom_field", "array_custom_field", "secret"}


def _compare(document: dict[str, Any], schema: dict[str, Any], cls: type[Model]) -> int:
    """Check that a model has a schema's fields, and those of the objects inside; their number."""
    if "$ref" in schema:
        schema = document["components"]["schemas"][schema["$ref"].split("/")[-1]]
    compared = sum(_compare(document, part, cls) for part in schema.get("allOf", ()))
    fields = attrs.fields_dict(attrs.resolve_types(cls))
    for name, value in schema.get("properties", {}).items():
        compared += 1
        assert name in fields or name in _PLACEHOLDERS, f"{cls.__name__} lacks {name}"
        inner = value.get("items", value)
        for option in [inner, *inner.get("oneOf", ())]:
            if "properties" in option:
                compared += _compare(document, option, _model_in(fields[name].type))
    return compared


def _model_in(annotation: Any) -> type[Model]:
    """The model that a field's type holds, in a tuple or a union."""
    if isinstance(annotation, type) and issubclass(annotation, Model):
        return annotation
    found = [_model_in(each) for each in get_args(annotation) if each not in (..., type(None))]
    return found[0]


def _examples(node: Any) -> Any:
    if isinstance(node, dict):
        if isinstance(node.get("value"), dict) and "object" in node["value"]:
            yield node["value"]
        for child in node.values():
            yield from _examples(child)
    elif isinstance(node, list):
        for child in node:
            yield from _examples(child)
