"""Styles of the pages: no rule without an element, no colour outside the tokens."""

import re
from pathlib import Path

WEB = Path(__file__).parents[2] / "web"
SHEETS = sorted((WEB / "styles").glob("*.css"))
SCRIPTS = "\n".join(
    path.read_text() for path in WEB.rglob("*.js") if "vendor" not in path.relative_to(WEB).parts
)
TOKENS = (WEB / "tokens.css").read_text()


def test_every_class_that_is_styled_is_given_to_something() -> None:
    styled = {
        (sheet.name, name)
        for sheet in SHEETS
        for selector in re.findall(r"^\s*([^{}@;/]+)\{", sheet.read_text(), re.MULTILINE)
        for name in re.findall(r"\.([a-z][\w-]*)", selector)
    }

    words = set(re.findall(r"[a-z][\w-]*", SCRIPTS))

    assert styled
    assert sorted((sheet, name) for sheet, name in styled if name not in words) == []


def test_colours_are_written_in_the_tokens_only() -> None:
    strays = [
        (sheet.name, colour)
        for sheet in SHEETS
        for colour in re.findall(r"#[0-9a-f]{3,8}\b|\b(?:rgb|hsl|oklch)a?\(", sheet.read_text())
    ]

    assert strays == []


def test_every_token_is_used_and_every_used_one_exists() -> None:
    written = set(re.findall(r"^\s*(--[\w-]+):", TOKENS, re.MULTILINE))

    asked = set(
        re.findall(r"var\((--[\w-]+)\)", TOKENS + "".join(map(Path.read_text, SHEETS)) + SCRIPTS)
    )

    assert asked == written


def test_every_sheet_is_linked() -> None:
    linked = re.findall(r"/static/styles/([\w-]+\.css)", (WEB / "index.html").read_text())

    assert sorted(linked) == [sheet.name for sheet in SHEETS]


def test_what_moves_by_itself_never_lays_out_the_page() -> None:
    moved = {
        (sheet.name, name)
        for sheet in SHEETS
        for told in re.findall(r"transition:\s*([^;]+);", sheet.read_text())
        for name in re.findall(r"(?:^|,)\s*([a-z-]+)", told)
    }

    assert moved
    harmless = ("transform", "opacity", "background", "color")
    assert sorted((sheet, name) for sheet, name in moved if name not in harmless) == []
