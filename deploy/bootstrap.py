"""Bootstrap: makes `.venv` what a target needs, with nothing but a bare Python.

`python3 deploy/bootstrap.py local|dev`: locked packages with their hashes, installed once for each
state of the lock; the development environment serves `local` as well.
"""

import hashlib
import importlib.util
import os
import shutil
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
VENV = ROOT / ".venv"
PYTHON = VENV / "bin" / "python"
OLDEST = (3, 11)
SERVES = {"local": ("local", "dev"), "dev": ("dev",)}


def main() -> int:
    """Exit status 0 where the environment is complete; else a sentence says what is missing."""
    kind = sys.argv[1] if len(sys.argv) == 2 else ""
    if kind not in SERVES:
        return _complain("usage: python3 deploy/bootstrap.py local|dev")
    if sys.version_info < OLDEST:
        found = ".".join(map(str, sys.version_info[:3]))
        return _complain(f"Python 3.11 or newer is needed, this is {found}; set PYTHON=python3.x")
    if any(_complete(each) for each in SERVES[kind]):
        return 0
    try:
        _make_venv()
        _install(kind)
    except subprocess.CalledProcessError as error:
        return _complain(f"`{' '.join(map(str, error.cmd))}` failed; see above")
    except LookupError as error:
        shutil.rmtree(VENV, ignore_errors=True)  # the next try may find a better way
        return _complain(str(error))
    _stamp(kind).write_text(_lock_hash(kind))
    return 0


def _complete(kind: str) -> bool:
    """The stamp is written last, so that it vouches for all."""
    stamp = _stamp(kind)
    return PYTHON.exists() and stamp.is_file() and stamp.read_text() == _lock_hash(kind)


def _make_venv() -> None:
    if PYTHON.exists():
        return
    if VENV.exists():
        shutil.rmtree(VENV)  # half of one
    print(f"making {VENV.name} ...", file=sys.stderr)
    if importlib.util.find_spec("venv") and importlib.util.find_spec("ensurepip"):
        _run(sys.executable, "-m", "venv", VENV)
    elif uv := shutil.which("uv"):
        _run(uv, "venv", "--quiet", "--python", sys.executable, VENV)
    elif importlib.util.find_spec("virtualenv"):
        _run(sys.executable, "-m", "virtualenv", "--quiet", VENV)
    elif importlib.util.find_spec("venv"):
        _run(sys.executable, "-m", "venv", "--without-pip", VENV)
    else:
        raise LookupError(_no_way("venv"))


def _install(kind: str) -> None:
    print(f"installing {_lock(kind).name}, once ...", file=sys.stderr)
    words = ("install", "--quiet", "--require-hashes", "-r", _lock(kind))
    if _has_pip():
        _run(PYTHON, "-m", "pip", *words)
    elif uv := shutil.which("uv"):
        _run(uv, "pip", *words, "--python", PYTHON)
    elif importlib.util.find_spec("pip"):
        _run(sys.executable, "-m", "pip", "--python", PYTHON, *words)
    else:
        raise LookupError(_no_way("pip"))


def _has_pip() -> bool:
    return any(VENV.glob("lib/python*/site-packages/pip/__main__.py"))


def _no_way(module: str) -> str:
    version = f"{sys.version_info.major}.{sys.version_info.minor}"
    return (
        f"this Python has no {module}: install it (on Debian and Ubuntu: "
        f"`apt install python{version}-venv`) or uv, and run make again"
    )


def _run(*words: str | Path) -> None:
    quiet = {"PIP_DISABLE_PIP_VERSION_CHECK": "1", "PIP_ROOT_USER_ACTION": "ignore"}
    # pip talks to nobody on stdout: that belongs to what is started afterwards
    command = [str(word) for word in words]
    subprocess.run(command, check=True, stdout=2, env=os.environ | quiet)  # noqa: S603 - ours


def _lock(kind: str) -> Path:
    return ROOT / f"requirements-{kind}.txt"


def _lock_hash(kind: str) -> str:
    return hashlib.sha256(_lock(kind).read_bytes()).hexdigest()


def _stamp(kind: str) -> Path:
    return VENV / f".installed-{kind}"


def _complain(sentence: str) -> int:
    print(f"meanwhile: {sentence}", file=sys.stderr)
    return 1


if __name__ == "__main__":
    sys.exit(main())
