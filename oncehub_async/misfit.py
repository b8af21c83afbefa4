"""What is said of data that is not of a model's form."""

_JSON_NAMES = {
    type(None): "null",
    bool: "a boolean",
    int: "an integer",
    float: "a number",
    str: "a string",
    list: "an array",
    dict: "an object",
}


class ModelError(ValueError):
    """Data that is not of a model's form; `at` is the place, such as `data[3].contact.id`.

    Neither the text nor a repr shows the data.
    """

    def __init__(self, at: str, problem: str) -> None:
        super().__init__(f"{at or 'the object'}: {problem}")
        self.at = at
        self.problem = problem

    def within(self, outer: str) -> "ModelError":
        """The same error, seen from the object that holds this one at `outer`."""
        dot = "." if outer and self.at and self.at[0] != "[" else ""
        return ModelError(f"{outer}{dot}{self.at}", self.problem)


def misfit(expected: str, value: object) -> ModelError:
    """The error for a value of another type than expected."""
    return ModelError(
        "", f"expected {expected}, got {_JSON_NAMES.get(type(value), 'something else')}"
    )
