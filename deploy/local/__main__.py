"""`python -m deploy.local up | demo`: the whole service on this machine, in one folder."""

import argparse
import os
import signal
import sys
import time
from collections.abc import Generator, Mapping
from contextlib import contextmanager
from pathlib import Path
from types import FrameType

from deploy.local.errors import CannotRun
from deploy.local.place import Place, local_place
from deploy.local.stack import Stack, running_stack

CHECK_SECONDS = 0.25
SAMPLE_NAME = "Sample photographs"


class Stopped(BaseException):
    """Somebody asked us to end: SIGINT or SIGTERM."""


def main() -> None:
    """Reads the command line; the exit status is 0 where everything went as asked."""
    parser = argparse.ArgumentParser(prog="python -m deploy.local", description=__doc__)
    parser.add_argument("what", choices=("up", "demo"))
    what = parser.parse_args().what
    with _stopped_by_signals():
        try:
            place = local_place(os.environ)
            sys.exit(_up(place, os.environ) if what == "up" else _demo(place, os.environ))
        except Stopped:
            sys.exit(0)
        except CannotRun as error:
            print(f"meanwhile: {error}", file=sys.stderr)
            sys.exit(1)


def _up(place: Place, environment: Mapping[str, str]) -> int:
    folders = _asked_folders(environment)
    with running_stack(place, environment, importable=folders) as stack:
        _greet(stack)
        _stay(stack)
    return 0


def _demo(place: Place, environment: Mapping[str, str]) -> int:
    from deploy.local.demo import Demo
    from deploy.local.sample import write_sample

    folders = _asked_folders(environment)
    with running_stack(place, environment, importable=folders) as stack:
        _greet(stack)
        if not folders:
            write_sample(place.sample)
        folder, name = (folders[0], folders[0].name) if folders else (place.sample, SAMPLE_NAME)
        completed = Demo(stack).run(folder, name)
        if environment.get("EXIT", "") not in ("", "0"):
            return 0 if completed else 1
        print("Ctrl-C ends it; everything is kept.", flush=True)
        _stay(stack)
    return 0


def _greet(stack: Stack) -> None:
    print(f"sign in: {stack.sign_in_link()}", file=sys.stderr, flush=True)
    print(f"ready {stack.url}", flush=True)


def _stay(stack: Stack) -> None:
    while True:
        stack.check()
        time.sleep(CHECK_SECONDS)


def _asked_folders(environment: Mapping[str, str]) -> tuple[Path, ...]:
    """DIR, if there is one."""
    asked = environment.get("DIR", "")
    if not asked:
        return ()
    folder = Path(asked).expanduser().resolve()
    if not folder.is_dir():
        raise CannotRun(f"DIR={asked!r} is no folder")
    return (folder,)


@contextmanager
def _stopped_by_signals() -> Generator[None]:
    """The first signal raises Stopped, further ones are ignored: taking down is not interrupted."""

    def stop(number: int, frame: FrameType | None) -> None:
        del number, frame
        for each in numbers:
            signal.signal(each, signal.SIG_IGN)
        raise Stopped

    numbers = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
    for each in numbers:
        signal.signal(each, stop)
    yield


if __name__ == "__main__":
    main()
