"""API keys: several live at a time, so that they rotate."""

from ._data.seeded import key, letters


class Keys:
    """The keys of one account. They are the same for the same seed."""

    def __init__(self, seed: int) -> None:
        self._dice = key(seed, "api keys")
        self._made = 0
        self._live: set[str] = set()

    def add(self) -> str:
        """Make a new key."""
        made = letters(self._dice, self._made, 32, "0123456789abcdef")
        self._made += 1
        self._live.add(made)
        return made

    def revoke(self, api_key: str) -> None:
        """Delete a key. Raises KeyError for one that isn't live."""
        if api_key not in self._live:
            raise KeyError("no such live key")
        self._live.remove(api_key)

    def __contains__(self, api_key: object) -> bool:
        return api_key in self._live
