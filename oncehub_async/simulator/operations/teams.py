"""Teams: what the vendor documents at https://developers.oncehub.com."""

from ..call import Operation
from ..lists.filters import TEAMS
from ..lists.listing import Listing
from .single import get

OPERATIONS = (
    Operation("list-all-teams", "GET", "/teams", Listing("teams", "/teams", TEAMS)),
    Operation("get-a-single-team", "GET", "/teams/{id}", get("teams")),
)
