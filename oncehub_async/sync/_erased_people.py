"""Whose data is kept out of a database: known by keyed hashes, so that nobody can be read there.

A row is a person's own where it is their contact, a booking that they made, a text message to
them: there all columns go in which a person can be. In others' rows only what names them goes.
"""

import hashlib
import hmac
import re
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

import attrs

from .._ground import (
    Hidden,
    address_forms,
    addresses_in,
    may_hold_address,
    phone_digits,
    whole_address,
)
from ._column_policy import is_personal
from ._object_rows import ColumnTree, tree_of
from ._tables import UNKNOWN_FIELDS, Column, ColumnKind, table_of

_OF_THE_GUEST = frozenset({"contact", "conversation", "recipient"})
"""Expandable fields whose object is about the person whom its row is about."""
_ID = re.compile(r"[A-Z]{2,5}-[\w-]{1,100}")
_CONTACT = "CTC-"
_CONTACT_IDS = re.compile(rf"^{_CONTACT}.*$", re.MULTILINE)
_DIGEST_LENGTH = 64
_DIGEST = re.compile(r"[0-9a-f]{64}")
_FEWEST_DIGITS = 6
_ADDRESSES = frozenset({"email", "form_submission_email", "attendees", "form_submission_guests"})
"""Columns of addresses, each of which is one: -ann@ isn't Ann's."""


@attrs.frozen(repr=False)
class Person:
    """By what a person is known: e-mail addresses, the ids of their contacts, phone numbers.

    `digests` are what `column_policy` makes of them where columns are hashed.
    """

    addresses: frozenset[str] = frozenset()
    ids: frozenset[str] = frozenset()
    phones: frozenset[str] = frozenset()
    digests: frozenset[str] = frozenset()

    @classmethod
    def of(cls, email: str) -> "Person":
        """Somebody of whom no more is known yet."""
        return cls(address_forms(email))

    def with_contact(self, contact: Mapping[str, Any]) -> "Person":
        """With what a contact tells, if it is this person's; as the service or a row has it."""
        email = contact.get("email")
        if not isinstance(email, str):
            return self
        if email not in self.digests and self.addresses.isdisjoint(_addresses_of(email)):
            return self
        ids = {each for each in [contact.get("id")] if isinstance(each, str)}
        phones = {
            digits
            for name in ("phone", "mobile_phone")
            if isinstance(contact.get(name), str)
            and len(digits := phone_digits(contact[name])) >= _FEWEST_DIGITS
        }
        return attrs.evolve(self, ids=self.ids | ids, phones=self.phones | phones)

    def marks(self) -> Iterator[str]:
        """Each with its kind before it, as hashes are made of them."""
        for kind in ("address", "id", "phone", "digest"):
            plural = {"address": "addresses"}.get(kind, f"{kind}s")
            yield from (f"{kind} {each}" for each in getattr(self, plural))


