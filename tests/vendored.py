"""Vendored files: each is the one that the manifest names, and no other lies beside them."""

import hashlib
import json
import sys
from pathlib import Path
from typing import TypedDict, cast

FOLDER = Path(__file__).parents[1] / "web" / "vendor"


class VendoredFile(TypedDict):
    """One line of the manifest."""

    file: str
    package: str
    version: str
    licence: str
    source: str
    sha256: str


class Manifest(TypedDict):
    """What lies in the folder, and how it differs from what its packages ship."""

    changes: str
    files: list[VendoredFile]


def complaints(folder: Path) -> list[str]:
    """One clear line for each file that is changed, missing or unlisted; none where all is well."""
    manifest = cast("Manifest", json.loads((folder / "manifest.json").read_text()))
    listed = {row["file"]: row for row in manifest["files"]}
    present = {str(path.relative_to(folder)) for path in folder.rglob("*") if path.is_file()}
    present.discard("manifest.json")
    return [
        *(
            f"{folder / name} is not listed in manifest.json"
            for name in sorted(present - set(listed))
        ),
        *(f"{folder / name} is missing" for name in sorted(set(listed) - present)),
        *(
            f"{folder / name} is not the {row['package']} {row['version']} that manifest.json names"
            for name, row in sorted(listed.items())
            if name in present and _sha256(folder / name) != row["sha256"]
        ),
    ]


def main() -> int:
    """Prints what is wrong; the exit status tells whether anything is."""
    found = complaints(FOLDER)
    for line in found:
        print(line, file=sys.stderr)
    return 1 if found else 0


def _sha256(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()


if __name__ == "__main__":
    sys.exit(main())
