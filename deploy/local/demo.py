"""Demo: the main job on real photographs, watched live in the terminal through the public API."""

from datetime import datetime
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.table import Table
from rich.text import Text

from deploy.local.bars import show
from deploy.local.client import Client
from deploy.local.stack import Stack

PLAIN_WIDTH = 110
"""Columns where there is no terminal to ask."""
COMPLETED = "completed"

Json = dict[str, Any]


class Demo:
    """Imports a folder of pictures and analyses it."""

    def __init__(self, stack: Stack, console: Console | None = None) -> None:
        self._stack = stack
        self._client = Client(stack.url, stack.api_key)
        self._console = console or _console()

    def run(self, folder: Path, name: str) -> bool:
        """Whether every task completed; the dataset has that name."""
        dataset = self._dataset(_printable(name).strip()[:100] or "pictures")
        path = f"/api/v1/datasets/{dataset['id']}"
        imported = self._follow(self._client.post(f"{path}/import", {"path": str(folder)}))
        completed = imported["status"] == COMPLETED
        if completed:
            asked = {"type": "image_analysis", "dataset_id": dataset["id"], "force": True}
            analysis = self._follow(self._client.post("/api/v1/tasks", asked))
            completed = analysis["status"] == COMPLETED
            if completed:
                result = self._client.get(f"/api/v1/tasks/{analysis['id']}/result")
                self._tell(result, _seconds(analysis))
        link = self._stack.sign_in_link(f"/datasets/{dataset['id']}")
        self._console.print(Text(f"\nsee it at {link}"), soft_wrap=True)
        return completed

    def _dataset(self, name: str) -> Json:
        """That of the last time, if there is one."""
        cursor = ""
        while True:
            page = self._client.get(f"/api/v1/datasets?limit=100{cursor}")
            for dataset in page["items"]:
                if dataset["name"] == name:
                    return dataset
            if not page["next_cursor"]:
                return self._client.post("/api/v1/datasets", {"name": name, "kind": "image"})
            cursor = f"&cursor={page['next_cursor']}"

    def _follow(self, task: Json) -> Json:
        """Shows a task while it runs; how it ended."""
        last = task
        with show(self._console) as shown:
            for news in self._client.watch(task):
                self._stack.check()
                if news is not None:
                    last = news
                    shown.update(last)
        if last["status"] != COMPLETED:
            error = last["error"] or {"code": last["status"], "detail": last["message"]}
            self._console.print(Text(f"{last['type']} {last['status']}: ", style="red"), end="")
            self._console.print(Text(f"{error['code']}: {error['detail']}"), soft_wrap=True)
        return last

    def _tell(self, result: Json, seconds: float) -> None:
        unread = result["unreadable"]
        self._console.print(
            f"\n{result['items']:,} images in {seconds:.1f} s: {result['analysed']:,} analysed, "
            f"{unread:,} could not be read",
            highlight=False,
        )
        table = Table("what was found", "images", "share", "worst example", header_style="bold")
        table.columns[1].justify = table.columns[2].justify = "right"
        for issue in result["issues"]:
            count, share = f"{issue['count']:,}", f"{issue['share']:.1%}"
            example = Text(_printable(_example(issue, result)), overflow="ellipsis", no_wrap=True)
            style = None if issue["count"] else "dim"
            table.add_row(issue["name"].replace("_", " "), count, share, example, style=style)
        self._console.print(table)


def _example(issue: Json, result: Json) -> str:
    """The worst item and what makes it so; of duplicates, the largest group."""
    if not issue["count"]:
        return ""
    kind, _, duplicates = issue["name"].partition("_")
    if duplicates == "duplicates":
        found = result["duplicates"][kind]
        members = " = ".join(member["path"] for member in found["shown"][0][:3])
        return f"{found['groups']:,} groups, as {members}"
    worst = issue["items"][0]
    if issue["name"] == "unreadable":
        return ", ".join(f"{i['path']} ({i['reason']['code']})" for i in issue["items"][:3])
    return worst["path"] if worst["score"] is None else f"{worst['path']} ({worst['score']:.2f})"


def _seconds(task: Json) -> float:
    began, ended = (datetime.fromisoformat(task[name]) for name in ("started_at", "completed_at"))
    return (ended - began).total_seconds()


def _console() -> Console:
    console = Console(highlight=False)
    return console if console.is_terminal else Console(highlight=False, width=PLAIN_WIDTH)


def _printable(text: str) -> str:
    """File names are strangers' text; what could steer a terminal is shown as a question mark."""
    return "".join(letter if letter.isprintable() else "�" for letter in text)
