"""Settings: everything that a deployment may choose, read from the environment once."""

import os
import re
import sys
from pathlib import Path
from typing import Annotated, Self

from pydantic import Field, ValidationError, field_validator
from pydantic_core import ErrorDetails
from pydantic_settings import BaseSettings, NoDecode, SettingsConfigDict

ORIGIN = re.compile(r"https?://[a-z0-9.-]+(:\d{1,5})?|https?://\[[0-9a-f:.]+\](:\d{1,5})?")
RETRYABLE_DAYS = 7
"""How long a task that has ended may still be retried or looked at with all of its items."""


class DatabaseSettings(BaseSettings):
    """What a migration needs to know."""

    model_config = SettingsConfigDict(frozen=True, extra="ignore", hide_input_in_errors=True)

    database_url: str

    @classmethod
    def from_environment(cls) -> Self:
        """Ends the program with a line for each variable that is missing or wrong."""
        try:
            return cls.model_validate({})
        except ValidationError as error:
            lines = [f"{_variable(wrong)}: {wrong['msg']}" for wrong in error.errors()]
            sys.exit("\n".join(lines))

    @field_validator("database_url")
    @classmethod
    def _one_scheme(cls, url: str) -> str:
        """Heroku still says ``postgres://``."""
        scheme, separator, rest = url.partition("://")
        if not separator or scheme not in ("postgres", "postgresql"):
            raise ValueError("must start with postgresql://")
        return f"postgresql://{rest}"


class Settings(DatabaseSettings):
    """Read by the entry points and passed on; nothing else looks at the environment."""

    redis_url: str
    storage_url: str

    public_url: str = ""
    """Where people reach the service, for links that leave it; empty means: as the request says."""
    allowed_origins: Annotated[tuple[str, ...], NoDecode] = ()
    """Whose pages may call the API with a key or a ticket, separated by commas; ``*`` is all."""
    import_roots: Annotated[tuple[Path, ...], NoDecode] = ()
    """Folders, separated as in PATH, from which admins and members may import."""
    model_roots: Annotated[tuple[Path, ...], NoDecode] = ()
    """Folders, separated as in PATH, whose ONNX models they may run."""

    worker_slots: int = Field(default_factory=lambda: os.cpu_count() or 1, ge=1, le=256)
    child_memory_bytes: int = Field(default=2 << 30, ge=64 << 20)
    item_stall_seconds: float = Field(default=60, gt=0)
    """Silence after which the child at an item is killed."""
    run_soft_limit_seconds: float = Field(default=3300, gt=0)
    """A run of a map stage begins no item after it and hands the rest back."""
    run_limit_seconds: float = Field(default=3600, gt=0)
    """After it a run is killed, and tried again as one that has failed."""
    drain_seconds: float = Field(default=20, ge=0, le=25)
    max_image_pixels: int = Field(default=200_000_000, ge=1)

    web_connections: int = Field(default=8, ge=2)
    """PostgreSQL connections of one web process at most."""
    worker_connections: int = Field(default=6, ge=5)
    """PostgreSQL connections of one worker at most."""

    max_file_bytes: int = Field(default=2 << 30, ge=1)
    """Of one file."""
    max_upload_bytes: int = Field(default=32 << 30, ge=1)
    """Of an archive, packed."""
    max_archive_entries: int = Field(default=2_000_000, ge=1)
    max_expanded_bytes: int = Field(default=256 << 30, ge=1)
    """Of an archive, unpacked."""
    max_archive_ratio: float = Field(default=200, ge=1)
    """Bytes unpacked for each packed; more is taken for a bomb."""
    max_active_tasks: int = Field(default=200, ge=0)
    """Of a user, waiting or running; 0 is no limit."""
    max_user_bytes: int = Field(default=0, ge=0)
    """Of all datasets of a user, files and embeddings; 0 is no limit."""
    spare_bytes: int = Field(default=1 << 30, ge=0)
    """What uploads must leave free on the disk."""
    keep_tasks_days: int = Field(default=90, ge=0)
    """After their end, with all that is theirs; but for the last of its kind on a dataset."""
    keep_results_days: int = Field(default=30, ge=0)
    """The results of those that an equal one has followed."""
    keep_logs_days: int = Field(default=30, ge=0)
    """Of tasks that have ended."""
    keep_orphans_days: float = Field(default=1, ge=0)
    """Bytes that no item points to any more."""

    max_request_bytes: int = Field(default=256 << 20, ge=1024)
    max_files_per_request: int = Field(default=1000, ge=1)
    max_body_bytes: int = Field(default=1 << 21, ge=1024)
    """The largest JSON body."""

    @field_validator("keep_tasks_days", "keep_results_days")
    @classmethod
    def _longer_than_retries(cls, days: int) -> int:
        if 0 < days <= RETRYABLE_DAYS:
            raise ValueError(
                f"must be 0 (for ever) or more than {RETRYABLE_DAYS}: so long tasks may be retried"
            )
        return days

    @field_validator("storage_url")
    @classmethod
    def _known_storage(cls, url: str) -> str:
        if not url.startswith("file:///"):
            raise ValueError("must be file:///absolute/folder")
        return url

    @field_validator("allowed_origins", mode="before")
    @classmethod
    def _split_origins(cls, value: object) -> object:
        if not isinstance(value, str):
            return value
        return tuple(part.strip() for part in value.split(",") if part.strip())

    @field_validator("allowed_origins")
    @classmethod
    def _only_origins(cls, origins: tuple[str, ...]) -> tuple[str, ...]:
        for origin in origins:
            if origin != "*" and not ORIGIN.fullmatch(origin):
                raise ValueError(
                    f"{origin!r} is no origin; write it as browsers do: https://app.example.org"
                )
        return origins

    @field_validator("import_roots", "model_roots", mode="before")
    @classmethod
    def _split_folders(cls, value: object) -> object:
        if not isinstance(value, str):
            return value
        return tuple(Path(part).resolve() for part in value.split(os.pathsep) if part)


def _variable(wrong: ErrorDetails) -> str:
    return str(wrong["loc"][0]).upper()
