"""Settings: what the environment may say, and what it is told where it is wrong."""

import re
from pathlib import Path

import pytest
from pydantic import ValidationError

from service.settings import Settings

DOCS = Path(__file__).resolve().parents[2] / "docs" / "settings.md"


def settings(**told: object) -> Settings:
    there = {"database_url": "postgresql://", "redis_url": "redis://", "storage_url": "file:///x"}
    return Settings.model_validate(there | told)


def test_nobody_else_is_allowed_unless_said() -> None:
    assert settings().allowed_origins == ()


def test_origins_are_separated_by_commas() -> None:
    told = settings(allowed_origins="https://a.example, http://localhost:5173,")

    assert told.allowed_origins == ("https://a.example", "http://localhost:5173")


@pytest.mark.parametrize(
    "wrong",
    ["a.example", "https://a.example/", "https://a.example/app", "https://*.example", "null"],
)
def test_what_no_browser_calls_an_origin_is_refused(wrong: str) -> None:
    with pytest.raises(ValidationError, match="is no origin"):
        settings(allowed_origins=f"https://a.example,{wrong}")


def test_what_is_kept_for_0_days_is_kept_for_ever() -> None:
    assert settings(keep_tasks_days=0, keep_results_days=0).keep_tasks_days == 0


@pytest.mark.parametrize("name", ["keep_tasks_days", "keep_results_days"])
def test_what_a_retry_needs_is_kept_for_as_long_as_one_may_come(name: str) -> None:
    with pytest.raises(ValidationError, match="more than 7"):
        settings(**{name: 7})


def test_every_setting_is_documented() -> None:
    documented = set(re.findall(r"^\| `([A-Z_]+)`", DOCS.read_text(encoding="utf-8"), re.MULTILINE))

    assert documented == {name.upper() for name in Settings.model_fields}
