"""Exports: what a task found, to be opened elsewhere: rows of items, and a report."""

import re
from urllib.parse import quote

from starlette.responses import Response

from service.api.downloads import Download
from service.api.operations import Call, Operation
from service.api.response_headers import CONTENT_DISPOSITION
from service.api.schemas.exports import ExportQuery
from service.api.views import PREFIX
from service.domain.exports import ExportFormat
from service.usecases.datasets import DatasetNotFound
from service.usecases.task_problems import (
    ResultForgotten,
    ResultOutdated,
    TaskNotCompleted,
    TaskNotFound,
)

MEDIA_TYPES = {
    ExportFormat.CSV: "text/csv; charset=utf-8",
    ExportFormat.JSON: "application/json",
    ExportFormat.JSON_LINES: "application/jsonl",
    ExportFormat.PARQUET: "application/vnd.apache.parquet",
}

REPORT_POLICY = "default-src 'none'; img-src data:; style-src 'unsafe-inline'; sandbox"
"""Where a browser shows it instead of saving it: no script, no address of ours."""


async def export_task(call: Call) -> Response:
    query: ExportQuery = call.query
    exports = call.state.runtime.exports
    export = await exports.export(call.user, call.id())
    return Download(
        exports.written(export, query.format),
        headers={"Content-Disposition": _attachment(f"{export.name}.{query.format}")},
        media_type=MEDIA_TYPES[query.format],
    )


async def report_task(call: Call) -> Response:
    name, text = await call.state.runtime.reports.report(call.user, call.id())
    headers = {
        "Content-Disposition": _attachment(f"{name}.html"),
        "Content-Security-Policy": REPORT_POLICY,
    }
    return Response(text, headers=headers, media_type="text/html")


def _attachment(name: str) -> str:
    """RFC 6266: the name in ASCII for old clients, then as it is."""
    name = re.sub(r"[/\\\x00-\x1f\x7f]", "_", name)
    plain = re.sub(r"[^\w. -]", "_", name, flags=re.ASCII)
    return f"attachment; filename=\"{plain}\"; filename*=UTF-8''{quote(name, safe='')}"


OPERATIONS = (
    Operation(
        "GET",
        f"{PREFIX}/tasks/{{id}}/export",
        export_task,
        "A row for each item of a completed task, with all that is known and was found of it",
        {200: "*/*"},
        told={200: (CONTENT_DISPOSITION,)},
        query=ExportQuery,
        problems=(TaskNotFound, DatasetNotFound, TaskNotCompleted, ResultForgotten),
    ),
    Operation(
        "GET",
        f"{PREFIX}/tasks/{{id}}/report",
        report_task,
        "The result of a completed task as one HTML file with figures, tables and thumbnails",
        {200: "text/html"},
        told={200: (CONTENT_DISPOSITION,)},
        problems=(
            TaskNotFound,
            DatasetNotFound,
            TaskNotCompleted,
            ResultForgotten,
            ResultOutdated,
        ),
    ),
)