@attrs.frozen(repr=False)
class ErasedPeople:
    """People who are known by hashes."""

    hashes: frozenset[str] = frozenset()
    _key: Any = attrs.field(default=None, repr=False)
    """Hidden."""

    @classmethod
    def of(cls, key: str, hashes: Iterable[str] = ()) -> "ErasedPeople":
        """By the key with which their hashes were made."""
        return cls(frozenset(hashes), Hidden(key))

    def __bool__(self) -> bool:
        return bool(self.hashes)

    def hashes_of(self, person: Person) -> frozenset[str]:
        """What a person is known by."""
        return frozenset(map(self._hash, person.marks()))

    def with_person(self, person: Person) -> "ErasedPeople":
        """These, and one more."""
        return attrs.evolve(self, hashes=self.hashes | self.hashes_of(person))

    def names(self, table: str, values: Mapping[str, Any]) -> bool:
        """Whether a row is about one of them, or names one; its values by column, JSON as data."""
        if not self._may_be_in(table, values):
            return False
        return self._owns(table, values) or any(self._is_at(*each) for each in values.items())

    def changes(self, table: str, values: Mapping[str, Any]) -> dict[str, Any]:
        """The columns of a row that have to hold something else, and what."""
        if not self._may_be_in(table, values):
            return {}
        columns = [each for each in table_of(table).columns if values.get(each.name) is not None]
        if self._owns(table, values):
            gone: dict[str, Any] = {
                each.name: None
                for each in columns
                if is_personal(table, each) or self._names_address(each, values[each.name])
            }
            for each in columns:
                if each.name in _OF_THE_GUEST and isinstance(values[each.name], dict):
                    gone[each.name] = values[each.name].get("id")
            return gone
        return {
            each.name: self._without(each, values[each.name])
            for each in columns
            if self._names_address(each, values[each.name])
        }

    def redacted(self, table: str, data: Mapping[str, Any]) -> Mapping[str, Any]:
        """An object as the service sent it, without them; the same where they aren't in it."""
        if not self._may_be_in(table, data):
            return data
        tree = tree_of(table_of(table))
        values: dict[str, Any] = {}
        unknown = _flat(tree, data, values)
        if unknown:
            values[UNKNOWN_FIELDS] = unknown
        changes = self.changes(table, values)
        return _rebuilt(tree, data, changes) if changes else data

    def names_in(self, table: str, data: Mapping[str, Any]) -> bool:
        """Whether an object as the service sent it is about one of them, or names one."""
        values: dict[str, Any] = {}
        unknown = _flat(tree_of(table_of(table)), data, values)
        return self.names(table, {**values, UNKNOWN_FIELDS: unknown})

    def is_in(self, value: Any) -> bool:
        """Whether JSON data of whatever shape names one of them."""
        return self._is_in(value)

    def names_by_more_than_ids(self, value: Any) -> bool:
        """The same, but for the ids of their contacts, which say nothing once these are gone."""
        return any(not _ID.fullmatch(text) and self._is_text(text) for text in texts_in(value))

    def _may_be_in(self, table: str, values: Mapping[str, Any]) -> bool:
        """Whether it is worth a closer look: most rows are about somebody else."""
        if table == "sms_notifications":
            return True  # phone numbers are no words
        text = "\n".join(texts_in(values))
        return (
            any(self._hash(f"address {each}") in self.hashes for each in addresses_in(text))
            or any(self._is_id(each) for each in _CONTACT_IDS.findall(text))
            or any(self._is_digest(each) for each in _DIGEST.findall(text))
        )

    def _owns(self, table: str, values: Mapping[str, Any]) -> bool:
        match table:
            case "contacts":
                return self._is_id(values.get("id")) or self._is_email(values.get("email"))
            case "users":
                return self._is_email(values.get("email"))
            case "sms_notifications":
                return self._is_contact(values.get("recipient")) or self._is_phone(
                    values.get("details_delivered_to")
                )
            case "bookings":
                email = values.get("form_submission_email")
                if self._is_contact(values.get("contact")) or self._is_email(email):
                    return True
                # Whose it is isn't known, and they are in it.
                return not email and any(self._is_at(*each) for each in values.items())
        return False

    def _is_contact(self, value: Any) -> bool:
        if isinstance(value, Mapping):
            return self._is_id(value.get("id")) or self._is_email(value.get("email"))
        return self._is_id(value)

    def _is_email(self, value: Any) -> bool:
        if not isinstance(value, str):
            return self._is_in(value)
        named = any(self._hash(f"address {each}") in self.hashes for each in _addresses_of(value))
        return named or self._is_digest(value)

    def _is_at(self, column: str, value: Any) -> bool:
        """Whether a column names somebody."""
        if column not in _ADDRESSES:
            return self._is_in(value)
        return any(map(self._is_email, value if isinstance(value, list) else [value]))

    def _is_id(self, value: Any) -> bool:
        return isinstance(value, str) and self._hash(f"id {value}") in self.hashes

    def _is_phone(self, value: Any) -> bool:
        if not isinstance(value, str):
            return False
        return self._is_digest(value) or self._hash(f"phone {phone_digits(value)}") in self.hashes

    def _is_digest(self, text: str) -> bool:
        found = len(text) == _DIGEST_LENGTH and _DIGEST.fullmatch(text) is not None
        return found and self._hash(f"digest {text}") in self.hashes

    def _is_in(self, value: Any) -> bool:
        return any(self._is_text(text) for text in texts_in(value))

    def _is_text(self, text: str) -> bool:
        if not may_hold_address(text):
            # As most texts are; a digest is as long as it is.
            return self._is_id(text) if text.startswith(_CONTACT) else self._is_digest(text)
        if any(self._hash(f"address {each}") in self.hashes for each in addresses_in(text)):
            return True
        return self._is_digest(text)

    def _names_address(self, column: Column, value: Any) -> bool:
        """Whether they are in it, and it isn't an id, by which rows are found."""
        is_id = column.kind is ColumnKind.ID and isinstance(value, str) and _ID.fullmatch(value)
        return not is_id and column.name != "id" and self._is_at(column.name, value)

    def _without(self, column: Column, value: Any) -> Any:
        if column.kind is ColumnKind.ID and isinstance(value, dict):
            return value.get("id")
        if isinstance(value, list):
            return [each for each in value if not self._is_at(column.name, each)]
        if isinstance(value, dict):
            return {name: each for name, each in value.items() if not self._is_in([name, each])}
        return None

    def _hash(self, mark: str) -> str:
        if self._key is None:
            return ""
        text = mark.encode("utf-8", "surrogatepass")
        return hmac.digest(self._key.value.encode(), text, hashlib.sha256).hex()


