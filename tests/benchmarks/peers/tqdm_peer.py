"""tqdm as it comes: what it says of the remaining time while it is told of the same progress."""

import json
import os
import sys
from pathlib import Path
from typing import Any

from tqdm import tqdm


class Clock:
    """The time of the trace."""

    def __init__(self) -> None:
        self.now = 0.0

    def __call__(self) -> float:
        return self.now


def told(trace: dict[str, Any]) -> list[float | None]:
    """Seconds left at each moment that is asked for; None while it does not know."""
    clock, tqdm.monitor_interval = Clock(), 0
    with open(os.devnull, "w") as nowhere:
        bar = tqdm(total=trace["total"], file=nowhere, bar_format="{remaining_s}")
        bar._time = clock
        bar.start_t = bar.last_print_t = 0.0
        saves, answers = iter(trace["saves"]), []
        seconds, done = next(saves)
        for asked in trace["asked"]:
            while seconds <= asked:
                clock.now = seconds
                bar.update(done - bar.n)
                seconds, done = next(saves, (float("inf"), 0))
            clock.now = asked
            answers.append(left(bar))
        bar.disable = True
        return answers


def left(bar: tqdm) -> float | None:
    facts = bar.format_dict
    if not facts["rate"] and not facts["n"]:
        return None
    return float(tqdm.format_meter(**facts))


traces = json.loads(Path(sys.argv[1]).read_text())
print(json.dumps({"left": [told(trace) for trace in traces]}))
