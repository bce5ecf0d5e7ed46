"""The place: a folder in which one local start keeps its data and tells where it is."""

import fcntl
import os
from collections.abc import Generator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

from deploy.local.errors import CannotRun
from deploy.local.ports import is_free

FIRST_PORT = 8000
PORTS_TRIED = 100


@dataclass(frozen=True)
class Place:
    """LOCAL_DIR; what it tells is for its owner only."""

    folder: Path

    @property
    def storage(self) -> Path:
        return self.folder / "storage"

    @property
    def sample(self) -> Path:
        return self.folder / "sample"

    def log(self, name: str) -> Path:
        return self.folder / "log" / f"{name}.log"

    def read(self, name: str) -> str:
        with suppress(OSError):
            return (self.folder / name).read_text().strip()
        return ""

    def tell(self, name: str, text: str) -> None:
        """Writes a small file that only its owner may read, at once and whole."""
        new = self.folder / f".{name}.new"
        new.unlink(missing_ok=True)
        new.touch(mode=0o600)
        new.write_text(f"{text}\n")
        new.replace(self.folder / name)

    def forget(self, name: str) -> None:
        (self.folder / name).unlink(missing_ok=True)

    @contextmanager
    def held(self) -> Generator[None]:
        """Ours alone while it lasts; the lock goes with the process, however that ends."""
        # others may pass through, as a server that runs as somebody else must, but not look around
        try:
            self.folder.mkdir(mode=0o711, parents=True, exist_ok=True)
            lock_file = (self.folder / "lock").open("a")
        except OSError as error:
            raise CannotRun(f"LOCAL_DIR={str(self.folder)!r} cannot be used: {error}") from error
        with lock_file as lock:
            try:
                fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                where = f"at {self.read('url')}" if self.read("url") else "and is about to be ready"
                raise CannotRun(
                    f"it already runs {where}, from {self.folder};"
                    " stop it, or start another with LOCAL_DIR=other"
                ) from None
            yield


def local_place(environment: Mapping[str, str]) -> Place:
    return Place(Path(environment.get("LOCAL_DIR") or ".local").expanduser().resolve())


def choose_port(environment: Mapping[str, str]) -> int:
    """PORT if it is set; else 8000 or the next free one."""
    asked = environment.get("PORT", "")
    if not asked:
        ports = range(FIRST_PORT, FIRST_PORT + PORTS_TRIED)
        free = next((port for port in ports if is_free(port)), None)
        if free is None:
            raise CannotRun(f"no port of {ports[0]} to {ports[-1]} is free; set PORT")
        return free
    if not asked.isdecimal() or not 0 < int(asked) < 1 << 16:
        raise CannotRun(f"PORT={asked!r} is no port number")
    if not is_free(int(asked)):
        raise CannotRun(f"port {asked} is taken; set PORT to another one, or to none")
    return int(asked)


def allowed_folders(environment: Mapping[str, str], place: Place, *more: Path) -> str:
    """IMPORT_ROOTS: what is set, and the folders that this start itself imports."""
    given = [environment["IMPORT_ROOTS"]] if environment.get("IMPORT_ROOTS") else []
    return os.pathsep.join([*given, str(place.sample), *map(str, more)])
