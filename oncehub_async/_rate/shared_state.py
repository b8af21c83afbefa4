"""One budget of many processes: what they share, and what becomes of it when one of them asks.

A pure function of what is kept, what a process tells and asks, and the time. `shared_state.lua` is
the same for a Redis server, line by line (a test compares the two); so what is kept is plain JSON.

Times are real seconds since an arbitrary zero of whoever keeps the state. A process tells moments
as seconds ago, since its own clock is another one.
"""

from collections.abc import Iterable, Sequence
from math import ceil
from typing import Any

from .shared_messages import Ask, PaceVerdict, Sent, SharedRules, Told
from .throttle import ALONE, FIRST_PAUSE, LONGEST_PAUSE, LONGEST_RETRY_AFTER, RECOVERY

State = dict[str, Any]
"""What is kept; a dictionary that JSON can hold."""

LATE = 0.25
"""Seconds that a process may be late at its turn before the next one in line goes."""
AT_ONCE = 0.03
"""A request may be given leave so many seconds ahead: less than another question would take."""
SETTLING = 1.5
"""Seconds in which all processes tell what they have sent, after what was shared was lost or out of
reach."""
SILENCE = 1.5
"""Seconds without a question, though one was due, after which it may be that nobody could ask, and
that some go on alone. Nobody does so before it has lasted for two seconds."""
SELDOM = 30.0
"""Seconds until that can hold everybody up again."""
PROBE_PATIENCE = 60.0
"""Seconds after which a request that tries the service after a 429 counts as lost."""
_LAG = 1000
"""Numbers that were given at most while a replica lagged."""
LONGEST_SLEEP = 30.0
"""Seconds after which a waiting process asks again at the latest."""


def new_state(name: str, now: float, *, settling: bool) -> State:
    """Nothing has been sent yet, as far as anybody knows."""
    return {
        "name": name,
        "number": 0,
        "places": [],
        "line": [],
        "seen": {},
        "turns": {},
        "share": 1.0,
        "paused_until": now,
        "refusals": 0,
        "cut_at": now - 1e6,
        "probe": None,
        "typical": 0.0,
        "held_until": now + SETTLING if settling else now,
        "expected": 1,
        "reporters": {},
        "missing_until": now,
        "next_settling": now,
        "asked_at": now,
    }


# A place: [when it arrived at the latest, when it left, account, id, whether it is unsettled]. The
# account is None where only others of the process's have told of it.
_ARRIVED, _LEFT, _ACCOUNT, _ID, _OPEN = range(5)
# In line: [priority, number, process, account, when it asks again].
_PRIORITY, _NUMBER, _PROCESS, _OF, _BACK_AT = range(5)
# Of a process that was seen: [when, its turn].
_SEEN_AT, _TURN = range(2)


def step(state: State, ask: Ask, now: float, rules: SharedRules) -> Told:
    """Change the state by what a process tells, and answer what it asks."""
    _notice_silence(state, ask, now)
    _forget(state, now, rules)
    turn, turns = _take_turn(state, ask, now)
    lost = ask.known is not None and ask.known != state["name"]
    if ask.reported is not None:
        _report(state, ask, ask.reported, now, rules)
        lost = False
    _settle(state, ask, now, rules)
    for verdict in ask.verdicts:
        _learn(state, verdict, now)
    leave: list[list[Any]] = []
    due: list[float | None] = [None, None]
    if not lost:
        _stand_in_line(state, ask, now)
        leave, due = _serve(state, ask, now, rules)
    second = sorted(p[_ARRIVED] for p in _of_account(state, ask.account, now, rules))
    told = Told(
        state=state["name"],
        report=lost,
        now=now,
        processes=len(state["seen"]),
        turn=turn,
        turns=turns,
        alone=_may_go_alone(state, ask.process, now, rules),
        leave=leave,
        due=due,
        limit=_pace(state, rules),
        paused=max(0.0, state["paused_until"] - now),
        second=[at - now for at in second],
        five_minutes=[[p[_ID], p[_ARRIVED] - now] for p in state["places"]],
    )
    if ask.leaves:
        del state["seen"][ask.process], state["turns"][ask.process]
    return told


