"""What the documentation site tells those who read without a browser."""

import re
from types import ModuleType

import pytest

from .documents import ROOT, module_at


@pytest.fixture(scope="module")
def site() -> ModuleType:
    return module_at(ROOT / ".ci" / "site.py")


def test_llms_txt_names_every_page(site: ModuleType) -> None:
    """The first one, those of docs/, of the project, of the commands and of each door, once."""
    named = re.findall(r"\]\(([^)]+)\.html\)", site._for_machines())
    pages = {each.stem for each in (ROOT / "docs").glob("*.md")}
    project = {each.stem for each in ROOT.glob("*.md")} - {"README"}
    doors = {f"reference/{each}" for each in site.DOORS}
    assert set(named) == {"index", "commands"} | pages | project | doors
    assert len(named) == len(set(named))


def test_what_is_on_the_site_is_linked_and_the_rest_named(site: ModuleType) -> None:
    """From a page of docs/, README is the first page; examples stay in the repository."""
    text = "[a](../README.md#b) [c](../CHANGELOG.md) [d](../examples/x.py) [e](sync.md)"
    assert site._own_links(text) == "[a](index.md#b) [c](CHANGELOG.md) `d` [e](sync.md)"


@pytest.mark.parametrize("page", sorted(each.name for each in (ROOT / "docs").glob("*.md")))
def test_pages_link_to_each_other(page: str) -> None:
    """By a name for people: a path of the repository leads nowhere on the site."""
    text = re.sub(r"\]\([^)]*\)", "", (ROOT / "docs" / page).read_text())
    assert not re.findall(r"docs/[\w-]+\.md", text)
