"""Teams."""

from ..account import Account
from .ids import Ids
from .kind import Body, Kind
from .words import TEAM_NAMES


class Teams(Kind):
    """The account's teams. Who is in one stands with the users."""

    name, noun, object = "teams", "team", "team"

    def __init__(self, account: Account) -> None:
        self.count = account.teams
        self.ids = Ids("TM-", 12, account.seed)

    def make(self, index: int) -> Body:
        cycle, word = divmod(index, len(TEAM_NAMES))
        name = TEAM_NAMES[word] + (f" {cycle + 1}" if cycle else "")
        return {"object": self.object, "id": self.id(index), "name": name}
