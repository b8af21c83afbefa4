"""Builds the documentation site into build/site: the pages of docs/, and two references.

    python .ci/site.py [FOLDER]

The reference of the library is made of its docstrings, a page for each door; that of the commands
of their help. Every public name has an anchor, warnings are errors, and no page asks another host
for anything. `llms.txt` names the pages for whoever reads without a browser.
"""

import contextlib
import importlib
import io
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path

ROOT = Path(__file__).parent.parent
DOORS = (
    *("oncehub_async", "oncehub_async.resources", "oncehub_async.models", "oncehub_async.errors"),
    *("oncehub_async.export", "oncehub_async.sync", "oncehub_async.reports"),
    "oncehub_async.privacy",
    *("oncehub_async.webhooks", "oncehub_async.web", "oncehub_async.mcp"),
    *("oncehub_async.metrics", "oncehub_async.testing", "oncehub_async.simulator"),
    "oncehub_async.cli",
)
PAGES: Mapping[str, Mapping[str, str]] = {
    "Data": {
        "Export to files": "export.md",
        "Formats of exports": "export-formats.md",
        "Sync to a database": "sync.md",
        "Reports": "reports.md",
        "Data dictionary": "data-dictionary.md",
        "People's data": "privacy.md",
    },
    "Backend": {
        "Client": "client.md",
        "Receive webhooks": "webhooks.md",
        "The inbox": "inbox.md",
        "Webhooks of v1 and v2": "webhook-versions.md",
        "Catching up": "catching-up.md",
        "Many processes and hosts": "many-processes.md",
        "Testing your service": "testing.md",
        "Metrics": "metrics.md",
    },
    "Web site": {"Links and embeds": "links.md"},
    "Agents": {"AI agents": "agents.md"},
    "Good to know": {
        "Troubleshooting": "troubleshooting.md",
        "Guarantees": "guarantees.md",
        "How fast": "how-fast.md",
        "What isn't known": "not-known.md",
    },
}
PROJECT = ("CHANGELOG.md", "CONTRIBUTING.md", "ARCHITECTURE.md", "SECURITY.md")
_SETTINGS = """\
site_name: oncehub-async
site_description: The Python toolkit for OnceHub
docs_dir: pages
site_dir: site
use_directory_urls: false
theme:
  name: material
  variant: modern
  font: false
  features: [navigation.sections, navigation.top, search.highlight, content.code.copy]
  palette:
    - media: "(prefers-color-scheme: light)"
      scheme: default
    - media: "(prefers-color-scheme: dark)"
      scheme: slate
plugins:
  - search
  - mkdocstrings:
      handlers:
        python:
          paths: [ROOT]
          options:
            show_source: false
            show_root_heading: true
            show_root_full_path: false
            heading_level: 2
            members_order: source
            merge_init_into_class: true
            separate_signature: true
            show_signature_annotations: true
            filters: ["!^_"]
            show_if_no_docstring: true
markdown_extensions:
  - admonition
  - tables
  - toc:
      permalink: true
  - pymdownx.highlight
  - pymdownx.superfences
nav:
"""


def main() -> None:
    """Build everything, or say what is wrong and exit with 1."""
    target = Path(sys.argv[1] if len(sys.argv) > 1 else ROOT / "build" / "site").resolve()
    work = target.with_name(f"{target.name}-work")
    shutil.rmtree(work, ignore_errors=True)
    pages = work / "pages"
    (pages / "reference").mkdir(parents=True)
    public = {door: tuple(importlib.import_module(door).__all__) for door in DOORS}
    for page in (ROOT / "docs").glob("*.md"):
        (pages / page.name).write_text(_own_links(page.read_text("utf-8")), "utf-8")
    shutil.copytree(ROOT / "docs" / "pictures", pages / "pictures")
    for name in ("README.md", *PROJECT):
        page = "index.md" if name == "README.md" else name
        (pages / page).write_text(_from_the_top((ROOT / name).read_text("utf-8")), "utf-8")
    (pages / "commands.md").write_text(_commands(), "utf-8")
    for door, names in public.items():
        (pages / "reference" / f"{door}.md").write_text(_reference(door, names), "utf-8")
    settings = _SETTINGS.replace("ROOT", str(ROOT)) + "\n".join(_navigation()) + "\n"
    (work / "mkdocs.yml").write_text(settings, "utf-8")
    zensical = Path(sys.executable).with_name("zensical")
    subprocess.run(
        [zensical, "build", "--strict", "--clean", "-f", "mkdocs.yml"], cwd=work, check=True
    )
    problems = [*_left_out(), *_without_anchor(work / "site", public), *_elsewhere(work / "site")]
    if problems:
        sys.exit("\n".join(problems))
    (work / "site" / "llms.txt").write_text(_for_machines(), "utf-8")
    shutil.rmtree(target, ignore_errors=True)
    (work / "site").rename(target)
    shutil.rmtree(work)
    print(f"{len(list(target.rglob('*.html')))} pages in {target}")


