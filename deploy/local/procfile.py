"""The Procfile: which processes the service is made of, and how each is started."""

from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]


def command(name: str) -> list[str]:
    """The command line of a process; the shell that reads it makes way for the program."""
    for line in (ROOT / "Procfile").read_text().splitlines():
        process, _, words = line.partition(":")
        if process.strip() == name:
            return ["/bin/sh", "-c", f"exec {words.strip()}"]
    raise KeyError(name)
