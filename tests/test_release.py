"""What may be released is told apart from what may not, and only a tag of ours publishes."""

import re
import shutil
import subprocess
import tomllib
import zipfile
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest
import yaml  # type: ignore[import-untyped] # it comes with schemathesis

from oncehub_async import __version__

from .documents import ROOT, module_at

WORKFLOW = ROOT / ".github" / "workflows" / "release.yml"
FILES = {"oncehub_async-1.2.3.tar.gz", "oncehub_async-1.2.3-py3-none-any.whl"}
CHANGELOG = (
    "# Changelog\n\n## 1.2.3 (2026-11-30)\n\n- A line.\n\n## 1.2.2 (2026-10-01)\n\n- More.\n"
)
UNRELEASED = CHANGELOG.replace("2026-11-30", "unreleased")


@pytest.fixture(scope="module")
def release() -> ModuleType:
    return module_at(ROOT / ".ci" / "release.py")


@pytest.mark.parametrize(
    ("changes", "told"),
    [
        ({}, []),
        ({"tag": "v1.2.3"}, []),
        ({"changelog": UNRELEASED}, []),
        ({"changelog": UNRELEASED, "tag": "v1.2.3"}, ["calls 1.2.3 unreleased"]),
        ({"changelog": CHANGELOG.replace(" (2026-11-30)", ""), "tag": "v1.2.3"}, ["None"]),
        ({"changelog": CHANGELOG.replace("- A line.\n", "")}, ["says nothing"]),
        ({"changelog": CHANGELOG.replace("1.2.3", "1.2.4")}, ["begins with 1.2.4"]),
        ({"changelog": "# Changelog\n"}, ["begins with None"]),
        ({"tag": "1.2.3"}, ["expected the tag v1.2.3"]),
        ({"tag": "v1.2.4"}, ["expected the tag v1.2.3"]),
        ({"files": set()}, ["dist/ has nothing"]),
        ({"files": {*FILES, "oncehub_async-1.2.2.tar.gz"}}, ["oncehub_async-1.2.2.tar.gz"]),
        ({"version": "1.2.3.dev1"}, ["expected such as 1.2.3", "begins with 1.2.3", "dist/ has"]),
    ],
)
def test_what_stands_in_the_way(
    release: ModuleType, changes: dict[str, Any], told: list[str]
) -> None:
    """A line for each; a date is wanted only when it is tagged."""
    given = {"version": "1.2.3", "changelog": CHANGELOG, "files": FILES, "tag": None, **changes}
    found = list(release.problems(**given))
    assert len(found) == len(told), found
    assert all(part in line for part, line in zip(told, found, strict=True)), found


def test_the_version_and_its_changelog_are_in_order(release: ModuleType) -> None:
    """Those of this tree."""
    version = release.version_of(ROOT)
    assert version == __version__
    files = {each.replace("1.2.3", version) for each in FILES}
    changelog = (ROOT / "CHANGELOG.md").read_text()
    assert list(release.problems(version, changelog, files, None)) == []


def test_an_untidy_tree_is_told(release: ModuleType, tmp_path: Path) -> None:
    """What isn't committed; and a version that is released, unless that very tag is tried."""
    git = shutil.which("git")
    if git is None:
        pytest.skip("git isn't here")
    assert list(release.untidy(tmp_path, "1.2.3", None)) == []
    name = ("-c", "user.name=n", "-c", "user.email=e@example.com")
    for command in (
        ["init", "-q"],
        [*name, "commit", "-qm", "x", "--allow-empty"],
        ["tag", "v1.2.3"],
    ):
        subprocess.run([git, "-C", tmp_path, *command], check=True)
    (note,) = release.untidy(tmp_path, "1.2.3", None)
    assert "v1.2.3 is released" in note
    assert list(release.untidy(tmp_path, "1.2.3", "v1.2.3")) == []
    assert list(release.untidy(tmp_path, "1.2.4", None)) == []
    (tmp_path / "new").touch()
    (note,) = release.untidy(tmp_path, "1.2.4", None)
    assert "aren't committed" in note


def test_only_a_tag_publishes_and_without_a_secret() -> None:
    """One job speaks for the project, and runs nothing of ours; the other one tries what it gives."""
    text = WORKFLOW.read_text()
    workflow = yaml.safe_load(text)
    # YAML 1.1 reads "on" as true.
    assert workflow[True] == {"push": {"tags": ["v*"]}}
    assert workflow["permissions"] == {}
    build, publish = workflow["jobs"]["build"], workflow["jobs"]["publish"]
    assert build["permissions"] == {"contents": "read"}
    assert publish["permissions"] == {"id-token": "write"}
    assert (publish["needs"], publish["environment"]["name"]) == ("build", "pypi")
    assert [step["run"] for step in build["steps"] if "run" in step] == [
        'make release-check TAG="$GITHUB_REF_NAME"'
    ]
    assert not [step for step in publish["steps"] if "run" in step]
    assert "secrets." not in text
    # An expression in a command would run what a tag is called.
    assert "${{" not in text


def test_actions_of_others_are_pinned() -> None:
    """To a commit, whose version stands beside it; PyPA's upload to its release branch."""
    uses = re.findall(r"uses: (\S+)@(\S+)(?: # (v\d+\.\d+\.\d+))?$", WORKFLOW.read_text(), re.M)
    assert len(uses) == WORKFLOW.read_text().count("uses:") == 5
    for action, commit, version in uses:
        if action == "pypa/gh-action-pypi-publish":
            assert commit == "release/v1"
        else:
            assert re.fullmatch("[0-9a-f]{40}", commit)
            assert version


def test_trying_publishes_nothing() -> None:
    """`make release-check` looks and installs; no step of it uploads or tags."""
    make = shutil.which("make")
    if make is None:
        pytest.skip("make isn't here")
    command = [make, "-n", "release-check", "TAG=v1.2.3"]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True)
    for wanted in ("-m build", ".ci/release.py v1.2.3", "twine check --strict dist/*", ".ci/wheel"):
        assert wanted in done.stdout
    assert not re.search(r"upload|git (tag|push)", done.stdout)


def test_links_that_pypi_has_not_are_told(release: ModuleType, tmp_path: Path) -> None:
    """Of the description in what was built; addresses and places on the page are none."""
    wheel = tmp_path / "oncehub_async-1.2.3-py3-none-any.whl"
    text = "[a](docs/a.md) [b](https://example.com/b) [c](#c) ![d](docs/d.svg)"
    with zipfile.ZipFile(wheel, "w") as archive:
        archive.writestr("oncehub_async-1.2.3.dist-info/METADATA", f"Name: x\n\n{text}\n")
    told = [each.partition(" links to ")[2] for each in release.links_to_nowhere(wheel)]
    assert [each.partition(",")[0] for each in told] == ["docs/a.md", "docs/d.svg"]


def test_the_readme_for_pypi_has_no_link_beside_itself() -> None:
    """Neither pictures nor pages are there; all words are."""
    tables = tomllib.loads((ROOT / "pyproject.toml").read_text())["tool"]["hatch"]["metadata"]
    made = tables["hooks"]["fancy-pypi-readme"]
    readme = text = (ROOT / "README.md").read_text()
    assert made["fragments"][0] == {"path": "README.md"}
    for each in made["substitutions"]:
        text = re.sub(each["pattern"], each["replacement"], text)
    beside = re.findall(r"\]\((?!https?:|#)[^)]*\)", text)
    assert not beside
    assert "docs/export.md" in text
    assert "](https://www.oncehub.com)" in text
    assert len(text) > 0.8 * len(readme)
