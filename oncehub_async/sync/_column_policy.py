"""Which columns never leave the account, and which leave it as a keyed hash.

Under any policy nothing passes that it doesn't know: no field that the vendor adds, and no column
that a later version of this package adds.
"""

import hashlib
import hmac
from collections.abc import Iterable, Mapping
from typing import Any

import attrs

from .._ground import Hidden, checks, dump_json, likely_word, load_json
from ..errors import ConfigurationError, InvalidParameterError
from ._tables import TABLES, Column, ColumnKind, table_of

_SHORTEST_KEY = 16
_CHECK = "oncehub-async: which key is this?"

# What holds no person: ids, states, times, numbers, and what comes from a fixed list. All else is
# a text that somebody typed, or leads to one.
_IMPERSONAL_KINDS = frozenset(
    {ColumnKind.ID, ColumnKind.INTEGER, ColumnKind.NUMBER, ColumnKind.BOOLEAN, ColumnKind.TIME}
)
_IMPERSONAL_TEXTS = frozenset(
    {
        "*.object",
        "*.status",
        "*.timezone",
        "bookings.cancel_reschedule_information_actioned_by",
        "bookings.cancel_reschedule_information_user_id",
        "bookings.customer_timezone",
        "bookings.external_calendar_type",
        "bookings.payment_information_currency",
        "bookings.rescheduled_booking_id",
        "bookings.tracking_id",
        "bookings.utm_params_campaign",
        "bookings.utm_params_medium",
        "bookings.utm_params_source",
        "contacts.country",
        "users.role_name",
        "users.teams",
        "sms_notifications.recipient_type",
        "sms_notifications.type",
        "webhooks.api_version",
        "webhooks.events",
    }
)
_ALWAYS_THERE = frozenset({"id", "object"})
_GONE_BY = frozenset({"creation_time", "last_updated_time"})
"""By these a sync tells the older state from the newer, and finds what was deleted."""


def is_personal(table: str, column: Column) -> bool:
    """Whether a person can be in a column."""
    names = {f"{table}.{column.name}", f"*.{column.name}"}
    if column.is_ours:
        return column.kind in (ColumnKind.JSON, ColumnKind.TEXT)
    return column.kind not in _IMPERSONAL_KINDS and names.isdisjoint(_IMPERSONAL_TEXTS)


@attrs.frozen
class ColumnPolicy:
    """What of the account may be in the database; see `column_policy`."""

    blocked: frozenset[str] = frozenset()
    """Such as `contacts.email`."""
    hashed: frozenset[str] = frozenset()
    known: frozenset[str] | None = None
    """All columns that there were when it was made; None where no policy is in force."""
    _key: Any = attrs.field(default=None, repr=False, eq=False)
    """Hidden."""

    @property
    def passes_unnamed(self) -> bool:
        """Whether what it doesn't know passes: only without a policy."""
        return self.known is None

    def treated(self, table: str, column: Column, value: Any) -> Any:
        """What the database gets of a column's value."""
        if self.known is None or value is None:
            return value
        name = f"{table}.{column.name}"
        if name in self.hashed:
            return self._hashed(column, value)
        return value if name in self.known and name not in self.blocked else None

    def may_pass(self, table: str, column: Column) -> bool:
        """Whether a column holds what the account has, as it is."""
        name = f"{table}.{column.name}"
        if self.known is None:
            return True
        return name in self.known and name not in self.blocked | self.hashed

    def _hashed(self, column: Column, value: str) -> str | None:
        if column.kind is not ColumnKind.JSON:
            return self.digest(value)
        texts = load_json(value)
        if not isinstance(texts, list):
            return None
        return dump_json([self.digest(str(each)) for each in texts]).decode()

    def digest(self, text: str) -> str:
        """The hash of a text. Raises `ConfigurationError` where there is no key."""
        if self._key is None:
            raise ConfigurationError("hash_key: is missing")
        # The same address is written in several ways, and has to be joined on all the same.
        plain = text.strip().casefold().encode("utf-8", "surrogatepass")
        return hmac.new(self._key.value.encode(), plain, hashlib.sha256).hexdigest()

    def as_text(self) -> str:
        """What the database keeps of it: no key, but what tells whether it is the same."""
        if self.known is None:
            return ""
        check = self.digest(_CHECK) if self._key is not None and self.hashed else None
        return dump_json(
            {
                "blocked": sorted(self.blocked),
                "hashed": sorted(self.hashed),
                "known": sorted(self.known),
                "key": check,
            }
        ).decode()

    @classmethod
    def hashing(cls, hash_key: str) -> "ColumnPolicy":
        """One that only makes hashes."""
        return cls(key=Hidden(hash_key))

    def has_key_of(self, kept: Mapping[str, Any]) -> bool:
        """Whether a kept policy, as JSON data, made its hashes with the same key."""
        return bool(kept.get("key") == self.digest(_CHECK))

    def going_on_from(self, text: str) -> "ColumnPolicy | None":
        """The same, as it was when the rows were written; None where it is another one."""
        if not text or self.known is None:
            return self if not text and self.known is None else None
        kept: Mapping[str, Any] = load_json(text)
        known = frozenset(kept["known"])
        then = attrs.evolve(self, known=known, blocked=self.blocked & known)
        return then if then.as_text() == text else None


