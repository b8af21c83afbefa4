"""Users, of whom number 0 is the Account Owner, and their teams."""

from .._account_settings import Account
from .ids import Ids
from .kind import Body, Kind
from .quirks import stray
from .seeded import chance, key, pick, roll
from .words import CITIES, FIRST_NAMES, LAST_NAMES, TEAM_NAMES


class SimulatedTeams(Kind):
    """The account's teams. Who is in one stands with the users."""

    name, noun, object = "teams", "team", "team"

    def __init__(self, account: Account) -> None:
        self.count = account.teams
        self.ids = Ids("TM-", 12, account.seed)

    def make(self, index: int) -> Body:
        cycle, word = divmod(index, len(TEAM_NAMES))
        name = TEAM_NAMES[word] + (f" {cycle + 1}" if cycle else "")
        return {"object": self.object, "id": self.id(index), "name": name}


ACCOUNT_OWNER = "Account Owner"
ROLES = ("Administrator", "Member", "Team Manager")


class SimulatedUsers(Kind):
    """The account's users."""

    name, noun, object = "users", "user", "user"

    def __init__(self, account: Account, teams: SimulatedTeams) -> None:
        self.count = account.users
        self.ids = Ids("USR-", 10, account.seed)
        self._teams, self._quirks = teams, account.quirks
        self._key = {
            word: key(account.seed, self.name, word)
            for word in ("first", "last", "role", "status", "seat", "city", "team")
        }

    def make(self, index: int) -> Body:
        first = pick(self._key["first"], index, FIRST_NAMES)
        last = pick(self._key["last"], index, LAST_NAMES)
        body: Body = {
            "object": self.object,
            "id": self.id(index),
            "first_name": first,
            "last_name": last,
            "email": self.email(index),
            "status": "active" if self.is_active(index) else "invited",
            "role_name": self._role(index),
            "timezone": pick(self._key["city"], index, CITIES)[3],
            "teams": [self._teams.id(team) for team in self.teams_of(index)],
        }
        if self._quirks:
            stray(body, index, {"role_name": "Auditor"}, {"avatar_url": None})
        return body

    def email(self, index: int) -> str:
        """The address of user `index`; the number in it keeps it unique."""
        first = pick(self._key["first"], index, FIRST_NAMES)
        last = pick(self._key["last"], index, LAST_NAMES)
        return f"{first}.{last}{index or ''}@oncehub-customer.example".lower()

    def is_active(self, index: int) -> bool:
        """Whether the invitation was accepted."""
        return index == 0 or not chance(self._key["status"], index, 0.08)

    def has_seat(self, index: int) -> bool:
        """Whether a paid seat is assigned: without one, nobody can be a host."""
        return index < 3 or not chance(self._key["seat"], index, 0.1)

    def teams_of(self, index: int) -> list[int]:
        """The teams (their indexes) of user `index`."""
        if not self._teams.count:
            return []
        first = roll(self._key["team"], index) % self._teams.count
        second = (first + 1) % self._teams.count
        return [first] if index % 3 or first == second else [first, second]

    def members(self, team: int) -> list[int]:
        """The users (their indexes) in a team, as the account was made."""
        return [index for index in range(self.count) if team in self.teams_of(index)]

    def _role(self, index: int) -> str:
        return ACCOUNT_OWNER if index == 0 else pick(self._key["role"], index, ROLES)
