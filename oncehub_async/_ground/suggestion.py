"""What somebody probably meant who wrote a word that isn't known."""

import difflib
from collections.abc import Iterable


def did_you_mean(word: object, known: Iterable[str]) -> str:
    """The end of an error's line: the likely word as a question, or else what there is.

    did_you_mean("schedule", ...)  # did you mean 'scheduled'?
    did_you_mean("x", ...)  # they are scheduled, canceled
    """
    words = list(dict.fromkeys(map(str, known)))
    likely = likely_word(word, words)
    return f"did you mean {likely!r}?" if likely else f"they are {', '.join(words)}"


def likely_word(written: object, known: Iterable[str]) -> str | None:
    """The word of these that was probably meant, if any."""
    word = str(written).lower()
    by_lower = {each.lower(): each for each in known}
    close = difflib.get_close_matches(word, by_lower, n=1)
    # "canceled" for "booking.canceled", too.
    ends = [lower for lower in by_lower if word and lower.endswith(f".{word}")]
    return next((by_lower[each] for each in (*close, *ends)), None)
