"""Which lists a round reads: on a quiet account, 8 requests at most. Pure rules."""

from collections.abc import Mapping

MOST_REQUESTS = 8
EVERY_ROUND = ("bookings", "contacts")
ALWAYS_FIRST = ("users", "booking_calendars", "booking_pages", "master_pages")
"""Names of these stand in every report, and their deletions are looked for."""
IN_TURN = ("teams", "event_types", "sms_notifications", "webhooks")
"""Of these, those go first that weren't read for longest."""


def lists_of_round(
    last_read: Mapping[str, int],
    pages: Mapping[str, int],
    unavailable: frozenset[str],
    number: int,
    *,
    is_busy: bool = False,
) -> tuple[str, ...]:
    """The lists to read in a round, beside the changes of bookings and contacts.

    `last_read` says in which round each was read the last time, `pages` how many pages it had
    then. What the account doesn't have is looked for again now and then. With `is_busy` all are
    read: where something happened, there are text messages, too.
    """
    free = MOST_REQUESTS - len(EVERY_ROUND)
    wanted = [each for each in (*ALWAYS_FIRST, *IN_TURN) if each not in unavailable]
    again = [each for each in sorted(unavailable) if number - last_read.get(each, -99) >= 20]
    waiting = sorted(wanted, key=lambda name: (last_read.get(name, -1), wanted.index(name)))
    if is_busy:
        return (*wanted, *again)
    chosen: list[str] = []
    firsts = [each for each in wanted if each in ALWAYS_FIRST]
    overdue = [each for each in waiting if number - last_read.get(each, -99) > 2]
    for name in (*overdue, *firsts, *waiting, *again):
        cost = max(pages.get(name, 1), 1)
        if name not in chosen and (cost <= free or not chosen):
            chosen.append(name)
            free -= cost
    return tuple(chosen)