def _notice_silence(state: State, ask: Ask, now: float) -> None:
    """Wait for those who are not back yet, if nobody asked though somebody should have."""
    asked_at: float = state["asked_at"]
    turns = [each[_BACK_AT] for each in state["line"]]
    # Who reports couldn't ask before.
    expected_at = asked_at if ask.reported is not None else min(turns, default=now)
    if now - max(asked_at, expected_at) > SILENCE:
        state["held_until"] = max(state["held_until"], now + SETTLING)
    state["asked_at"] = now


def _forget(state: State, now: float, rules: SharedRules) -> None:
    gone = now - rules.five_minutes
    state["places"] = [p for p in state["places"] if p[_ARRIVED] > gone]
    state["seen"] = {each: seen for each, seen in state["seen"].items() if seen[_SEEN_AT] > gone}
    known = state["turns"].items()
    state["turns"] = {each: turns for each, turns in known if each in state["seen"]}
    # Who didn't come back at its turn gave up or died.
    state["line"] = [each for each in state["line"] if each[_BACK_AT] > now - LATE]
    probe = state["probe"]
    if probe is not None and probe[1] <= now - PROBE_PATIENCE:
        state["probe"] = None


def _take_turn(state: State, ask: Ask, now: float) -> tuple[int, int]:
    """A process keeps its turn as long as it is seen, but for one that would do with fewer turns;
    gives it and how many there are."""
    seen = state["seen"].setdefault(ask.process, [now, None])
    seen[_SEEN_AT] = now
    # Who wants nothing may not ask again soon, and tell that it knows its new turn.
    if seen[_TURN] is None or (any(ask.wants) and seen[_TURN] >= _turns_for(len(state["seen"]))):
        taken = {each[_TURN] for each in state["seen"].values()}
        seen[_TURN] = 0
        while seen[_TURN] in taken:
            seen[_TURN] += 1
    turns = _turns_for(1 + max(each[_TURN] for each in state["seen"].values()))
    # The answer may get lost; the next question says what the process has heard of.
    knows = min(ask.turns or turns, turns)
    # A turn that it had before can be anybody's by now.
    state["turns"][ask.process] = knows if ask.turn in (None, seen[_TURN]) else 1
    return seen[_TURN], turns


def _turns_for(number: int) -> int:
    turns = 1
    while turns < number:
        turns *= 2
    return turns


def _may_go_alone(state: State, process: str, now: float, rules: SharedRules) -> bool:
    # While those who are not back yet are waited for, they may be unknown here.
    if _missing(state, now) or state["held_until"] > now:
        return False
    # Each has one request at least.
    return state["seen"][process][_TURN] < rules.per_five_minutes and not _clashes(state, process)


def _clashes(state: State, process: str) -> bool:
    """Whether another process that knows of fewer turns would take this one's."""
    turn = state["seen"][process][_TURN]
    for other, seen in state["seen"].items():
        known = state["turns"].get(other, 1)
        if other != process and (turn - seen[_TURN]) % known == 0:
            return True
    return False


def _report(
    state: State, ask: Ask, reported: Sequence[Sent], now: float, rules: SharedRules
) -> None:
    sent_ids = {sent.id for sent in reported}

    def is_wrong(p: list[Any]) -> bool:
        if _process_of(p[_ID]) != ask.process:
            return False
        # What was given in an answer that didn't arrive is not used.
        return p[_ACCOUNT] is None or (p[_OPEN] and p[_ID] not in sent_ids)

    state["places"] = [p for p in state["places"] if not is_wrong(p)]
    there = {p[_ID] for p in state["places"]}
    for sent in reported:
        if sent.id not in there:
            place = [now - sent.arrived_ago, now - sent.ago, ask.account, sent.id, False]
            state["places"].append(place)
    lost = ask.known is not None and ask.known != state["name"]
    for sent in ask.heard if lost else ():
        # Those who ended or died tell nothing any more.
        if sent.id not in there and _process_of(sent.id) not in state["reporters"]:
            place = [now - sent.arrived_ago, now - sent.ago, None, sent.id, False]
            state["places"].append(place)
    if now >= state["next_settling"]:
        # Others may have been out of reach as well, and not be back yet.
        state["held_until"] = max(state["held_until"], now + SETTLING)
        state["next_settling"] = now + SELDOM
    if lost:
        # They may still send by what they knew before, each its share.
        state["expected"] = max(state["expected"], ask.processes)
        state["missing_until"] = now + rules.five_minutes
    state["reporters"][ask.process] = True
    # A replica that lags has forgotten which numbers were given.
    state["number"] += _LAG


