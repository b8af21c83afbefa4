"""The documentation site in a real browser: it finds, fits a phone, goes dark, asks nobody else."""

from pathlib import Path

import pytest

from .chromium import Chromium, Tab
from .stage import Stage

pytestmark = pytest.mark.asyncio(loop_scope="module")

SITE = Path(__file__).parent.parent.parent / "build" / "site"
HOST = "docs.example"
SHOWN = (".html", ".css", ".js", ".json", ".svg")


@pytest.fixture
def site(stage: Stage) -> Stage:
    """The stage, with the site on it."""
    if not (SITE / "index.html").exists():
        pytest.skip("the site isn't built: make docs")
    for file in SITE.rglob("*"):
        if file.suffix in SHOWN:
            stage.show(f"{HOST}/{file.relative_to(SITE).as_posix()}", file.read_text("utf-8"))
    return stage


async def test_the_search_finds(chromium: Chromium, site: Stage) -> None:
    """What is typed, within the page, without a word to another host."""
    async with chromium.tab(f"https://{HOST}/index.html") as tab:
        assert "oncehub-async" in await tab.run("document.title")
        found = await tab.run(
            """(async () => {
                const wait = (ms) => new Promise(done => setTimeout(done, ms));
                const until = async (look) => {
                    for (let n = 0; n < 100; n++) { const it = look(); if (it) return it; await wait(100) }
                };
                const deep = (root, selector) => {
                    const own = root.querySelector(selector);
                    if (own) return own;
                    for (const each of root.querySelectorAll('*'))
                        if (each.shadowRoot) { const it = deep(each.shadowRoot, selector); if (it) return it }
                };
                const opener = await until(() => document.querySelector('.md-search__button, [for=__search]'));
                opener.click();
                const box = await until(() => deep(document, 'input[type=text], input[type=search], input:not([type])'));
                box.focus();
                box.value = 'rate budget';
                box.dispatchEvent(new InputEvent('input', {bubbles: true, composed: true}));
                const link = await until(() => deep(document, 'a[href*="many-processes"], a[href*="client.html"]'));
                return link ? link.href : '';
            })()"""
        )
        assert found.startswith(f"https://{HOST}/")
        asked = await tab.run("performance.getEntriesByType('resource').map(each => each.name)")
        assert any("search.json" in each for each in asked)
        assert [each for each in asked if not each.startswith(f"https://{HOST}/")] == []


async def test_it_fits_a_phone(chromium: Chromium, site: Stage) -> None:
    """Tables and blocks scroll by themselves; the page doesn't."""
    for page in ("index.html", "webhooks.html", "reference/oncehub_async.html"):
        frame = f'<iframe src="/{page}" width="360" height="600"></iframe>'
        site.show(f"{HOST}/phone", f"<!doctype html>{frame}")
        async with chromium.tab(f"https://{HOST}/phone") as tab:
            root = "document.querySelector('iframe').contentDocument.documentElement"
            assert await tab.run(f"{root}.scrollWidth") <= 360


async def test_it_is_readable_in_both_schemes(chromium: Chromium, site: Stage) -> None:
    """Dark text on light, or light on dark."""
    async with chromium.tab(f"https://{HOST}/client.html") as tab:
        for scheme, is_dark in (("default", False), ("slate", True)):
            await tab.run(f"document.body.setAttribute('data-md-color-scheme', '{scheme}')")
            text, page = [await _lightness(tab, each) for each in ("color", "backgroundColor")]
            assert (page < 0.5) == is_dark
            assert abs(text - page) > 0.45


async def _lightness(tab: Tab, what: str) -> float:
    """From 0 (black) to 1 (white), of the body's colour."""
    lightness: float = await tab.run(
        f"""(() => {{
            const canvas = document.createElement('canvas').getContext('2d');
            canvas.fillStyle = '#fff';
            canvas.fillRect(0, 0, 1, 1);
            const style = getComputedStyle(document.body);
            if ('{what}' === 'color') {{
                canvas.fillStyle = style.backgroundColor;
                canvas.fillRect(0, 0, 1, 1);
            }}
            canvas.fillStyle = style['{what}'];
            canvas.fillRect(0, 0, 1, 1);
            const [r, g, b] = canvas.getImageData(0, 0, 1, 1).data;
            return (r + g + b) / 765;
        }})()"""
    )
    return lightness
