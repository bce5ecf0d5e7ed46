"""Texts of the pages: every key is used, every used key exists, and both languages say the same."""

import re
from pathlib import Path

import pytest

WEB = Path(__file__).parents[2] / "web"
STRINGS = WEB / "strings"
ENTRY = re.compile(r'^  "([^"]+)":(.*?)(?=^  "|^\};)', re.MULTILINE | re.DOTALL)
LITERAL = re.compile(r'"([a-z_]+(?:\.[a-z_0-9]+)+)"')
TEMPLATE = re.compile(r"`([a-z_]+\.[^`]*)`")
HOLE = re.compile(r"\$\{[^}]*\}")
PLACEHOLDER = re.compile(r"\{(\w+)\}")

SOURCE = "\n".join(
    path.read_text()
    for path in sorted(WEB.rglob("*.js"))
    if not {"vendor", "strings"} & set(path.relative_to(WEB).parts)
)


def entries(language: str) -> dict[str, str]:
    return dict(ENTRY.findall((STRINGS / f"{language}.js").read_text()))


def put_together() -> list[re.Pattern[str]]:
    """Keys that the code makes from parts: ``issue.${name}.why`` matches every ``issue.*.why``."""
    return [
        re.compile(r"[a-z_0-9]+".join(re.escape(part) for part in HOLE.split(template)))
        for template in TEMPLATE.findall(SOURCE)
    ]


def test_every_text_is_used() -> None:
    literal, made = set(LITERAL.findall(SOURCE)), put_together()

    unused = [
        key
        for key in entries("en")
        if key not in literal and not any(pattern.fullmatch(key) for pattern in made)
    ]

    assert unused == []


def test_every_used_text_exists() -> None:
    known = set(entries("en"))
    spaces = {key.split(".")[0] for key in known}

    asked = {key for key in LITERAL.findall(SOURCE) if key.split(".")[0] in spaces}

    assert asked
    assert asked - known == set()


@pytest.mark.parametrize("language", ["ko"])
def test_languages_have_the_same_texts_in_the_same_order(language: str) -> None:
    assert list(entries(language)) == list(entries("en"))


@pytest.mark.parametrize("language", ["ko"])
def test_languages_fill_in_the_same_values(language: str) -> None:
    translated = entries(language)

    different = [
        key
        for key, text in entries("en").items()
        if set(PLACEHOLDER.findall(text)) != set(PLACEHOLDER.findall(translated[key]))
    ]

    assert different == []
