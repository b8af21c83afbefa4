"""What was found about an export."""

import attrs


@attrs.define
class ResourceCheck:
    """What was found about one resource. Each line stands for itself."""

    count: int = 0
    """Objects, by the manifest."""
    changes: int | None = None
    """Changes that were added since, by the manifest; None if it wasn't watched."""
    available: bool = True
    problems: list[str] = attrs.Factory(list)
    """Why it isn't what the manifest says, or not complete."""


@attrs.define
class Verification:
    """What was found about an export."""

    resources: dict[str, ResourceCheck] = attrs.Factory(dict)
    problems: list[str] = attrs.Factory(list)
    """What is wrong with the folder as a whole."""
    notes: list[str] = attrs.Factory(list)
    """What else lies in the folder, and does no harm."""

    @property
    def good(self) -> bool:
        """Whether everything is there, and as the manifest says."""
        return not self.problems and not any(each.problems for each in self.resources.values())
