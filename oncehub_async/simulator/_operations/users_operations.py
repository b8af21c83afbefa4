"""Users, teams and availability: what the vendor documents at https://help.oncehub.com/developers."""

from typing import Any

from .._data.instants import parse_date, to_datetime
from .._data.kind import Body
from .._data.users_data import ACCOUNT_OWNER, ROLES
from .._field_checks import is_email, is_name, refuse_unsupported, text
from .._listing.list_answers import ListOperation
from .._listing.list_filters import TEAMS, USERS
from .._service_answers import SimulatedAnswer, invalid, missing, not_found
from .._simulator_call import Call, SimulatedOperation
from .._state import AccountState
from .single_objects import delete, existing, get

TEAM_OPERATIONS = (
    SimulatedOperation("list-all-teams", "GET", "/teams", ListOperation("teams", "/teams", TEAMS)),
    SimulatedOperation("get-a-single-team", "GET", "/teams/{id}", get("teams")),
)


_RANGE = ("overrides_start_time", "overrides_end_time")


def get_availability(call: Call) -> SimulatedAnswer:
    """The weekly hours, and the overrides of the dates from the one to the other."""
    call.refuse_unknown_parameters(frozenset(_RANGE))
    for name in _RANGE:
        if name in call.query and parse_date(call.query[name]) is None:
            raise invalid(f"Invalid date format for {name}. Expected format: YYYY-MM-DD", name)
    user = existing(call.state.users, call.id)
    timezone = call.state.users.body(user)["timezone"]
    first, last = (call.query.get(name) for name in _RANGE)
    if first and last and first > last:
        raise invalid(
            "overrides_start_time cannot be later than overrides_end_time", "overrides_start_time"
        )
    return SimulatedAnswer(call.state.schedules.of(user).shown(timezone, first, last))


def update_availability(call: Call) -> SimulatedAnswer:
    """Replaces whole days and whole dates, and deletes the dates that are set to null."""
    state = call.state
    user = existing(state.users, call.id)
    today = to_datetime(call.now).date()
    conferencing = state.schedules.conferencing(user)[0]
    schedule = state.schedules.of(user).merged(call.fields(), today, conferencing)
    state.schedules.put(user, schedule)
    return SimulatedAnswer(schedule.shown(state.users.body(user)["timezone"]))


_REQUIRED = ("email", "first_name", "last_name")
_UPDATABLE = frozenset({"first_name", "last_name", "role_name", "teams"})
_CREATABLE = _UPDATABLE | {"email"}


def create(call: Call) -> SimulatedAnswer:
    """Invites a user, as a Member if no role is given."""
    state, fields = call.state, call.fields()
    refuse_unsupported(fields, _CREATABLE, "Unsupported fields")
    for name in _REQUIRED:
        if name not in fields:
            raise missing(name)
    if not is_email(text(fields, "email")):
        raise invalid(f"Invalid email: '{fields['email']}'", "email")
    for name in ("first_name", "last_name"):
        if not is_name(text(fields, name)):
            raise invalid(f"Invalid {name}: '{fields[name]}'", name)
    _check_role(fields)
    _check_teams(state, fields)
    if _has_email(state, fields["email"]):
        raise invalid(f"Email already exists: '{fields['email']}'", "email")
    if len(state.users) >= state.account.user_limit:
        raise invalid(
            "You have reached the user limit for your current plan. To add more users, please "
            "upgrade your account.",
            status=422,
        )
    body = state.users.add(
        call.now,
        lambda index: {
            "object": "user",
            "id": state.world.users.id(index),
            "first_name": fields["first_name"],
            "last_name": fields["last_name"],
            "email": fields["email"],
            "status": "invited",
            "role_name": fields.get("role_name", "Member"),
            "timezone": state.account.timezone,
            "teams": fields.get("teams", []),
        },
    )
    return SimulatedAnswer(body)


def update(call: Call) -> SimulatedAnswer:
    """Changes a user's names, role or teams; not those of the Account Owner."""
    state, users = call.state, call.state.users
    index = users.index(call.id)
    if index is None:
        raise not_found("user", call.id)
    if not users.exists(index):
        raise invalid(f"User cannot be modified as they have been deleted: '{call.id}'", "id", 410)
    fields = call.fields()
    if not fields:
        raise invalid("At least one field must be provided to update.", "body")
    refuse_unsupported(fields, _UPDATABLE, "Unsupported field")
    for name in ("first_name", "last_name"):
        if name in fields and not is_name(text(fields, name)):
            raise invalid(f"Invalid {name.replace('_', ' ')}: '{fields[name]}'", name)
    _check_role(fields)
    _check_teams(state, fields)
    body = users.body(index)
    _refuse_owner(body, "update")
    body |= fields
    users.put(index, body)
    return SimulatedAnswer(body)


def remove(call: Call) -> SimulatedAnswer:
    """Deletes a user; not the Account Owner."""
    users = call.state.users
    index = users.index(call.id)
    if index is not None and users.exists(index):
        _refuse_owner(users.body(index), "delete")
    return delete("users")(call)


def _refuse_owner(body: Body, what: str) -> None:
    if body["role_name"] == ACCOUNT_OWNER:
        raise invalid(f"Cannot {what} 'Account Owner' user.", status=403)


def _check_role(fields: Body) -> None:
    if "role_name" not in fields:
        return
    role = text(fields, "role_name")
    if role == ACCOUNT_OWNER:
        raise invalid(
            "The 'Account Owner' role cannot be assigned directly via the API.", "role_name"
        )
    if role not in ROLES:
        raise invalid(f"Invalid role name: '{role}'", "role_name")


def _check_teams(state: AccountState, fields: Body) -> None:
    teams: Any = fields.get("teams", [])
    if not isinstance(teams, list) or not all(isinstance(team, str) for team in teams):
        raise invalid("Must be an array of strings.", "teams")
    unknown = []
    for team in teams:
        index = state.teams.index(team)
        if index is None or not state.teams.exists(index):
            unknown.append(f"'{team}'")
    if unknown:
        raise invalid(f"Invalid team(s): {', '.join(unknown)}", "teams")


def _has_email(state: AccountState, email: str) -> bool:
    users = (state.users.body(index) for index in state.users.indexes())
    return any(body["email"].lower() == email.lower() for body in users)


OPERATIONS = (
    SimulatedOperation("list-all-users", "GET", "/users", ListOperation("users", "/users", USERS)),
    SimulatedOperation("add-a-new-user", "POST", "/users", create),
    SimulatedOperation("get-a-single-user", "GET", "/users/{id}", get("users")),
    SimulatedOperation("update-a-user", "PATCH", "/users/{id}", update),
    SimulatedOperation("delete-a-user", "DELETE", "/users/{id}", remove),
    SimulatedOperation(
        "get_user_scheduling_availability",
        "GET",
        "/users/{id}/scheduling-availability",
        get_availability,
    ),
    SimulatedOperation(
        "patch_user_scheduling_availability",
        "PATCH",
        "/users/{id}/scheduling-availability",
        update_availability,
    ),
)
