"""Peers: other queues and libraries, each in an environment of its own, in the same run."""

import asyncio
import json
import os
import subprocess
import sys
import venv
from pathlib import Path
from typing import Any

ENVIRONMENTS = Path(__file__).resolve().parents[3] / "build" / "peers"
REQUIREMENTS = {
    # of this release of PyTorch there is one for the CPU alone; where that is not to be had, a
    # larger one comes
    "alibi_detect": ("alibi-detect==0.13.*", "torch==2.13.0"),
    "arq": ("arq==0.28.*",),
    "celery": ("celery==5.7.*", "redis", "packaging"),
    "cleanvision": ("cleanvision==0.3.7", "setuptools<81"),
    "evidently": ("evidently==0.7.*", "pandas<3"),
    "fastdup": ("fastdup==2.54", "setuptools==78.1.1"),
    "tqdm": ("tqdm==4.70.*",),
}


SILENT = {"DO_NOT_TRACK": "1", "SENTRY_OPT_OUT": "1"}
"""None of them tells its makers."""
ONE_THREAD = dict.fromkeys(("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS"), "1")


async def measured(peer: str, *words: str, **more: str) -> dict[str, Any]:
    """What the peer's script prints as JSON in its last line; ``more`` is for its environment."""
    python = await asyncio.to_thread(_environment, peer)
    script = Path(__file__).with_name(f"{peer}_peer.py")
    process = await asyncio.create_subprocess_exec(
        *(str(python), str(script), *words),
        env=os.environ | SILENT | more,
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
