"""The lines of docs/watching-tasks.md can be pasted."""

import os
import re
import subprocess
from collections.abc import Iterator

import httpx2
import pytest

from tests.conftest import ROOT, Web
from tests.integration.test_events import client_of
from tests.integration.test_stream_tickets import waiting_task

LINES: list[str] = re.findall(
    r"^```sh\n(.*?)^```",
    (ROOT / "docs" / "watching-tasks.md").read_text(),
    re.MULTILINE | re.DOTALL,
)


@pytest.fixture
def client(quiet_site: Web) -> Iterator[httpx2.Client]:
    with client_of(quiet_site, quiet_site.api_key) as opened:
        yield opened


@pytest.mark.parametrize("line", LINES)
def test_a_line_works(quiet_site: Web, client: httpx2.Client, line: str) -> None:
    task = waiting_task(client)
    client.post(task["links"]["cancel"])
    told = {
        "URL": quiet_site.url,
        "AUTH": f"Authorization: Bearer {quiet_site.api_key}",
        "TASK": task["id"],
    }

    keyboard, typing = os.pipe()  # nobody types, and nobody hangs up

    done = subprocess.run(
        ["bash", "-c", f"set -o pipefail; {line}"],
        cwd=ROOT,
        env=os.environ | told,
        stdin=keyboard,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )

    os.close(typing)
    os.close(keyboard)
    assert done.returncode == 0, done.stderr
    assert '"status":"cancelled"' in done.stdout or '"ticket":' in done.stdout
