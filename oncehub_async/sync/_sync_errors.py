"""What can go wrong with a sync beyond a request. None of these shows data of a row."""

from ..errors import OnceHubError


class SyncError(OnceHubError):
    """The account can't be synced into this database."""


class DatabaseBusyError(SyncError):
    """Another sync writes into it."""


class DatabaseFailedError(SyncError):
    """The database refused, broke off, or can't be opened."""


class PolicyChangedError(SyncError):
    """Other columns are to be blocked or hashed than those of the rows that are there."""


class OtherAccountError(SyncError):
    """What the database holds is of another account."""


class NewerSchemaError(SyncError):
    """A later version of this package made the tables."""
