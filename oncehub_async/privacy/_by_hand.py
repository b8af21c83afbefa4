"""What no program can do: of a person, the API deletes the contact and nothing else.

https://help.oncehub.com/security-compliance/privacy/gdpr-data-deletion-request
"""

from collections.abc import Iterable

SHOWN_AT_MOST = 20
_PAGE = "https://help.oncehub.com/security-compliance/privacy/gdpr-data-deletion-request"


def by_hand(bookings: Iterable[str] = ()) -> tuple[str, ...]:
    """What remains to be done in OnceHub's web application and elsewhere, a paragraph each.

    `bookings` are the ids of those that are at OnceHub.
    """
    ids = sorted(bookings)
    more = f" and {len(ids) - SHOWN_AT_MOST} more" if len(ids) > SHOWN_AT_MOST else ""
    named = f" Those that were found: {', '.join(ids[:SHOWN_AT_MOST])}{more}." if ids else ""
    return (
        "Bookings and conversations: no API deletes them, nor lists conversations. Search for the "
        f"address in the web application's Activities and delete what is there.{named} {_PAGE}",
        "What OnceHub keeps besides (text messages, logs, backups): ask OnceHub. It takes 14 days, "
        "and 45 for backups and logs. https://www.oncehub.com/trustcenter/rights/",
        "Where OnceHub has passed it on, which stays there: hosts' calendars, mailboxes, CRMs and "
        "other integrations.",
        "What this program can't see: backups and copies of databases, exports and inboxes, and "
        "what your handlers have written elsewhere.",
        "Names in free texts of others, such as a note about somebody: search for the name.",
    )
