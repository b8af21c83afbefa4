"""Contacts: what the vendor documents at https://help.oncehub.com/developers."""

from collections.abc import Iterable
from typing import Any

from ..._ground import is_time_zone
from .._data.contacts_data import STATUSES
from .._data.instants import with_milliseconds
from .._data.kind import Body
from .._field_checks import is_email, is_phone, refuse_unsupported, text
from .._listing.list_answers import ListOperation
from .._listing.list_filters import CONTACTS
from .._service_answers import SimulatedAnswer, invalid
from .._simulator_call import Call, SimulatedOperation
from .._state import AccountState
from .single_objects import delete, existing, get

_IDENTIFIERS = ("email", "mobile_phone")
_NAMES = ("first_name", "last_name")
_TEXTS = (
    "first_name", "last_name", "city", "company_size", "company", "country", "job_title", "phone",
    "post_code", "salutation", "state", "street_address",
)  # fmt: skip
_UPDATABLE = frozenset(
    {*_TEXTS, "owner", "status", "employees", "has_consent", "terms_of_sevice", "timezone",
     "custom_fields"}
)  # fmt: skip
_CREATABLE = _UPDATABLE | set(_IDENTIFIERS)


def create(call: Call) -> SimulatedAnswer:
    """Adds a contact that has names and an email address or a mobile phone, both new."""
    fields = call.fields()
    refuse_unsupported(fields, _CREATABLE, "Unsupported fields")
    if not any(fields.get(name) for name in _IDENTIFIERS):
        raise invalid("At least one of 'email' or 'mobile_phone' is required.", "email")
    _require(_NAMES, fields)
    email, phone = (
        None if fields.get(name) is None else text(fields, name) for name in _IDENTIFIERS
    )
    if email is not None and not is_email(email):
        raise invalid(f"Invalid email format: '{email}'", "email")
    if phone is not None and not is_phone(phone):
        raise invalid(f"Invalid phone format: '{phone}'", "mobile_phone")
    _check(call.state, fields)
    if email and find(call.state, email, None):
        raise invalid(f"Contact already exists: '{email}'", "email", 409)
    if phone and find(call.state, None, phone):
        raise invalid(f"Contact already exists: '{phone}'", "mobile_phone", 409)
    return SimulatedAnswer(new_contact(call, fields), 201)


def update(call: Call) -> SimulatedAnswer:
    """Changes the fields that are given; of the custom fields, those that are named."""
    contacts = call.state.contacts
    index = existing(contacts, call.id)
    fields = call.fields()
    if not fields:
        raise invalid("At least one field must be provided to update.", "body")
    for name in _IDENTIFIERS:
        if name in fields:
            raise invalid(
                "Identifier fields (email, mobile_phone) cannot be updated via this endpoint", name
            )
    refuse_unsupported(fields, _UPDATABLE, "Unsupported field")
    for name in (*_TEXTS, "status"):
        # A new contact's may be null, the document says; here they have to be texts.
        text(fields, name)
    _require([name for name in _NAMES if name in fields], fields)
    _check(call.state, fields)
    body = contacts.body(index)
    custom = [*body["custom_fields"], *fields.get("custom_fields", [])]
    body |= _values(fields) | {"custom_fields": _merged(custom)}
    body["last_updated_time"] = with_milliseconds(call.now)
    contacts.put(index, body)
    return SimulatedAnswer(body)


def find(state: AccountState, email: str | None, phone: str | None) -> Body | None:
    """The contact with this email address or this mobile phone, if there is one."""
    contacts, world = state.contacts, state.world.contacts
    if email:
        email = email.lower()
        untouched = world.by_email(email)
    else:
        untouched = world.by_mobile_phone(phone or "")
    if untouched is not None and untouched < world.count and contacts.exists(untouched):
        return contacts.body(untouched)
    for body in contacts.changed.values():
        if email and str(body.get("email") or "").lower() == email:
            return body
        if phone and body.get("mobile_phone") == phone:
            return body
    return None


def new_contact(call: Call, fields: Body) -> Body:
    """Add a contact whose fields have been checked."""
    state, now = call.state, with_milliseconds(call.now)

    def build(index: int) -> Body:
        body: Body = {
            "object": "contact",
            "id": state.world.contacts.id(index),
            "creation_time": now,
            "last_updated_time": now,
            "last_interacted_time": None,
            "owner": state.world.users.id(0),
            "status": None,
            "email": None,
            "employees": 0,
            "has_consent": False,
            "mobile_phone": None,
            "terms_of_sevice": False,
            "timezone": state.account.timezone,
            "custom_fields": [],
        }
        body |= dict.fromkeys(_TEXTS) | _values(fields)
        if body["email"] is None and not state.account.quirks:
            # The document lets an address be missing, not null.
            del body["email"]
        return body

    return state.contacts.add(call.now, build)


def _values(fields: Body) -> Body:
    values = dict(fields)
    if "status" in fields and fields["status"] not in STATUSES:
        values["status"] = None
    values["custom_fields"] = _merged(fields.get("custom_fields", []))
    return values


def _merged(custom_fields: list[Body]) -> list[Body]:
    """Each custom field once, with what it was set to last."""
    values = {one["name"]: one["value"] for one in custom_fields}
    return [{"name": name, "value": value} for name, value in values.items()]


def _require(names: Iterable[str], fields: Body) -> None:
    for name in names:
        if not fields.get(name):
            raise invalid(f"{name} is required", name)


def _check(state: AccountState, fields: Body) -> None:
    for name in _TEXTS:
        if fields.get(name) is not None:
            value = text(fields, name)
            if name == "phone" and not is_phone(value):
                raise invalid(f"Invalid phone format: '{value}'", "phone")
    if fields.get("status") is not None:
        text(fields, "status")
    for name in ("has_consent", "terms_of_sevice"):
        if name in fields and not isinstance(fields[name], bool):
            raise invalid("Must be a boolean.", name)
    employees = fields.get("employees", 0)
    if not isinstance(employees, int) or isinstance(employees, bool):
        raise invalid("Must be an integer.", "employees")
    if "timezone" in fields and not is_time_zone(text(fields, "timezone")):
        raise invalid(f"Invalid timezone: '{fields['timezone']}'", "timezone")
    if "owner" in fields:
        owner = text(fields, "owner")
        user = state.users.index(owner)
        if user is None or not state.users.exists(user):
            raise invalid(f"Invalid owner: '{owner}'", "owner")
    _check_custom_fields(state, fields.get("custom_fields", []))


def _check_custom_fields(state: AccountState, value: Any) -> None:
    if not isinstance(value, list):
        raise invalid("Must be an array of custom fields.", "custom_fields")
    for one in value:
        if not isinstance(one, dict) or not isinstance(one.get("name"), str) or "value" not in one:
            raise invalid("Must be an array of custom fields.", "custom_fields")
        if one["name"] not in state.account.custom_fields:
            raise invalid(
                f"Custom field '{one['name']}' does not exist in field library", "custom_fields"
            )


OPERATIONS = (
    SimulatedOperation(
        "list-all-contacts", "GET", "/contacts", ListOperation("contacts", "/contacts", CONTACTS)
    ),
    SimulatedOperation("add-a-new-contact", "POST", "/contacts", create),
    SimulatedOperation("get-a-single-contact", "GET", "/contacts/{id}", get("contacts")),
    SimulatedOperation("update-a-contact", "PATCH", "/contacts/{id}", update),
    SimulatedOperation("delete-a-contact", "DELETE", "/contacts/{id}", delete("contacts")),
)
