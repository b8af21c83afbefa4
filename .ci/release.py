"""Says whether what is in dist/ may be released: `make release-check`, which publishes nothing.

    python .ci/release.py [TAG]

Looks at the version, its section of the changelog, the files of dist/ and the links of what PyPI
shows. Without a tag it tries
what can be tried at any time; with one (as .github/workflows/release.yml has) the changelog has to
have a date, the tree has to be clean, and the tag has to be the version's.
"""

import re
import shutil
import subprocess
import sys
import zipfile
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).parent.parent
_VERSION = re.compile(r"\d+\.\d+\.\d+((a|b|rc)\d+)?")
_SECTION = re.compile(r"^## (\S+)(?: \(([^)\n]+)\))?\n(.*?)(?=^## |\Z)", re.MULTILINE | re.DOTALL)
_DATE = re.compile(r"\d{4}-\d\d-\d\d")


def version_of(root: Path) -> str:
    """The one that the package has, and is built with."""
    text = (root / "oncehub_async" / "__init__.py").read_text("utf-8")
    (version,) = re.findall(r'^__version__ = "(.*)"$', text, re.MULTILINE)
    return str(version)


def problems(version: str, changelog: str, files: set[str], tag: str | None) -> Iterator[str]:
    """What stands in the way of a release, a line each."""
    if not _VERSION.fullmatch(version):
        yield f"__version__ is {version}: expected such as 1.2.3 or 1.2.3rc1"
    if tag is not None and tag != f"v{version}":
        yield f"the tag is {tag}, and the version {version}: expected the tag v{version}"
    newest = _SECTION.search(changelog)
    name, date, text = newest.groups() if newest else (None, None, "")
    if name != version:
        yield f"the changelog begins with {name}: add a section ## {version} (unreleased)"
    elif not re.search("^- ", text, re.MULTILINE):
        yield f"the changelog's section of {version} says nothing"
    elif tag is not None and not _DATE.fullmatch(date or ""):
        yield f"the changelog calls {version} {date}: put the day there, such as (2026-11-30)"
    expected = {f"oncehub_async-{version}{end}" for end in (".tar.gz", "-py3-none-any.whl")}
    if files != expected:
        yield f"dist/ has {', '.join(sorted(files)) or 'nothing'}: make build"


def links_to_nowhere(wheel: Path) -> Iterator[str]:
    """What the description links to beside itself, where PyPI has nothing, a line each."""
    with zipfile.ZipFile(wheel) as archive:
        (name,) = (each for each in archive.namelist() if each.endswith(".dist-info/METADATA"))
        description = archive.read(name).decode()
    for link in re.findall(r"\]\((?!https?:|#)([^)]*)\)", description):
        yield f"the description links to {link}, which PyPI hasn't: see pyproject.toml"


def untidy(root: Path, version: str, tag: str | None) -> Iterator[str]:
    """What only matters on the day of the release, a line each."""
    if _git(root, "status", "--porcelain"):
        yield "the tree has changes that aren't committed"
    if tag is None and _git(root, "tag", "--list", f"v{version}"):
        yield f"v{version} is released: the next change needs a new version"


def _git(root: Path, *arguments: str) -> str:
    git = shutil.which("git")
    # An unpacked source distribution has no repository, and nothing to be untidy about.
    if git is None or not (root / ".git").exists():
        return ""
    done = subprocess.run((git, "-C", root, *arguments), capture_output=True, text=True, check=True)
    return done.stdout.strip()


def main(tag: str | None) -> int:
    """Tell all of it; 1 if something stands in the way."""
    version = version_of(ROOT)
    files = {each.name for each in (ROOT / "dist").glob("*")}
    changelog = (ROOT / "CHANGELOG.md").read_text("utf-8")
    found, notes = list(problems(version, changelog, files, tag)), list(untidy(ROOT, version, tag))
    for wheel in (ROOT / "dist").glob("*.whl"):
        found.extend(links_to_nowhere(wheel))
    if tag is not None:
        found, notes = [*found, *notes], []
    for each in notes:
        print(f"note: {each}")
    for each in found:
        print(f"no release: {each}", file=sys.stderr)
    if not found:
        print(f"{version}: version, changelog and files are in order; the tag is v{version}")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1] if len(sys.argv) > 1 else None))