NO_POLICY = ColumnPolicy()


def blocked_by(text: str) -> frozenset[str]:
    """The columns that a kept policy keeps empty, such as `contacts.email`."""
    if not text:
        return frozenset()
    kept: Mapping[str, Any] = load_json(text)
    return frozenset(kept["blocked"]) | (frozenset(_all_columns()) - frozenset(kept["known"]))


def column_policy(
    *,
    block: Iterable[str] = (),
    hash: Iterable[str] = (),
    no_personal_data: bool = False,
    hash_key: str | None = None,
) -> ColumnPolicy:
    """The policy that keeps columns out of the database, or lets in only a hash of them.

        column_policy(block=["contacts.phone"], hash=["contacts.email"], hash_key=...)

    Columns are named with their table. A hash is HMAC-SHA256 with `hash_key`, in hex, over the
    text without spaces around it and in lower case, so that it can be joined on; of a list of
    texts each is hashed. With `no_personal_data` every column is blocked in which a person can be,
    but those that are hashed. Under any policy unknown fields don't pass, nor do columns that are
    added later.

    Raises `InvalidParameterError` and `ConfigurationError`.
    """
    blocked, hashed = _columns(block, "block"), _columns(hash, "hash")
    if blocked & hashed:
        both = ", ".join(sorted(blocked & hashed))
        raise InvalidParameterError("block", f"{both}: is to be hashed; name it once")
    for name in sorted(blocked):
        if name.partition(".")[2] in _GONE_BY:
            raise InvalidParameterError(
                "block", f"{name}: the sync goes by it, and nobody is in it; leave it out"
            )
    for name in sorted(hashed):
        _check_hashed(name)
    if no_personal_data:
        blocked |= frozenset(_personal()) - hashed
    if not blocked and not hashed:
        return NO_POLICY
    if hashed and (hash_key is None or len(hash_key) < _SHORTEST_KEY):
        raise ConfigurationError(
            f"hash_key: a secret text of {_SHORTEST_KEY} characters or more is needed to hash with"
        )
    key = Hidden(hash_key) if hashed else None
    return ColumnPolicy(blocked, hashed, frozenset(_all_columns()), key)


def _all_columns() -> Iterable[str]:
    for table in TABLES:
        yield from (f"{table}.{column.name}" for column in table_of(table).columns)


def _personal() -> Iterable[str]:
    for table in TABLES:
        for column in table_of(table).columns:
            if is_personal(table, column):
                yield f"{table}.{column.name}"


def _columns(names: Iterable[str], param: str) -> frozenset[str]:
    nameable = {
        f"{table}.{column.name}"
        for table in TABLES
        for column in table_of(table).columns
        if column.path and column.name not in _ALWAYS_THERE
    }
    found = set()
    for name in checks.several(names, param, "columns"):
        written = checks.any_text(name, param).strip().replace("-", "_")
        if written not in nameable:
            hint = likely_word(written, nameable)
            raise InvalidParameterError(
                param,
                f"there is no column '{name}' to name"
                + (f"; did you mean {hint}?" if hint else ", such as contacts.email"),
            )
        found.add(written)
    return frozenset(found)


def _check_hashed(name: str) -> None:
    table, _, column_name = name.partition(".")
    column = table_of(table).column(column_name)
    if column is None or not (column.kind is ColumnKind.TEXT or column.holds_texts):
        raise InvalidParameterError("hash", f"{name}: only texts can be hashed; block it")
