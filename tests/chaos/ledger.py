"""Ledger: every committed change of what matters, in order, as triggers in PostgreSQL saw it."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import asyncpg
import orjson

TABLES = ("tasks", "stages", "chunks", "features", "set_aside", "listed_files", "items")

INSTALL = """
CREATE TABLE chaos_ledger (
    seq bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    at timestamptz NOT NULL DEFAULT clock_timestamp(),
    transaction text NOT NULL DEFAULT pg_current_xact_id()::text,
    writer text NOT NULL DEFAULT COALESCE(current_setting('chaos.writer', true), ''),
    relation text NOT NULL, old jsonb, new jsonb
);
CREATE FUNCTION chaos_note() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO chaos_ledger (relation, old, new) VALUES (TG_TABLE_NAME,
        CASE WHEN TG_OP <> 'INSERT' THEN to_jsonb(OLD) END,
        CASE WHEN TG_OP <> 'DELETE' THEN to_jsonb(NEW) END);
    RETURN NULL;
END $$;
"""
WATCH = """
CREATE TRIGGER chaos AFTER INSERT OR UPDATE OR DELETE ON {table}
FOR EACH ROW EXECUTE FUNCTION chaos_note()
"""
"""A row's lock is held when its change is numbered, so that the numbers of a row's changes, and of
those of what a fence holds, are in the order of the commits."""


@dataclass(frozen=True)
class Change:
    """One row as it was and as it became."""

    seq: int
    at: datetime
    transaction: str
    process: str
    """Of the worker by its id, of the web process, of a supervisor; empty for others."""
    runs: Mapping[int, int]
    """The runs, by chunk, on whose behalf it was written."""
    relation: str
    old: Mapping[str, Any]
    new: Mapping[str, Any]
    """Empty where there was or is no row."""

    def became(self, column: str) -> bool:
        """Whether the column has another value now."""
        return self.old.get(column) != self.new.get(column)


async def install(connection: asyncpg.Connection) -> None:
    await connection.execute(INSTALL)
    for table in TABLES:
        await connection.execute(WATCH.format(table=table))


async def clear(connection: asyncpg.Connection) -> None:
    await connection.execute("TRUNCATE chaos_ledger")


async def read(connection: asyncpg.Connection) -> list[Change]:
    """All changes since it was cleared."""
    rows = await connection.fetch("SELECT * FROM chaos_ledger ORDER BY seq")
    return [_change(row) for row in rows]


def _change(row: asyncpg.Record) -> Change:
    process, _, runs = row["writer"].partition(" ")
    pairs = (run.split(":") for run in runs.split())
    return Change(
        row["seq"],
        row["at"],
        row["transaction"],
        process,
        {int(chunk): int(run) for chunk, run in pairs},
        row["relation"],
        orjson.loads(row["old"] or "{}"),
        orjson.loads(row["new"] or "{}"),
    )
