"""Writes docs/postman: a collection of all operations of the API for Postman, and an environment.

    python .ci/postman.py

Made of the operations that the client has. Import both files, fill in `api_key`, or run
`oncehub simulate` and choose the environment "OnceHub, simulated".
"""

import importlib
import json
import pkgutil
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from oncehub_async import resources
from oncehub_async._http import Operation

FOLDER = Path(__file__).parent.parent / "docs" / "postman"
_SCHEMA = "https://schema.getpostman.com/json/collection/v2.1.0/collection.json"
_REFERENCE = "https://help.oncehub.com/developers/api/#tag"


def collection() -> dict[str, Any]:
    """All operations, a folder for each page of the vendor's reference."""
    return {
        "info": {"name": "OnceHub API v2", "schema": _SCHEMA},
        "auth": {
            "type": "apikey",
            "apikey": [
                {"key": "key", "value": "API-Key"},
                {"key": "value", "value": "{{api_key}}"},
                {"key": "in", "value": "header"},
            ],
        },
        "variable": [
            {"key": "base_url", "value": "https://api.oncehub.com/v2"},
            {"key": "api_key", "value": ""},
        ],
        "item": [
            {"name": name, "item": [_request(name, each) for each in operations]}
            for name, operations in _pages()
        ],
    }


def environment() -> dict[str, Any]:
    """The address and key of `oncehub simulate`, as it prints them."""
    return {
        "name": "OnceHub, simulated",
        "values": [
            {"key": "base_url", "value": "http://127.0.0.1:8081/v2", "enabled": True},
            {"key": "api_key", "value": "", "type": "secret", "enabled": True},
        ],
    }


def _pages() -> Iterator[tuple[str, list[Operation]]]:
    for found in pkgutil.iter_modules(resources.__path__):
        module = importlib.import_module(f"{resources.__name__}.{found.name}")
        operations = [each for each in vars(module).values() if isinstance(each, Operation)]
        if operations:
            yield found.name.strip("_").replace("_", " "), operations


def _request(page: str, operation: Operation) -> dict[str, Any]:
    path = re.sub(r"\{(\w+)\}", r":\1", operation.path)
    segments = path.strip("/").split("/")
    url: dict[str, Any] = {"raw": "{{base_url}}" + path, "host": ["{{base_url}}"], "path": segments}
    if ":id" in segments:
        url["variable"] = [{"key": "id", "value": ""}]
    address = f"{_REFERENCE}/{page.replace(' ', '-')}/{operation.method}{operation.path}"
    request: dict[str, Any] = {"method": operation.method, "url": url, "description": address}
    if operation.method in ("POST", "PATCH"):
        request["header"] = [{"key": "Content-Type", "value": "application/json"}]
        request["body"] = {"mode": "raw", "raw": "{}"}
    return {"name": str(operation), "request": request}


def main() -> None:
    """Write both files."""
    FOLDER.mkdir(exist_ok=True)
    for name, data in (("collection", collection()), ("environment", environment())):
        text = json.dumps(data, indent=2) + "\n"
        (FOLDER / f"oncehub.postman_{name}.json").write_text(text, "utf-8")


if __name__ == "__main__":
    main()
