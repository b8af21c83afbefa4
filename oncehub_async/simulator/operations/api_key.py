"""Checking an API key: what the vendor documents at https://developers.oncehub.com."""

from ..answers import Answer
from ..call import Call, Operation


def validate(call: Call) -> Answer:
    """Whose account the key is for."""
    email = call.state.users.body(0)["email"]
    return Answer({"message": f"The API key is valid for account: {email}"})


OPERATIONS = (Operation("validate-api-key", "GET", "/test", validate),)
