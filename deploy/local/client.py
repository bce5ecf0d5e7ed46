"""A client of the API that needs nothing but Python: calls, and the live stream of a task."""

import http.client
import json
import queue
import threading
import time
import urllib.error
import urllib.request
from collections.abc import Generator, Iterable, Iterator
from dataclasses import dataclass, field
from http import HTTPStatus
from typing import Any

from deploy.local.errors import CannotRun

CALL_SECONDS = 30
STREAM_SECONDS = 40
"""The server says something every 15 s."""
RECONNECT_SECONDS = 0.5
LOOK_SECONDS = 0.2

Json = dict[str, Any]
_DIRECT = urllib.request.build_opener(urllib.request.ProxyHandler({}))
"""A proxy of the environment is not asked for what runs here."""


@dataclass(frozen=True)
class Client:
    """Calls the API with a key; a problem is raised as CannotRun."""

    url: str
    api_key: str = field(default="", repr=False)

    def get(self, path: str) -> Json:
        return self._call("GET", path)

    def post(self, path: str, body: Json) -> Json:
        return self._call("POST", path, body)

    def ready(self) -> bool:
        """Whether the service can do its work."""
        return self._goes("/readyz")

    def signed_in(self) -> bool:
        """Whether the key opens the door."""
        return self._goes("/api/v1/session")

    def watch(self, task: Json) -> Generator[Json | None]:
        """Snapshots of a task until it has ended, across lost connections.

        Yields None a few times a second where there is no news, for whoever has to look elsewhere.
        """
        news: queue.SimpleQueue[Json | Exception | None] = queue.SimpleQueue()
        threading.Thread(target=self._follow, args=(task, news), daemon=True).start()
        while True:
            try:
                told = news.get(timeout=LOOK_SECONDS)
            except queue.Empty:
                yield None
                continue
            if told is None:
                return
            if isinstance(told, Exception):
                raise told
            yield told

    def _follow(self, task: Json, news: "queue.SimpleQueue[Json | Exception | None]") -> None:
        try:
            for snapshot in self._snapshots(task):
                news.put(snapshot)
            news.put(None)
        except Exception as error:  # raised again where somebody sees it
            news.put(error)

    def _snapshots(self, task: Json) -> Iterator[Json]:
        last_id = ""
        while True:
            try:
                for event in self._events(task["links"]["events"], last_id):
                    last_id = event.id or last_id
                    if event.name in ("snapshot", "progress", "done"):
                        yield json.loads(event.data)
                    if event.name in ("done", "nothing"):
                        return
            except (OSError, http.client.HTTPException):
                pass
            time.sleep(RECONNECT_SECONDS)

    def _events(self, path: str, last_id: str) -> Iterator["Event"]:
        """Those of one connection; ``nothing`` where the task's end has been told already."""
        try:
            with self._open("GET", path, last_id=last_id) as answer:
                if answer.status == HTTPStatus.NO_CONTENT:
                    yield Event("nothing", "", "")
                yield from events(answer)
        except urllib.error.HTTPError as error:
            if error.code < HTTPStatus.INTERNAL_SERVER_ERROR:
                raise _problem(error) from error
            error.close()

    def _goes(self, path: str) -> bool:
        try:
            with self._open("GET", path):
                return True
        except urllib.error.HTTPError as error:
            error.close()
        except (OSError, http.client.HTTPException):
            pass
        return False

    def _call(self, method: str, path: str, body: Json | None = None) -> Json:
        try:
            with self._open(method, path, body) as answer:
                return json.load(answer)
        except urllib.error.HTTPError as error:
            raise _problem(error) from error
        except OSError as error:
            raise CannotRun(f"{self.url} does not answer: {error}") from error

    def _open(
        self, method: str, path: str, body: Json | None = None, *, last_id: str | None = None
    ) -> http.client.HTTPResponse:
        headers = {"Authorization": f"Bearer {self.api_key}"}
        if last_id:
            headers["Last-Event-ID"] = last_id
        if body is not None:
            headers["Content-Type"] = "application/json"
        data = None if body is None else json.dumps(body).encode()
        request = urllib.request.Request(  # noqa: S310 - the service's own address
            self.url + path, data, headers, method=method
        )
        return _DIRECT.open(request, timeout=CALL_SECONDS if last_id is None else STREAM_SECONDS)


@dataclass(frozen=True)
class Event:
    """One event of a stream."""

    name: str
    id: str
    data: str


def events(lines: Iterable[bytes]) -> Iterator[Event]:
    """Events of a stream, as the HTML standard tells to read one; comments are passed over."""
    name, id_, data = "message", "", list[str]()
    for line in lines:
        field_name, _, value = line.decode().rstrip("\r\n").partition(":")
        value = value.removeprefix(" ")
        match field_name:
            case "event":
                name = value
            case "id":
                id_ = value
            case "data":
                data.append(value)
            case "" if not line.strip():
                if data:
                    yield Event(name, id_, "\n".join(data))
                name, id_, data = "message", "", []
            case _:
                pass


def _problem(error: urllib.error.HTTPError) -> CannotRun:
    with error:
        text = error.read().decode(errors="replace")
    try:
        told = json.loads(text)
        return CannotRun(f"{told['code']}: {told['detail']}")
    except (ValueError, KeyError, TypeError):
        return CannotRun(f"the service answered {error.code}: {text[:500]}")
