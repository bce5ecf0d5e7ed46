"""Exports: a row for each item, equal in every format, opened by what people open them with."""

import csv
import io
import json
from collections.abc import AsyncGenerator, Sequence
from pathlib import Path
from typing import Any

import httpx2
import pytest
from pyarrow import parquet

from service.domain.datasets import Dataset
from service.domain.exports import Column, ColumnType, Export, ExportFormat, Row
from service.domain.image_features import FORMATS, MODES
from service.domain.item_columns import ITEM_COLUMNS, Code
from service.domain.users import User
from service.processes.parquet_writer import ParquetWriters
from service.runtime import Runtime
from service.usecases import export_formats
from service.usecases.task_problems import TaskNotCompleted
from service.usecases.tasks import Submission
from tests.integration.bringing import black, finished, jpeg
from tests.integration.conftest import analyse, import_folder
from tests.integration.test_analysis import files_below
from tests.integration.test_api import API, events
from tests.pictures import HOSTILE
from worker.runner import Runner


async def exported(runtime: Runtime, user: User, task_id: Any, format_: ExportFormat) -> bytes:
    exports = runtime.exports
    export = await exports.export(user, task_id)
    return b"".join([part async for part in exports.written(export, format_)])


def from_csv(data: bytes) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(data.decode(), newline="")))


def as_texts(rows: Sequence[dict[str, Any]]) -> list[dict[str, str]]:
    return [{name: "" if cell is None else str(cell) for name, cell in row.items()} for row in rows]


async def test_every_format_tells_the_same_of_every_item(
    runtime: Runtime, worker: Runner, user: User, dataset: Dataset, sample_folder: Path
) -> None:
    await import_folder(runtime, user, dataset, sample_folder)
    task = await analyse(runtime, user, dataset)

    told = {each: await exported(runtime, user, task.id, each) for each in ExportFormat}

    rows: list[dict[str, Any]] = json.loads(told[ExportFormat.JSON])
    assert len(rows) == len(files_below(sample_folder))
    lines = told[ExportFormat.JSON_LINES].splitlines()
    assert [json.loads(line) for line in lines] == rows
    assert from_csv(told[ExportFormat.CSV]) == as_texts(rows)
    table = parquet.read_table(io.BytesIO(told[ExportFormat.PARQUET]))
    assert table.to_pylist() == rows


async def test_a_row_has_the_attributes_the_findings_and_the_reason(
    runtime: Runtime, worker: Runner, user: User, dataset: Dataset, sample_folder: Path
) -> None:
    await import_folder(runtime, user, dataset, sample_folder)
    task = await analyse(runtime, user, dataset)

    rows = json.loads(await exported(runtime, user, task.id, ExportFormat.JSON))

    unreadable = {row["path"]: row["unreadable"] for row in rows if row["unreadable"]}
    assert unreadable == HOSTILE
    assert all((row["width"] is None) == bool(row["unreadable"]) for row in rows)
    dark = await runtime.tasks.items(user, task.id, kind="dark", after=None, limit=200)
    assert dark
    assert {row["item_id"] for row in rows if row["dark_found"]} == {row["item_id"] for row in dark}
    assert all((row["dark_score"] is None) == bool(row["unreadable"]) for row in rows)
    copies = [row["exact_duplicates_group"] for row in rows]
    assert any(copies.count(group) > 1 for group in copies if group is not None)


def test_formats_and_modes_are_told_by_name(client: httpx2.Client, dataset_id: str) -> None:
    files = {"1.jpg": jpeg(1), "2.png": black(), "3.jpg": b"\xff\xd8\xff torn"}
    for path, data in files.items():
        client.put(f"{API}/datasets/{dataset_id}/files/{path}", content=data).raise_for_status()
    asked = {"type": "image_analysis", "dataset_id": dataset_id}
    task = finished(client, client.post(f"{API}/tasks", json=asked).json())

    rows = client.get(f"{task['links']['self']}/export?format=json").json()

    told = {row["path"]: (row["format"], row["mode"]) for row in rows}
    assert told == {"1.jpg": ("JPEG", "RGB"), "2.png": ("PNG", "RGB"), "3.jpg": (None, None)}
    assert not [name for name in rows[0] if name.endswith("_code")]


