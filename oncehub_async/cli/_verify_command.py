"""`oncehub verify`: whether an export is what its manifest says, and what the account says."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from .._client import OnceHub
from .._ground import checks
from .._http import RequestAttempt
from ..errors import InvalidParameterError
from ..export import (
    SAMPLES,
    Comparison,
    ResourceCheck,
    Verification,
    compare_with_account,
    verify_export,
)
from . import COMPLETE, FAILED
from ._output import complain, note, say, say_json, several


async def verify_folder(
    folder: Path, *, live: bool, samples: int, json: bool, proxy: str | None = None
) -> int:
    """Check an export and tell what was found."""
    verification = verify_export(folder)
    compared: Mapping[str, Comparison] = {}
    requests = 0
    if live:
        sound = [
            name
            for name, each in verification.resources.items()
            if each.available and not each.problems
        ]
        if sound:
            compared, requests = await _compare(folder, sound, samples, proxy)
    good = verification.good and not any(each.missing for each in compared.values())
    if json:
        say_json(_as_dict(verification, compared, requests, good=good))
    else:
        _tell(verification, compared)
        if live:
            say(f"Compared with the account by {several(requests, 'request')}.")
        say("All right." if good else "NOT all right.")
    return COMPLETE if good else FAILED


async def _compare(
    folder: Path, names: list[str], samples: int, proxy: str | None
) -> tuple[Mapping[str, Comparison], int]:
    requests = 0

    def count(_attempt: RequestAttempt) -> None:
        nonlocal requests
        requests += 1

    async with OnceHub(on_attempt=count, proxy=proxy) as oncehub:
        compared = await compare_with_account(oncehub, folder, names, samples=samples)
    return compared, requests


def _tell(verification: Verification, compared: Mapping[str, Comparison]) -> None:
    width = max(map(len, verification.resources), default=0)
    for name, check in verification.resources.items():
        say(f"{name:<{width}} {_told(check, compared.get(name))}")
    for problem in verification.problems:
        complain(problem)
    for each in verification.notes:
        note(f"note: {each}")


def _told(check: ResourceCheck, comparison: Comparison | None) -> str:
    if not check.available:
        return "not in this account"
    if check.problems:
        return f"WRONG: {'; '.join(check.problems)}"
    told = f"as the manifest says: {several(check.count, 'object')}"
    if check.changes is not None:
        told += f", {several(check.changes, 'change')}"
    if comparison is None:
        return told
    if comparison.missing:
        some = f"such as {min(comparison.missing)}"
        return f"WRONG: {len(comparison.missing):,} of the account's are missing, {some}"
    parts = [f"{len(comparison.same):,} compared with the account"]
    for ids, what in (
        (comparison.changed, "changed"),
        (comparison.gone, "gone"),
        (comparison.new, "new"),
    ):
        if ids:
            parts.append(f"{len(ids):,} {what} since")
    if comparison.lost:
        parts.append(f"{several(comparison.lost, 'place')} not found again")
    return f"{told}; {', '.join(parts)}"


def _as_dict(
    verification: Verification, compared: Mapping[str, Comparison], requests: int, *, good: bool
) -> dict[str, Any]:
    resources = {
        name: {
            "count": check.count,
            "changes": check.changes,
            "available": check.available,
            "problems": check.problems,
            "live": _numbers(compared[name]) if name in compared else None,
        }
        for name, check in verification.resources.items()
    }
    return {
        "good": good,
        "problems": verification.problems,
        "notes": verification.notes,
        "resources": resources,
        "requests": requests,
    }


def _numbers(comparison: Comparison) -> dict[str, Any]:
    return {
        "same": len(comparison.same),
        "missing": sorted(comparison.missing),
        "new": len(comparison.new),
        "gone": len(comparison.gone),
        "changed": len(comparison.changed),
        "lost_places": comparison.lost,
    }


async def verify(
    folder: Path,
    /,
    *,
    live: bool = False,
    samples: int | None = None,
    json: bool = False,
    proxy: str | None = None,
) -> int:
    """Check that an export is complete and its files are what its manifest says.

    Each file's size, SHA-256, number of objects and times; no object twice, the newest first; the
    changes that a watch has added. This asks nobody. Exit codes: 0 all right, 1 not, 2 wrong usage.

    For example: oncehub verify my-export, oncehub verify my-export --live.

    Parameters
    ----------
    folder
        The folder of the export.
    live
        Compare with the account, too: the beginning and the end of each file and some places in
        between, for a request each. What was deleted, changed or created since is told, and is no
        failure.
    samples
        How many places in between (with --live); 3 unless you say otherwise.
    json
        Print what was found as JSON.
    proxy
        The URL of a proxy to go through (with --live).
    """
    if proxy is not None and not live:
        raise InvalidParameterError("proxy", "without --live nothing is asked")
    if samples is not None and not live:
        raise InvalidParameterError("samples", "without --live nothing is compared")
    return await verify_folder(
        checks.local_path(folder, "folder"),
        live=live,
        samples=SAMPLES if samples is None else checks.whole_number(samples, "samples", 1),
        json=json,
        proxy=proxy,
    )