def _process_of(id: str) -> str:
    return id.partition(".")[0]


def _settle(state: State, ask: Ask, now: float, rules: SharedRules) -> None:
    unused = set(ask.unused)
    settled = {sent.id: sent for sent in ask.settled}
    kept = []
    for place in state["places"]:
        if place[_ID] in unused:
            continue
        sent = settled.get(place[_ID])
        if sent is not None and place[_OPEN]:
            place[_ARRIVED] = min(place[_ARRIVED], now - sent.arrived_ago)
            place[_OPEN] = False
            late = max(0.0, place[_ARRIVED] - place[_LEFT])
            state["typical"] += (late - state["typical"]) / 8
        kept.append(place)
    state["places"] = kept
    probe = state["probe"]
    if probe is not None and (probe[0] in unused or probe[0] in settled):
        state["probe"] = None


def _learn(state: State, verdict: PaceVerdict, now: float) -> None:
    """As `Throttle` does within one process."""
    left = now - verdict.ago
    # What leaves in a pause was given leave before it, or alone.
    is_new = left >= state["cut_at"] and left >= state["paused_until"] - AT_ONCE
    if not verdict.refused:
        if is_new:
            state["refusals"] = 0
            state["share"] = min(1.0, state["share"] + RECOVERY)
        return
    if is_new:
        pause = min(FIRST_PAUSE * 2 ** state["refusals"], LONGEST_PAUSE)
        state["refusals"] += 1
        if left - state["cut_at"] < ALONE:
            state["share"] = max(state["share"] / 2, 0.1)
        state["cut_at"] = now
        state["paused_until"] = max(state["paused_until"], now + pause)
    if verdict.retry_after is not None:
        asked = min(verdict.retry_after, LONGEST_RETRY_AFTER)
        state["paused_until"] = max(state["paused_until"], now + asked)


def _stand_in_line(state: State, ask: Ask, now: float) -> None:
    for priority in (0, 1):
        mine = [p for p in state["line"] if p[_PROCESS] == ask.process and p[_PRIORITY] == priority]
        if ask.wants[priority] and not mine:
            state["number"] += 1
            state["line"].append([priority, state["number"], ask.process, ask.account, now])
        elif not ask.wants[priority] and mine:
            state["line"].remove(mine[0])