@pytest.mark.parametrize(("column", "names"), [("format", FORMATS), ("mode", MODES)])
def test_every_code_has_its_name_and_a_rarer_one_is_another(
    column: str, names: Sequence[str]
) -> None:
    coded = ITEM_COLUMNS[column]
    assert isinstance(coded, Code)

    told = [coded.name_of(float(kept)) for kept in range(-1, len(names))]

    assert told == ["other", *names]


async def test_pages_of_an_export_are_one_table(
    runtime: Runtime,
    worker: Runner,
    user: User,
    dataset: Dataset,
    sample_folder: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    await import_folder(runtime, user, dataset, sample_folder)
    task = await analyse(runtime, user, dataset)
    whole = {each: await exported(runtime, user, task.id, each) for each in ExportFormat}

    monkeypatch.setattr("service.usecases.exports.PAGE_ROWS", 7)
    in_pages = {each: await exported(runtime, user, task.id, each) for each in ExportFormat}

    assert in_pages == whole


async def test_a_task_without_a_result_is_not_exported(
    runtime: Runtime, user: User, dataset: Dataset
) -> None:
    submitted = await runtime.tasks.submit(user, Submission("image_analysis", dataset.id))

    with pytest.raises(TaskNotCompleted):
        await runtime.exports.export(user, submitted.task.id)


RUN = ("=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "\r=1")
KEPT = ("a=1", "1-1", "'quoted'", "", "ü")


@pytest.mark.parametrize("text", [*RUN, *KEPT])
async def test_only_csv_marks_a_text_that_a_spreadsheet_would_run(text: str) -> None:
    table = (Column("path", ColumnType.TEXT), Column("dark_score", ColumnType.NUMBER))

    async def pages() -> AsyncGenerator[Sequence[Row]]:
        yield [(text, -0.5), (None, -1)]

    as_csv = export_formats.as_csv(Export("a", table, pages()))
    rows = from_csv(b"".join([part async for part in as_csv]))
    as_json = export_formats.as_json(Export("a", table, pages()))
    exact = json.loads(b"".join([part async for part in as_json]))

    assert [row["path"] for row in rows] == [f"'{text}" if text in RUN else text, ""]
    assert [row["dark_score"] for row in rows] == ["-0.5", "-1"]
    assert [row["path"] for row in exact] == [text, None]


async def test_parquet_keeps_types_and_empty_cells() -> None:
    columns = [("name", "text"), ("count", "integer"), ("score", "number"), ("good", "truth")]
    rows = [["a", 1, 2, True], [None, None, None, None], ["ü", 2**60, 0.25, False]]

    async with ParquetWriters(1).open() as writer:
        parts = [await writer.begin(columns), await writer.write(rows), await writer.end()]

    table = parquet.read_table(io.BytesIO(b"".join(parts)))
    assert [str(field.type) for field in table.schema] == ["string", "int64", "double", "bool"]
    assert [list(row.values()) for row in table.to_pylist()] == rows


def test_a_file_is_downloaded_under_the_name_of_its_dataset(
    client: httpx2.Client, sample_folder: Path
) -> None:
    dataset = client.post(f"{API}/datasets", json={"name": 'Hügel/"2026"'}).json()["id"]
    picture = next((sample_folder / "dogs").iterdir()).read_bytes()
    client.put(f"{API}/datasets/{dataset}/files/a.jpg", content=picture)
    asked = {"type": "image_analysis", "dataset_id": dataset}
    task = client.post(f"{API}/tasks", json=asked).json()
    events(client, task["links"]["events"])

    answer = client.get(f"{task['links']['self']}/export?format=parquet")

    assert answer.headers["content-type"] == "application/vnd.apache.parquet"
    assert answer.headers["content-disposition"] == (
        'attachment; filename="H_gel__2026_-image_analysis.parquet"; '
        "filename*=UTF-8''H%C3%BCgel_%222026%22-image_analysis.parquet"
    )
    assert parquet.read_table(io.BytesIO(answer.content)).num_rows == 1
