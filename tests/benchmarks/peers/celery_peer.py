"""Celery on Redis: no-op tasks that wait, worked off by a prefork worker with two children."""

import json
import os
import subprocess
import sys
import time
from pathlib import Path

import redis
from celery import Celery

URL = os.environ.get("PEER_REDIS_URL") or sys.argv[1]
app = Celery("celery_peer", broker=URL.replace("unix://", "redis+socket://"))
app.conf.update(
    task_ignore_result=True,
    task_default_queue="bench:celery",
    broker_connection_retry_on_startup=True,
    worker_hijack_root_logger=False,
)


@app.task(name="no_op")
def no_op() -> None:
    pass


@app.task(name="mark")
def mark(name: str) -> None:
    redis.Redis.from_url(URL).set(f"bench:celery:{name}", time.time(), ex=600)


def main(tasks: int) -> float:
    """Tasks a second, between one at the head and one at the tail of the queue."""
    store = redis.Redis.from_url(URL)
    store.delete("bench:celery:began", "bench:celery:ended")
    mark.delay("began")
    for _ in range(tasks):
        no_op.delay()
    mark.delay("ended")
    command = ("-m", "celery", "-A", "celery_peer", "worker", "-c", "2", "-l", "error")
    worker = subprocess.Popen(
        [sys.executable, *command, "--without-gossip", "--without-mingle"],
        cwd=Path(__file__).parent,
        env=os.environ | {"PEER_REDIS_URL": URL},
        stdout=subprocess.DEVNULL,
    )
    try:
        while (ended := store.get("bench:celery:ended")) is None:
            time.sleep(0.05)
    finally:
        worker.terminate()
        worker.wait()
    return tasks / (float(ended) - float(store.get("bench:celery:began") or 0))


if __name__ == "__main__":
    print(json.dumps({"per_second": main(int(sys.argv[2]))}))