def _serve(
    state: State, ask: Ask, now: float, rules: SharedRules
) -> tuple[list[list[Any]], list[float | None]]:
    leave: list[list[Any]] = []
    due: list[float | None] = [None, None]
    left = list(ask.wants)
    ahead, ahead_of_account, position = 0, 0, 0
    before, before_of_account = 0, 0
    state["line"].sort(key=lambda each: (each[_PRIORITY], each[_NUMBER]))
    while position < len(state["line"]):
        each = state["line"][position]
        priority = each[_PRIORITY]
        if each[_PROCESS] != ask.process:
            before += 1
            before_of_account += each[_OF] == ask.account
            # Who sleeps for longer is not waited for: it comes first when it is back.
            if each[_BACK_AT] <= now + AT_ONCE:
                ahead += 1
                ahead_of_account += each[_OF] == ask.account
            position += 1
            continue
        at = _may_leave(state, ask.account, priority, ahead, ahead_of_account, now, rules, False)
        if at > now + AT_ONCE:
            soon = _may_leave(
                state, ask.account, priority, before, before_of_account, now, rules, True
            )
            wait = min(max(soon - now, AT_ONCE), LONGEST_SLEEP)
            due[priority] = wait
            each[_BACK_AT] = now + wait
            position += 1
            continue
        left[priority] -= 1
        state["number"] += 1
        # What a state before this one has given still counts, by names of its own.
        name = f"{ask.process}.{state['name'][-6:]}.{state['number']}"
        at = max(at, now)
        state["places"].append([at + rules.longest_delay, at, ask.account, name, True])
        if state["refusals"]:
            state["probe"] = [name, now]
        leave.append([name, priority, at - now])
        if not left[priority]:
            state["line"].pop(position)
        elif any(other[_PRIORITY] == priority and other is not each for other in state["line"]):
            # Everybody's turn comes before one's second.
            each[_NUMBER] = state["number"]
            each[_BACK_AT] = now
            state["line"].append(state["line"].pop(position))
            state["line"].sort(key=lambda entry: (entry[_PRIORITY], entry[_NUMBER]))
            ahead, ahead_of_account, position = 0, 0, 0
            before, before_of_account = 0, 0
    return leave, due


def _may_leave(
    state: State,
    account: str,
    priority: int,
    ahead: int,
    ahead_of_account: int,
    now: float,
    rules: SharedRules,
    hopeful: bool,
) -> float:
    """When a request may leave behind so many others.

    Hopefully: if what is under way takes as long as is usual, and not the longest.
    """
    late = rules.longest_delay - state["typical"] if hopeful else 0.0

    def arrivals(places: Iterable[list[Any]]) -> list[float]:
        return sorted(p[_ARRIVED] - (late if p[_OPEN] else 0.0) for p in places)

    blocked: float = max(state["paused_until"], state["held_until"])
    if state["probe"] is not None:
        blocked = max(blocked, now + LATE)
    second = arrivals(_of_account(state, account, now, rules))
    altogether = arrivals(state["places"])
    limit = rules.per_five_minutes - _held_back(state, now, rules)
    at = _free_at(altogether, limit - ahead, rules.five_minutes, now)
    if priority == 1 and rules.reserve:
        # Used just before as much is free again: so in the long run it costs nothing.
        soon = rules.reserve * rules.second / rules.per_second
        least = limit - rules.reserve - ahead
        at = max(at, _free_at(altogether, least, rules.five_minutes, now) - soon)
    in_second = _free_at(second, _pace(state, rules) - ahead_of_account, rules.second, now)
    return max(blocked, at, in_second)


def _free_at(arrivals: list[float], limit: int, seconds: float, now: float) -> float:
    """When the window has room for one more, from the arrivals in order."""
    if len(arrivals) < limit:
        return now - 1e6
    if limit >= 1:
        return arrivals[len(arrivals) - limit] + seconds
    # Those who go before fill the window once more, or take its first place.
    return (arrivals[-1] if arrivals else now) + seconds


def _of_account(state: State, account: str, now: float, rules: SharedRules) -> list[list[Any]]:
    gone = now - rules.second
    return [p for p in state["places"] if p[_ACCOUNT] == account and p[_ARRIVED] > gone]


def _pace(state: State, rules: SharedRules) -> int:
    return max(1, int(rules.per_second * state["share"]))


def _missing(state: State, now: float) -> int:
    """How many have not told yet what they have sent by what was shared before."""
    missing: int = state["expected"] - len(state["reporters"])
    return max(0, missing) if state["missing_until"] > now else 0


def _held_back(state: State, now: float, rules: SharedRules) -> int:
    """The share of processes that have not told yet what they have sent, but for what is known."""
    missing = _missing(state, now)
    share: int = ceil(rules.per_five_minutes * missing / state["expected"])
    known = sum(p[_ACCOUNT] is None for p in state["places"])
    return min(rules.per_five_minutes - 1, max(0, share - known))
