"""Peers: other queues and libraries, each in an environment of its own, in the same run."""

import asyncio
import json
import subprocess
import sys
import venv
from pathlib import Path
from typing import Any

ENVIRONMENTS = Path(__file__).resolve().parents[3] / "build" / "peers"
REQUIREMENTS = {
    "arq": ("arq==0.28.*",),
    "celery": ("celery==5.7.*", "redis", "packaging"),
    "cleanvision": ("cleanvision==0.3.7", "setuptools<81"),
    "evidently": ("evidently==0.7.*", "pandas<3"),
    "tqdm": ("tqdm==4.70.*",),
}


async def measured(peer: str, *words: str) -> dict[str, Any]:
    """What the peer's script prints as JSON in its last line."""
    python = await asyncio.to_thread(_environment, peer)
    script = Path(__file__).with_name(f"{peer}_peer.py")
    process = await asyncio.create_subprocess_exec(
        *(str(python), str(script), *words),
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.DEVNULL,
    )
    told, _ = await process.communicate()
    if process.returncode:
        raise RuntimeError(f"{script.name} ended with {process.returncode}")
    return json.loads(told.splitlines()[-1])


def _environment(peer: str) -> Path:
    """Made once; ``make clean`` removes it."""
    folder = ENVIRONMENTS / peer
    python = folder / "bin" / "python"
    if not (folder / "ready").exists():
        print(f"installing {peer} ...", file=sys.stderr)
        venv.create(folder, with_pip=True, clear=True)
        install = (python, "-m", "pip", "install", "-q", "--only-binary", ":all:")
        subprocess.run([*install, *REQUIREMENTS[peer]], check=True, capture_output=True)
        (folder / "ready").touch()
    return python