NOBODY = ErasedPeople()


def _addresses_of(email: str) -> Iterable[str]:
    """The address that is there where one is to be; all of a text that is more than one."""
    whole = whole_address(email)
    return addresses_in(email) if whole is None else (whole,)


def texts_in(value: Any) -> list[str]:
    """All texts in JSON data, names of fields too."""
    found: list[str] = []
    _add_texts(value, found)
    return found


def _add_texts(value: Any, found: list[str]) -> None:
    # Called for every value of every row: an exact type is looked at first.
    kind = type(value)
    if kind is str:
        found.append(value)
    elif kind is dict:
        found.extend(value)
        for each in value.values():
            _add_texts(each, found)
    elif kind is list or kind is tuple:
        for each in value:
            _add_texts(each, found)
    elif isinstance(value, Mapping):
        _add_texts(dict(value), found)


def _flat(tree: ColumnTree, data: Mapping[str, Any], values: dict[str, Any]) -> dict[str, Any]:
    """An object's fields by column; gives those that have none, or don't fit theirs."""
    unknown: dict[str, Any] = {}
    for name, value in data.items():
        known = tree.get(name)
        if isinstance(known, Column):
            values[known.name] = value
        elif known is not None and isinstance(value, Mapping):
            inner = _flat(known, value, values)
            if inner:
                unknown[name] = inner
        elif value is not None:
            unknown[name] = value
    return unknown


def _rebuilt(
    tree: ColumnTree, data: Mapping[str, Any], changes: Mapping[str, Any], unknown: Any = None
) -> dict[str, Any]:
    """An object with other values in some columns; of unknown fields, with those that are left."""
    keeps = UNKNOWN_FIELDS not in changes
    left = unknown if unknown is not None else changes.get(UNKNOWN_FIELDS) or {}
    made: dict[str, Any] = {}
    for name, value in data.items():
        known = tree.get(name)
        if isinstance(known, Column):
            made[name] = changes.get(known.name, value)
        elif known is not None and isinstance(value, Mapping):
            made[name] = _rebuilt(known, value, changes, left.get(name) or {})
        elif keeps or name in left:
            made[name] = value if keeps else left[name]
    return made
