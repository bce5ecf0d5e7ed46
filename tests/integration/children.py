"""Functions that the executor's tests run in children, most of them badly behaved."""

import ctypes
import os
import signal
import stat
import struct
import sys
import time
from collections.abc import Callable, Generator, Iterator
from pathlib import Path
from typing import Any

from service.errors import Unreadable


def echo(item: Any, shared: Any) -> Any:
    return item


def rest(item: float, shared: Any) -> float:
    time.sleep(item)
    return item


def pid(item: Any, shared: Any) -> int:
    return os.getpid()


held: dict[object, bytes] = {}


def hold(item: int, shared: Any) -> int:
    """Keeps so many MiB more, written to, and says whose they are."""
    held[len(held)] = os.urandom(1) * (item << 20)
    return os.getpid()


def parents(item: Any, shared: Any) -> list[int]:
    return [os.getpid(), os.getppid()]


def main_file(item: Any, shared: Any) -> str | None:
    return getattr(sys.modules["__main__"], "__file__", None)


def environment(item: str, shared: Any) -> str | None:
    return os.environ.get(item)


def blob(item: int, shared: Any) -> tuple[int, bytes]:
    return item, bytes(index % 251 for index in range(1000)) * (item // 1000)


def fill_the_disk(item: Any, shared: Any) -> None:
    Path("/dev/full").write_bytes(b"x")


def letters(item: str, shared: Any) -> Generator[Any, None, int]:
    for letter in item:
        yield {"letter": letter}, letter.encode()
    return len(item)


def unreadable(item: str, shared: Any) -> str:
    if item == "bad":
        raise Unreadable("truncated_file", "the file ends too early")
    return item


def stumble(item: str, shared: Any) -> Any:
    match item:
        case "raise":
            raise ValueError("unexpected \x00 and \udcff")
        case "exit":
            sys.exit(3)
        case "memory":
            return len([bytearray(16 * 2**20) for _ in range(100)])
        case "not json":
            return object()
        case "large":
            return "x" * shared
        case _:
            return item


def meet(item: list[str], shared: Any) -> str:
    """Leave the first file, and wait for the second."""
    mine, other = map(Path, item)
    mine.touch()
    while not other.exists():
        time.sleep(0.005)
    return mine.name


def busy(item: Any, shared: Any) -> Iterator[list[int]]:
    yield [os.getpid(), os.getppid()]
    _loop()


def unreadable_in_the_end(item: Any, shared: Any) -> None:
    time.sleep(0.05)
    raise Unreadable("truncated", "the file ends too early")


def tell_for_ever(item: Any, shared: Any) -> Iterator[int]:
    """Never silent for long, so no stall."""
    while True:
        yield os.getpid()
        time.sleep(0.05)


def flood(item: int, shared: Any) -> Iterator[tuple[int, bytes]]:
    for number in range(item):
        yield number, bytes(100_000)


def die(item: str, shared: Any) -> int | str:
    """Die in the way that the item says, or return the item."""
    deaths: dict[str, Callable[[], object]] = {
        "segfault": lambda: ctypes.string_at(0),
        "abort": os.abort,
        "kill": lambda: os.kill(os.getpid(), signal.SIGKILL),
        "exit": lambda: os._exit(0),
        "leave a grandchild": _leave_a_grandchild,
        "loop": _loop,
        "stop": _stop_within_a_frame,
    }
    if item in deaths:
        deaths[item]()
    return os.getpid() if item == "pid" else item


def lie(item: str, shared: Any) -> str:
    """Break the rules of the pipe in the way that the item says, or return the item."""
    lies = {
        "garbage": b"\xff" * 100,
        "no json": _frame(b"no json"),
        "unknown": _frame(b'["reboot"]'),
        "others": _frame(b'["output",0,true,"forged"]'),
        "done": _frame(b'["done",0.0,0]'),
        "large": _frame(b"[]", blob_length=2**31),
    }
    if item in lies:
        _write(lies[item])
        _loop()
    if item == "close":
        os.close(_pipe())
        _loop()
    return item


def _loop() -> None:
    while True:
        pass


def _leave_a_grandchild() -> None:
    """Exit, but not before another process has the pipe open, which it keeps while we do."""
    if os.fork() == 0:
        while os.read(_pipe(), 1000):
            pass
    os._exit(0)


def _stop_within_a_frame() -> None:
    _write(_frame(b"[]", blob_length=1000)[:9])
    os.kill(os.getpid(), signal.SIGSTOP)


def _frame(body: bytes, blob_length: int = 0) -> bytes:
    return struct.pack("!II", len(body), blob_length) + body


def _write(data: bytes) -> None:
    os.write(_pipe(), data)


def _pipe() -> int:
    """Find the pipe to the parent, the only socket that a child has."""
    for entry in Path("/dev/fd").iterdir():
        try:
            if stat.S_ISSOCK(os.fstat(int(entry.name)).st_mode):
                return int(entry.name)
        except OSError:
            continue
    raise LookupError("there is no socket")