def _own_links(text: str) -> str:
    """A page of docs/ as a page of the site: what lies beside docs/ and isn't on it is named."""
    text = text.replace("](../README.md", "](index.md")
    for page in PROJECT:
        text = text.replace(f"](../{page}", f"]({page}")
    return re.sub(r"\[([^\]]+)\]\(\.\./[^)]*\)", r"`\1`", text)


def _from_the_top(text: str) -> str:
    """README and its like as pages of the site: docs/ is where they are now."""
    text = re.sub(r"\]\(docs/([^)]+\.(?:md|svg)[^)]*)\)", r"](\1)", text)
    elsewhere = r"\[([^\]]+)\]\((?!https?:|#|[\w-]+\.md|pictures/)[^)]*\)"
    return re.sub(elsewhere, r"`\1`", text)


def _commands() -> str:
    from oncehub_async.cli import main as oncehub
    from oncehub_async.cli._app import COMMANDS

    os.environ |= {"COLUMNS": "88", "NO_COLOR": "1"}
    parts = ["# Commands\n\nWhat `oncehub COMMAND --help` prints.\n"]
    for name in ("", *COMMANDS):
        arguments = [*([name] if name else []), "--help"]
        with contextlib.redirect_stdout(io.StringIO()) as printed:
            oncehub(arguments)
        parts.append(f"## oncehub {name}".rstrip() + f"\n\n```text\n{printed.getvalue()}```\n")
    return "\n".join(parts)


def _reference(door: str, names: tuple[str, ...]) -> str:
    lines = [f"# {door}\n", f"::: {door}\n    options:\n      members: false\n"]
    lines += [f"::: {door}.{name}\n" for name in names]
    return "\n".join(lines)


def _navigation() -> Iterator[str]:
    yield '  - "oncehub-async": index.md'
    for section, pages in PAGES.items():
        yield f'  - "{section}":'
        for title, page in pages.items():
            yield f'      - "{title}": {page}'
    yield '  - "Project":'
    for page in PROJECT:
        yield f'      - "{_title(page)}": {page}'
    yield '  - "Reference":'
    yield '      - "Commands": commands.md'
    for door in DOORS:
        yield f'      - "{door}": reference/{door}.md'


def _title(page: str) -> str:
    return page.removesuffix(".md").capitalize()


def _left_out() -> Iterator[str]:
    listed = {page for pages in PAGES.values() for page in pages.values()}
    for page in sorted({page.name for page in (ROOT / "docs").glob("*.md")} - listed):
        yield f"docs/{page} is not in the navigation: add it to PAGES"


def _without_anchor(site: Path, public: Mapping[str, tuple[str, ...]]) -> Iterator[str]:
    for door, names in public.items():
        page = (site / "reference" / f"{door}.html").read_text("utf-8")
        for name in names:
            if f'id="{door}.{name}"' not in page:
                yield f"{door}.{name} has no anchor in the reference"


def _elsewhere(site: Path) -> Iterator[str]:
    """Pages whose scripts, styles, pictures or fonts another host would be asked for."""
    asks = re.compile(r'<(?:script|img|link|iframe)\b[^>]*?(?:src|href)="(?:https?:)?//([^"/]+)')
    for page in site.rglob("*.html"):
        for host in set(asks.findall(page.read_text("utf-8"))):
            yield f"{page.name} asks {host}"


def _for_machines() -> str:
    lines = ["# oncehub-async", "", "> The Python toolkit for OnceHub (online scheduling).", ""]
    lines += ["- [Begin here](index.html)", ""]
    for section, pages in PAGES.items():
        lines += [f"## {section}", ""]
        lines += [f"- [{title}]({page.replace('.md', '.html')})" for title, page in pages.items()]
        lines.append("")
    lines += ["## Project", ""]
    lines += [f"- [{_title(page)}]({page.replace('.md', '.html')})" for page in PROJECT]
    lines += ["", "## Reference", "", "- [Commands](commands.html)"]
    lines += [f"- [{door}](reference/{door}.html)" for door in DOORS]
    return "\n".join(lines) + "\n"


if __name__ == "__main__":
    main()
