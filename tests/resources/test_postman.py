"""The collection for Postman has every operation, and is what the client's operations make."""

import json
from pathlib import Path
from types import ModuleType

import pytest
from aiohttp import ClientSession

from oncehub_async.mcp._agent_tools import OPERATIONS
from oncehub_async.simulator import Account, Simulator

from ..documents import module_at

SCRIPT = Path(__file__).parent.parent.parent / ".ci" / "postman.py"


@pytest.fixture(scope="module")
def postman() -> ModuleType:
    return module_at(SCRIPT)


@pytest.mark.parametrize("name", ["collection", "environment"])
def test_what_is_committed_is_what_is_made(postman: ModuleType, name: str) -> None:
    """After a change: python .ci/postman.py."""
    path = postman.FOLDER / f"oncehub.postman_{name}.json"
    assert json.loads(path.read_text("utf-8")) == getattr(postman, name)()


async def test_every_operation_is_there_and_answers(postman: ModuleType) -> None:
    """Sent as Postman sends it, each GET without an id is answered by the simulator."""
    made = postman.collection()
    requests = [each["request"] for page in made["item"] for each in page["item"]]
    assert len(requests) == len(OPERATIONS) == 38
    header = {each["key"]: each["value"] for each in made["auth"]["apikey"]}
    async with Simulator(Account(bookings=3), limits=None) as sim, ClientSession() as session:
        for request in requests:
            if request["method"] == "GET" and "variable" not in request["url"]:
                url = request["url"]["raw"].replace("{{base_url}}", sim.url)
                headers = {header["key"]: sim.api_key}
                async with session.get(url, headers=headers) as answer:
                    assert answer.status == 200, url
